/*
 * sentinel by event_hubs: batches of events for Azure Event Hubs by its REST
 * API. Something behind the hub has to bring them into Sentinel.
 */
#include "dest/answer.h"
#include "dest/azure.h"
#include "dest/sas.h"
#include "dest/setting.h"

#include "json/write.h"
#include "net/url.h"

#include <stdlib.h>
#include <string.h>

enum {
	CONNECTION_STRING,
	HUB_NAME,
	LIMITS,
	TLS = LIMITS + LIMITS_SETTINGS,
	SETTINGS = TLS + TLS_SETTINGS,
};

static const struct dest_setting table[SETTINGS + 1] = {
	[CONNECTION_STRING] = { "connection_string",
				"EVENT_HUBS_CONNECTION_STRING", NULL,
				"of the namespace or the hub, with a key to "
				"send",
				true },
	[HUB_NAME] = { "hub_name", "EVENT_HUBS_HUB_NAME", NULL,
		       "the event hub [EntityPath of connection_string]",
		       false },
	SETTING_LIMITS_ROWS(LIMITS, "EVENT_HUBS", "1000000"),
	SETTING_TLS_ROWS(TLS, "EVENT_HUBS"),
};

enum {
	REQUEST_MAX = 1048576, // bytes, of all tiers but Basic
	URL_MAX = 16 << 10,
	TOKEN_SEC = 3600, // for which a signature is good
	BUSY_MS = 10000,  // that a hub needs when it says nothing else
};

struct config {
	struct sas sas;
	struct buf uri; // of the hub, as it is signed
	struct buf url;
};

static int plan_hub(struct config *c, const struct settings *s, bool insecure,
		    struct err *e)
{
	const char *text, *name = s->values[HUB_NAME];
	struct slice hub;

	if (setting_text(s, CONNECTION_STRING, &text, e) < 0)
		return -1;
	if (sas_parse(slice_of(text), &c->sas, e) < 0)
		return err_prefix(e, "connection_string");
	hub = name != NULL ? slice_of(name) : c->sas.hub;
	if (hub.len == 0)
		return err_set(e, ERR_USAGE,
			       "hub_name is missing, and connection_string has "
			       "no EntityPath (-o hub_name=..., or "
			       "EVENT_HUBS_HUB_NAME)");
	buf_printf(&c->uri, "%s%.*s/", c->sas.plain ? "http://" : "https://",
		   (int)c->sas.host.len, c->sas.host.data);
	url_put_escaped(&c->uri, hub);
	buf_printf(&c->url, "%s/messages?timeout=60&api-version=2014-01",
		   buf_str(&c->uri));
	if (buf_status(&c->uri) != 0 || buf_status(&c->url) != 0)
		return err_set(e, ERR_USAGE, "hub_name: too long");
	if (url_check(buf_str(&c->url), true, insecure, e) < 0)
		return err_prefix(e, "connection_string");
	return 0;
}

static int add(const void *config, const struct dest_session *session,
	       const struct dest_record *record, size_t index, struct buf *body,
	       struct err *e)
{
	size_t start = azure_begin_element(index, body);

	(void)config;
	(void)session;
	buf_puts(body, "{\"Body\":");
	json_put_string(body, record->bytes);
	buf_putc(body, '}');
	return azure_end_element(start, REQUEST_MAX, body, e);
}

static int put_request(const struct config *c,
		       const struct dest_session *session, struct request *r,
		       struct err *e)
{
	r->method = "POST";
	buf_put_slice(&r->url, buf_slice(&c->url));
	buf_puts(&r->headers, "Authorization: ");
	if (sas_put_token(&c->sas, buf_slice(&c->uri),
			  session->now_ms / 1000 + TOKEN_SEC, &r->headers,
			  e) < 0)
		return -1;
	buf_puts(&r->headers, "\r\nContent-Type: "
			      "application/vnd.microsoft.servicebus.json\r\n");
	return buf_status(&r->url) == 0 && buf_status(&r->headers) == 0 &&
			       buf_status(&r->body) == 0
		       ? 0
		       : err_set(e, ERR_SYSTEM, "request: out of memory");
}

static int finish(const void *config, const struct dest_session *session,
		  struct request *r, struct err *e)
{
	buf_putc(&r->body, ']');
	return put_request(config, session, r, e);
}

/* What is alone is to blame only where the hub says so, and takes others. */
static enum verdict judge_bad_request(const struct dest_session *session,
				      const struct azure_said *said,
				      size_t count)
{
	if (count > 1)
		return VERDICT_SPLIT;
	if (said->code == NULL)
		return VERDICT_RETRY;
	return session->accepted ? VERDICT_REJECT : VERDICT_HOLD;
}

static const char *hint_of(int status)
{
	switch (status) {
	case 413:
		return "too large: siem-fmt --max-line makes lines that fit, "
		       "of at most 250000 bytes in the Basic tier";
	case 400:
		return "wrong, or too large: lower batch_bytes, to 250000 in "
		       "the Basic tier";
	case 401:
	case 403:
		return "not allowed: check the key of connection_string, its "
		       "right to send, and the clock of this machine";
	case 404:
	case 410:
		return "no such hub there: check connection_string and "
		       "hub_name";
	case 429:
	case 503:
		return "busy: the hub may need more throughput units";
	default:
		return status >= 200 && status < 300 ? azure_foreign : NULL;
	}
}

static void judge(const void *config, struct dest_session *session,
		  const struct answer *answer, struct judgement *judgements,
		  size_t count)
{
	struct judgement j = answer_by_status(answer, session, count);
	struct azure_said said;

	(void)config;
	if (answer->status == 201) {
		session->accepted = true;
		answer_judge_all(judgements, count, j);
		return;
	}
	said = azure_read(session, answer);
	if (answer->status == 400)
		j.verdict = judge_bad_request(session, &said, count);
	else if (answer->status == 410)
		j.verdict = VERDICT_HOLD;
	else if (j.verdict == VERDICT_DELIVERED)
		j = (struct judgement){ .verdict = VERDICT_RETRY,
					.wait_ms = WAIT_BACKOFF };
	if ((answer->status == 429 || answer->status == 503) &&
	    answer->retry_after_ms < 0)
		j.wait_ms = BUSY_MS;
	j.reason = azure_reason(session, answer->status,
				hint_of(answer->status), &said);
	answer_judge_all(judgements, count, j);
}

/* Of --check. A batch without events changes nothing. */
static const char *const steps[] = { "permission", NULL };

static int check(const void *config, const struct dest_session *session,
		 unsigned step, struct request *r, struct err *e)
{
	(void)step;
	buf_puts(&r->body, "[]");
	return put_request(config, session, r, e);
}

static enum verdict checked(const void *config, struct dest_session *session,
			    unsigned step, const struct answer *answer,
			    struct err *finding)
{
	struct judgement j;

	(void)step;
	// Who may not send is not told that there is nothing in it.
	if (answer->status == 201 || answer->status == 400) {
		err_set(finding, ERR_NONE, "the key may send to the hub");
		return VERDICT_DELIVERED;
	}
	judge(config, session, answer, &j, 1);
	return answer_found(answer, &j, finding);
}

/* What stands in the header behind name, up to end. */
static struct slice find_part(const struct request *r, const char *name,
			      char end)
{
	struct slice rest = buf_slice(&r->headers);
	const char *at = memmem(rest.data, rest.len, name, strlen(name));

	if (at == NULL)
		return (struct slice){ 0 };
	rest = slice_from(rest, (size_t)(at - rest.data) + strlen(name));
	return slice_take_until(&rest, end);
}

/* Shell commands that take a value out of the connection string. */
#define VALUE_OF(name)                                                     \
	"$(printf %%s \"$EVENT_HUBS_CONNECTION_STRING\" | tr ';' '\\n' | " \
	"sed -n 's/^ *" name "=//Ip')"

static int signature(const void *config, const struct dest_session *session,
		     const struct request *r, struct buf *text,
		     struct buf *shell, struct err *e)
{
	const struct config *c = config;
	const struct slice uri = find_part(r, "Signature sr=", '&');
	const struct slice until = find_part(r, "&se=", '&');

	(void)session;
	(void)e;
	if (c->sas.signature.len > 0) {
		buf_put_slice(text, c->sas.signature);
		buf_printf(shell,
			   "SIGNATURE=" VALUE_OF("SharedAccessSignature") "\n");
		return 0;
	}
	buf_put_slice(text, find_part(r, "&sig=", '&'));
	buf_printf(shell,
		   "KEY=" VALUE_OF(
			   "SharedAccessKey") "\n"
					      "SIGNATURE=$(printf '%%s\\n%%s' "
					      "'%.*s' %.*s | openssl dgst "
					      "-sha256 -hmac \"$KEY\" -binary "
					      "| base64 | "
					      "sed 's/+/%%2B/g; s,/,%%2F,g; "
					      "s/=/%%3D/g')\n",
		   (int)uri.len, uri.data, (int)until.len, until.data);
	return 0;
}

static const struct dest_request request = {
	.add = add,
	.finish = finish,
	.judge = judge,
	.steps = steps,
	.check = check,
	.checked = checked,
	.signature = signature,
};

static void release(void *config)
{
	struct config *c = config;

	buf_free(&c->uri);
	buf_free(&c->url);
	free(c);
}

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	const struct settings s = { table, values };
	struct config *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_sys(e, "settings");
	c->uri = BUF_INIT(URL_MAX);
	c->url = BUF_INIT(URL_MAX);
	*plan = (struct dest_plan){ .request = &request,
				    .config = c,
				    .release = release };
	if (setting_tls(&s, TLS, &plan->tls, e) < 0 ||
	    azure_limits(&s, LIMITS, &plan->limits, e) < 0)
		return -1;
	return plan_hub(c, &s, plan->tls.insecure, e);
}

const struct dest_type dest_sentinel_hubs = {
	.name = "sentinel",
	.summary = "Microsoft Sentinel, by Azure Event Hubs",
	.formats = AZURE_FORMATS,
	.settings = table,
	.plan = plan,
};

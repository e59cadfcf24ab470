/*
 * sentinel by data_collector_api: the HTTP Data Collector API of Azure Monitor,
 * which takes a JSON array for a table, signed by the key of a workspace.
 *
 * Microsoft has ended it; it is here for those that are not through with it.
 */
#include "dest/answer.h"
#include "dest/azure.h"
#include "dest/setting.h"

#include "core/base64.h"
#include "core/hmac.h"
#include "net/url.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	WORKSPACE_ID,
	SHARED_KEY,
	LOG_TYPE,
	ENDPOINT,
	CLOUD,
	TIMESTAMP_FIELD,
	RESOURCE_ID,
	LIMITS,
	TLS = LIMITS + LIMITS_SETTINGS,
	SETTINGS = TLS + TLS_SETTINGS,
};

static const struct dest_setting table[SETTINGS + 1] = {
	[WORKSPACE_ID] = { "workspace_id", "SENTINEL_WORKSPACE_ID", NULL,
			   "of the Log Analytics workspace", false },
	[SHARED_KEY] = { "shared_key", "SENTINEL_SHARED_KEY", NULL,
			 "its primary or secondary key", true },
	[LOG_TYPE] = { "log_type", "SENTINEL_LOG_TYPE", NULL,
		       "of the table, which is that and _CL", false },
	[ENDPOINT] = { "endpoint", "SENTINEL_ENDPOINT", NULL,
		       "where to [by workspace_id and cloud]", false },
	[CLOUD] = { "cloud", "SENTINEL_CLOUD", "public",
		    "public, usgov or china", false },
	[TIMESTAMP_FIELD] = { "timestamp_field", "SENTINEL_TIMESTAMP_FIELD",
			      NULL, "whose value is the time [when it comes]",
			      .place = "/schema.timestamp_field|"
				       "timestamp_field" },
	[RESOURCE_ID] = { "resource_id", "SENTINEL_RESOURCE_ID", NULL,
			  "Azure resource that records are about", false },
	SETTING_LIMITS_ROWS(LIMITS, "SENTINEL", "1000000"),
	SETTING_TLS_ROWS(TLS, "SENTINEL"),
};

static const char *const cloud_words[] = { "public", "usgov", "china", NULL };
static const char *const domains[] = { "com", "us", "cn" };

enum {
	REQUEST_MAX = 30000000, // bytes: a little more breaks the connection
	LARGE = 1 << 20,        // at which 404 may mean just that
	LOG_TYPE_MAX = 100,
	HEADERS_MAX = 16 << 10,
};

#define RESOURCE "/api/logs"

struct config {
	struct buf url;
	struct buf key;
	struct buf headers; // that are the same for all requests
	const char *workspace, *log_type;
	struct azure_columns columns;
	bool is_large; // requests may be
};

/* A workspace, or a URL. */
static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	size_t i = strstr(address, "://") != NULL ? ENDPOINT : WORKSPACE_ID;

	values[i] = setting_copy(storage, slice_of(address), e);
	return values[i] != NULL ? 0 : -1;
}

static int plan_url(struct config *c, const struct settings *s, bool insecure,
		    struct err *e)
{
	static const char *const ends[] = { RESOURCE, NULL };
	char *base = NULL;
	unsigned cloud;
	int rc = 0;

	if (setting_text(s, WORKSPACE_ID, &c->workspace, e) < 0 ||
	    setting_word(s, WORKSPACE_ID, e) < 0 ||
	    setting_choice(s, CLOUD, cloud_words, &cloud, e) < 0)
		return -1;
	if (s->values[ENDPOINT] == NULL) {
		buf_puts(&c->url, "https://");
		url_put_escaped(&c->url, slice_of(c->workspace));
		buf_printf(&c->url, ".ods.opinsights.azure.%s", domains[cloud]);
	} else {
		rc = setting_base_url(s, ENDPOINT, ends, true, insecure, &base,
				      e);
		buf_puts(&c->url, rc == 0 ? base : "");
	}
	free(base);
	buf_puts(&c->url, RESOURCE "?api-version=2016-04-01");
	if (rc == 0 && buf_status(&c->url) != 0)
		rc = err_set(e, ERR_USAGE, "endpoint: too long");
	return rc;
}

static int plan_key(struct config *c, const struct settings *s, struct err *e)
{
	const char *text;

	if (setting_text(s, SHARED_KEY, &text, e) < 0)
		return -1;
	if (!base64_read(slice_of(text), &c->key))
		return err_set(e, ERR_USAGE,
			       "shared_key: it is no Base64, as the portal "
			       "shows it");
	return 0;
}

static bool is_log_type(const char *s)
{
	size_t n = strlen(s);

	return n <= LOG_TYPE_MAX &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789_") == n;
}

static int plan_headers(struct config *c, const struct settings *s,
			struct err *e)
{
	const char *const *values = s->values;

	if (setting_text(s, LOG_TYPE, &c->log_type, e) < 0 ||
	    setting_word(s, TIMESTAMP_FIELD, e) < 0 ||
	    setting_word(s, RESOURCE_ID, e) < 0)
		return -1;
	if (!is_log_type(c->log_type))
		return err_set(e, ERR_USAGE,
			       "log_type: %s is not of up to 100 letters, "
			       "digits and underscores",
			       c->log_type);
	// TimeGenerated and RawData are names that this API keeps for itself.
	c->columns = (struct azure_columns){ "EventTime", "Message" };
	if (values[TIMESTAMP_FIELD] != NULL) {
		c->columns.time = values[TIMESTAMP_FIELD];
		buf_printf(&c->headers, "time-generated-field: %s\r\n",
			   values[TIMESTAMP_FIELD]);
	}
	if (values[RESOURCE_ID] != NULL)
		buf_printf(&c->headers, "x-ms-AzureResourceId: %s\r\n",
			   values[RESOURCE_ID]);
	return buf_status(&c->headers) == 0
		       ? 0
		       : err_set(e, ERR_USAGE,
				 "timestamp_field, resource_id: too long");
}

static int add(const void *config, const struct dest_session *session,
	       const struct dest_record *record, size_t index, struct buf *body,
	       struct err *e)
{
	const struct config *c = config;
	size_t start = azure_begin_element(index, body);

	(void)session;
	azure_put_row(record, &c->columns, body);
	return azure_end_element(start, REQUEST_MAX, body, e);
}

/* "Mon, 02 Nov 2026 10:20:30 GMT" (RFC 9110 section 5.6.7) */
static void put_date(struct buf *out, int64_t now_ms)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const time_t now = (time_t)(now_ms / 1000);
	struct tm t;

	gmtime_r(&now, &t);
	buf_printf(out, "%.3s, %02d %.3s %d %02d:%02d:%02d GMT",
		   &days[3 * t.tm_wday], t.tm_mday, &months[3 * t.tm_mon],
		   t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* The length is that of the body as it is sent: nothing may pack it later. */
static int put_authorization(const struct config *c, struct slice date,
			     struct request *r, struct err *e)
{
	struct buf text = BUF_INIT(1 << 10);
	int rc;

	buf_printf(&text,
		   "POST\n%zu\napplication/json\nx-ms-date:%.*s\n" RESOURCE,
		   r->body.len, (int)date.len, date.data);
	buf_printf(&r->headers, "Authorization: SharedKey %s:", c->workspace);
	rc = buf_status(&text) == 0
		     ? hmac_put_base64(buf_slice(&c->key), buf_slice(&text),
				       &r->headers, e)
		     : err_set(e, ERR_SYSTEM, "request: out of memory");
	buf_puts(&r->headers, "\r\n");
	buf_free(&text);
	return rc;
}

static int put_request(const struct config *c,
		       const struct dest_session *session,
		       struct slice log_type, struct request *r, struct err *e)
{
	struct buf date = BUF_INIT(64);
	int rc;

	put_date(&date, session->now_ms);
	r->method = "POST";
	buf_put_slice(&r->url, buf_slice(&c->url));
	buf_puts(&r->headers, "Content-Type: application/json\r\nLog-Type: ");
	buf_put_slice(&r->headers, log_type);
	buf_puts(&r->headers, "\r\n");
	buf_put_slice(&r->headers, buf_slice(&c->headers));
	buf_printf(&r->headers, "x-ms-date: %s\r\n", buf_str(&date));
	rc = put_authorization(c, buf_slice(&date), r, e);
	buf_free(&date);
	if (rc == 0 &&
	    (buf_status(&r->url) != 0 || buf_status(&r->headers) != 0))
		rc = err_set(e, ERR_USAGE, "request: too long");
	return rc;
}

static int finish(const void *config, const struct dest_session *session,
		  struct request *r, struct err *e)
{
	const struct config *c = config;

	buf_putc(&r->body, ']');
	if (buf_status(&r->body) != 0)
		return err_set(e, ERR_SYSTEM, "request: out of memory");
	return put_request(c, session, slice_of(c->log_type), r, e);
}

/*
 * A request that is refused is so because of a record only where that is what
 * is said.
 */
static enum verdict judge_bad_request(const struct azure_said *said,
				      size_t count)
{
	if (said->code != NULL && strcmp(said->code, "InvalidDataFormat") == 0)
		return count > 1 ? VERDICT_SPLIT : VERDICT_REJECT;
	if (said->code != NULL)
		return VERDICT_HOLD;
	return count > 1 ? VERDICT_SPLIT : VERDICT_RETRY;
}

static const char *hint_of(int status, enum verdict verdict)
{
	if (status == 401 || status == 403)
		return "not allowed: check workspace_id and shared_key, and "
		       "the clock of this machine";
	if (status == 404 && verdict == VERDICT_HOLD)
		return "no such API there: check endpoint and workspace_id, "
		       "or send by transport=logs_ingestion";
	if (status == 404)
		return "too large: lower batch_bytes";
	if (status == 413)
		return "too large: siem-fmt --max-line makes lines that fit";
	if (status >= 200 && status < 300)
		return azure_foreign;
	return verdict == VERDICT_HOLD ? "check log_type and workspace_id"
				       : NULL;
}

/* Is it the success of an API that has nothing more to say? */
static bool is_success(const struct answer *answer)
{
	return answer->status == 200 && slice_trim(answer->body).len == 0;
}

static void judge(const void *config, struct dest_session *session,
		  const struct answer *answer, struct judgement *judgements,
		  size_t count)
{
	const struct config *c = config;
	struct judgement j = answer_by_status(answer, session, count);
	struct azure_said said;

	if (is_success(answer)) {
		session->accepted = true;
		answer_judge_all(judgements, count, j);
		return;
	}
	said = azure_read(session, answer);
	if (answer->status == 400)
		j.verdict = judge_bad_request(&said, count);
	else if (answer->status == 404 && c->is_large && session->accepted &&
		 count > 1)
		j.verdict = VERDICT_SPLIT;
	else if (j.verdict == VERDICT_DELIVERED)
		j = (struct judgement){ .verdict = VERDICT_RETRY,
					.wait_ms = WAIT_BACKOFF };
	j.reason = azure_reason(session, answer->status,
				hint_of(answer->status, j.verdict), &said);
	answer_judge_all(judgements, count, j);
}

/*
 * Of --check. Nothing can be asked here but by sending something: an array of
 * nothing, for a table that no table can be called. Who may not come in is not
 * told about that.
 */
static const char *const steps[] = { "credentials", NULL };

static int check(const void *config, const struct dest_session *session,
		 unsigned step, struct request *r, struct err *e)
{
	(void)step;
	buf_puts(&r->body, "[]");
	return put_request(config, session, SLICE("!"), r, e);
}

static enum verdict checked(const void *config, struct dest_session *session,
			    unsigned step, const struct answer *answer,
			    struct err *finding)
{
	const struct azure_said said = azure_read(session, answer);
	struct judgement j;

	(void)step;
	if (answer->status == 400 && said.code != NULL &&
	    strcmp(said.code, "InvalidLogType") == 0) {
		err_set(finding, ERR_NONE, "the key of the workspace is good");
		return VERDICT_DELIVERED;
	}
	judge(config, session, answer, &j, 1);
	if (j.verdict == VERDICT_DELIVERED || j.verdict == VERDICT_REJECT)
		return answer_not_told(answer, finding);
	return answer_found(answer, &j, finding);
}

/* The header that begins with that name and blank, up to its end. */
static struct slice find_header(const struct request *r, const char *name)
{
	struct slice rest = buf_slice(&r->headers);
	const char *at = memmem(rest.data, rest.len, name, strlen(name));

	if (at == NULL)
		return (struct slice){ 0 };
	rest = slice_from(rest, (size_t)(at - rest.data) + strlen(name));
	return slice_take_until(&rest, '\r');
}

static int signature(const void *config, const struct dest_session *session,
		     const struct request *r, struct buf *text,
		     struct buf *shell, struct err *e)
{
	const struct slice date = find_header(r, "\r\nx-ms-date: ");
	struct slice mac = find_header(r, "\r\nAuthorization: SharedKey ");

	(void)config;
	(void)session;
	(void)e;
	(void)slice_take_until(&mac, ':');
	buf_put_slice(text, mac);
	buf_printf(shell,
		   "KEY=$(printf %%s \"$SENTINEL_SHARED_KEY\" | base64 -d | "
		   "od -An -v -tx1 | tr -d ' \\n')\n"
		   "SIGNATURE=$(printf 'POST\\n%%d\\napplication/json\\n"
		   "x-ms-date:%.*s\\n" RESOURCE "' \"$(wc -c <\"$BODY\")\" | "
		   "openssl dgst -sha256 -mac HMAC -macopt \"hexkey:$KEY\" "
		   "-binary | base64)\n",
		   (int)date.len, date.data);
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

	if (c->key.data != NULL)
		explicit_bzero(c->key.data, c->key.cap);
	buf_free(&c->key);
	buf_free(&c->headers);
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
	c->url = BUF_INIT(HEADERS_MAX);
	c->key = BUF_INIT(HEADERS_MAX);
	c->headers = BUF_INIT(HEADERS_MAX);
	*plan = (struct dest_plan){
		.request = &request,
		.warning = "Microsoft has ended the Data Collector API on "
			   "2026-09-14: go over to transport=logs_ingestion, "
			   "as siem-sentinel(7) says",
		.config = c,
		.release = release,
	};
	if (setting_tls(&s, TLS, &plan->tls, e) < 0 ||
	    azure_limits(&s, LIMITS, &plan->limits, e) < 0 ||
	    plan_url(c, &s, plan->tls.insecure, e) < 0 ||
	    plan_headers(c, &s, e) < 0 || plan_key(c, &s, e) < 0)
		return -1;
	if (plan->limits.best_bytes > REQUEST_MAX)
		return err_set(e, ERR_USAGE,
			       "batch_bytes: the API breaks the connection at "
			       "more than %d",
			       (int)REQUEST_MAX);
	c->is_large = plan->limits.best_bytes > LARGE;
	return 0;
}

const struct dest_type dest_sentinel_collector = {
	.name = "sentinel",
	.summary = "Microsoft Sentinel, by the ended Data Collector API",
	.formats = AZURE_FORMATS,
	.settings = table,
	.address = address,
	.plan = plan,
};

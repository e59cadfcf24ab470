/*
 * datadog: the log intake of Datadog, version 2.
 *
 * It takes an array of at most 1000 logs and 5 MB, and cuts a log of more than
 * 1 MB without a word: such a record is set aside here. Nothing is said of a
 * single log, so what is refused as a whole is divided until one is to blame.
 */
#include "dest/answer.h"
#include "dest/dest.h"
#include "dest/record.h"
#include "dest/setting.h"
#include "json/peek.h"
#include "json/walk.h"
#include "json/write.h"
#include "net/url.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MOST_LOGS = 1000,
	MOST_BYTES = 5000000,
	MOST_LOG = 1000000,
	RESET_MAX_MS = 300000, // that is believed
};

enum {
	SITE,
	API_KEY,
	SERVICE,
	SOURCE,
	TAGS,
	HOST,
	URL,
	LIMITS,
	TLS = LIMITS + LIMITS_SETTINGS,
	SETTINGS = TLS + TLS_SETTINGS,
};

static const struct dest_setting table[SETTINGS + 1] = {
	[SITE] = { "site", "DATADOG_SITE", "datadoghq.com",
		   "of the account, as in datadoghq.eu", false },
	[API_KEY] = { "api_key", "DATADOG_API_KEY", NULL, "that lets us in",
		      true },
	[SERVICE] = { "service", "DATADOG_SERVICE", "mcp-redaction",
		      "of logs that name none", false },
	[SOURCE] = { "source", "DATADOG_SOURCE", NULL,
		     "of logs that name none [service]", false },
	[TAGS] = { "tags", "DATADOG_TAGS", NULL,
		   "of logs that name none, as in env:prod,team:sec", false,
		   .list = ',' },
	[HOST] = { "host", "DATADOG_HOST", NULL,
		   "of logs that name none [this host]", false },
	[URL] = { "url", "DATADOG_URL", NULL,
		  "of the intake [https://http-intake.logs.SITE]", false },
	SETTING_LIMITS_ROWS(LIMITS, "DATADOG", "4250000"),
	SETTING_TLS_ROWS(TLS, "DATADOG"),
};

struct config {
	char *base;       // "https://http-intake.logs.datadoghq.com"
	const char *site; // NULL: base is the URL of something else
	const char *key;
	struct buf head; // of a log: {"ddsource":"...", up to the timestamp
};

/* "datadoghq.eu", or the URL of what stands in for the intake. */
static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	const size_t i = strstr(address, "://") != NULL ? URL : SITE;

	values[i] = setting_copy(storage, slice_of(address), e);
	return values[i] != NULL ? 0 : -1;
}

static int plan_url(struct config *c, const struct settings *s,
		    const struct dest_plan *plan, struct err *e)
{
	static const char *const ends[] = { "/api/v2/logs", NULL };
	const char *site;

	if (s->values[URL] != NULL)
		return setting_base_url(s, URL, ends, true, plan->tls.insecure,
					&c->base, e);
	if (setting_text(s, SITE, &site, e) < 0)
		return -1;
	if (strspn(site, "abcdefghijklmnopqrstuvwxyz0123456789.-") !=
	    strlen(site))
		return err_set(e, ERR_USAGE,
			       "site: %s is none, as in datadoghq.eu", site);
	c->site = site;
	if (asprintf(&c->base, "https://http-intake.logs.%s", site) < 0) {
		c->base = NULL;
		return err_sys(e, "site");
	}
	return 0;
}

static int plan_key(struct config *c, const struct settings *s, struct err *e)
{
	return setting_text(s, API_KEY, &c->key, e) == 0
		       ? setting_word(s, API_KEY, e)
		       : -1;
}

static void put_member(struct buf *head, const char *key, const char *value)
{
	buf_printf(head, "%c\"%s\":", head->len == 0 ? '{' : ',', key);
	json_put_string(head, slice_of(value));
}

/* What all logs have in common that name nothing else. */
static int plan_head(struct config *c, const struct settings *s, struct err *e)
{
	const char *const *values = s->values;
	const char *service;
	char here[256] = "";

	if (setting_text(s, SERVICE, &service, e) < 0)
		return -1;
	if (values[HOST] == NULL && gethostname(here, sizeof(here) - 1) < 0)
		return err_sys(e, "gethostname");
	c->head = BUF_INIT(1 << 16);
	put_member(&c->head, "ddsource",
		   values[SOURCE] != NULL ? values[SOURCE] : service);
	if (values[TAGS] != NULL)
		put_member(&c->head, "ddtags", values[TAGS]);
	put_member(&c->head, "hostname",
		   values[HOST] != NULL ? values[HOST] : here);
	put_member(&c->head, "service", service);
	buf_puts(&c->head, ",\"timestamp\":");
	return buf_status(&c->head) == 0
		       ? 0
		       : err_set(e, ERR_USAGE,
				 "service, source, tags and host are too long");
}

/* Has somebody made a log for Datadog of it already? */
static bool is_log(struct slice object)
{
	struct slice rest, key, value;

	if (!peek_object(object, &rest))
		return false;
	while (peek_member(&rest, &key, &value))
		if (slice_is(key, SLICE("ddsource")) ||
		    slice_is(key, SLICE("ddtags")))
			return true;
	return false;
}

static void put_log(const struct config *c, const struct dest_record *record,
		    const struct sniff *s, struct buf *body)
{
	const struct timestamp t = record_time(record, s);
	char text[TIMESTAMP_MAX];
	size_t n = timestamp_epoch_ms(&t, text);

	buf_put_slice(body, buf_slice(&c->head));
	buf_put(body, text, n);
	buf_puts(body, ",\"message\":");
	json_put_string(body, record->bytes);
	buf_putc(body, '}');
}

static int add(const void *config, const struct dest_session *session,
	       const struct dest_record *record, size_t index, struct buf *body,
	       struct err *e)
{
	const struct sniff s = sniff_line(record->bytes);
	const struct slice object = slice_trim(s.body);
	size_t begin;

	(void)session;
	if (slice_trim(record->bytes).len == 0)
		return err_set(e, ERR_DATA, "blank: there is nothing to log");
	buf_putc(body, index == 0 ? '[' : ',');
	begin = body->len;
	if (s.header == HEADER_NONE && walk_is_object(object) && is_log(object))
		buf_put_slice(body, object);
	else
		put_log(config, record, &s, body);
	if (record_status(body, e) < 0)
		return -1;
	if (body->len - begin > MOST_LOG)
		return err_set(e, ERR_DATA,
			       "a log of %zu bytes: Datadog cuts what is "
			       "longer than %d",
			       body->len - begin, MOST_LOG);
	return 0;
}

static int finish(const void *config, const struct dest_session *session,
		  struct request *r, struct err *e)
{
	const struct config *c = config;

	(void)session;
	r->method = "POST";
	buf_printf(&r->url, "%s/api/v2/logs", c->base);
	buf_printf(&r->headers, "DD-API-KEY: %s\r\n", c->key);
	buf_puts(&r->headers, "Content-Type: application/json\r\n");
	buf_putc(&r->body, ']');
	return buf_status(&r->url) == 0 && buf_status(&r->headers) == 0 &&
			       buf_status(&r->body) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "request: too long");
}

/* Seconds until more is taken, which Datadog says in a header of its own. */
static int64_t reset_ms(const struct answer *answer)
{
	struct slice value;
	int64_t sec = 0;

	if (!answer_header(answer, "X-RateLimit-Reset", &value) ||
	    value.len == 0)
		return WAIT_BACKOFF;
	for (size_t i = 0; i < value.len; i++) {
		if (!walk_is_digit(value.data[i]))
			return WAIT_BACKOFF;
		if (sec < RESET_MAX_MS)
			sec = sec * 10 + (value.data[i] - '0');
	}
	if (sec == 0)
		return WAIT_BACKOFF;
	return sec < RESET_MAX_MS / 1000 ? sec * 1000 : RESET_MAX_MS;
}

/* What an answer says: {"errors":["Forbidden"]}, or with titles and details. */
struct said {
	bool is_json;
	bool is_error;
	const char *text; // NULL: none
};

static struct said read_answer(struct dest_session *session, struct slice body)
{
	json_t *root = json_loadb(body.data, body.len, 0, NULL);
	json_t *errors = json_object_get(root, "errors");
	json_t *first = json_array_get(errors, 0);
	const char *text = json_string_value(first);
	struct said said = { .is_json = json_is_object(root),
			     .is_error = json_is_array(errors) };

	if (text == NULL)
		text = json_string_value(json_object_get(first, "detail"));
	if (text == NULL)
		text = json_string_value(json_object_get(first, "title"));
	if (text != NULL)
		said.text = answer_words(session, "%s", text);
	json_decref(root);
	return said;
}

static const char *reason_of(int status, enum verdict verdict)
{
	switch (status) {
	case 401:
		return "the API key is missing";
	case 403:
		return "not allowed: is api_key a key of this site?";
	case 404:
		return "no intake there: check site and url";
	case 413:
		return "too large: siem-fmt --max-line makes lines that fit";
	default:
		break;
	}
	if (status >= 200 && status < 300)
		return "success, but not in the words of Datadog: is there a "
		       "proxy in between?";
	if (verdict == VERDICT_REJECT || verdict == VERDICT_SPLIT)
		return "Datadog cannot read it";
	return NULL;
}

static void judge(const void *config, struct dest_session *session,
		  const struct answer *answer, struct judgement *judgements,
		  size_t count)
{
	const struct said said = read_answer(session, answer->body);
	struct judgement j = answer_by_status(answer, session, count);

	(void)config;
	// The intake says 202, an older one 200 and {}; so may others. Who
	// speaks of errors has not taken it, whatever the status is.
	if (j.verdict == VERDICT_DELIVERED &&
	    (said.is_error || !(answer->status == 202 ||
				(answer->status == 200 && said.is_json))))
		j = (struct judgement){ .verdict = VERDICT_RETRY,
					.wait_ms = WAIT_BACKOFF };
	if (answer->status == 400 && count == 1 && said.is_error)
		j.verdict = VERDICT_REJECT;
	if (j.verdict == VERDICT_RETRY && answer->retry_after_ms < 0 &&
	    answer->status == 429)
		j.wait_ms = reset_ms(answer);
	session->accepted |= j.verdict == VERDICT_DELIVERED;
	if (j.verdict != VERDICT_DELIVERED) {
		j.reason = reason_of(answer->status, j.verdict);
		if (said.text != NULL)
			j.reason = answer_words(
				session, "%s%s\"%s\"",
				j.reason != NULL ? j.reason : "",
				j.reason != NULL ? ": " : "", said.text);
	}
	answer_judge_all(judgements, count, j);
}

static const char *const steps[] = { "credentials", NULL };

/* Keys are known elsewhere than logs: at the API of the site. */
static int check(const void *config, const struct dest_session *session,
		 unsigned step, struct request *r, struct err *e)
{
	const struct config *c = config;

	(void)session;
	(void)step;
	r->method = "GET";
	r->elsewhere = c->site != NULL;
	if (c->site != NULL)
		buf_printf(&r->url, "https://api.%s", c->site);
	else
		buf_puts(&r->url, c->base);
	buf_puts(&r->url, "/api/v1/validate");
	buf_printf(&r->headers, "DD-API-KEY: %s\r\n", c->key);
	return buf_status(&r->url) == 0 && buf_status(&r->headers) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "request: too long");
}

static enum verdict checked(const void *config, struct dest_session *session,
			    unsigned step, const struct answer *answer,
			    struct err *finding)
{
	const struct slice body = answer->body;
	struct judgement j = answer_by_status(answer, session, 1);
	json_t *root = json_loadb(body.data, body.len, 0, NULL);
	bool valid = json_is_true(json_object_get(root, "valid"));

	(void)config;
	(void)step;
	json_decref(root);
	if (answer->status == 200 && valid) {
		err_set(finding, ERR_NONE, "the API key is valid");
		return VERDICT_DELIVERED;
	}
	if (answer->status == 404)
		return answer_not_told(answer, finding);
	j.reason = reason_of(answer->status, j.verdict);
	if (j.verdict != VERDICT_HOLD)
		j.verdict = VERDICT_RETRY;
	return answer_found(answer, &j, finding);
}

static const struct dest_request request = {
	.add = add,
	.finish = finish,
	.judge = judge,
	.steps = steps,
	.check = check,
	.checked = checked,
};

static int plan_limits(const struct settings *s, struct dest_limits *limits,
		       struct err *e)
{
	if (setting_limits(s, LIMITS, limits, e) < 0)
		return -1;
	if (limits->best_count > MOST_LOGS)
		return err_set(e, ERR_USAGE,
			       "batch_size: Datadog takes %d logs at most",
			       MOST_LOGS);
	if (limits->best_count == 0)
		limits->best_count = MOST_LOGS;
	// Not all of it: the bracket at the end counts, too.
	if (limits->best_bytes >= MOST_BYTES)
		return err_set(e, ERR_USAGE,
			       "batch_bytes: Datadog takes less than %d bytes",
			       MOST_BYTES);
	return 0;
}

static void release(void *config)
{
	struct config *c = config;

	buf_free(&c->head);
	free(c->base);
	free(c);
}

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	const struct settings s = { table, values };
	struct config *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_sys(e, "settings");
	*plan = (struct dest_plan){ .request = &request,
				    .config = c,
				    .release = release };
	if (setting_tls(&s, TLS, &plan->tls, e) < 0 ||
	    plan_limits(&s, &plan->limits, e) < 0 ||
	    plan_url(c, &s, plan, e) < 0 || plan_key(c, &s, e) < 0)
		return -1;
	return plan_head(c, &s, e);
}

const struct dest_type dest_datadog = {
	.name = "datadog",
	.summary = "Datadog, by its log intake",
	.formats = "json=--json|datadog=--datadog --host {host}|cef=--cef|"
		   "leef=--leef|syslog=--rfc5424",
	.settings = table,
	.address = address,
	.plan = plan,
};

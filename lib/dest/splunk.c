/*
 * splunk: the HTTP Event Collector of Splunk, and of those that speak like it.
 *
 * Here are the settings and the requests; events and answers are hec.c's.
 */
#include "dest/dest.h"
#include "dest/hec.h"
#include "dest/setting.h"
#include "net/url.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	URL,
	TOKEN,
	ENDPOINT,
	INDEX,
	SOURCE,
	SOURCETYPE,
	HOST,
	USE_ACK,
	CHANNEL,
	ACK_INTERVAL,
	ACK_TIMEOUT,
	LIMITS,
	TLS = LIMITS + LIMITS_SETTINGS,
	SETTINGS = TLS + TLS_SETTINGS,
};

static const struct dest_setting table[SETTINGS + 1] = {
	[URL] = { "url", "SPLUNK_HEC_URL", NULL,
		  "of the collector, as in https://splunk.example.com:8088",
		  .place = "endpoint|url" },
	[TOKEN] = { "token", "SPLUNK_HEC_TOKEN", NULL, "that lets us in",
		    true },
	[ENDPOINT] = { "endpoint", "SPLUNK_HEC_ENDPOINT", "event",
		       "event, or raw: lines, for Splunk to take apart",
		       .place = "endpoint_type" },
	[INDEX] = { "index", "SPLUNK_HEC_INDEX", NULL,
		    "of all events, whatever they name [the token's]", false },
	[SOURCE] = { "source", "SPLUNK_HEC_SOURCE", NULL,
		     "of events that name none [the token's]", false },
	[SOURCETYPE] = { "sourcetype", "SPLUNK_HEC_SOURCETYPE", NULL,
			 "of events that name none [the token's]", false },
	[HOST] = { "host", "SPLUNK_HEC_HOST", NULL,
		   "of events that name none [this host]", false },
	[USE_ACK] = { "use_ack", "SPLUNK_HEC_USE_ACK", "false",
		      "wait until events are indexed; the token must have it",
		      .place = "acknowledge|use_ack" },
	[CHANNEL] = { "channel", "SPLUNK_HEC_CHANNEL", NULL,
		      "GUID of the channel [a new one in each run]", false },
	[ACK_INTERVAL] = { "ack_interval", "SPLUNK_HEC_ACK_INTERVAL", "10",
			   "seconds between questions whether they are",
			   false },
	[ACK_TIMEOUT] = { "ack_timeout", "SPLUNK_HEC_ACK_TIMEOUT", "300",
			  "seconds after which they are sent again", false },
	SETTING_LIMITS_ROWS(LIMITS, "SPLUNK_HEC", "1000000"),
	SETTING_TLS_ROWS(TLS, "SPLUNK_HEC"),
};

struct config {
	char *base; // "https://splunk.example.com:8088"
	const char *token, *index, *channel;
	bool is_raw;
	struct buf query; // "?host=web01&index=main", or nothing
	struct hec_terms terms;
};

/* "https://host:8088", or "host" for that. */
static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	return setting_address_url(address, ":8088", &values[URL], storage, e);
}

/* The URL as it was given may be that of an endpoint: take this off. */
static int plan_url(struct config *c, const struct settings *s, bool insecure,
		    struct err *e)
{
	static const char *const ends[] = { "/1.0", "/event", "/raw",
					    "/services/collector", NULL };

	return setting_base_url(s, URL, ends, true, insecure, &c->base, e);
}

static int plan_token(struct config *c, const struct settings *s,
		      struct dest_plan *plan, struct err *e)
{
	enum { GUID_LEN = 36 };

	if (setting_text(s, TOKEN, &c->token, e) < 0 ||
	    setting_word(s, TOKEN, e) < 0)
		return -1;
	if (strlen(c->token) < GUID_LEN)
		plan->warning = "the token is shorter than the 36 characters "
				"of a GUID: is all of it there?";
	return 0;
}

static void put_parameter(struct buf *query, const char *name,
			  const char *value)
{
	if (value == NULL)
		return;
	buf_printf(query, "%c%s=", query->len == 0 ? '?' : '&', name);
	url_put_escaped(query, slice_of(value));
}

/* What events have in common that say nothing else. */
static int plan_query(struct config *c, const struct settings *s, struct err *e)
{
	const char *const *values = s->values;
	char here[256] = "";

	if (values[HOST] == NULL && gethostname(here, sizeof(here) - 1) < 0)
		return err_sys(e, "gethostname");
	c->query = BUF_INIT(1 << 16);
	put_parameter(&c->query, "host",
		      values[HOST] != NULL ? values[HOST] : here);
	put_parameter(&c->query, "source", values[SOURCE]);
	put_parameter(&c->query, "sourcetype", values[SOURCETYPE]);
	put_parameter(&c->query, "index", values[INDEX]);
	c->index = values[INDEX];
	c->terms.index_is_ours = c->is_raw || c->index != NULL;
	return buf_status(&c->query) == 0
		       ? 0
		       : err_set(e, ERR_USAGE,
				 "host, source, sourcetype and "
				 "index are too long");
}

static bool is_guid(const char *s)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (i > 0 && *s++ != '-')
			return false;
		if (strspn(s, "0123456789abcdefABCDEF") < groups[i])
			return false;
		s += groups[i];
	}
	return *s == '\0';
}

static int plan_ack(struct config *c, const struct settings *s,
		    struct dest_limits *limits, struct err *e)
{
	if (setting_bool(s, USE_ACK, &c->terms.use_ack, e) < 0 ||
	    setting_seconds(s, ACK_INTERVAL, &limits->ask_every_ms, e) < 0 ||
	    setting_seconds(s, ACK_TIMEOUT, &limits->ask_for_ms, e) < 0)
		return -1;
	c->channel = s->values[CHANNEL];
	if (c->channel != NULL && !is_guid(c->channel))
		return err_set(e, ERR_USAGE,
			       "channel: %s is no GUID, as in "
			       "0f3f5f0e-3e3e-4f6c-9b5a-0c6a2f1d7e11",
			       c->channel);
	return 0;
}

static int add(const void *config, const struct dest_session *session,
	       const struct dest_record *record, size_t index, struct buf *body,
	       struct err *e)
{
	const struct config *c = config;

	(void)session;
	(void)index;
	return c->is_raw ? hec_put_line(record, body, e)
			 : hec_put_event(record, c->index, body, e);
}

/* What all requests have in common. */
static int put_request(const struct config *c,
		       const struct dest_session *session, const char *method,
		       const char *path, struct request *r, struct err *e)
{
	r->method = method;
	buf_printf(&r->url, "%s/services/collector/%s", c->base, path);
	buf_printf(&r->headers, "Authorization: Splunk %s\r\n", c->token);
	// Without one, a token that acknowledges refuses us, which is better
	// than acknowledgements that pile up because nobody asks for them.
	if (c->terms.use_ack || c->is_raw)
		buf_printf(&r->headers, "X-Splunk-Request-Channel: %s\r\n",
			   c->channel != NULL ? c->channel : session->channel);
	buf_printf(&r->headers, "Content-Type: %s\r\n",
		   strcmp(path, "raw") == 0 ? "text/plain; charset=utf-8"
					    : "application/json");
	return buf_status(&r->url) == 0 && buf_status(&r->headers) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "request: too long");
}

static int finish(const void *config, const struct dest_session *session,
		  struct request *r, struct err *e)
{
	const struct config *c = config;

	if (put_request(c, session, "POST", c->is_raw ? "raw" : "event", r, e) <
	    0)
		return -1;
	buf_put_slice(&r->url, buf_slice(&c->query));
	return buf_status(&r->url) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "url: too long");
}

static void judge(const void *config, struct dest_session *session,
		  const struct answer *answer, struct judgement *judgements,
		  size_t count)
{
	const struct config *c = config;

	hec_judge(&c->terms, session, answer, judgements, count);
}

static int ask(const void *config, const struct dest_session *session,
	       const uint64_t *tickets, size_t count, struct request *r,
	       struct err *e)
{
	if (put_request(config, session, "POST", "ack", r, e) < 0)
		return -1;
	hec_put_question(tickets, count, &r->body);
	return buf_status(&r->body) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "request: too long");
}

static void told(const void *config, struct dest_session *session,
		 const struct answer *answer, const uint64_t *tickets,
		 struct judgement *judgements, size_t count)
{
	(void)config;
	hec_told(session, answer, tickets, judgements, count);
}

/* Of --check. */
static const char *const steps[] = {
	[HEC_HEALTH] = "health",
	[HEC_EMPTY] = "credentials",
	[HEC_ACKS] = "acknowledgement",
	NULL,
};

static int check(const void *config, const struct dest_session *session,
		 unsigned step, struct request *r, struct err *e)
{
	static const uint64_t any_ticket = 0;
	const struct config *c = config;

	switch ((enum hec_step)step) {
	case HEC_HEALTH:
		return put_request(c, session, "GET", "health", r, e);
	case HEC_EMPTY:
		return put_request(c, session, "POST", "event", r, e);
	case HEC_ACKS:
		break;
	}
	return c->terms.use_ack ? ask(config, session, &any_ticket, 1, r, e)
				: 1;
}

static enum verdict checked(const void *config, struct dest_session *session,
			    unsigned step, const struct answer *answer,
			    struct err *finding)
{
	const struct config *c = config;

	return hec_checked(&c->terms, session, (enum hec_step)step, answer,
			   finding);
}

static const struct dest_request request = {
	.add = add,
	.finish = finish,
	.judge = judge,
	.ask = ask,
	.told = told,
	.steps = steps,
	.check = check,
	.checked = checked,
};

static void release(void *config)
{
	struct config *c = config;

	buf_free(&c->query);
	free(c->base);
	free(c);
}

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	static const char *const endpoints[] = { "event", "raw", NULL };
	const struct settings s = { table, values };
	struct config *c = calloc(1, sizeof(*c));
	unsigned endpoint;

	if (c == NULL)
		return err_sys(e, "settings");
	*plan = (struct dest_plan){ .request = &request,
				    .config = c,
				    .release = release };
	if (setting_choice(&s, ENDPOINT, endpoints, &endpoint, e) < 0)
		return -1;
	c->is_raw = endpoint == 1;
	if (setting_tls(&s, TLS, &plan->tls, e) < 0 ||
	    setting_limits(&s, LIMITS, &plan->limits, e) < 0 ||
	    plan_url(c, &s, plan->tls.insecure, e) < 0 ||
	    plan_token(c, &s, plan, e) < 0 || plan_query(c, &s, e) < 0 ||
	    plan_ack(c, &s, &plan->limits, e) < 0)
		return -1;
	c->terms.gzip = plan->limits.gzip;
	return 0;
}

const struct dest_type dest_splunk_hec = {
	.name = "splunk",
	.summary = "Splunk, by its HTTP Event Collector",
	.formats = "hec=--hec --host {host}|json=--json|cef=--cef|"
		   "leef=--leef|syslog=--rfc5424",
	.settings = table,
	.address = address,
	.plan = plan,
};

/*
 * http: any collector that takes records by HTTP.
 */
#include "core/base64.h"
#include "dest/dest.h"
#include "dest/setting.h"
#include "dest/web.h"
#include "net/url.h"

#include <stdlib.h>
#include <string.h>

enum {
	URL,
	METHOD,
	HEADERS,
	HEADER,
	USER,
	PASSWORD,
	TOKEN,
	CONTENT_TYPE,
	FRAMING,
	SUCCESS_CODES,
	SUCCESS_MATCH,
	RETRY_CODES,
	REJECT_CODES,
	CHECK_URL,
	IDENTITY,
	LIMITS = IDENTITY + WEB_IDENTITY_SETTINGS,
	TLS = LIMITS + LIMITS_SETTINGS,
	SETTINGS = TLS + TLS_SETTINGS,
};

static const struct dest_setting table[SETTINGS + 1] = {
	[URL] = { "url", "HTTP_URL", NULL,
		  "to send to, as in https://log.example.com/in", false },
	[METHOD] = { "method", "HTTP_METHOD", "POST", "POST, PUT or PATCH",
		     false },
	[HEADERS] = { "headers", "HTTP_HEADERS", NULL,
		      "more headers, NAME: VALUE, divided by |", false,
		      .list = '|' },
	[HEADER] = { "header", "HTTP_HEADER", NULL,
		     "the same, where they are secret", true, .list = '|' },
	[USER] = { "user", "HTTP_USER", NULL, "name for Basic authentication",
		   false },
	[PASSWORD] = { "password", "HTTP_PASSWORD", NULL,
		       "password of that user", true },
	[TOKEN] = { "token", "HTTP_TOKEN", NULL, "Bearer token", true },
	[CONTENT_TYPE] = { "content_type", "HTTP_CONTENT_TYPE", NULL,
			   "of a request [what suits the framing]", false },
	[FRAMING] = { "framing", "HTTP_FRAMING", "jsonl",
		      "jsonl, array, concat, otlp, or single: one by one",
		      false },
	[SUCCESS_CODES] = { "success_codes", "HTTP_SUCCESS_CODES", "2xx",
			    "statuses by which records are delivered", false,
			    .list = ',' },
	[SUCCESS_MATCH] = { "success_match", "HTTP_SUCCESS_MATCH", NULL,
			    "text such an answer has in it [no web page]",
			    false },
	[RETRY_CODES] = { "retry_codes", "HTTP_RETRY_CODES",
			  "408,425,429,500,502-599",
			  "statuses to try again after", false, .list = ',' },
	[REJECT_CODES] = { "reject_codes", "HTTP_REJECT_CODES", "400,422",
			   "statuses that speak of a record", false,
			   .list = ',' },
	[CHECK_URL] = { "check_url", "HTTP_CHECK_URL", NULL,
			"whose GET tells --check of us [a HEAD of url]",
			false },
	WEB_IDENTITY_ROWS(IDENTITY, "HTTP"),
	SETTING_LIMITS_ROWS(LIMITS, "HTTP", "1000000"),
	SETTING_TLS_ROWS(TLS, "HTTP"),
};

static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	// "http:https://host/path" and "http://host/path" are both said.
	const bool is_rest = strncmp(address, "//", 2) == 0;
	struct buf url = BUF_INIT(1 << 16);

	buf_puts(&url, is_rest ? "http:" : "");
	buf_puts(&url,
		 strstr(address, "://") != NULL || is_rest ? "" : "https://");
	buf_puts(&url, address);
	values[URL] = setting_copy(storage, buf_slice(&url), e);
	buf_free(&url);
	return values[URL] != NULL ? 0 : -1;
}

/* "Basic", "Bearer", or neither where tokens are fetched or nobody asks. */
static int plan_identity(struct web_target *c, const struct settings *s,
			 bool insecure, struct err *e)
{
	const char *const *values = s->values;
	struct buf pair = BUF_INIT(4096);

	if (web_read_identity(s, IDENTITY, insecure, &c->client, e) < 0)
		return -1;
	if ((values[USER] != NULL) + (values[TOKEN] != NULL) +
		    (c->client.url != NULL) >
	    1)
		return err_set(e, ERR_USAGE,
			       "user, token and token_endpoint exclude each "
			       "other");
	if (values[PASSWORD] != NULL && values[USER] == NULL)
		return err_set(e, ERR_USAGE, "password needs user");
	if (values[TOKEN] != NULL &&
	    !web_put_header("Authorization", "Bearer ", values[TOKEN],
			    &c->headers))
		return err_set(e, ERR_USAGE,
			       "token: there is something in it that no "
			       "header can carry");
	if (values[USER] == NULL)
		return 0;
	if (strchr(values[USER], ':') != NULL)
		return err_set(e, ERR_USAGE,
			       "user: %s: no name has a colon in it",
			       values[USER]);
	buf_printf(&pair, "%s:%s", values[USER],
		   values[PASSWORD] != NULL ? values[PASSWORD] : "");
	buf_puts(&c->headers, "Authorization: Basic ");
	base64_put(&c->headers, buf_slice(&pair));
	buf_puts(&c->headers, "\r\n");
	bool fits = buf_status(&pair) == 0;
	if (pair.data != NULL)
		explicit_bzero(pair.data, pair.cap);
	buf_free(&pair);
	return fits ? 0 : err_set(e, ERR_USAGE, "user: too long");
}

static int plan_codes(struct web_target *c, const struct settings *s,
		      struct err *e)
{
	c->terms.match = s->values[SUCCESS_MATCH];
	c->terms.where = "nothing there takes records: check url and method";
	if (web_read_codes(s, SUCCESS_CODES, &c->terms.success, e) < 0 ||
	    web_read_codes(s, RETRY_CODES, &c->terms.retry, e) < 0 ||
	    web_read_codes(s, REJECT_CODES, &c->terms.reject, e) < 0)
		return -1;
	return 0;
}

static int plan_request(struct web_target *c, const struct settings *s,
			struct dest_plan *plan, struct err *e)
{
	static const char *const framings[] = { "jsonl", "array",  "concat",
						"otlp",  "single", NULL };
	static const char *const methods[] = { "POST", "PUT", "PATCH", NULL };
	const char *const *values = s->values;
	const bool is_secret = values[HEADER] != NULL || values[USER] != NULL ||
			       values[TOKEN] != NULL || c->client.url != NULL;
	unsigned framing, method;

	if (setting_text(s, URL, &c->url, e) < 0 ||
	    setting_choice(s, METHOD, methods, &method, e) < 0 ||
	    setting_choice(s, FRAMING, framings, &framing, e) < 0)
		return -1;
	if (url_check(c->url, is_secret, plan->tls.insecure, e) < 0)
		return err_prefix(e, "url");
	c->method = methods[method];
	c->framing = (enum web_framing)framing;
	c->terms.is_otlp = c->framing == WEB_OTLP;
	c->content_type = values[CONTENT_TYPE];
	if (c->framing == WEB_SINGLE)
		plan->limits.best_count = 1;
	return 0;
}

static int plan_check(struct web_target *c, const struct settings *s,
		      bool insecure, struct err *e)
{
	const char *url = s->values[CHECK_URL];

	if (url == NULL)
		return 0;
	if (url_check(url, true, insecure, e) < 0)
		return err_prefix(e, "check_url");
	c->check_url = strdup(url);
	return c->check_url != NULL ? 0 : err_sys(e, "check_url");
}

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	const struct settings s = { table, values };
	struct web_target *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_sys(e, "settings");
	*plan = (struct dest_plan){ .config = c, .release = web_release };
	c->headers = BUF_INIT(1 << 16);
	if (setting_tls(&s, TLS, &plan->tls, e) < 0 ||
	    setting_limits(&s, LIMITS, &plan->limits, e) < 0 ||
	    web_put_headers(&s, HEADERS, &c->headers, e) < 0 ||
	    web_put_headers(&s, HEADER, &c->headers, e) < 0 ||
	    plan_identity(c, &s, plan->tls.insecure, e) < 0 ||
	    plan_codes(c, &s, e) < 0 ||
	    plan_check(c, &s, plan->tls.insecure, e) < 0 ||
	    plan_request(c, &s, plan, e) < 0)
		return -1;
	plan->request = web_request(c);
	return 0;
}

const struct dest_type dest_http = {
	.name = "http",
	.summary = "any collector that takes records by HTTP",
	.formats = DEST_FORMATS_ANY,
	.settings = table,
	.address = address,
	.plan = plan,
};

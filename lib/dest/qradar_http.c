/*
 * qradar_http: IBM QRadar's HTTP Receiver, a log source that takes posts.
 *
 * Each line of a post is an event where the log source has a Message Pattern;
 * without one the whole post is. What is longer than it is set to accept
 * becomes two events, of which the second cannot be parsed.
 */
#include "dest/dest.h"
#include "dest/setting.h"
#include "dest/web.h"
#include "net/url.h"

#include <stdlib.h>
#include <string.h>

enum {
	URL,
	TOKEN_HEADER,
	TOKEN,
	MAX_LINE,
	LIMITS,
	TLS = LIMITS + LIMITS_SETTINGS,
	SETTINGS = TLS + TLS_SETTINGS,
};

static const struct dest_setting table[SETTINGS + 1] = {
	[URL] = { "url", "QRADAR_URL", NULL,
		  "of the receiver, as in https://qradar.example.com:12469",
		  false, .place = "endpoint|url" },
	[TOKEN_HEADER] = { "token_header", "QRADAR_TOKEN_HEADER",
			   "Authorization", "the header of the token", false },
	[TOKEN] = { "token", "QRADAR_TOKEN", NULL,
		    "what the receiver wants in it [none]", true },
	[MAX_LINE] = { "max_line", "QRADAR_MAX_LINE", "8192",
		       "bytes of a line at most; 0: any", false },
	SETTING_LIMITS_ROWS(LIMITS, "QRADAR", "1000000"),
	SETTING_TLS_ROWS(TLS, "QRADAR"),
};

static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	return setting_address_url(address, ":12469", &values[URL], storage, e);
}

static int plan_token(struct web_target *t, const struct settings *s,
		      struct err *e)
{
	const char *token = s->values[TOKEN];
	const char *name;

	if (token == NULL)
		return 0;
	if (setting_text(s, TOKEN_HEADER, &name, e) < 0)
		return -1;
	if (!web_put_header(name, "", token, &t->headers))
		return err_set(e, ERR_USAGE,
			       "token_header: %s and token make no header",
			       name);
	return 0;
}

static int plan_target(struct web_target *t, const struct settings *s,
		       const struct dest_plan *plan, struct err *e)
{
	*t = (struct web_target){
		.name = "QRadar",
		.method = "POST",
		.content_type = "text/plain; charset=utf-8",
		.framing = WEB_JSONL,
		.headers = BUF_INIT(1 << 16),
		.is_blind = true,
		.terms = { .where = "nothing there takes events: check url, "
				    "and that the log source is enabled" },
	};
	web_put_codes(&t->terms.success, 200, 299);
	if (setting_text(s, URL, &t->url, e) < 0 ||
	    setting_size(s, MAX_LINE, &t->max_line, e) < 0)
		return -1;
	if (url_check(t->url, s->values[TOKEN] != NULL, plan->tls.insecure, e) <
	    0)
		return err_prefix(e, "url");
	return plan_token(t, s, e);
}

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	const struct settings s = { table, values };
	struct web_target *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return err_sys(e, "settings");
	*plan = (struct dest_plan){ .config = t, .release = web_release };
	if (setting_tls(&s, TLS, &plan->tls, e) < 0 ||
	    setting_limits(&s, LIMITS, &plan->limits, e) < 0 ||
	    plan_target(t, &s, plan, e) < 0)
		return -1;
	plan->request = web_request(t);
	return 0;
}

const struct dest_type dest_qradar_http = {
	.name = "qradar",
	.summary = "IBM QRadar, by its HTTP Receiver",
	.formats = "leef=--leef|cef=--cef|json=--json",
	.settings = table,
	.address = address,
	.plan = plan,
};

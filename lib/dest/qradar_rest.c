/*
 * qradar_rest: an endpoint of IBM QRadar's own that takes events, as an app
 * behind its API does. QRadar itself has none: by its API it is asked, and what
 * it takes comes in by log sources.
 */
#include "dest/dest.h"
#include "dest/setting.h"
#include "dest/web.h"
#include "net/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ENDPOINT,
	AUTH_METHOD,
	API_KEY,
	API_VERSION,
	FRAMING,
	IDENTITY,
	LIMITS = IDENTITY + WEB_IDENTITY_SETTINGS,
	TLS = LIMITS + LIMITS_SETTINGS,
	SETTINGS = TLS + TLS_SETTINGS,
};

static const struct dest_setting table[SETTINGS + 1] = {
	[ENDPOINT] = { "endpoint", "QRADAR_ENDPOINT", NULL,
		       "URL that takes events, of an app of yours", false },
	[AUTH_METHOD] = { "auth_method", "QRADAR_AUTH_METHOD", "api_key",
			  "api_key, or oauth2", false },
	[API_KEY] = { "api_key", "QRADAR_API_KEY", NULL,
		      "token of an authorized service", true },
	[API_VERSION] = { "api_version", "QRADAR_API_VERSION", NULL,
			  "of the API, as in 17.0 [the newest]", false },
	[FRAMING] = { "framing", "QRADAR_FRAMING", "array",
		      "array, jsonl, concat, or single: one by one", false },
	WEB_IDENTITY_ROWS(IDENTITY, "QRADAR"),
	SETTING_LIMITS_ROWS(LIMITS, "QRADAR", "1000000"),
	SETTING_TLS_ROWS(TLS, "QRADAR"),
};

static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	return setting_address_url(address, ":443", &values[ENDPOINT], storage,
				   e);
}

static int plan_identity(struct web_target *t, const struct settings *s,
			 bool insecure, struct err *e)
{
	static const char *const methods[] = { "api_key", "oauth2", NULL };
	const char *version = s->values[API_VERSION];
	const char *key;
	unsigned method;

	if (version != NULL &&
	    !web_put_header("Version", "", version, &t->headers))
		return err_set(e, ERR_USAGE,
			       "api_version: %s is none, as in "
			       "17.0",
			       version);
	if (setting_choice(s, AUTH_METHOD, methods, &method, e) < 0)
		return -1;
	if (method == 1) {
		const char *url;

		if (setting_text(s, IDENTITY + WEB_TOKEN_ENDPOINT, &url, e) < 0)
			return -1;
		return web_read_identity(s, IDENTITY, insecure, &t->client, e);
	}
	if (setting_text(s, API_KEY, &key, e) < 0)
		return -1;
	return web_put_header("SEC", "", key, &t->headers)
		       ? 0
		       : err_set(e, ERR_USAGE,
				 "api_key: there is something in it that no "
				 "header can carry");
}

/* The console that the app is of tells who has a key; of tokens it knows
   nothing. */
static int plan_check(struct web_target *t, struct err *e)
{
	struct url u;

	if (t->client.url != NULL)
		return 0;
	if (url_split(t->url, &u, e) < 0)
		return err_prefix(e, "endpoint");
	if (asprintf(&t->check_url, "%s://%s:%s/api/help/versions", u.scheme,
		     u.host, u.port) < 0) {
		t->check_url = NULL;
		err_sys(e, "endpoint");
	}
	url_free(&u);
	return t->check_url != NULL ? 0 : -1;
}

static int plan_target(struct web_target *t, const struct settings *s,
		       struct dest_plan *plan, struct err *e)
{
	static const char *const framings[] = { "jsonl", "array", "concat",
						"single", NULL };
	unsigned framing;

	*t = (struct web_target){
		.name = "QRadar",
		.method = "POST",
		.headers = BUF_INIT(1 << 16),
		.terms = { .where = "nothing there takes events: check "
				    "endpoint" },
	};
	buf_puts(&t->headers, "Accept: application/json\r\n");
	web_put_codes(&t->terms.success, 200, 299);
	web_put_codes(&t->terms.reject, 400, 400);
	web_put_codes(&t->terms.reject, 422, 422);
	if (setting_text(s, ENDPOINT, &t->url, e) < 0 ||
	    setting_choice(s, FRAMING, framings, &framing, e) < 0)
		return -1;
	if (url_check(t->url, true, plan->tls.insecure, e) < 0)
		return err_prefix(e, "endpoint");
	t->framing = (enum web_framing)framing;
	if (t->framing == WEB_SINGLE)
		plan->limits.best_count = 1;
	if (plan_identity(t, s, plan->tls.insecure, e) < 0)
		return -1;
	return plan_check(t, e);
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

const struct dest_type dest_qradar_rest = {
	.name = "qradar",
	.summary = "IBM QRadar, by an endpoint of an app",
	.formats = "json=--json|leef=--leef|cef=--cef",
	.settings = table,
	.address = address,
	.plan = plan,
};

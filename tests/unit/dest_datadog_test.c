/* Datadog: what becomes of a line, and what an answer means. */
#include "carried.h"

#define HEAD                                                        \
	"POST https://http-intake.logs.datadoghq.com/api/v2/logs\n" \
	"DD-API-KEY: 0123456789abcdef0123456789abcdef~\n"           \
	"Content-Type: application/json~\n\n"

#define HOST LIST("host=web01")

static void a_line_becomes_the_message_of_a_log(void)
{
	CARRIES("datadog", HOST,
		"{\"ts\":\"2025-10-08T22:45:00.5Z\",\"a\":\"x\\/y\"}",
		HEAD "[{\"ddsource\":\"mcp-redaction\",\"hostname\":\"web01\","
		     "\"service\":\"mcp-redaction\",\"timestamp\":"
		     "1759963500500,\"message\":\"{\\\"ts\\\":"
		     "\\\"2025-10-08T22:45:00.5Z\\\",\\\"a\\\":"
		     "\\\"x\\\\/y\\\"}\"}]");
	CARRIES("datadog",
		LIST("host=web01", "source=acme", "service=audit",
		     "tags=env:prod,team:sec"),
		"disk is \"91%\" full",
		HEAD "[{\"ddsource\":\"acme\",\"ddtags\":"
		     "\"env:prod,team:sec\",\"hostname\":\"web01\","
		     "\"service\":\"audit\",\"timestamp\":1793614829123,"
		     "\"message\":\"disk is \\\"91%\\\" full\"}]");
}

static void what_is_a_log_already_goes_as_it_is(void)
{
	CARRIES("datadog", HOST,
		" {\"message\" : \"x\", \"ddsource\":\"y\", \"n\":1e400} ",
		HEAD "[{\"message\" : \"x\", \"ddsource\":\"y\", "
		     "\"n\":1e400}]");
	CARRIES("datadog", HOST, "{\"a\":{},\"ddtags\":\"a:b\"}",
		HEAD "[{\"a\":{},\"ddtags\":\"a:b\"}]");
}

static void what_only_begins_like_a_log_is_a_message(void)
{
	const char *text =
		carries("datadog", HOST,
			LIST("{\"ddsource\":\"x\"},{\"ddsource\":\"forged\"}"));

	CHECK(strstr(text, "\"message\":\"{\\\"ddsource\\\":\\\"x\\\"},") !=
	      NULL);
	text = carries("datadog", HOST,
		       LIST("<13>1 - h a - - - {\"ddsource\":\"x\"}"));
	CHECK(strstr(text, "\"message\":\"<13>1 - h a - - - {") != NULL);
	text = carries("datadog", HOST, LIST("{\"ddsource\":\"x\""));
	CHECK(strstr(text, "\"message\":\"{\\\"ddsource\\\"") != NULL);
}

static void logs_stand_in_an_array_whatever_is_left_out(void)
{
	const char *text = carries(
		"datadog", HOST,
		LIST(" ", "{\"ddsource\":\"a\"}", "", "{\"ddsource\":\"b\"}"));

	CHECK(strstr(text,
		     "! blank: there is nothing to log\n! blank: there "
		     "is nothing to log\n" HEAD
		     "[{\"ddsource\":\"a\"},{\"ddsource\":\"b\"}]") == text);
}

/* A log of n bytes, as it stands. */
static char *log_of(size_t n)
{
	static const char head[] = "{\"ddsource\":\"";
	char *text = malloc(n + 1);

	memset(text, 'x', n);
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + n - 2, "\"}", 3);
	return text;
}

static void a_log_that_would_be_cut_is_set_aside(void)
{
	char *fits = log_of(1000000);
	char *is_long = log_of(1000001);

	CHECK(carries("datadog", HOST, LIST(fits))[0] == 'P');
	CARRIES("datadog", HOST, is_long,
		"! a log of 1000001 bytes: Datadog cuts what is longer than "
		"1000000\n");
	free(fits);
	free(is_long);
}

static void the_site_decides_where_logs_go(void)
{
	static const char *const rows[][2] = {
		{ "datadog:us5.datadoghq.com",
		  "POST https://http-intake.logs.us5.datadoghq.com/api/v2/"
		  "logs\n" },
		{ "datadog:https://proxy.example.com:8443/",
		  "POST https://proxy.example.com:8443/api/v2/logs\n" },
		{ "datadog:https://h/api/v2/logs",
		  "POST https://h/api/v2/logs\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(strncmp(carries(rows[i][0], HOST, LIST("x")), rows[i][1],
			      strlen(rows[i][1])) == 0);
}

static void settings_that_make_no_sense_are_named(void)
{
	static const char *const rows[][2] = {
		{ "site=x/y", "! datadog: site: x/y is none, as in "
			      "datadoghq.eu" },
		{ "batch_size=1001",
		  "! datadog: batch_size: Datadog takes 1000 logs at most" },
		{ "batch_bytes=5000000", "! datadog: batch_bytes: Datadog "
					 "takes less than 5000000 bytes" },
		{ "service=", "! datadog: service is missing (-o service=..., "
			      "or DATADOG_SERVICE)" },
		{ "url=http://h",
		  "! datadog: url: http:// would show the credential" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(strncmp(carries("datadog", LIST(rows[i][0]), LIST("x")),
			      rows[i][1], strlen(rows[i][1])) == 0);
	unsetenv("DATADOG_API_KEY");
	CARRIES("datadog", NOTHING, "x",
		"! datadog: api_key is missing (DATADOG_API_KEY)");
	setenv("DATADOG_API_KEY", "a b", 1);
	CARRIES("datadog", NOTHING, "x",
		"! datadog: api_key: there is a blank in it, or what no header "
		"can carry");
	setenv("DATADOG_API_KEY", "0123456789abcdef0123456789abcdef", 1);
}

static const char bad[] = "{\"errors\":[{\"status\":\"400\",\"title\":\"Bad "
			  "Request\",\"detail\":\"Invalid JSON\"}]}";

static void every_status_has_its_verdict(void)
{
	static const struct judged rows[] = {
		{ 202, "", "{}", 3, VERDICT_DELIVERED, 0, NULL },
		{ 202, "", "", 1, VERDICT_DELIVERED, 0, NULL },
		{ 200, "", "{}", 3, VERDICT_DELIVERED, 0, NULL },
		{ 400, "", bad, 3, VERDICT_SPLIT, 0,
		  "Datadog cannot read it: \"Invalid JSON\"" },
		{ 400, "", bad, 1, VERDICT_REJECT, 0,
		  "Datadog cannot read it: \"Invalid JSON\"" },
		{ 401, "", "{\"errors\":[\"Unauthorized\"]}", 3, VERDICT_HOLD,
		  0, "the API key is missing: \"Unauthorized\"" },
		{ 403, "", "{\"errors\":[{\"title\":\"Denied\"}]}", 1,
		  VERDICT_HOLD, 0,
		  "not allowed: is api_key a key of this site?: \"Denied\"" },
		{ 403, "", "{\"errors\":[\"Forbidden\"]}", 3, VERDICT_HOLD, 0,
		  "not allowed: is api_key a key of this site?: "
		  "\"Forbidden\"" },
		{ 404, "", "", 3, VERDICT_HOLD, 0, "no intake there" },
		{ 408, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 413, "", "", 3, VERDICT_SPLIT, 0, "too large" },
		{ 413, "", "", 1, VERDICT_REJECT, 0, "too large" },
		{ 429, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 429, "x-ratelimit-reset: 7\r\n", "", 3, VERDICT_RETRY, 7000,
		  NULL },
		{ 429, "X-RateLimit-Reset: 99999999999999999999\r\n", "", 3,
		  VERDICT_RETRY, 300000, NULL },
		{ 429, "X-RateLimit-Reset: soon\r\n", "", 3, VERDICT_RETRY,
		  WAIT_BACKOFF, NULL },
		{ 429, "X-RateLimit-Reset: 0\r\n", "", 3, VERDICT_RETRY,
		  WAIT_BACKOFF, NULL },
		{ 429, "X-RateLimit-Reset:\r\n", "", 3, VERDICT_RETRY,
		  WAIT_BACKOFF, NULL },
		{ 500, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 502, "", "<html>", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 503, "X-RateLimit-Reset: 7\r\n", "", 3, VERDICT_RETRY,
		  WAIT_BACKOFF, NULL },
	};
	struct dest d;
	struct err e;

	CHECK(dest_open(&d, "datadog", NULL, 0, &e) == 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(is_judged(&d, &rows[i], -1));
	dest_close(&d);
}

static void an_answer_that_is_not_datadogs_costs_no_record(void)
{
	static const struct judged rows[] = {
		{ 200, "", "<!doctype html><html>", 3, VERDICT_RETRY,
		  WAIT_BACKOFF, "success, but not in the words of Datadog" },
		{ 200, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 200, "", "[]", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 204, "", "{}", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 200, "", bad, 2, VERDICT_RETRY, WAIT_BACKOFF,
		  "success, but not in the words of Datadog: is there a proxy "
		  "in between?: \"Invalid JSON\"" },
		{ 202, "", "{\"errors\":[]}", 1, VERDICT_RETRY, WAIT_BACKOFF,
		  NULL },
		{ 302, "", "", 1, VERDICT_HOLD, 0, NULL },
		{ 400, "", "<html>", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 400, "", "{\"errors\":1}", 1, VERDICT_RETRY, WAIT_BACKOFF,
		  NULL },
		{ 418, "", bad, 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 0, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
	};
	struct dest d;
	struct err e;

	CHECK(dest_open(&d, "datadog", NULL, 0, &e) == 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(is_judged(&d, &rows[i], -1));
	dest_close(&d);
}

static void retry_after_counts_more_than_the_limit(void)
{
	const struct judged want = {
		429, "X-RateLimit-Reset: 7\r\n", "", 2, VERDICT_RETRY, 2000,
		NULL
	};
	struct dest d;
	struct err e;

	CHECK(dest_open(&d, "datadog", NULL, 0, &e) == 0);
	CHECK(is_judged(&d, &want, 2000));
	CHECK(d.plan.limits.best_count == 1000);
	dest_close(&d);
}

/* What --check finds. */
static enum verdict finding(const char *spec, int status, const char *body,
			    const char *want_url, const char *want)
{
	const struct answer answer = { .status = status,
				       .body = slice_of(body) };
	struct dest_session session = { 0 };
	struct request r = { .url = BUF_INIT(1 << 16),
			     .headers = BUF_INIT(1 << 16) };
	struct err e = { 0 };
	struct dest d;

	CHECK(dest_open(&d, spec, NULL, 0, &e) == 0);
	CHECK(d.plan.request->check(d.plan.config, &session, 0, &r, &e) == 0);
	CHECK(strcmp(buf_str(&r.url), want_url) == 0);
	CHECK(strcmp(r.method, "GET") == 0);
	// Who the intake is, and who we are there, is not for the API.
	CHECK(r.elsewhere == (strstr(want_url, "//api.") != NULL));
	enum verdict v = d.plan.request->checked(d.plan.config, &session, 0,
						 &answer, &e);
	CHECK(strcmp(e.text, want) == 0);
	buf_free(&r.url);
	buf_free(&r.headers);
	dest_close(&d);
	return v;
}

static void a_key_is_checked_where_keys_are_known(void)
{
	static const char eu[] = "https://api.datadoghq.eu/api/v1/validate";

	CHECK(finding("datadog:datadoghq.eu", 200, "{\"valid\":true}", eu,
		      "the API key is valid") == VERDICT_DELIVERED);
	CHECK(finding("datadog:datadoghq.eu", 403, "{}", eu,
		      "status 403, not allowed: is api_key a key of this "
		      "site?") == VERDICT_HOLD);
	CHECK(finding("datadog:datadoghq.eu", 200, "<html>", eu,
		      "status 200, success, but not in the words of Datadog: "
		      "is there a proxy in between?") == VERDICT_RETRY);
	CHECK(finding("datadog:datadoghq.eu", 503, "", eu,
		      "status 503, and no word of why: try again later") ==
	      VERDICT_RETRY);
	CHECK(finding("datadog:https://h", 404, "", "https://h/api/v1/validate",
		      "not told: status 404; --check=send shows whether "
		      "records are taken") == VERDICT_PENDING);
}

int main(void)
{
	setenv("DATADOG_API_KEY", "0123456789abcdef0123456789abcdef", 1);
	RUN(a_line_becomes_the_message_of_a_log);
	RUN(what_is_a_log_already_goes_as_it_is);
	RUN(what_only_begins_like_a_log_is_a_message);
	RUN(logs_stand_in_an_array_whatever_is_left_out);
	RUN(a_log_that_would_be_cut_is_set_aside);
	RUN(the_site_decides_where_logs_go);
	RUN(settings_that_make_no_sense_are_named);
	RUN(every_status_has_its_verdict);
	RUN(an_answer_that_is_not_datadogs_costs_no_record);
	RUN(retry_after_counts_more_than_the_limit);
	RUN(a_key_is_checked_where_keys_are_known);
	return check_done();
}

/* QRadar by HTTP: what requests look like, and what an answer means. */
#include "asked.h"
#include "carried.h"

#define HTTP "transport=http_receiver"
#define REST "transport=rest_api"
#define TEXT "Content-Type: text/plain; charset=utf-8~\n"
#define JSON "Content-Type: application/json~\nAccept: application/json~\n"

static void the_receiver_gets_lines_as_they_are(void)
{
	const char *text = carries("qradar:siem.example.com", LIST(HTTP),
				   LIST("LEEF:1.0|a", "{\"b\":1}"));

	CHECK(strcmp(text, "POST https://siem.example.com:12469\n" TEXT
			   "\nLEEF:1.0|a\n{\"b\":1}\n") == 0);
	CARRIES("qradar:h", LIST(HTTP, "max_line=3"), "abc",
		"POST https://h:12469\n" TEXT "\nabc\n");
	CHECK(strncmp(carries("qradar:h", LIST(HTTP, "max_line=3"),
			      LIST("abcd")),
		      "! 4 bytes, more than the 3 that QRadar is taken to "
		      "accept",
		      57) == 0);
	setenv("QRADAR_TOKEN", "s3cret", 1);
	CARRIES("qradar:https://h/x", LIST(HTTP), "a",
		"POST https://h/x\n" TEXT "Authorization: s3cret~\n\na\n");
	CARRIES("qradar:https://h/x", LIST(HTTP, "token_header=X-Auth"), "a",
		"POST https://h/x\n" TEXT "X-Auth: s3cret~\n\na\n");
	unsetenv("QRADAR_TOKEN");
}

static void the_endpoint_is_asked_as_the_api_is(void)
{
	setenv("QRADAR_API_KEY", "s3cret", 1);
	CARRIES("qradar:https://h/app", LIST(REST, "api_version=17.0"),
		"{\"a\":1}",
		"POST https://h/app\n" JSON
		"Version: 17.0~\nSEC: s3cret~\n\n[{\"a\":1}]");
	unsetenv("QRADAR_API_KEY");
	setenv("QRADAR_CLIENT_SECRET", "s", 1);
	CARRIES("qradar:https://h/app",
		LIST(REST, "auth_method=oauth2", "token_endpoint=https://t",
		     "client_id=c"),
		"x",
		"POST https://h/app\n" JSON
		"Authorization: Bearer fetched~\n\n[\"x\"]");
	unsetenv("QRADAR_CLIENT_SECRET");
}

static void what_makes_no_sense_is_named(void)
{
	CARRIES("qradar:h", LIST(REST, "auth_method=oauth"), "x",
		"! qradar: auth_method: unknown: oauth (did you mean oauth2?)");
	CARRIES("qradar:h", LIST(REST), "x",
		"! qradar: api_key is missing (QRADAR_API_KEY)");
	setenv("QRADAR_API_KEY", "k", 1);
	CHECK(strncmp(carries("qradar:http://h", LIST(REST), LIST("x")),
		      "! qradar: endpoint: http:// would show", 38) == 0);
	setenv("QRADAR_API_KEY", "a\nb", 1);
	CARRIES("qradar:h", LIST(REST), "x",
		"! qradar: api_key: there is something in it that no header "
		"can carry");
	unsetenv("QRADAR_API_KEY");
	CHECK(strncmp(carries("qradar:h", LIST(HTTP, "max_line=x"), LIST("x")),
		      "! qradar: max_line: x is not a size", 35) == 0);
	setenv("QRADAR_TOKEN", "t", 1);
	CHECK(strncmp(carries("qradar:http://h", LIST(HTTP), LIST("x")),
		      "! qradar: url: http:// would show", 33) == 0);
	unsetenv("QRADAR_TOKEN");
}

static void judge_all(const char *const *options, const struct judged *rows,
		      size_t count)
{
	struct dest d;
	struct err e = { 0 };

	CHECK(dest_open(&d, "qradar:https://h", options, count_of(options),
			&e) == 0);
	for (size_t i = 0; i < count; i++)
		CHECK(is_judged(&d, &rows[i], -1));
	dest_close(&d);
}

#define JUDGED(options, rows) \
	judge_all(options, rows, sizeof(rows) / sizeof((rows)[0]))

static void every_status_has_its_verdict(void)
{
	static const struct judged both[] = {
		{ 200, "", "", 3, VERDICT_DELIVERED, 0, NULL },
		{ 202, "", "", 3, VERDICT_DELIVERED, 0, NULL },
		{ 200, "", "<html>", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 302, "", "", 3, VERDICT_HOLD, 0, "nothing there takes" },
		{ 400, "", "", 3, VERDICT_SPLIT, 0, NULL },
		{ 401, "", "", 3, VERDICT_HOLD, 0, "not allowed" },
		{ 403, "", "", 3, VERDICT_HOLD, 0, "not allowed" },
		{ 404, "", "", 3, VERDICT_HOLD, 0, "nothing there takes" },
		{ 413, "", "", 3, VERDICT_SPLIT, 0, "too large" },
		{ 413, "", "", 1, VERDICT_REJECT, 0, "too large" },
		{ 405, "", "", 3, VERDICT_HOLD, 0, "nothing there takes" },
		{ 407, "", "", 3, VERDICT_HOLD, 0, "the proxy" },
		{ 408, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 415, "", "", 3, VERDICT_HOLD, 0, "nothing there takes" },
		{ 429, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 501, "", "", 3, VERDICT_HOLD, 0, "nothing there takes" },
		{ 502, "", "<html>", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 504, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 0, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 500, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 503, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
	};
	static const struct judged receiver[] = {
		{ 400, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 422, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
	};
	static const struct judged api[] = {
		{ 400, "", "", 1, VERDICT_REJECT, 0, NULL },
		{ 422, "", "", 1, VERDICT_REJECT, 0, NULL },
	};

	JUDGED(LIST(HTTP), both);
	JUDGED(LIST(HTTP), receiver);
	setenv("QRADAR_API_KEY", "s3cret", 1);
	JUDGED(LIST(REST), both);
	JUDGED(LIST(REST), api);
	unsetenv("QRADAR_API_KEY");
}

static void only_the_console_is_asked_who_has_a_key(void)
{
	CHECK(strcmp(check_asks("qradar:h", LIST(HTTP)), "none") == 0);
	setenv("QRADAR_API_KEY", "s3cret", 1);
	CHECK(strcmp(check_asks("qradar:https://h:8443/app/in", LIST(REST)),
		     "GET https://h:8443/api/help/versions ") == 0);
	unsetenv("QRADAR_API_KEY");
	setenv("QRADAR_CLIENT_SECRET", "s3cret", 1);
	CHECK(strcmp(check_asks("qradar:https://h/app/in",
				LIST(REST, "auth_method=oauth2",
				     "client_id=app",
				     "token_endpoint=https://h/token")),
		     "HEAD https://h/app/in ") == 0);
	unsetenv("QRADAR_CLIENT_SECRET");
}

int main(void)
{
	RUN(the_receiver_gets_lines_as_they_are);
	RUN(the_endpoint_is_asked_as_the_api_is);
	RUN(what_makes_no_sense_is_named);
	RUN(every_status_has_its_verdict);
	RUN(only_the_console_is_asked_who_has_a_key);
	return check_done();
}

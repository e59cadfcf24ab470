/* http: what requests look like, and what an answer means. */
#include "asked.h"
#include "carried.h"

#define HEAD(type) "POST https://h/in\nContent-Type: " type "~\n"
#define NDJSON "application/x-ndjson"
#define JSON "application/json"
#define TEXT "text/plain; charset=utf-8"

static void each_framing_has_its_body_and_type(void)
{
	static const struct {
		const char *framing;
		const char *want;
	} rows[] = {
		{ "framing=jsonl", HEAD(NDJSON) "\n{\"a\":1}\nx \"y\"\n" },
		{ "framing=array", HEAD(JSON) "\n[{\"a\":1},\"x \\\"y\\\"\"]" },
		{ "framing=concat", HEAD(JSON) "\n{\"a\":1}\"x \\\"y\\\"\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(strcmp(carries("http:https://h/in", LIST(rows[i].framing),
				     LIST("{\"a\":1}", "x \"y\"")),
			     rows[i].want) == 0);
	CARRIES("http:h/in", LIST("framing=single"), " {\"a\":1}",
		HEAD(JSON) "\n {\"a\":1}");
	CARRIES("http:h/in", LIST("framing=single"), "{\"a\":1",
		HEAD(TEXT) "\n{\"a\":1");
	CARRIES("http:h/in", NOTHING, "<13>x", HEAD(TEXT) "\n<13>x\n");
	CARRIES("http:h/in", LIST("framing=array"), "{\"a\":1}],[{\"b\":2}",
		HEAD(JSON) "\n[\"{\\\"a\\\":1}],[{\\\"b\\\":2}\"]");
	CARRIES("http:h/in", NOTHING, " ",
		"! blank: there is nothing to send\n");
}

static void a_request_is_what_the_settings_say(void)
{
	CARRIES("http:https://h/in",
		LIST("method=put", "content_type=text/x",
		     "headers=X-A: 1 | X-B:2"),
		"x",
		"PUT https://h/in\nContent-Type: text/x~\nX-A: 1~\n"
		"X-B:2~\n\nx\n");
	CARRIES("http://127.0.0.1:1/in", NOTHING, "x",
		"POST http://127.0.0.1:1/in\nContent-Type: " TEXT "~\n\nx\n");
}

static void whoever_we_are_is_in_a_header(void)
{
	setenv("HTTP_PASSWORD", "changeme", 1);
	CARRIES("http:h/in", LIST("user=elastic"), "x",
		HEAD(TEXT) "Authorization: Basic "
			   "ZWxhc3RpYzpjaGFuZ2VtZQ==~\n\nx\n");
	unsetenv("HTTP_PASSWORD");
	setenv("HTTP_TOKEN", "abc", 1);
	CARRIES("http:h/in", NOTHING, "x",
		HEAD(TEXT) "Authorization: Bearer abc~\n\nx\n");
	unsetenv("HTTP_TOKEN");
	setenv("HTTP_HEADER", "X-Key: k1", 1);
	CARRIES("http:h/in", NOTHING, "x", HEAD(TEXT) "X-Key: k1~\n\nx\n");
	unsetenv("HTTP_HEADER");
	setenv("HTTP_CLIENT_SECRET", "s", 1);
	CARRIES("http:h/in",
		LIST("token_endpoint=https://t/token", "client_id=c"), "x",
		HEAD(TEXT) "Authorization: Bearer fetched~\n\nx\n");
	unsetenv("HTTP_CLIENT_SECRET");
}

static void settings_that_make_no_sense_are_named(void)
{
	static const char *const rows[][2] = {
		{ "url=", "url is missing" },
		{ "url=ftp://h", "url: " },
		{ "method=GET", "method: unknown: GET (did you mean PUT?)" },
		{ "framing=lines", "framing: lines is none of jsonl, " },
		{ "headers=nonsense", "headers: a header is NAME: VALUE" },
		{ "headers=A B: c", "headers: a header is NAME: VALUE" },
		{ "headers=A: b\r\nC: d", "headers: a header is NAME: VALUE" },
		{ "headers=A:", "headers: a header is NAME: VALUE" },
		{ "headers=A: b|content-type: x",
		  "headers: what the body is, is said by content_type" },
		{ "headers=Content-Length: 1", "headers: what the body is" },
		{ "headers=Content-Encoding: br", "headers: what the body" },
		{ "headers=Transfer-Encoding: chunked", "headers: what the " },
		{ "headers=Expect: 100-continue", "headers: what the body " },
		{ "headers=X-A: b|Authorization: Bearer x",
		  "headers: Authorization: says who we are: set it by header "
		  "(a secret), token, or user and password" },
		{ "headers=proxy-authorization: x",
		  "headers: proxy-authorization: says who we are: " },
		{ "headers=Cookie: x", "headers: Cookie: says who we are" },
		{ "headers=X-Api-Key: x", "headers: X-Api-Key: says who we" },
		{ "headers=API_TOKEN: x", "headers: API_TOKEN: says who we" },
		{ "headers=My-Secret: x", "headers: My-Secret: says who we" },
		{ "headers=xPassword: x", "headers: xPassword: says who we" },
		{ "success_codes=2xx,ok",
		  "success_codes: ok is no status, as in 200, 2xx or 500-599" },
		{ "retry_codes=600", "retry_codes: 600 is no status" },
		{ "retry_codes=503-500", "retry_codes: 503-500 is no status" },
		{ "check_url=http://h/", "check_url: http:// would show" },
		{ "reject_codes=400,,422", "reject_codes:  is no status" },
		{ "user=a:b", "user: a:b: no name has a colon in it" },
		{ "client_id=x", "client_id and client_secret need "
				 "token_endpoint" },
		{ "token_endpoint=http://t", "token_endpoint: " },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *said = carries(
			"http", LIST("url=https://h", rows[i][0]), LIST("x"));

		CHECK(strncmp(said, "! http: ", 8) == 0);
		CHECK(strncmp(said + 8, rows[i][1], strlen(rows[i][1])) == 0);
	}
	setenv("HTTP_TOKEN", "abc", 1);
	CHECK(strncmp(carries("http://h/in", NOTHING, LIST("x")),
		      "! http: url: http:// would show the credential",
		      46) == 0);
	setenv("HTTP_HEADER", "X-Key: k", 1);
	unsetenv("HTTP_TOKEN");
	CHECK(strncmp(carries("http://h/in", NOTHING, LIST("x")),
		      "! http: url: http:// would show the credential",
		      46) == 0);
	unsetenv("HTTP_HEADER");
	setenv("HTTP_TOKEN", "abc", 1);
	CARRIES("http:h", LIST("user=u"), "x",
		"! http: user, token and token_endpoint exclude each other");
	unsetenv("HTTP_TOKEN");
	setenv("HTTP_PASSWORD", "p", 1);
	CARRIES("http:h", NOTHING, "x", "! http: password needs user");
	unsetenv("HTTP_PASSWORD");
}

static void judge_all(const char *const *options, const struct judged *rows,
		      size_t count)
{
	struct dest d;
	struct err e = { 0 };

	CHECK(dest_open(&d, "http:https://h", options, count_of(options), &e) ==
	      0);
	for (size_t i = 0; i < count; i++)
		CHECK(is_judged(&d, &rows[i], -1));
	dest_close(&d);
}

#define JUDGED(options, rows) \
	judge_all(options, rows, sizeof(rows) / sizeof((rows)[0]))

static void every_status_has_its_verdict(void)
{
	static const struct judged rows[] = {
		{ 200, "", "", 3, VERDICT_DELIVERED, 0, NULL },
		{ 204, "", "anything", 3, VERDICT_DELIVERED, 0, NULL },
		{ 200, "", " <!DOCTYPE html>", 3, VERDICT_RETRY, WAIT_BACKOFF,
		  "a web page is no answer: is there a proxy in between?" },
		{ 301, "", "", 3, VERDICT_HOLD, 0, "nothing there takes" },
		{ 400, "", "bad line 2\nmore", 3, VERDICT_SPLIT, 0,
		  "\"bad line 2\"" },
		{ 400, "", "<html>", 1, VERDICT_REJECT, 0, "refused" },
		{ 422, "", "", 1, VERDICT_REJECT, 0, "refused" },
		{ 401, "", "who?", 3, VERDICT_HOLD, 0,
		  "not allowed: check who we are: \"who?\"" },
		{ 403, "", "", 3, VERDICT_HOLD, 0, "not allowed" },
		{ 404, "", "", 3, VERDICT_HOLD, 0, "nothing there takes" },
		{ 405, "", "", 3, VERDICT_HOLD, 0, "nothing there takes" },
		{ 407, "", "", 3, VERDICT_HOLD, 0, "the proxy" },
		{ 408, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 409, "", "", 3, VERDICT_SPLIT, 0, NULL },
		{ 409, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 413, "", "", 3, VERDICT_SPLIT, 0, "too large" },
		{ 413, "", "", 1, VERDICT_REJECT, 0,
		  "too large: raise the limit there, or of what is in between; "
		  "siem-fmt --max-line makes lines that fit" },
		{ 425, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 429, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 500, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 503, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 0, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 415, "", "", 3, VERDICT_HOLD, 0, "nothing there takes" },
		{ 501, "", "", 3, VERDICT_HOLD, 0, "nothing there takes" },
		{ 502, "", "<html>", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 504, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 999, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
	};

	JUDGED(NOTHING, rows);
}

static void requests_of_otlp_are_merged_and_nothing_else_is_taken(void)
{
	const char *const none =
		"! no logs of OTLP: siem-fmt --otlp makes them\n";
	static const char *const others[] = {
		"x",
		"{}",
		"{\"a\":1}",
		"{\"resourceLogs\":[]}",
		"{\"resourceLogs\":{}}",
		"{\"resourceLogs\":[1]}",
		"{\"resourceLogs\":[{}],\"a\":1}",
		"{\"resourceLogs\":[{}],\"resourceLogs\":[{}]}",
		"{\"resourceLogs\":[{}]}{}",
		"[{\"resourceLogs\":[{}]}]",
	};

	CHECK(strcmp(carries("http:https://h/in", LIST("framing=otlp"),
			     LIST(" { \"resourceLogs\" : [ {\"a\":1} ] }",
				  "{\"resourceLogs\":[{\"b\":2},{}]}")),
		     HEAD(JSON) "\n{\"resourceLogs\":[{\"a\":1},"
				"{\"b\":2},{}]}") == 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CARRIES("http:https://h/in", LIST("framing=otlp"), others[i],
			none);
}

static void what_otlp_has_not_taken_is_rejected_and_never_sent_again(void)
{
	static const struct judged rows[] = {
		{ 200, "", "", 3, VERDICT_DELIVERED, 0, NULL },
		{ 200, "", "{}", 3, VERDICT_DELIVERED, 0, NULL },
		{ 200, "", "{\"partialSuccess\":{}}", 3, VERDICT_DELIVERED, 0,
		  NULL },
		{ 200, "", "{\"partialSuccess\":null,\"x\":1}", 3,
		  VERDICT_DELIVERED, 0, NULL },
		{ 200, "",
		  "{\"partialSuccess\":{\"rejectedLogRecords\":\"0\","
		  "\"errorMessage\":\"slow down\"}}",
		  3, VERDICT_DELIVERED, 0, NULL },
		{ 200, "",
		  "{\"partialSuccess\":{\"rejectedLogRecords\":\"2\","
		  "\"errorMessage\":\"too old\"}}",
		  3, VERDICT_REJECT, 0,
		  "2 of 3 were not taken, and it is not said which: "
		  "\"too old\"" },
		{ 200, "",
		  "{\"partial_success\":{\"rejected_log_records\":1,"
		  "\"error_message\":\"too old\"}}",
		  1, VERDICT_REJECT, 0, "not taken: \"too old\"" },
		{ 200, "", "{\"partialSuccess\":{\"rejectedLogRecords\":3}}", 3,
		  VERDICT_REJECT, 0, "not taken: \"\"" },
		{ 200, "",
		  "{\"partialSuccess\":{\"rejectedLogRecords\":\"-1\"}}", 3,
		  VERDICT_RETRY, WAIT_BACKOFF, "success, but not in the words" },
		{ 200, "", "{\"partialSuccess\":{\"rejectedLogRecords\":[]}}",
		  3, VERDICT_RETRY, WAIT_BACKOFF, "success, but not in" },
		{ 200, "", "{\"partialSuccess\":true}", 3, VERDICT_RETRY,
		  WAIT_BACKOFF, "success, but not in the words" },
		{ 200, "", "ok", 3, VERDICT_RETRY, WAIT_BACKOFF,
		  "success, but not in the words of OTLP: is there a proxy in "
		  "between?: \"ok\"" },
		{ 200, "", "<html>", 3, VERDICT_RETRY, WAIT_BACKOFF,
		  "a web page is no answer" },
		{ 400, "", "{\"message\":\"x\"}", 3, VERDICT_SPLIT, 0, NULL },
		{ 429, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 503, "", "", 3, VERDICT_RETRY, WAIT_BACKOFF, NULL },
	};

	JUDGED(LIST("framing=otlp"), rows);
}

static void what_is_asked_for_is_waited(void)
{
	static const struct judged rows[] = {
		{ 429, "", "", 3, VERDICT_RETRY, 7000, NULL },
		{ 503, "", "", 1, VERDICT_RETRY, 7000, NULL },
		{ 418, "", "", 1, VERDICT_RETRY, 7000, NULL },
	};
	struct dest d;
	struct err e = { 0 };

	CHECK(dest_open(&d, "http:https://h", NULL, 0, &e) == 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(is_judged(&d, &rows[i], 7000));
	dest_close(&d);
}

static void the_settings_say_otherwise(void)
{
	static const struct judged codes[] = {
		{ 200, "", "", 2, VERDICT_RETRY, WAIT_BACKOFF,
		  "this status is not among success_codes" },
		{ 202, "", "", 2, VERDICT_DELIVERED, 0, NULL },
		{ 409, "", "", 2, VERDICT_DELIVERED, 0, NULL },
		{ 403, "", "", 2, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 400, "", "", 1, VERDICT_RETRY, WAIT_BACKOFF, NULL },
		{ 451, "", "", 1, VERDICT_REJECT, 0, NULL },
	};
	static const struct judged match[] = {
		{ 200, "", "{\"ok\":true}", 2, VERDICT_DELIVERED, 0, NULL },
		{ 200, "", "<html>\"ok\":true", 2, VERDICT_DELIVERED, 0, NULL },
		{ 200, "", "{\"ok\":false}", 2, VERDICT_RETRY, WAIT_BACKOFF,
		  "success, but success_match is not in the answer" },
		{ 200, "", "", 2, VERDICT_RETRY, WAIT_BACKOFF, NULL },
	};

	JUDGED(LIST("success_codes=202, 409", "retry_codes=403",
		    "reject_codes=450-459"),
	       codes);
	JUDGED(LIST("success_match=\"ok\":true"), match);
}

static void a_fetched_token_that_is_refused_is_a_matter_of_the_set_up(void)
{
	static const struct judged rows[] = {
		{ 401, "", "", 3, VERDICT_HOLD, 0, "the token is refused" },
	};

	setenv("HTTP_CLIENT_SECRET", "s", 1);
	JUDGED(LIST("token_endpoint=https://t", "client_id=c"), rows);
	unsetenv("HTTP_CLIENT_SECRET");
}

static void a_check_asks_without_a_record(void)
{
	static const struct found head[] = {
		{ 200, "", VERDICT_DELIVERED, "status 200: it lets us in" },
		{ 401, "", VERDICT_HOLD, "status 401, not allowed" },
		{ 403, "no\nmore", VERDICT_HOLD,
		  "status 403, not allowed: check who we are: \"no\"" },
		{ 301, "", VERDICT_PENDING, "not told: status 301; " },
		{ 404, "", VERDICT_PENDING, "not told: status 404; " },
		{ 405, "", VERDICT_PENDING, "not told: status 405; " },
		{ 429, "", VERDICT_RETRY, "status 429, and no word of why" },
		{ 503, "busy", VERDICT_RETRY, "status 503, \"busy\"" },
	};
	static const struct found get[] = {
		{ 204, "", VERDICT_DELIVERED, "status 204: it lets us in" },
		{ 401, "", VERDICT_HOLD, "status 401, not allowed" },
		{ 302, "", VERDICT_HOLD, "status 302, nothing there takes" },
		{ 404, "", VERDICT_PENDING, "not told: status 404; " },
		{ 405, "", VERDICT_HOLD, "status 405, nothing there takes" },
		{ 500, "", VERDICT_RETRY, "status 500, and no word of why" },
	};
	static const char health[] = "check_url=https://h/health";

	CHECK(strcmp(check_asks("http:h/in", NOTHING), "HEAD https://h/in ") ==
	      0);
	CHECK(strcmp(check_asks("http:h/in", LIST(health)),
		     "GET https://h/health ") == 0);
	FINDS("http:h/in", NOTHING, head);
	FINDS("http:h/in", LIST(health), get);
}

int main(void)
{
	RUN(each_framing_has_its_body_and_type);
	RUN(a_request_is_what_the_settings_say);
	RUN(whoever_we_are_is_in_a_header);
	RUN(settings_that_make_no_sense_are_named);
	RUN(every_status_has_its_verdict);
	RUN(requests_of_otlp_are_merged_and_nothing_else_is_taken);
	RUN(what_otlp_has_not_taken_is_rejected_and_never_sent_again);
	RUN(what_is_asked_for_is_waited);
	RUN(the_settings_say_otherwise);
	RUN(a_fetched_token_that_is_refused_is_a_matter_of_the_set_up);
	RUN(a_check_asks_without_a_record);
	return check_done();
}

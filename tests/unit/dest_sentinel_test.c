/* The four ways into Sentinel: requests, lines, and what answers mean. */
#include "dest/opening.h"

#include "asked.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define WORKSPACE "11111111-2222-3333-4444-555555555555"
#define RULE "dcr-000a00a000a00000a000000aa000a0aa"

static const char *const ingestion[] = { "rule_id=" RULE, "tenant_id=t",
					 "client_id=app", NULL };
static const char *const collector[] = { "transport=data_collector_api",
					 "log_type=AcmeAudit", NULL };
static const char *const hubs[] = { "transport=event_hubs", NULL };

/* A destination, and what one request of it looks like. */
struct
try {
	struct dest dest;
	struct dest_session session;
	struct request request;
	struct err e;
};

static bool try_open(struct try *t, const char *spec,
		     const char *const *options)
{
	size_t n = 0;

	*t = (struct try){ .session = { .channel = "11111111-2222-4333-8444-"
						   "555555555555",
					.now_ms = 1793614830000,
					.token = BUF_INIT(1 << 10),
					.words = ARENA_INIT(1 << 20) },
			   .request = { .url = BUF_INIT(1 << 16),
					.headers = BUF_INIT(1 << 16),
					.body = BUF_INIT(4 << 20) } };
	while (options != NULL && options[n] != NULL)
		n++;
	return dest_open(&t->dest, spec, options, n, &t->e) == 0;
}

static void try_close(struct try *t)
{
	dest_close(&t->dest);
	buf_free(&t->session.token);
	arena_free(&t->session.words);
	buf_free(&t->request.url);
	buf_free(&t->request.headers);
	buf_free(&t->request.body);
}

static const char *text_of(const struct try *t)
{
	static struct buf out;
	const struct request *r = &t->request;

	buf_free(&out);
	out = BUF_INIT(1 << 20);
	buf_printf(&out, "%s %.*s\n", r->method, (int)r->url.len, r->url.data);
	buf_put_slice(&out, buf_slice(&r->headers));
	buf_putc(&out, '\n');
	buf_put_slice(&out, buf_slice(&r->body));
	return buf_str(&out);
}

/* The request that carries these lines, or "! " and why there is none. */
static const char *carries(const char *spec, const char *const *options,
			   const char *const *lines)
{
	static char why[600];
	const char *text;
	struct try t;

	if (!try_open(&t, spec, options)) {
		snprintf(why, sizeof(why), "! %s", t.e.text);
		CHECK(t.e.kind == ERR_USAGE);
		try_close(&t);
		return why;
	}
	const struct dest_request *kind = t.dest.plan.request;
	buf_puts(&t.session.token, "eyJ.a-b");
	for (size_t i = 0; lines[i] != NULL; i++) {
		struct dest_record record = { slice_of(lines[i]), 1000000000 };

		CHECK(kind->add(t.dest.plan.config, &t.session, &record, i,
				&t.request.body, &t.e) == 0);
	}
	CHECK(kind->finish(t.dest.plan.config, &t.session, &t.request, &t.e) ==
	      0);
	text = text_of(&t);
	try_close(&t);
	return text;
}

#define CARRIES(spec, options, lines, want) \
	CHECK(strcmp(carries(spec, options, lines), want) == 0)
#define FAILS(spec, options, want) \
	CARRIES(spec, options, LIST("{}"), "! sentinel: " want)

static void objects_go_as_they_are_and_lines_become_columns(void)
{
	CARRIES("sentinel:https://h.ingest.monitor.azure.com/", ingestion,
		LIST("{\"a\":\t1.50}", "plain \"text\"", "{\"a\":1}}{",
		     "<34>1 2003-10-11T22:14:15.5+02:00 h su - - - x",
		     "{\"a\":{}} "),
		"POST "
		"https://h.ingest.monitor.azure.com/dataCollectionRules/" RULE
		"/streams/Custom-Acme_CL?api-version=2023-01-01\n"
		"Authorization: Bearer eyJ.a-b\r\n"
		"Content-Type: application/json\r\n\n"
		"[{\"a\":\t1.50},"
		"{\"TimeGenerated\":\"1970-01-01T00:00:01.000Z\","
		"\"RawData\":\"plain \\\"text\\\"\"},"
		"{\"TimeGenerated\":\"1970-01-01T00:00:01.000Z\","
		"\"RawData\":\"{\\\"a\\\":1}}{\"},"
		"{\"TimeGenerated\":\"2003-10-11T20:14:15.5Z\","
		"\"RawData\":\"<34>1 2003-10-11T22:14:15.5+02:00 h su - - - x"
		"\"},{\"a\":{}}]");
}

static void the_request_of_the_manual_is_signed_to_the_byte(void)
{
	CARRIES("sentinel:" WORKSPACE, collector,
		LIST("{\"ts\":\"2026-11-02T10:20:29Z\",\"user\":\"alice\","
		     "\"action\":\"login\",\"ok\":true}"),
		"POST https://" WORKSPACE ".ods.opinsights.azure.com/api/logs"
		"?api-version=2016-04-01\n"
		"Content-Type: application/json\r\nLog-Type: AcmeAudit\r\n"
		"x-ms-date: Mon, 02 Nov 2026 10:20:30 GMT\r\n"
		"Authorization: SharedKey " WORKSPACE
		":qlQ9qXaO0lQ7LQJg1swscikblyiNuGBEhKMAnCo/OWc=\r\n\n"
		"[{\"ts\":\"2026-11-02T10:20:29Z\",\"user\":\"alice\","
		"\"action\":\"login\",\"ok\":true}]");
	CARRIES("sentinel:https://h/api/logs/",
		LIST("transport=data_collector_api", "log_type=A_1",
		     "workspace_id=w", "timestamp_field=ts",
		     "resource_id=/subscriptions/x"),
		LIST("x"),
		"POST https://h/api/logs?api-version=2016-04-01\n"
		"Content-Type: application/json\r\nLog-Type: A_1\r\n"
		"time-generated-field: ts\r\n"
		"x-ms-AzureResourceId: /subscriptions/x\r\n"
		"x-ms-date: Mon, 02 Nov 2026 10:20:30 GMT\r\n"
		"Authorization: SharedKey "
		"w:hNJkAxvLHo9vWyecRiAAgcYcABwVMxvM5wUwyDiotbE=\r\n\n"
		"[{\"ts\":\"1970-01-01T00:00:01.000Z\",\"Message\":\"x\"}]");
}

static void events_of_a_hub_are_strings(void)
{
	const char *got =
		carries("sentinel", hubs, LIST("{\"user\":\"alice\"}", "b\\"));

	static const char begin[] =
		"POST https://contoso-ns.servicebus.windows.net/audit/messages"
		"?timeout=60&api-version=2014-01\n"
		"Authorization: SharedAccessSignature "
		"sr=https%3A%2F%2Fcontoso-ns.servicebus.windows.net%2Faudit"
		"&sig=";
	CHECK(strncmp(got, begin, sizeof(begin) - 1) == 0);
	CHECK(strstr(got, "&se=1793618430&skn=send\r\nContent-Type: "
			  "application/vnd.microsoft.servicebus.json\r\n\n"
			  "[{\"Body\":\"{\\\"user\\\":\\\"alice\\\"}\"},"
			  "{\"Body\":\"b\\\\\"}]") != NULL);
	CHECK(strstr(carries("sentinel",
			     LIST("transport=event_hubs", "hub_name=a/b"),
			     LIST("x")),
		     "windows.net/a%2Fb/messages?") != NULL);
}

/* The frame of a line in the file of the agent. */
static int frame_of(const char *line, struct buf *out, struct err *e)
{
	struct dest_record record = { slice_of(line), 1000000000 };
	struct try t;
	int rc;

	CHECK(try_open(&t, "sentinel:/log",
		       LIST("transport=log_analytics_agent", "max_line=80")));
	rc = t.dest.plan.stream->frame(t.dest.plan.config, NULL, &record, out,
				       e);
	try_close(&t);
	return rc;
}

static void the_agent_gets_lines_of_json_that_it_can_read(void)
{
	struct buf out = BUF_INIT(1 << 16);
	struct err e;

	CHECK(frame_of("{\"a\":1}", &out, &e) == 0);
	CHECK(frame_of("text", &out, &e) == 0);
	CHECK(strcmp(buf_str(&out),
		     "{\"a\":1}\n"
		     "{\"TimeGenerated\":\"1970-01-01T00:00:01.000Z\","
		     "\"RawData\":\"text\"}\n") == 0);
	CHECK(frame_of("{\"a\":\"0123456789012345678901234567890123456789"
		       "0123456789012345678901234567890\"}",
		       &out, &e) == 0);
	CHECK(frame_of("{\"a\":\"0123456789012345678901234567890123456789"
		       "01234567890123456789012345678901 \"}",
		       &out, &e) < 0);
	CHECK(e.kind == ERR_DATA && strstr(e.text, "max_line") != NULL);
	buf_free(&out);
}

/* The request for a token. */
static const char *asks(const char *const *options)
{
	const char *text = "";
	struct try t;

	if (!try_open(&t, "sentinel:h", options)) {
		try_close(&t);
		return "! it does not open";
	}
	CHECK(t.dest.plan.request->fetch(t.dest.plan.config, &t.session,
					 &t.request, &t.e) == 0);
	CHECK(t.request.elsewhere);
	text = text_of(&t);
	try_close(&t);
	return text;
}

static void tokens_are_asked_for_where_the_cloud_has_them(void)
{
	static const char *const clouds[][3] = {
		{ "cloud=public", "login.microsoftonline.com", "com" },
		{ "cloud=usgov", "login.microsoftonline.us", "us" },
		{ "cloud=china", "login.partner.microsoftonline.cn", "cn" },
	};

	for (size_t i = 0; i < 3; i++) {
		char want[600];

		snprintf(want, sizeof(want),
			 "POST https://%s/t/oauth2/v2.0/token\n"
			 "Content-Type: application/x-www-form-urlencoded\r\n\n"
			 "grant_type=client_credentials&client_id=app&"
			 "client_secret=s%%3Dcret&"
			 "scope=https%%3A%%2F%%2Fmonitor.azure.%s%%2F.default",
			 clouds[i][1], clouds[i][2]);
		CHECK(strcmp(asks(LIST("rule_id=r", "tenant_id=t",
				       "client_id=app", clouds[i][0])),
			     want) == 0);
	}
	CHECK(strncmp(asks(LIST("rule_id=r", "tenant_id=a/b", "client_id=app",
				"authority=https://login.example.com/",
				"scope=api://x/.default")),
		      "POST https://login.example.com/a%2Fb/oauth2/v2.0/token"
		      "\n",
		      55) == 0);
}

static void a_machine_asks_its_own_service(void)
{
	CHECK(strcmp(asks(LIST("rule_id=r", "auth_method=managed_identity")),
		     "GET http://169.254.169.254/metadata/identity/oauth2/token"
		     "?resource=https%3A%2F%2Fmonitor.azure.com"
		     "&api-version=2018-02-01\nMetadata: true\r\n\n") == 0);
	setenv("IDENTITY_HEADER", "853b9a84", 1);
	CHECK(strcmp(asks(LIST("rule_id=r", "auth_method=managed_identity",
			       "identity_endpoint=http://127.0.0.1:41741/token",
			       "client_id=id", "cloud=usgov")),
		     "GET http://127.0.0.1:41741/token"
		     "?resource=https%3A%2F%2Fmonitor.azure.us"
		     "&api-version=2019-08-01&client_id=id\n"
		     "X-IDENTITY-HEADER: 853b9a84\r\n\n") == 0);
	unsetenv("IDENTITY_HEADER");
}

#define OK VERDICT_DELIVERED
#define RETRY VERDICT_RETRY
#define SPLIT VERDICT_SPLIT
#define REJECT VERDICT_REJECT
#define HOLD VERDICT_HOLD

/* An answer, and what it means: to several records, to one, and to one where
   nothing has been accepted before. */
struct row {
	long status;
	const char *body;
	enum verdict many, one, first;
};

static enum verdict verdict_of(struct try *t, const struct row *row,
			       size_t count, bool accepted)
{
	const struct answer answer = { .status = (int)row->status,
				       .body = slice_of(row->body),
				       .retry_after_ms = -1 };
	struct judgement j[3];

	t->session.accepted = accepted;
	t->session.token_works = true;
	buf_clear(&t->session.token);
	buf_puts(&t->session.token, "t");
	t->dest.plan.request->judge(t->dest.plan.config, &t->session, &answer,
				    j, count);
	for (size_t i = 0; i < count; i++)
		CHECK(j[i].verdict == j[0].verdict);
	CHECK(j[0].verdict == OK || j[0].reason != NULL || row->status >= 500 ||
	      row->status == 408 || row->status == 429 || row->status == 0);
	return j[0].verdict;
}

static void check_rows(const char *spec, const char *const *options,
		       const struct row *rows, size_t count)
{
	struct try t;

	CHECK(try_open(&t, spec, options));
	for (size_t i = 0; i < count; i++) {
		const struct row *r = &rows[i];
		bool good = verdict_of(&t, r, 3, true) == r->many &&
			    verdict_of(&t, r, 1, true) == r->one &&
			    verdict_of(&t, r, 1, false) == r->first;

		if (!good)
			printf("# %ld %s\n", r->status, r->body);
		CHECK(good);
	}
	try_close(&t);
}

#define CHECK_ROWS(spec, options, rows) \
	check_rows(spec, options, rows, sizeof(rows) / sizeof((rows)[0]))

#define SAYS(code) "{\"error\":{\"code\":\"" code "\",\"message\":\"m\"}}"
#define PAGE "<!doctype html><html>Sign in</html>"

static void every_answer_of_logs_ingestion_has_its_meaning(void)
{
	static const struct row rows[] = {
		{ 204, "", OK, OK, OK },
		{ 200, PAGE, RETRY, RETRY, RETRY },
		{ 200, "", RETRY, RETRY, RETRY },
		{ 302, "", HOLD, HOLD, HOLD },
		{ 400, SAYS("InvalidPayload"), SPLIT, REJECT, HOLD },
		{ 400, SAYS("InvalidStream"), HOLD, HOLD, HOLD },
		{ 400, SAYS("InvalidApiVersion"), HOLD, HOLD, HOLD },
		{ 400, SAYS("InvalidDcrImmutableId"), HOLD, HOLD, HOLD },
		{ 400, SAYS("InvalidRequestContent"), SPLIT, REJECT, HOLD },
		{ 400, "{\"error\":{\"code\":\"Inv", SPLIT, RETRY, RETRY },
		{ 400, "[]", SPLIT, RETRY, RETRY },
		{ 400, "", SPLIT, RETRY, RETRY },
		{ 400, PAGE, SPLIT, RETRY, RETRY },
		{ 400, "\x00\xff{", SPLIT, RETRY, RETRY },
		{ 401, SAYS("InvalidToken"), RETRY, RETRY, RETRY },
		{ 403, SAYS("OperationFailed"), HOLD, HOLD, HOLD },
		{ 404, SAYS("NotFound"), HOLD, HOLD, HOLD },
		{ 405, "", HOLD, HOLD, HOLD },
		{ 407, "", HOLD, HOLD, HOLD },
		{ 408, "", RETRY, RETRY, RETRY },
		{ 413, PAGE, SPLIT, REJECT, REJECT },
		{ 413, SAYS("ContentLengthLimitExceeded"), SPLIT, REJECT,
		  REJECT },
		{ 418, "", SPLIT, RETRY, RETRY },
		{ 429, "", RETRY, RETRY, RETRY },
		{ 500, "", RETRY, RETRY, RETRY },
		{ 501, "", HOLD, HOLD, HOLD },
		{ 502, PAGE, RETRY, RETRY, RETRY },
		{ 503, PAGE, RETRY, RETRY, RETRY },
		{ 504, "", RETRY, RETRY, RETRY },
		{ 0, "", RETRY, RETRY, RETRY },
	};

	CHECK_ROWS("sentinel:h", ingestion, rows);
}

static void a_token_that_has_never_worked_is_a_matter_of_the_set_up(void)
{
	const struct answer answer = { .status = 401, .retry_after_ms = -1 };
	struct judgement j;
	struct try t;

	CHECK(try_open(&t, "sentinel:h", ingestion));
	buf_puts(&t.session.token, "t");
	t.dest.plan.request->judge(t.dest.plan.config, &t.session, &answer, &j,
				   1);
	CHECK(j.verdict == HOLD && t.session.token.len > 0);
	t.session.token_works = true;
	t.dest.plan.request->judge(t.dest.plan.config, &t.session, &answer, &j,
				   1);
	CHECK(j.verdict == RETRY && j.wait_ms == 0 && t.session.token.len == 0);
	try_close(&t);
}

static void a_service_that_is_not_up_yet_is_asked_again(void)
{
	static const struct {
		long status;
		const char *option;
		enum verdict want;
	} rows[] = {
		{ 404, "auth_method=managed_identity", RETRY },
		{ 410, "auth_method=managed_identity", RETRY },
		{ 400, "auth_method=managed_identity", HOLD },
		{ 404, "auth_method=service_principal", HOLD },
		{ 503, "auth_method=service_principal", RETRY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct answer answer = { .status = (int)rows[i].status };
		struct try t;

		CHECK(try_open(&t, "sentinel:h",
			       LIST("rule_id=r", "tenant_id=t", "client_id=c",
				    rows[i].option)));
		CHECK(t.dest.plan.request->fetched(t.dest.plan.config,
						   &t.session, &answer,
						   &t.e) == rows[i].want);
		CHECK((t.e.kind == ERR_DENIED) == (rows[i].want == HOLD));
		try_close(&t);
	}
}

#define OLD(code) "{\"Error\":\"" code "\",\"Message\":\"m\"}"

static void every_answer_of_the_data_collector_has_its_meaning(void)
{
	static const struct row rows[] = {
		{ 200, "", OK, OK, OK },
		{ 200, PAGE, RETRY, RETRY, RETRY },
		{ 202, "", RETRY, RETRY, RETRY },
		{ 400, OLD("InactiveCustomer"), HOLD, HOLD, HOLD },
		{ 400, OLD("InvalidApiVersion"), HOLD, HOLD, HOLD },
		{ 400, OLD("InvalidCustomerId"), HOLD, HOLD, HOLD },
		{ 400, OLD("InvalidLogType"), HOLD, HOLD, HOLD },
		{ 400, OLD("MissingApiVersion"), HOLD, HOLD, HOLD },
		{ 400, OLD("MissingContentType"), HOLD, HOLD, HOLD },
		{ 400, OLD("MissingLogType"), HOLD, HOLD, HOLD },
		{ 400, OLD("UnsupportedContentType"), HOLD, HOLD, HOLD },
		{ 400, OLD("InvalidDataFormat"), SPLIT, REJECT, REJECT },
		{ 200, "{}", RETRY, RETRY, RETRY },
		{ 200, " \r\n", OK, OK, OK },
		{ 400, PAGE, SPLIT, RETRY, RETRY },
		{ 400, "{\"Error\":", SPLIT, RETRY, RETRY },
		{ 401, "", HOLD, HOLD, HOLD },
		{ 403, OLD("InvalidAuthorization"), HOLD, HOLD, HOLD },
		{ 403, "", HOLD, HOLD, HOLD },
		{ 404, "", HOLD, HOLD, HOLD },
		{ 408, "", RETRY, RETRY, RETRY },
		{ 413, "", SPLIT, REJECT, REJECT },
		{ 429, "", RETRY, RETRY, RETRY },
		{ 500, OLD("UnspecifiedError"), RETRY, RETRY, RETRY },
		{ 502, PAGE, RETRY, RETRY, RETRY },
		{ 503, OLD("ServiceUnavailable"), RETRY, RETRY, RETRY },
		{ 504, "", RETRY, RETRY, RETRY },
		{ 0, "", RETRY, RETRY, RETRY },
	};
	static const struct row large[] = {
		{ 404, "", SPLIT, HOLD, HOLD },
	};
	// Where nothing was taken before, it is the place that is wrong.
	static const struct row first = { 404, "", HOLD, HOLD, HOLD };
	struct try t;

	CHECK_ROWS("sentinel:" WORKSPACE, collector, rows);
	CHECK_ROWS("sentinel:" WORKSPACE,
		   LIST("transport=data_collector_api", "log_type=A",
			"batch_bytes=8MB"),
		   large);
	CHECK(try_open(&t, "sentinel:" WORKSPACE,
		       LIST("transport=data_collector_api", "log_type=A",
			    "batch_bytes=8MB")));
	CHECK(verdict_of(&t, &first, 3, false) == first.many);
	try_close(&t);
}

#define TEN "abcdefghi_"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static void a_workspace_is_where_its_cloud_is(void)
{
	static const char *const clouds[][2] = {
		{ "cloud=public", "com" },
		{ "cloud=usgov", "us" },
		{ "cloud=china", "cn" },
	};

	for (size_t i = 0; i < 3; i++) {
		char want[200];

		snprintf(want, sizeof(want),
			 "POST https://w.ods.opinsights.azure.%s/api/logs"
			 "?api-version=2016-04-01\n",
			 clouds[i][1]);
		CHECK(strncmp(carries("sentinel:w",
				      LIST("transport=data_collector_api",
					   "log_type=" HUNDRED, clouds[i][0]),
				      LIST("{}")),
			      want, strlen(want)) == 0);
	}
	FAILS("sentinel:w",
	      LIST("transport=data_collector_api", "log_type=" HUNDRED "x"),
	      "log_type: " HUNDRED "x is not of up to 100 letters, digits and "
	      "underscores");
}

static void every_answer_of_a_hub_has_its_meaning(void)
{
	static const char words[] = "<Error><Code>400</Code><Detail>no</Detail>"
				    "</Error>";
	static const struct row rows[] = {
		{ 201, "", OK, OK, OK },
		{ 200, PAGE, RETRY, RETRY, RETRY },
		{ 400, words, SPLIT, REJECT, HOLD },
		{ 400, PAGE, SPLIT, RETRY, RETRY },
		{ 400, "<Error><Code>", SPLIT, RETRY, RETRY },
		{ 400, "<Error>", SPLIT, RETRY, RETRY },
		{ 400, "{\"error\":{\"code\":\"x\"}}", SPLIT, REJECT, HOLD },
		{ 401, words, HOLD, HOLD, HOLD },
		{ 403, words, HOLD, HOLD, HOLD },
		{ 404, words, HOLD, HOLD, HOLD },
		{ 410, words, HOLD, HOLD, HOLD },
		{ 413, words, SPLIT, REJECT, REJECT },
		{ 429, words, RETRY, RETRY, RETRY },
		{ 500, words, RETRY, RETRY, RETRY },
		{ 502, PAGE, RETRY, RETRY, RETRY },
		{ 503, words, RETRY, RETRY, RETRY },
		{ 504, words, RETRY, RETRY, RETRY },
		{ 0, "", RETRY, RETRY, RETRY },
	};

	CHECK_ROWS("sentinel", hubs, rows);
}

static void a_hub_that_is_busy_is_left_alone_for_ten_seconds(void)
{
	struct answer answer = { .status = 503, .retry_after_ms = -1 };
	struct judgement j;
	struct try t;

	CHECK(try_open(&t, "sentinel", hubs));
	t.dest.plan.request->judge(t.dest.plan.config, &t.session, &answer, &j,
				   1);
	CHECK(j.verdict == RETRY && j.wait_ms == 10000);
	answer.status = 429;
	t.dest.plan.request->judge(t.dest.plan.config, &t.session, &answer, &j,
				   1);
	CHECK(j.verdict == RETRY && j.wait_ms == 10000);
	answer.status = 500;
	t.dest.plan.request->judge(t.dest.plan.config, &t.session, &answer, &j,
				   1);
	CHECK(j.verdict == RETRY && j.wait_ms == WAIT_BACKOFF);
	answer.status = 503;
	answer.retry_after_ms = 3000;
	t.dest.plan.request->judge(t.dest.plan.config, &t.session, &answer, &j,
				   1);
	CHECK(j.verdict == RETRY && j.wait_ms == 3000);
	try_close(&t);
}

static void a_reason_is_ours_and_theirs(void)
{
	const struct answer answer = {
		.status = 404,
		.body = SLICE(SAYS("NotFound")),
		.retry_after_ms = -1,
	};
	struct judgement j;
	struct try t;

	CHECK(try_open(&t, "sentinel:h", ingestion));
	t.dest.plan.request->judge(t.dest.plan.config, &t.session, &answer, &j,
				   1);
	CHECK(strcmp(j.reason, "no such rule or stream there: check endpoint, "
			       "rule_id and stream: NotFound: m") == 0);
	try_close(&t);
}

/* Is {"a":"xx..."} of so many bytes taken, as the first of a request? */
static bool is_taken(struct try *t, size_t len)
{
	struct buf line = BUF_INIT(32 << 20);

	buf_clear(&t->request.body);
	buf_puts(&line, "{\"a\":\"");
	while (line.len < len - 2)
		buf_putc(&line, 'x');
	buf_puts(&line, "\"}");
	const struct dest_record record = { buf_slice(&line), 0 };
	bool is = t->dest.plan.request->add(t->dest.plan.config, &t->session,
					    &record, 0, &t->request.body,
					    &t->e) == 0;
	CHECK(is || t->e.kind == ERR_DATA);
	buf_free(&line);
	return is;
}

static void what_fits_no_request_is_refused_before_it_is_sent(void)
{
	// What stands around a record, and how each of its quotes is said.
	static const struct {
		const char *spec;
		const char *const *options;
		size_t most, around;
	} rows[] = {
		{ "sentinel:h", ingestion, 1048576, 2 },
		{ "sentinel:" WORKSPACE, collector, 30000000, 2 },
		{ "sentinel", hubs, 1048576,
		  2 + sizeof("{\"Body\":\"\"}") - 1 + 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct try t;

		CHECK(try_open(&t, rows[i].spec, rows[i].options));
		buf_free(&t.request.body);
		t.request.body = BUF_INIT(64 << 20);
		CHECK(is_taken(&t, rows[i].most - rows[i].around));
		CHECK(!is_taken(&t, rows[i].most - rows[i].around + 1));
		try_close(&t);
	}
}

static void wrong_settings_are_named(void)
{
	FAILS("sentinel", ingestion,
	      "endpoint is missing (-o endpoint=..., or SENTINEL_ENDPOINT)");
	FAILS("sentinel:http://h", ingestion,
	      "endpoint: http:// would show the credential to anybody on the "
	      "way: use https://, or set insecure=true");
	FAILS("sentinel:h", LIST("rule_id=r", "client_id=c"),
	      "tenant_id is missing (-o tenant_id=..., or AZURE_TENANT_ID)");
	FAILS("sentinel:h",
	      LIST("rule_id=r", "client_id=c", "tenant_id=t",
		   "authority=http://login.example.com"),
	      "authority: http:// would show the credential to anybody on the "
	      "way: use https://, or set insecure=true");
	FAILS("sentinel:h",
	      LIST("rule_id=r", "auth_method=managed_identity",
		   "identity_endpoint=http://169.254.example.com/"),
	      "identity_endpoint: http:// would show the credential to anybody "
	      "on the way: use https://, or set insecure=true");
	FAILS("sentinel:h", LIST("rule_id=r", "cloud=us"),
	      "cloud: us is none of public, usgov, china");
	FAILS("sentinel:w",
	      LIST("transport=data_collector_api", "log_type=a-b"),
	      "log_type: a-b is not of up to 100 letters, digits and "
	      "underscores");
	FAILS("sentinel:w",
	      LIST("transport=data_collector_api", "log_type=a", "gzip=true"),
	      "gzip: compressed requests are not taken by this transport");
	FAILS("sentinel:w",
	      LIST("transport=data_collector_api", "log_type=a",
		   "batch_bytes=30000001"),
	      "batch_bytes: the API breaks the connection at more than "
	      "30000000");
	FAILS("sentinel:a b", collector,
	      "workspace_id: there is a blank in it, or what no header can "
	      "carry");
	setenv("SENTINEL_SHARED_KEY", "no", 1);
	FAILS("sentinel:w", collector,
	      "shared_key: it is no Base64, as the portal shows it");
	setenv("EVENT_HUBS_CONNECTION_STRING", "x=secret", 1);
	FAILS("sentinel", hubs, "connection_string: Endpoint is missing");
	unsetenv("AZURE_CLIENT_SECRET");
	FAILS("sentinel:h", ingestion,
	      "client_secret is missing (AZURE_CLIENT_SECRET)");
	FAILS("sentinel:h",
	      LIST("rule_id=r", "client_id=c", "tenant_id=t",
		   "certificate_file=/nowhere"),
	      "certificate_file: /nowhere: No such file or directory");
}

static void a_check_tells_who_may_send_from_who_may_not(void)
{
	static const struct found key[] = {
		{ 400, OLD("InvalidLogType"), OK,
		  "the key of the workspace is good" },
		{ 403, OLD("InvalidAuthorization"), HOLD, "status 403, not " },
		{ 400, OLD("InvalidCustomerId"), HOLD, "status 400, check " },
		{ 400, OLD("InvalidDataFormat"), VERDICT_PENDING,
		  "not told: status 400; " },
		{ 200, "", VERDICT_PENDING, "not told: status 200; " },
		{ 404, "", HOLD, "status 404, no such API there: " },
		{ 503, "", RETRY, "status 503, " },
		{ 200, PAGE, RETRY, "status 200, " },
	};
	static const struct found hub[] = {
		{ 201, "", OK, "the key may send to the hub" },
		{ 400, "", OK, "the key may send to the hub" },
		{ 401, "", HOLD, "status 401, not allowed: " },
		{ 403, "", HOLD, "status 403, not allowed: " },
		{ 404, "", HOLD, "status 404, no such hub there: " },
		{ 410, "", HOLD, "status 410, no such hub there: " },
		{ 429, "", RETRY, "status 429, busy: " },
		{ 200, PAGE, RETRY, "status 200, " },
	};
	const char *const *workspace =
		LIST("transport=data_collector_api", "log_type=AcmeAudit",
		     "workspace_id=" WORKSPACE);

	CHECK(strcmp(check_asks("sentinel", workspace),
		     "POST https://" WORKSPACE
		     ".ods.opinsights.azure.com/api/logs?"
		     "api-version=2016-04-01 []") == 0);
	FINDS("sentinel", workspace, key);
	CHECK(strcmp(check_asks("sentinel", LIST("transport=event_hubs")),
		     "POST https://contoso-ns.servicebus.windows.net/audit/"
		     "messages?timeout=60&api-version=2014-01 []") == 0);
	FINDS("sentinel", LIST("transport=event_hubs"), hub);
}

int main(void)
{
	setenv("SENTINEL_STREAM", "Custom-Acme_CL", 1);
	setenv("AZURE_CLIENT_SECRET", "s=cret", 1);
	setenv("SENTINEL_SHARED_KEY",
	       "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4"
	       "v"
	       "MDEyMzQ1Njc4OTo7PD0+Pw==",
	       1);
	setenv("EVENT_HUBS_CONNECTION_STRING",
	       "Endpoint=sb://contoso-ns.servicebus.windows.net/;"
	       "SharedAccessKeyName=send;EntityPath=audit;SharedAccessKey="
	       "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=",
	       1);
	RUN(objects_go_as_they_are_and_lines_become_columns);
	RUN(the_request_of_the_manual_is_signed_to_the_byte);
	RUN(events_of_a_hub_are_strings);
	RUN(the_agent_gets_lines_of_json_that_it_can_read);
	RUN(tokens_are_asked_for_where_the_cloud_has_them);
	RUN(a_machine_asks_its_own_service);
	RUN(every_answer_of_logs_ingestion_has_its_meaning);
	RUN(a_token_that_has_never_worked_is_a_matter_of_the_set_up);
	RUN(a_service_that_is_not_up_yet_is_asked_again);
	RUN(every_answer_of_the_data_collector_has_its_meaning);
	RUN(a_workspace_is_where_its_cloud_is);
	RUN(every_answer_of_a_hub_has_its_meaning);
	RUN(a_check_tells_who_may_send_from_who_may_not);
	RUN(a_hub_that_is_busy_is_left_alone_for_ten_seconds);
	RUN(a_reason_is_ours_and_theirs);
	RUN(what_fits_no_request_is_refused_before_it_is_sent);
	RUN(wrong_settings_are_named);
	return check_done();
}

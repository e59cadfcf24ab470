/*
 * datadog: the log intake, version 2. An array of logs, or one, is taken as a
 * whole or not at all; a log that is too long is cut and taken all the same.
 */
#include "body.h"
#include "http.h"
#include "mock.h"
#include "record.h"
#include "trouble.h"
#include "values.h"

#include <string.h>

enum { MOST_LOGS = 1000, MOST_BYTES = 5000000, MOST_LOG = 1000000 };

struct intake {
	struct mock *mock;
	uint64_t requests; // with logs, so far
	struct buf plain;  // the body of one that came compressed
};

static const struct word {
	unsigned status;
	const char *title, *detail;
} words[] = {
	{ 400, "Bad Request", "Invalid JSON format" },
	{ 401, "Unauthorized", "Missing API key" },
	{ 403, "Forbidden", "API key is invalid" },
	{ 404, "Not Found", "No such path" },
	{ 405, "Method Not Allowed", "POST it" },
	{ 408, "Request Timeout", "Something went wrong" },
	{ 413, "Payload Too Large", "The payload is above 5 MB uncompressed" },
	{ 415, "Unsupported Media Type", "Unknown Content-Encoding" },
	{ 429, "Too Many Requests", "Retry later" },
	{ 500, "Internal Server Error", "Something went wrong" },
	{ 502, "Bad Gateway", "Something went wrong" },
	{ 503, "Service Unavailable", "Overloaded, retry later" },
};

static void say(struct http_answer *a, unsigned status)
{
	const struct word *w = words;

	while (w->status != status)
		w++;
	a->status = status;
	buf_printf(&a->body,
		   "{\"errors\":[{\"status\":\"%u\",\"title\":\"%s\","
		   "\"detail\":\"%s\"}]}",
		   status, w->title, w->detail);
}

/* The key in its header: 401 where there is none, 403 where it is wrong. */
static bool is_let_in(const struct mock *m, const struct http_request *r,
		      struct http_answer *a)
{
	const struct opt_list *tokens = &m->config->tokens;
	const char *key = http_header(r, "DD-API-KEY");

	if (key == NULL || key[0] == '\0') {
		say(a, 401);
		return false;
	}
	for (size_t i = 0; i < tokens->count; i++)
		if (strcmp(tokens->items[i], key) == 0)
			return true;
	if (tokens->count > 0)
		say(a, 403);
	return tokens->count == 0;
}

/* The body, if it is one; else it is answered. */
static bool read_body(struct intake *t, const struct http_request *r,
		      struct slice *body, struct http_answer *a)
{
	size_t max = http_max_content(t->mock);

	max = max < MOST_BYTES ? max : MOST_BYTES;
	switch (body_read(r, max, &t->plain, body)) {
	case BODY_FINE:
		return true;
	case BODY_TOO_LARGE:
		say(a, 413);
		break;
	case BODY_UNKNOWN:
		say(a, 415);
		break;
	case BODY_BROKEN:
		say(a, 400);
		break;
	}
	return false;
}

/* Print the first count of the logs; they are good. */
static int print_logs(struct intake *t, const struct record_origin *from,
		      struct slice body, size_t count, struct err *e)
{
	struct values v;
	struct slice text;

	values_start(&v, body);
	while (v.count < count && values_next(&v, &text) > 0) {
		bool is_long = text.len > MOST_LOG;

		if (is_long)
			t->mock->counts.cut++;
		text.len = is_long ? MOST_LOG : text.len;
		if (record_print(t->mock, from, text, !is_long, e) < 0)
			return -1;
	}
	return 0;
}

static int take_logs(struct intake *t, const struct record_origin *from,
		     enum request_fault fault, struct http_answer *a,
		     struct err *e)
{
	struct slice body;
	size_t count, longest;

	if (!read_body(t, from->request, &body, a))
		return 0;
	if (!values_count(body, &count, &longest) || count > MOST_LOGS) {
		say(a, 400);
		return 0;
	}
	if (fault == REQUEST_PARTIAL && count > 0) {
		count = (size_t)fault_pick(&t->mock->faults, count);
		say(a, 400);
	} else {
		a->status = 202;
		buf_puts(&a->body, "{}");
	}
	if (print_logs(t, from, body, count, e) < 0)
		return -1;
	trouble_after(fault, a);
	return record_flush(t->mock, e);
}

static int take(struct intake *t, const struct http_request *r,
		struct http_answer *a, struct err *e)
{
	const struct record_origin from = { r, ++t->requests };
	const struct fault_plan *plan = &t->mock->faults;
	enum request_fault fault =
		fault_of_request(&t->mock->faults, r->number, from.number);

	if (trouble_before(t->mock, fault, say, a)) {
		// Its own way to say when, where none other was asked for.
		if (fault == REQUEST_429 && plan->retry_after_sec == 0 &&
		    plan->retry_date_sec == 0)
			http_put_field(a, "X-RateLimit-Reset", "1");
		return 0;
	}
	return is_let_in(t->mock, r, a) ? take_logs(t, &from, fault, a, e) : 0;
}

static int answer(void *context, const struct http_request *r,
		  struct http_answer *a, struct err *e)
{
	struct intake *t = context;

	if (strcmp(r->path, "/api/v2/logs") == 0) {
		if (strcmp(r->method, "POST") == 0)
			return take(t, r, a, e);
		say(a, 405);
	} else if (strcmp(r->path, "/api/v1/validate") != 0) {
		say(a, 404);
	} else if (is_let_in(t->mock, r, a)) {
		buf_puts(&a->body, "{\"valid\":true}");
	}
	return 0;
}

static int serve(struct mock *m, struct err *e)
{
	struct intake t = { .mock = m, .plain = BUF_INIT(0) };
	int rc = http_serve(m, answer, &t, e);

	buf_free(&t.plain);
	return rc;
}

static const char *const addresses[] = { "http://127.0.0.1:8080", NULL };
static const char *const tls_addresses[] = { "https://127.0.0.1:8443", NULL };

const struct mock_kind mock_datadog = {
	.name = "datadog",
	.summary = "the log intake of Datadog",
	.addresses = addresses,
	.tls_addresses = tls_addresses,
	.is_http = true,
	.serve = serve,
};

/*
 * http: any collector that takes records by HTTP. A body of JSON is an array,
 * or objects one behind the other, or a request of OTLP; any other is lines.
 *
 * qradar: IBM QRadar's HTTP Receiver, whose Message Pattern makes an event of
 * each line.
 *
 * A body is taken as a whole or not at all.
 */
#include "body.h"
#include "http.h"
#include "mock.h"
#include "record.h"
#include "trouble.h"
#include "values.h"

#include "json/scan.h"

#include <string.h>
#include <strings.h>

/* How the kinds differ. */
struct manner {
	bool is_lines;  // whatever the type says; and nothing is unpacked
	size_t longest; // what is longer becomes two; 0: it is refused
	const char *thanks;
};

struct web {
	struct mock *mock;
	const struct manner *manner;
	uint64_t requests; // with records, so far
	struct buf plain;  // the body of one that came compressed
	struct buf wrapped; // a record of OTLP
};

static void say(struct http_answer *a, unsigned status)
{
	a->status = status;
	buf_printf(&a->body, "{\"error\":\"status %u\"}", status);
}

static void refuse(struct http_answer *a, unsigned status, const char *why)
{
	a->status = status;
	buf_printf(&a->body, "{\"error\":\"%s\"}", why);
}

/* Of what is called "application/json" and the like, but for lines of it. */
static bool is_json(const struct http_request *r)
{
	const char *type = http_header(r, "Content-Type");

	return type != NULL && strcasestr(type, "json") != NULL &&
	       strcasestr(type, "ndjson") == NULL &&
	       strcasestr(type, "jsonl") == NULL &&
	       strcasestr(type, "json-seq") == NULL;
}

/* The logs of a request of OTLP, which is an object that has nothing else. */
static bool find_logs(struct slice body, struct slice *logs)
{
	const struct slice object = slice_trim(body);
	struct slice rest = object;
	struct value name, list, other;

	if (!walk_is_object(object) || !scan_next(&rest, &name, &list) ||
	    !slice_is(value_slice(name), SLICE("resourceLogs")) ||
	    list.type != VALUE_ARRAY || scan_next(&rest, &name, &other))
		return false;
	*logs = value_slice(list);
	return true;
}

/* Print the first count of the logs, each as a request by itself. */
static int print_logs(struct web *w, const struct record_origin *from,
		      struct slice logs, size_t count, struct err *e)
{
	struct values v;
	struct slice text;

	values_start(&v, logs);
	while (v.count < count && values_next(&v, &text) > 0) {
		buf_clear(&w->wrapped);
		buf_puts(&w->wrapped, "{\"resourceLogs\":[");
		buf_put_slice(&w->wrapped, text);
		buf_puts(&w->wrapped, "]}");
		if (buf_status(&w->wrapped) != 0)
			return err_set(e, ERR_SYSTEM, "out of memory");
		if (record_print(w->mock, from, buf_slice(&w->wrapped), true,
				 e) < 0)
			return -1;
	}
	return 0;
}

/* Print the first count of the values; they are good. */
static int print_values(struct web *w, const struct record_origin *from,
			struct slice body, size_t count, struct err *e)
{
	struct values v;
	struct slice text;

	values_start(&v, body);
	while (v.count < count && values_next(&v, &text) > 0)
		if (record_print(w->mock, from, text, true, e) < 0)
			return -1;
	return 0;
}

static void count_lines(struct slice body, size_t *count, size_t *longest)
{
	while (body.len > 0) {
		size_t len = slice_take_until(&body, '\n').len;

		*count += len > 0;
		*longest = len > *longest ? len : *longest;
	}
}

static int print_lines(struct web *w, const struct record_origin *from,
		       struct slice body, size_t count, struct err *e)
{
	const size_t max = w->manner->longest;

	while (body.len > 0 && count > 0) {
		struct slice line = slice_take_until(&body, '\n');

		if (line.len == 0)
			continue;
		while (max > 0 && line.len > max) {
			struct slice front = slice_take_n(&line, max);

			w->mock->counts.cut++;
			if (record_print(w->mock, from, front, false, e) < 0)
				return -1;
		}
		if (record_print(w->mock, from, line, false, e) < 0)
			return -1;
		count--;
	}
	return 0;
}

/* The body, if it is one; else it is answered. */
static bool read_body(struct web *w, const struct http_request *r,
		      struct slice *body, struct http_answer *a)
{
	*body = r->body;
	if (w->manner->is_lines && !r->too_large)
		return true;
	switch (body_read(r, http_max_content(w->mock), &w->plain, body)) {
	case BODY_FINE:
		return true;
	case BODY_TOO_LARGE:
		refuse(a, 413, "too large");
		break;
	case BODY_UNKNOWN:
		refuse(a, 415, "unknown Content-Encoding");
		break;
	case BODY_BROKEN:
		refuse(a, 400, "not what Content-Encoding says");
		break;
	}
	return false;
}

/* How many records there are, if they are any; else it is answered. */
static bool count_records(const struct web *w, struct slice body, bool json,
			  size_t *count, struct http_answer *a)
{
	size_t longest = 0;

	*count = 0;
	if (!json)
		count_lines(body, count, &longest);
	else if (!values_count(body, count, &longest))
		refuse(a, 400, "not JSON");
	if (longest > MOCK_EVENT_MAX && w->manner->longest == 0)
		refuse(a, 413, "a record is too large");
	return a->body.len == 0;
}

/* Take all logs of a request of OTLP, or the first of them. */
static int take_logs(struct web *w, const struct record_origin *from,
		     struct slice logs, enum request_fault fault,
		     struct http_answer *a, struct err *e)
{
	size_t count, kept;

	if (!count_records(w, logs, true, &count, a))
		return 0;
	kept = count;
	if (fault == REQUEST_PARTIAL && count > 0) {
		kept = (size_t)fault_pick(&w->mock->faults, count);
		buf_printf(&a->body,
			   "{\"partialSuccess\":{\"rejectedLogRecords\":"
			   "\"%zu\",\"errorMessage\":"
			   "\"these are not to our taste\"}}",
			   count - kept);
	} else {
		buf_puts(&a->body, "{}");
	}
	if (print_logs(w, from, logs, kept, e) < 0)
		return -1;
	trouble_after(fault, a);
	return record_flush(w->mock, e);
}

static int take_records(struct web *w, const struct record_origin *from,
			enum request_fault fault, struct http_answer *a,
			struct err *e)
{
	const bool json = !w->manner->is_lines && is_json(from->request);
	struct slice body, logs;
	size_t count;

	if (!read_body(w, from->request, &body, a))
		return 0;
	if (json && find_logs(body, &logs))
		return take_logs(w, from, logs, fault, a, e);
	if (!count_records(w, body, json, &count, a))
		return 0;
	if (fault == REQUEST_PARTIAL && count > 0) {
		count = (size_t)fault_pick(&w->mock->faults, count);
		refuse(a, 400, "one record is not to our taste");
	} else {
		buf_puts(&a->body, w->manner->thanks);
	}
	if ((json ? print_values(w, from, body, count, e)
		  : print_lines(w, from, body, count, e)) < 0)
		return -1;
	trouble_after(fault, a);
	return record_flush(w->mock, e);
}

static int take(struct web *w, const struct http_request *r,
		struct http_answer *a, struct err *e)
{
	const struct record_origin from = { r, ++w->requests };
	enum request_fault fault =
		fault_of_request(&w->mock->faults, r->number, from.number);

	if (trouble_before(w->mock, fault, say, a))
		return 0;
	if (!record_may_come(w->mock, r)) {
		refuse(a, 401, "who are you?");
		return 0;
	}
	return take_records(w, &from, fault, a, e);
}

static int answer(void *context, const struct http_request *r,
		  struct http_answer *a, struct err *e)
{
	struct web *w = context;

	if (strcmp(r->method, "POST") == 0 ||
	    (!w->manner->is_lines && (strcmp(r->method, "PUT") == 0 ||
				      strcmp(r->method, "PATCH") == 0)))
		return take(w, r, a, e);
	if (!record_may_come(w->mock, r))
		refuse(a, 401, "who are you?");
	else if (strcmp(r->method, "GET") == 0 ||
		 strcmp(r->method, "HEAD") == 0)
		buf_puts(&a->body, w->manner->thanks);
	else
		refuse(a, 405, "another method");
	return 0;
}

static int serve(struct mock *m, const struct manner *manner, struct err *e)
{
	struct web w = { .mock = m,
			 .manner = manner,
			 .plain = BUF_INIT(0),
			 .wrapped = BUF_INIT(2 * MOCK_EVENT_MAX) };
	int rc = http_serve(m, answer, &w, e);

	buf_free(&w.plain);
	buf_free(&w.wrapped);
	return rc;
}

static int serve_http(struct mock *m, struct err *e)
{
	static const struct manner manner = {
		.thanks = "{\"status\":\"ok\"}",
	};

	return serve(m, &manner, e);
}

static int serve_qradar(struct mock *m, struct err *e)
{
	static const struct manner manner = {
		.is_lines = true,
		.longest = 8192,
		.thanks = "",
	};

	return serve(m, &manner, e);
}

static const char *const addresses[] = { "http://127.0.0.1:8080", NULL };
static const char *const tls_addresses[] = { "https://127.0.0.1:8443", NULL };

const struct mock_kind mock_http = {
	.name = "http",
	.summary = "any collector that takes records by HTTP",
	.addresses = addresses,
	.tls_addresses = tls_addresses,
	.is_http = true,
	.by_oauth = true,
	.serve = serve_http,
};

static const char *const qradar[] = { "http://127.0.0.1:12469", NULL };
static const char *const tls_qradar[] = { "https://127.0.0.1:12469", NULL };

const struct mock_kind mock_qradar = {
	.name = "qradar",
	.summary = "IBM QRadar's HTTP Receiver",
	.addresses = qradar,
	.tls_addresses = tls_qradar,
	.is_http = true,
	.serve = serve_qradar,
};

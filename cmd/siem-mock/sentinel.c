/*
 * sentinel: what Microsoft Sentinel is reached by. The Logs Ingestion API, the
 * Data Collector API, and Event Hubs; tokens of OAuth are http.c's.
 *
 * answer() finds the service that a path belongs to; take() is what they share:
 * whatever is wrong is said in the words of the service, and a request is taken
 * as a whole or not at all.
 */
#include "azurekey.h"
#include "body.h"
#include "http.h"
#include "mock.h"
#include "record.h"
#include "trouble.h"
#include "values.h"

#include "json/walk.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct azure {
	struct mock *mock;
	uint64_t requests; // with records, so far
	struct buf plain;  // the body of one that came compressed
};

/* One of the services. */
struct service {
	trouble_say_fn *say;
	unsigned success;
	size_t most; // bytes of a body, compressed or not

	/* What is wrong with a request, but for its body? True: it is said. */
	bool (*refuses)(const struct mock *m, const struct http_request *r,
			struct http_answer *a);

	/* Say that the body, or what is in it, is wrong. */
	void (*say_bad)(struct http_answer *a);

	/* Print an element of the array. 1: it is none for this service. */
	int (*print)(struct mock *m, const struct record_origin *from,
		     struct slice element, bool really, struct err *e);
};

static bool has_version(const struct http_request *r, const char *version)
{
	const char *shown = http_query(r, "api-version");

	return shown != NULL && strcmp(shown, version) == 0;
}

static bool has_json(const struct http_request *r)
{
	const char *type = http_header(r, "Content-Type");

	return type != NULL && strncasecmp(type, "application/json", 16) == 0;
}

/* An element that has to be an object, which is the record. */
static int print_object(struct mock *m, const struct record_origin *from,
			struct slice element, bool really, struct err *e)
{
	if (!walk_is_object(element))
		return 1;
	return really ? record_print(m, from, element, true, e) : 0;
}

/* The Logs Ingestion API. */

static void say_code(struct http_answer *a, unsigned status, const char *code,
		     const char *message)
{
	a->status = status;
	http_put_field(a, "x-ms-error-code", "%s", code);
	buf_printf(&a->body, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}",
		   code, message);
}

static void say_ingestion(struct http_answer *a, unsigned status)
{
	static const struct {
		unsigned status;
		const char *code, *message;
	} words[] = {
		{ 401, "InvalidToken", "The access token has expired." },
		{ 403, "OperationFailed",
		  "The authentication token provided does not have access to "
		  "ingest data for the data collection rule." },
		{ 404, "NotFound", "Data collection rule not found." },
		{ 413, "ContentLengthLimitExceeded",
		  "Maximum allowed content length: 1048576 bytes (1 MB)." },
		{ 429, "TooManyRequests", "Rate limit exceeded." },
		{ 500, "InternalServerError", "Something went wrong." },
		{ 503, "ServiceUnavailable", "The service is unavailable." },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].status == status) {
			say_code(a, status, words[i].code, words[i].message);
			return;
		}
	trouble_page(a, status, "Bad Gateway");
}

static void say_bad_ingestion(struct http_answer *a)
{
	say_code(a, 400, "InvalidPayload",
		 "The payload is not a JSON array of objects, or it is empty.");
}

/* "/dataCollectionRules/RULE/streams/STREAM", or false. */
static bool split_rule(const char *path, struct slice *rule,
		       struct slice *stream)
{
	struct slice rest = slice_of(path);

	if (!slice_take(&rest, SLICE("/dataCollectionRules/")))
		return false;
	*rule = slice_take_until(&rest, '/');
	if (!slice_take(&rest, SLICE("streams/")))
		return false;
	*stream = rest;
	return rule->len > 0 && stream->len > 0 &&
	       memchr(stream->data, '/', stream->len) == NULL;
}

static bool refuses_ingestion(const struct mock *m,
			      const struct http_request *r,
			      struct http_answer *a)
{
	const struct opt_list *tokens = &m->config->tokens;
	const char *header = http_header(r, "Authorization");
	struct slice rule, stream, known;

	if (!split_rule(r->path, &rule, &stream)) {
		say_ingestion(a, 404);
		return true;
	}
	known = azurekey_find(tokens, SLICE("rule"), rule);
	if (!r->has_token && (m->config->clients.count > 0 || header == NULL ||
			      strncasecmp(header, "Bearer ", 7) != 0))
		say_code(a, 401, "AuthenticationFailed",
			 "The request shows no access token.");
	else if (azurekey_is_asked_for(tokens, SLICE("rule")) && known.len == 0)
		say_ingestion(a, 404);
	else if (known.len > 0 && !slice_is(known, stream))
		say_code(a, 400, "InvalidStream",
			 "The stream is not declared in the data collection "
			 "rule.");
	else if (!has_version(r, "2023-01-01"))
		say_code(a, 400, "InvalidApiVersion",
			 "The api-version is missing or not known.");
	else if (!has_json(r))
		say_code(a, 400, "InvalidContentType",
			 "The Content-Type has to be application/json.");
	else
		return false;
	return true;
}

static const struct service logs_ingestion = {
	.say = say_ingestion,
	.success = 204,
	.most = 1048576,
	.refuses = refuses_ingestion,
	.say_bad = say_bad_ingestion,
	.print = print_object,
};

/* The Data Collector API. */

static void say_error(struct http_answer *a, unsigned status, const char *code,
		      const char *message)
{
	a->status = status;
	buf_printf(&a->body, "{\"Error\":\"%s\",\"Message\":\"%s\"}", code,
		   message);
}

static void say_collector(struct http_answer *a, unsigned status)
{
	switch (status) {
	case 401:
	case 403:
		say_error(a, 403, "InvalidAuthorization",
			  "An invalid signature was specified in the "
			  "Authorization header");
		break;
	case 500:
		say_error(a, status, "UnspecifiedError",
			  "The service encountered an internal error");
		break;
	case 503:
		say_error(a, status, "ServiceUnavailable",
			  "The service currently is unavailable");
		break;
	case 404: // with nothing in it
	case 429:
		a->status = status;
		break;
	default:
		trouble_page(a, status, "No");
	}
}

static void say_bad_collector(struct http_answer *a)
{
	say_error(a, 400, "InvalidDataFormat", "Invalid JSON was submitted");
}

static bool is_log_type(const char *type)
{
	return strlen(type) <= 100 &&
	       strspn(type,
		      "abcdefghijklmnopqrstuvwxyz"
		      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(type);
}

static bool refuses_collector(const struct mock *m,
			      const struct http_request *r,
			      struct http_answer *a)
{
	const char *type = http_header(r, "Log-Type");
	const char *why = azurekey_shared_key(&m->config->tokens, r);

	if (http_query(r, "api-version") == NULL)
		say_error(a, 400, "MissingApiVersion",
			  "The API version wasn't specified");
	else if (!has_version(r, "2016-04-01"))
		say_error(a, 400, "InvalidApiVersion",
			  "The specified API version wasn't recognized");
	else if (why != NULL)
		say_error(a, 403, "InvalidAuthorization", why);
	else if (!has_json(r) || http_header(r, "Content-Encoding") != NULL)
		say_error(a, 400, "UnsupportedContentType",
			  "The content type wasn't set to application/json");
	else if (type == NULL)
		say_error(a, 400, "MissingLogType",
			  "The value required for the log type wasn't "
			  "specified");
	else if (!is_log_type(type))
		say_error(a, 400, "InvalidLogType",
			  "The specified log type contained special characters "
			  "or numerics");
	else
		return false;
	return true;
}

static const struct service data_collector = {
	.say = say_collector,
	.success = 200,
	.most = 30000000,
	.refuses = refuses_collector,
	.say_bad = say_bad_collector,
	.print = print_object,
};

/* Event Hubs. */

static void say_detail(struct http_answer *a, unsigned status,
		       const char *detail)
{
	a->status = status;
	a->type = "application/xml; charset=utf-8";
	buf_printf(&a->body,
		   "<Error><Code>%u</Code><Detail>%s</Detail></Error>", status,
		   detail);
}

static void say_hub(struct http_answer *a, unsigned status)
{
	static const struct {
		unsigned status;
		const char *detail;
	} words[] = {
		{ 401, "InvalidSignature: The token has an invalid signature" },
		{ 403, "Unauthorized access. 'Send' claim(s) are required" },
		{ 404, "The messaging entity could not be found" },
		{ 413, "The message is larger than is currently allowed" },
		{ 429, "The request was terminated because the namespace is "
		       "being throttled" },
		{ 500, "The server was unable to process the request" },
		{ 503, "The server is busy" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].status == status) {
			say_detail(a, status, words[i].detail);
			return;
		}
	trouble_page(a, status, "Bad Gateway");
}

static void say_bad_hub(struct http_answer *a)
{
	say_detail(a, 400, "The request body is not a batch of messages");
}

static bool refuses_hub(const struct mock *m, const struct http_request *r,
			struct http_answer *a)
{
	const char *type = http_header(r, "Content-Type");
	const char *why = azurekey_sas(&m->config->tokens, r);

	if (why != NULL)
		say_detail(a, 401, why);
	else if (type == NULL ||
		 strcmp(type, "application/vnd.microsoft.servicebus.json") != 0)
		say_detail(a, 400, "The content type is not that of a batch");
	else
		return false;
	return true;
}

/* {"Body":"..."}: the string is the record. */
static int print_message(struct mock *m, const struct record_origin *from,
			 struct slice element, bool really, struct err *e)
{
	json_t *root = json_loadb(element.data, element.len, 0, NULL);
	json_t *body = json_object_get(root, "Body");
	int rc = json_is_string(body) ? 0 : 1;

	if (rc == 0 && really) {
		struct slice text = { json_string_value(body),
				      json_string_length(body) };

		rc = record_print(m, from, text, walk_is_object(text), e);
	}
	json_decref(root);
	return rc;
}

static const struct service event_hubs = {
	.say = say_hub,
	.success = 201,
	.most = 1048576,
	.refuses = refuses_hub,
	.say_bad = say_bad_hub,
	.print = print_message,
};

/* What they share. */

/* The body, if it is one; else it is answered. */
static bool read_body(struct azure *z, const struct service *s,
		      const struct http_request *r, struct slice *body,
		      struct http_answer *a)
{
	size_t max = http_max_content(z->mock);

	switch (body_read(r, s->most < max ? s->most : max, &z->plain, body)) {
	case BODY_FINE:
		return true;
	case BODY_TOO_LARGE:
		s->say(a, 413);
		break;
	case BODY_UNKNOWN:
	case BODY_BROKEN:
		s->say_bad(a);
		break;
	}
	return false;
}

/* Look at all elements, or print them. 1: something is wrong. */
static int go_through(struct azure *z, const struct service *s,
		      const struct record_origin *from, struct slice body,
		      bool really, struct err *e)
{
	struct values v;
	struct slice element;
	int got;

	values_start(&v, body);
	if (!v.in_array)
		return 1;
	while ((got = values_next(&v, &element)) > 0) {
		int rc = s->print(z->mock, from, element, really, e);

		if (rc != 0)
			return rc;
	}
	return got < 0 || v.count == 0;
}

static int take_records(struct azure *z, const struct service *s,
			const struct record_origin *from,
			enum request_fault fault, struct http_answer *a,
			struct err *e)
{
	struct slice body;

	if (s->refuses(z->mock, from->request, a) ||
	    !read_body(z, s, from->request, &body, a))
		return 0;
	if (go_through(z, s, from, body, false, e) != 0 ||
	    fault == REQUEST_PARTIAL) {
		s->say_bad(a);
		return 0;
	}
	if (go_through(z, s, from, body, true, e) < 0)
		return -1;
	a->status = s->success;
	// Nothing comes with 204: what is odd about a body needs one.
	if (a->status == 204 &&
	    (fault == REQUEST_HALF || fault == REQUEST_HUGE)) {
		a->status = 200;
		buf_puts(&a->body, "{}");
	}
	trouble_after(fault, a);
	return record_flush(z->mock, e);
}

static int take(struct azure *z, const struct service *s,
		const struct http_request *r, struct http_answer *a,
		struct err *e)
{
	const struct record_origin from = { r, ++z->requests };
	enum request_fault fault =
		fault_of_request(&z->mock->faults, r->number, from.number);

	if (trouble_before(z->mock, fault, s->say, a))
		return 0;
	return take_records(z, s, &from, fault, a, e);
}

static const struct service *find_service(const char *path)
{
	const size_t n = strlen(path);
	static const char messages[] = "/messages";
	const size_t tail = sizeof(messages) - 1;

	if (strncmp(path, "/dataCollectionRules/", 21) == 0)
		return &logs_ingestion;
	if (strcmp(path, "/api/logs") == 0)
		return &data_collector;
	return n > tail + 1 && strcmp(path + n - tail, messages) == 0
		       ? &event_hubs
		       : NULL;
}

static int answer(void *context, const struct http_request *r,
		  struct http_answer *a, struct err *e)
{
	const struct service *s = find_service(r->path);

	if (s == NULL) {
		trouble_page(a, 404, "Not Found");
		return 0;
	}
	if (strcmp(r->method, "POST") != 0) {
		trouble_page(a, 405, "Method Not Allowed");
		return 0;
	}
	return take(context, s, r, a, e);
}

/* A token of no known form would let nobody in, and keep nobody out. */
static int check_tokens(const struct opt_list *tokens, struct err *e)
{
	static const char *const forms[] = { "shared_key=", "sas=", "rule=" };

	for (size_t i = 0; i < tokens->count; i++) {
		const char *text = tokens->items[i];
		bool known = false;

		for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++)
			known |= strncmp(text, forms[f], strlen(forms[f])) == 0;
		if (!known || strchr(text, ':') == NULL)
			return err_set(e, ERR_USAGE,
				       "option --token: it is of the form "
				       "shared_key=WORKSPACE:KEY, sas=NAME:KEY "
				       "or rule=ID:STREAM");
	}
	return 0;
}

static int serve(struct mock *m, struct err *e)
{
	struct azure z = { .mock = m, .plain = BUF_INIT(0) };
	int rc = check_tokens(&m->config->tokens, e);

	if (rc == 0)
		rc = http_serve(m, answer, &z, e);

	buf_free(&z.plain);
	return rc;
}

static const char *const addresses[] = { "http://127.0.0.1:8080", NULL };
static const char *const tls_addresses[] = { "https://127.0.0.1:8443", NULL };

const struct mock_kind mock_sentinel = {
	.name = "sentinel",
	.summary = "Logs Ingestion API, Data Collector API, Event Hubs",
	.addresses = addresses,
	.tls_addresses = tls_addresses,
	.is_http = true,
	.by_oauth = true,
	.serve = serve,
};

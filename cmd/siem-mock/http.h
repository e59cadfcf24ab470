/*
 * The HTTP server that some kinds of mock share (libmicrohttpd): connections,
 * TLS, bodies, delays, and answers that go wrong on purpose.
 */
#ifndef SIEM_MOCK_HTTP_H
#define SIEM_MOCK_HTTP_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "mock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request, its body read to the end. */
struct http_request {
	const char *method;    // "POST"
	const char *path;      // decoded, without the query
	const char *transport; // "http" or "https"
	const char *peer;      // "127.0.0.1:51234"
	uint64_t number;       // of its connection, from 1
	int64_t now_sec;       // by the clock that answers have in Date
	struct slice body;     // as it was sent
	bool too_large;        // it was longer than --max-content: no body
	bool has_token;        // of OAuth, that we gave out and is good
};

/* A header, or a parameter of the query, by name; NULL: there is none. */
const char *http_header(const struct http_request *r, const char *name);
const char *http_query(const struct http_request *r, const char *name);

/* How large a body may be, as --max-content says. */
size_t http_max_content(const struct mock *m);

/* How an answer goes out. */
enum http_ending {
	HTTP_WHOLE,
	HTTP_HALF,  // its headers and half of its body, then the end
	HTTP_HUGE,  // its body behind 100 MiB of blanks
	HTTP_BYTES, // its body as it is, which is no HTTP, then the end
	HTTP_CLOSE, // not at all: the connection ends
	HTTP_RESET, // not at all: the connection breaks
	HTTP_STALL, // not at all: the connection stays open
};

enum { HTTP_FIELDS = 4 };

struct http_field {
	const char *name;
	char value[160];
};

struct http_answer {
	enum http_ending ending;
	unsigned status;
	const char *type; // of the body
	struct buf body;
	uint64_t retry_after_sec; // 0: not said
	uint64_t retry_date_sec;  // the same, but said as the date then
	const char *cookie;       // "NAME=VALUE" to keep, or NULL
	struct http_field fields[HTTP_FIELDS]; // other headers, up to one
					       // without a name
};

/* Add such a header; there is room for HTTP_FIELDS. */
void http_put_field(struct http_answer *a, const char *name, const char *fmt,
		    ...) PRINTF_LIKE(3, 4);

/* Answer a request. -1: this mock cannot go on. */
typedef int http_answer_fn(void *context, const struct http_request *request,
			   struct http_answer *answer, struct err *e);

/* mock_kind.serve of a kind that answers requests in this way. */
int http_serve(struct mock *m, http_answer_fn *answer, void *context,
	       struct err *e) MUST_CHECK;

#endif

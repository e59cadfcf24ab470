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
	struct slice body;     // as it was sent
	bool too_large;        // it was longer than --max-content: no body
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

struct http_answer {
	enum http_ending ending;
	unsigned status;
	const char *type; // of the body
	struct buf body;
	uint64_t retry_after_sec; // 0: not said
	const char *cookie;       // "NAME=VALUE" to keep, or NULL
};

/* Answer a request. -1: this mock cannot go on. */
typedef int http_answer_fn(void *context, const struct http_request *request,
			   struct http_answer *answer, struct err *e);

/* mock_kind.serve of a kind that answers requests in this way. */
int http_serve(struct mock *m, http_answer_fn *answer, void *context,
	       struct err *e) MUST_CHECK;

/*
 * Append what a gzip body (RFC 1952) holds to out, whose ceiling bounds it to
 * the next 64 KiB. False where it is none; out->error where it holds more.
 */
bool http_gunzip(struct slice body, struct buf *out) MUST_CHECK;

#endif

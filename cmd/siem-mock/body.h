/*
 * The body of a request as it was meant: compressed ones are unpacked.
 */
#ifndef SIEM_MOCK_BODY_H
#define SIEM_MOCK_BODY_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/slice.h"
#include "http.h"
#include "mock.h"

enum body_state {
	BODY_FINE,
	BODY_TOO_LARGE, // compressed or not
	BODY_UNKNOWN,   // a Content-Encoding other than gzip
	BODY_BROKEN,    // not what its Content-Encoding says
};

/*
 * The body of r, max bytes at most, in *body: its own memory, or that of plain
 * where it came compressed.
 */
enum body_state body_read(const struct http_request *r, size_t max,
			  struct buf *plain, struct slice *body) MUST_CHECK;

#endif

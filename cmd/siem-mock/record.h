/*
 * Records out of requests, printed one by one.
 */
#ifndef SIEM_MOCK_RECORD_H
#define SIEM_MOCK_RECORD_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "http.h"
#include "mock.h"

#include <stdbool.h>
#include <stdint.h>

/* What all records of a request have in common. */
struct record_origin {
	const struct http_request *request;
	uint64_t number; // of the request, among those with records
};

/*
 * Print a record that was taken: as JSON where it is such, which then has been
 * looked at, and as the text that it was. It counts as a message.
 */
int record_print(struct mock *m, const struct record_origin *from,
		 struct slice text, bool is_json, struct err *e) MUST_CHECK;

/* JSON on one line: a line feed in it can only be between its tokens. */
void record_put_json(struct buf *out, struct slice json);

/* Before the answer: what was acknowledged has been printed. */
int record_flush(struct mock *m, struct err *e) MUST_CHECK;

/* A token as "NAME: VALUE", which a header has to be: does r show one? Where
   no token is asked for, or one of OAuth was shown, it may come in. */
bool record_may_come(const struct mock *m, const struct http_request *r);

#endif

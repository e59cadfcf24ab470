/*
 * One HTTP exchange of a courier and what it is about: a batch of records, a
 * token to fetch, tickets to ask about.
 */
#ifndef SIEM_DELIVERY_ERRAND_H
#define SIEM_DELIVERY_ERRAND_H

#include "core/attr.h"
#include "core/err.h"
#include "delivery/batch.h"
#include "delivery/dispatch.h"
#include "delivery/session.h"
#include "dest/dest.h"
#include "net/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ERRAND_SAID_MAX = 320, ERRAND_BODY_MAX = 1 << 30 };

enum errand_use { ERRAND_NONE, ERRAND_BATCH, ERRAND_TOKEN, ERRAND_TICKETS };

struct errand {
	enum errand_use use; // NONE: it is free
	struct request request;
	struct http_exchange *exchange;
	struct batch *batch;    // of BATCH
	struct sending sending; // of BATCH
	unsigned tokens;        // of BATCH: how many there had been
};

void errand_init(struct errand *x);

/* Begin anew, with all but the body of the request empty. */
void errand_begin(struct errand *x, enum errand_use use);

/*
 * Send the request that has been filled in; a body that is compressed is gone
 * then. -1 with e filled: nothing went out.
 */
int errand_send(struct errand *x, struct http *http, bool gzip,
		struct err *e) MUST_CHECK;

/* It is over, or not wanted any more: free again; so much of its memory may be
   kept. */
void errand_end(struct errand *x, size_t keep);

/* What it takes while it is under way. */
size_t errand_memory(const struct errand *x);

void errand_free(struct errand *x);

/* The answer as a kind has to judge it, good as long as the result is. */
struct answer errand_answer(const struct http_result *r);

/*
 * Who answered what, as a message has it; and where we are refused while their
 * clock and ours differ by so much that this may be why, that they do.
 */
void errand_said(const struct http_result *r, const struct session *session,
		 char text[ERRAND_SAID_MAX]);

/* Put the same about the clocks in front of why no token was given, if so. */
void errand_blame_clock(const struct http_result *r,
			const struct session *session, struct err *e);

#endif

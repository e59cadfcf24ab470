/*
 * What becomes of the batches of one destination, as answers come or do not:
 * delivered, lined up again, waiting to be confirmed, out of tries.
 *
 * It knows nothing of how they travel. health.failed says why something failed;
 * whoever takes a step tells it and clears it.
 */
#ifndef SIEM_DELIVERY_DISPATCH_H
#define SIEM_DELIVERY_DISPATCH_H

#include "core/err.h"
#include "delivery/batch.h"
#include "delivery/health.h"
#include "delivery/lineup.h"
#include "delivery/tickets.h"
#include "dest/dest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dispatch {
	struct lineup lineup;
	struct tickets tickets;
	struct health health;
	bool bounded_retries;
	uint32_t retries;  // tries after the first, where bounded
	bool tried_all;    // the last failure was a try of every record
	bool accepted;     // something was, in this run, to be confirmed
	uint64_t sent;     // requests
	unsigned first_tries; // of batches, that are under way
	uint64_t doubtful; // tickets given to requests before that one are

	// where tickets were given out twice
	bool renew;       // they need another name to be given out by
	unsigned careful; // so many batches are to go one by one, each when
			  // the one before is confirmed
	unsigned caution; // how many it were the last time
};

/* A request on its way. */
struct sending {
	uint32_t round;  // of the health when it went out
	uint64_t number; // of those sent, from 0
	bool is_first;   // the first try of its batch
};

/* A batch goes out. */
struct sending dispatch_sent(struct dispatch *d, const struct batch *b);

/*
 * None can go out at all, for want of a token. Where that may yet mend itself it
 * was a try of every record.
 */
void dispatch_barred(struct dispatch *d, int64_t now_ms, int64_t wait_ms,
		     const struct err *why);

/* It could not even go out. */
void dispatch_stuck(struct dispatch *d, struct batch *b, int64_t now_ms,
		    const struct err *why);

/*
 * There was no answer to a batch, or none that helps: all of it goes again, not
 * before wait_ms, or WAIT_BACKOFF.
 */
void dispatch_lost(struct dispatch *d, struct batch *b, struct sending sending,
		   int64_t now_ms, int64_t wait_ms, const struct err *why);

/* It has been judged, in an answer of which said tells. */
void dispatch_judged(struct dispatch *d, struct batch *b,
		     struct sending sending, const struct judgement *judgements,
		     const char *said, int64_t now_ms);

/*
 * A request may have been taken by a receiver that has forgotten the tickets
 * it gave out before, and nobody knows which it gave to this one: none of them
 * can be believed, and what was to be confirmed goes again.
 */
void dispatch_doubt(struct dispatch *d, int64_t now_ms);

/* Has the next batch to wait until nothing is to be confirmed? */
static inline bool dispatch_is_waiting(const struct dispatch *d)
{
	return d->careful > 0 &&
	       d->tickets.pending.count + d->tickets.confirmed.count > 0;
}

/* Batches that are confirmed are delivered, where requests from oldest on are
   without an answer. */
void dispatch_settle(struct dispatch *d, uint64_t oldest);

/* What was said of the tickets that were asked about. */
void dispatch_told(struct dispatch *d, const struct judgement *judgements,
		   const char *said, int64_t now_ms);

/* Since when what was accepted first has had to be confirmed, where nothing
   else is wrong by what was heard last; 0: not so. */
int64_t dispatch_unconfirmed_ms(const struct dispatch *d);

/* What was not confirmed in time goes again. */
void dispatch_late(struct dispatch *d, int64_t now_ms);

/* Put everything back into the queue; free what is left. */
void dispatch_put_back(struct dispatch *d);
void dispatch_free(struct dispatch *d);

#endif

/*
 * How it goes with one destination: whether to send to it, and when again.
 *
 * The breaker opens after repeated failures (delivery/breaker.h). A wait that
 * the destination asked for is kept; without one, pauses grow while the breaker
 * is open.
 */
#ifndef SIEM_DELIVERY_HEALTH_H
#define SIEM_DELIVERY_HEALTH_H

#include "core/err.h"
#include "delivery/backoff.h"
#include "delivery/breaker.h"

#include <stdbool.h>
#include <stdint.h>

struct health {
	bool well;        // the last that was heard was good
	bool failing;     // the last that was heard was a failure
	int64_t retry_ms; // nothing is sent before
	int64_t slow_ms;  // and no batch before
	uint32_t round;   // to be noted of each request, for health_count_try()
	struct err failed; // why, until somebody tells it; ERR_NONE

	// private
	struct breaker breaker;
	struct backoff backoff;
	bool progress;    // something was settled since it failed last
	bool counted_all; // the last failure counted for all records
};

/* Whose try a failure was. */
enum health_try {
	TRY_OF_NONE, // it has been counted already
	TRY_OF_BATCH,
	TRY_OF_ALL, // of every record that is held
};

static inline bool health_is_open(const struct health *h)
{
	return breaker_is_open(&h->breaker);
}

/* When the next batch may go at the earliest. */
static inline int64_t health_not_before(const struct health *h)
{
	return h->slow_ms > h->retry_ms ? h->slow_ms : h->retry_ms;
}

/* Something was settled. */
void health_succeeded(struct health *h);

/* It answers, which settles nothing. */
void health_answered(struct health *h);

/* It failed as a whole: e says why. wait_ms: how long they asked us to; -1:
   they did not. */
void health_failed(struct health *h, int64_t now_ms, int64_t wait_ms,
		   const struct err *e);

/*
 * A request of that round has failed. That is a try of its batch; where nothing
 * was settled since the failure before, of every record. Failures of requests
 * that were under way together count once.
 */
enum health_try health_count_try(struct health *h, uint32_t round);

#endif

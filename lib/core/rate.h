/*
 * A limit of so many records, or bytes, in a second.
 *
 * What is not used accumulates for a tenth of a second and no longer, so that
 * a pause is not made up for by a burst. What has to go in one piece may go
 * as soon as anything may; the debt is paid by waiting afterwards.
 *
 *     struct rate_limit limit = RATE_LIMIT_INIT(rate, clock_ns());
 *
 *     size_t n = rate_allowed(&limit, clock_ns());
 *     if (n == 0)
 *             ... wait for rate_wait_ns(&limit), and ask again ...
 *     rate_spend(&limit, ... what has gone ...);
 */
#ifndef SIEM_CORE_RATE_H
#define SIEM_CORE_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rate {
	uint64_t per_sec; // 0: no limit
	bool in_bytes;    // else in records
};

struct rate_limit {
	struct rate rate;
	double credit;   // what may go; negative: a debt
	int64_t then_ns; // when that was counted
};

/* A limit begins with the credit of one unit. */
#define RATE_LIMIT_INIT(r, now_ns) \
	((struct rate_limit){ .rate = (r), .credit = 1, .then_ns = (now_ns) })

/* How many units may go now; SIZE_MAX where there is no limit. */
size_t rate_allowed(struct rate_limit *limit, int64_t now_ns);

/* So many have gone, be it more than was allowed. */
void rate_spend(struct rate_limit *limit, size_t units);

/* How long after the last rate_allowed() it will be more than 0. */
int64_t rate_wait_ns(const struct rate_limit *limit);

#endif

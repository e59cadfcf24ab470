#include "core/rate.h"

#include "core/clock.h"

enum { BURSTS_PER_SEC = 10 };

size_t rate_allowed(struct rate_limit *limit, int64_t now_ns)
{
	if (limit->rate.per_sec == 0)
		return SIZE_MAX;

	double per_sec = (double)limit->rate.per_sec;
	double most = per_sec / BURSTS_PER_SEC;

	if (most < 1)
		most = 1;
	limit->credit += per_sec * (double)(now_ns - limit->then_ns) /
			 NS_PER_SEC;
	if (limit->credit > most)
		limit->credit = most;
	limit->then_ns = now_ns;
	return limit->credit >= 1 ? (size_t)limit->credit : 0;
}

void rate_spend(struct rate_limit *limit, size_t units)
{
	if (limit->rate.per_sec != 0)
		limit->credit -= (double)units;
}

int64_t rate_wait_ns(const struct rate_limit *limit)
{
	if (limit->rate.per_sec == 0 || limit->credit >= 1)
		return 0;
	// One more, so that rounding cannot end the wait a moment too soon.
	return (int64_t)((1 - limit->credit) * NS_PER_SEC /
			 (double)limit->rate.per_sec) + 1;
}

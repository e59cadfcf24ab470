/* The rate limit: what may go when, and how long to wait otherwise. */
#include "core/rate.h"

#include "core/clock.h"

#include "check.h"

static void without_a_limit_anything_may_go_at_any_time(void)
{
	struct rate_limit limit = RATE_LIMIT_INIT((struct rate){ 0 }, 0);

	rate_spend(&limit, 1000000);
	CHECK(rate_allowed(&limit, 0) == SIZE_MAX);
	CHECK(rate_wait_ns(&limit) == 0);
}

static void the_first_may_go_at_once_and_the_second_in_its_time(void)
{
	struct rate_limit limit =
		RATE_LIMIT_INIT(((struct rate){ .per_sec = 4 }), 0);

	CHECK(rate_allowed(&limit, 0) == 1);
	rate_spend(&limit, 1);
	CHECK(rate_allowed(&limit, 0) == 0);

	int64_t wait_ns = rate_wait_ns(&limit);
	CHECK(wait_ns >= NS_PER_SEC / 4 && wait_ns < NS_PER_SEC / 4 + 100);
	CHECK(rate_allowed(&limit, wait_ns) == 1);
}

static void a_pause_is_not_made_up_for_by_a_burst(void)
{
	struct rate_limit limit =
		RATE_LIMIT_INIT(((struct rate){ .per_sec = 1000 }), 0);

	CHECK(rate_allowed(&limit, 3600 * (int64_t)NS_PER_SEC) == 100);
}

static void what_went_beyond_the_limit_is_paid_for_afterwards(void)
{
	struct rate_limit limit =
		RATE_LIMIT_INIT(((struct rate){ .per_sec = 1000 }), 0);

	rate_spend(&limit, 2000);
	CHECK(rate_allowed(&limit, 1999 * (int64_t)NS_PER_MS) == 0);
	CHECK(rate_allowed(&limit, 2001 * (int64_t)NS_PER_MS) >= 1);
}

static void over_time_exactly_the_rate_goes(void)
{
	struct rate_limit limit =
		RATE_LIMIT_INIT(((struct rate){ .per_sec = 300 }), 0);
	int64_t now_ns = 0;
	size_t gone = 0;

	while (now_ns < 10 * (int64_t)NS_PER_SEC) {
		size_t n = rate_allowed(&limit, now_ns);

		rate_spend(&limit, n);
		gone += n;
		now_ns += 1 + rate_wait_ns(&limit);
	}
	CHECK(gone >= 2999 && gone <= 3002);
}

int main(void)
{
	RUN(without_a_limit_anything_may_go_at_any_time);
	RUN(the_first_may_go_at_once_and_the_second_in_its_time);
	RUN(a_pause_is_not_made_up_for_by_a_burst);
	RUN(what_went_beyond_the_limit_is_paid_for_afterwards);
	RUN(over_time_exactly_the_rate_goes);
	return check_done();
}

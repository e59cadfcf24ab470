/* The waits between tries: how long they may be, and that they vary. */
#include "delivery/backoff.h"

#include "check.h"

#include <stdint.h>

/* The n-th wait, with the draw that makes it longest, or shortest. */
static unsigned wait_after(unsigned failures, bool longest)
{
	struct backoff b = { 0 };
	unsigned wait = 0;

	for (unsigned i = 0; i < failures; i++) {
		unsigned most =
			b.most_ms == 0 ? BACKOFF_FIRST_MS : 2 * b.most_ms;

		if (most > BACKOFF_MOST_MS)
			most = BACKOFF_MOST_MS;
		wait = backoff_next(&b, longest ? most : 0);
	}
	return wait;
}

static void the_first_try_again_is_fast(void)
{
	CHECK(wait_after(1, true) == 100);
	CHECK(wait_after(1, false) == 0);
}

static void each_wait_may_be_twice_as_long_as_the_one_before(void)
{
	CHECK(wait_after(2, true) == 200);
	CHECK(wait_after(5, true) == 1600);
}

static void no_wait_is_longer_than_thirty_seconds(void)
{
	struct backoff b = { 0 };

	for (unsigned i = 0; i < 100; i++)
		CHECK(backoff_next(&b, UINT64_MAX - i) <= 30000);
	CHECK(wait_after(100, true) == 30000);
}

static void every_part_of_the_longest_wait_is_possible(void)
{
	CHECK(wait_after(3, false) == 0);
	CHECK(wait_after(3, true) == 400);
}

static void after_a_success_it_begins_anew(void)
{
	struct backoff b = { 0 };

	for (int i = 0; i < 10; i++)
		backoff_next(&b, 0);
	backoff_reset(&b);
	for (uint64_t random = 0; random < 1000; random++) {
		struct backoff fresh = b;

		CHECK(backoff_next(&fresh, random) <= BACKOFF_FIRST_MS);
	}
}

int main(void)
{
	RUN(the_first_try_again_is_fast);
	RUN(each_wait_may_be_twice_as_long_as_the_one_before);
	RUN(no_wait_is_longer_than_thirty_seconds);
	RUN(every_part_of_the_longest_wait_is_possible);
	RUN(after_a_success_it_begins_anew);
	return check_done();
}

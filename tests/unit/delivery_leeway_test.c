/* How much is sent before a receiver has to show that it keeps it. */
#include "delivery/leeway.h"

#include "check.h"

static void at_first_there_is_no_limit(void)
{
	struct leeway l = LEEWAY_INIT;

	leeway_grow(&l, 1000);
	CHECK(l.bytes == UINT64_MAX);
}

static void each_connection_that_settles_nothing_has_less(void)
{
	struct leeway l = LEEWAY_INIT;

	leeway_shrink(&l, 4000000);
	CHECK(l.bytes == 1000000);
	leeway_shrink(&l, 1000100);
	CHECK(l.bytes == 250000);
	leeway_shrink(&l, 400);
	CHECK(l.bytes == 100);
}

static void a_connection_that_was_sent_nothing_proves_nothing(void)
{
	struct leeway l = LEEWAY_INIT;

	leeway_shrink(&l, 0);
	CHECK(l.bytes == UINT64_MAX);
}

static void it_ends_at_one_record_and_grows_from_there(void)
{
	struct leeway l = LEEWAY_INIT;

	for (int i = 0; i < 100; i++)
		leeway_shrink(&l, 500);
	CHECK(l.bytes == 0);

	leeway_grow(&l, 500);
	CHECK(l.bytes == 500);
	leeway_grow(&l, 500);
	CHECK(l.bytes == 1000);
	leeway_grow(&l, UINT64_MAX - 5);
	CHECK(l.bytes == UINT64_MAX);
}

int main(void)
{
	RUN(at_first_there_is_no_limit);
	RUN(each_connection_that_settles_nothing_has_less);
	RUN(a_connection_that_was_sent_nothing_proves_nothing);
	RUN(it_ends_at_one_record_and_grows_from_there);
	return check_done();
}

/* Slots of requests: how many there are, and what they may take. */
#include "delivery/slots.h"

#include "check.h"

/* As many, for bodies of that size, within so much memory. */
static struct dest_limits set_up(struct slots *s, unsigned count, size_t best,
				 size_t memory)
{
	struct dest_limits limits = { .in_flight = count, .best_bytes = best };

	slots_init(s, &limits, memory);
	return limits;
}

/* A request of that number is under way, with a body of so many bytes. */
static struct errand *send(struct slots *s, uint64_t number, size_t bytes)
{
	struct errand *x = slots_find(s);

	if (x == NULL)
		return NULL;
	slots_begin(s, x, NULL);
	x->sending.number = number;
	CHECK(buf_room(&x->request.body, bytes) != NULL);
	return x;
}

static void the_best_size_stays_where_there_is_memory_for_it(void)
{
	struct slots s;
	struct dest_limits limits = set_up(&s, 4, 100000, 64 << 20);

	CHECK(limits.best_bytes == 100000);
	CHECK(s.count == 4 && s.busy == 0);
	CHECK(s.each == 128 << 10 && s.reserve == 5 * (128 << 10));
	slots_free(&s);
}

static void it_is_made_less_where_there_is_too_little_memory(void)
{
	struct slots s;
	struct dest_limits limits = set_up(&s, 3, 1 << 20, 1 << 20);

	// Half of it, for three and the one that grows.
	CHECK(s.each == 128 << 10 && s.reserve == 1 << 19);
	CHECK(limits.best_bytes == (128 << 10) - 1);
	slots_free(&s);

	limits = set_up(&s, 64, 1 << 20, 1000);
	CHECK(s.each == 4096 && limits.best_bytes == 4095);
	slots_free(&s);
}

static void a_slot_is_busy_until_its_request_is_over(void)
{
	struct slots s;

	set_up(&s, 2, 1000, 1 << 20);
	struct errand *first = send(&s, 0, 10);
	struct errand *second = send(&s, 1, 10);
	CHECK(first != NULL && second != NULL && first != second);
	CHECK(s.busy == 2 && slots_find(&s) == NULL);
	slots_end(&s, first);
	CHECK(s.busy == 1 && slots_find(&s) == first);
	slots_free(&s);
}

static void the_oldest_is_the_one_of_the_least_number(void)
{
	struct slots s;

	set_up(&s, 3, 1000, 1 << 20);
	CHECK(slots_oldest(&s) == UINT64_MAX);
	struct errand *seventh = send(&s, 7, 10);
	struct errand *fifth = send(&s, 5, 10);
	CHECK(slots_oldest(&s) == 5);
	slots_end(&s, fifth);
	CHECK(slots_oldest(&s) == 7);
	slots_end(&s, seventh);
	CHECK(slots_oldest(&s) == UINT64_MAX);
	slots_free(&s);
}

static void large_bodies_leave_no_memory_for_more_but_one_may_always_go(void)
{
	struct slots s;

	set_up(&s, 4, 4000, 1 << 20);
	CHECK(slots_have_memory(&s));
	// One record may be larger than all that is reserved.
	struct errand *large = send(&s, 0, 1 << 20);
	CHECK(!slots_have_memory(&s) && slots_memory(&s) > 1 << 20);
	slots_end(&s, large);
	CHECK(slots_have_memory(&s) && slots_memory(&s) <= s.each);

	send(&s, 1, 4000);
	send(&s, 2, 4000);
	CHECK(slots_have_memory(&s));
	send(&s, 3, 4000);
	send(&s, 4, 4000);
	CHECK(!slots_have_memory(&s));
	slots_free(&s);
}

int main(void)
{
	RUN(the_best_size_stays_where_there_is_memory_for_it);
	RUN(it_is_made_less_where_there_is_too_little_memory);
	RUN(a_slot_is_busy_until_its_request_is_over);
	RUN(the_oldest_is_the_one_of_the_least_number);
	RUN(large_bodies_leave_no_memory_for_more_but_one_may_always_go);
	return check_done();
}

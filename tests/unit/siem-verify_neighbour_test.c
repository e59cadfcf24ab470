/* Neighbours: which record an arrival was before it was altered. */
#include "../../cmd/siem-verify/neighbour.h"

#include "check.h"

#include <stdlib.h>

enum { LEN = 10 };

/* The record, or arrival, with a number: all are LEN bytes long. */
static struct entry numbered(unsigned number, uint64_t id)
{
	return (struct entry){ .place = place_of(0, (uint64_t)LEN * number),
			       .len = LEN,
			       .id = id };
}

static struct neighbours *altered(const unsigned *arrivals, size_t count,
				  const uint64_t *ids)
{
	struct neighbours *n = neighbours_new();
	struct err e;

	if (n == NULL)
		abort();
	for (size_t i = 0; i < count; i++) {
		struct entry entry =
			numbered(arrivals[i], ids != NULL ? ids[i] : 0);

		if (neighbours_add(n, &entry, &e) < 0)
			abort();
	}
	neighbours_sort(n);
	return n;
}

/* A record arrived as it was, at that place among the arrivals. */
static void match(struct neighbours *n, unsigned record, unsigned arrival)
{
	const struct entry r = numbered(record, 0);
	const struct entry a = numbered(arrival, 0);

	neighbours_match(n, &r, &a);
}

static void finish(struct neighbours *n)
{
	struct err e;

	if (neighbours_finish(n, &e) < 0)
		abort();
}

static bool claims(struct neighbours *n, unsigned record, uint64_t id)
{
	const struct entry lost = numbered(record, id);

	return neighbours_claim(n, &lost);
}

/* Was that arrival this record, and how is it known? */
static bool was(struct neighbours *n, unsigned arrival, unsigned record,
		enum neighbour_how how)
{
	const struct neighbour *found =
		neighbours_find(n, place_of(0, (uint64_t)LEN * arrival));

	return found != NULL && found->how == how &&
	       found->source == place_of(0, (uint64_t)LEN * record);
}

static void the_one_between_its_neighbours_is_it(void)
{
	struct neighbours *n = altered((unsigned[]){ 1 }, 1, NULL);

	match(n, 4, 0);
	match(n, 6, 2);
	finish(n);
	CHECK(!claims(n, 3, 0) && !claims(n, 7, 0));
	CHECK(claims(n, 5, 0));
	CHECK(was(n, 1, 5, NEIGHBOUR_BY_ORDER));
	CHECK(!claims(n, 5, 0)); // there is only one
	CHECK(neighbours_find(n, 0) == NULL);
	neighbours_free(n);
}

static void one_neighbour_is_enough(void)
{
	struct neighbours *n = altered((unsigned[]){ 0, 9 }, 2, NULL);

	match(n, 6, 1); // behind the first of all
	match(n, 7, 8); // before the last of all
	finish(n);
	CHECK(claims(n, 5, 0) && was(n, 0, 5, NEIGHBOUR_BY_ORDER));
	CHECK(claims(n, 8, 0) && was(n, 9, 8, NEIGHBOUR_BY_ORDER));
	neighbours_free(n);
}

static void several_side_by_side_are_told_in_their_order(void)
{
	struct neighbours *n = altered((unsigned[]){ 3, 1, 2 }, 3, NULL);

	match(n, 0, 0);
	match(n, 4, 4);
	finish(n);
	for (unsigned i = 1; i <= 3; i++)
		CHECK(claims(n, i, 0) && was(n, i, i, NEIGHBOUR_BY_ORDER));
	neighbours_free(n);
}

static void an_id_tells_wherever_it_arrived(void)
{
	struct neighbours *n =
		altered((unsigned[]){ 1, 5 }, 2, (uint64_t[]){ 77, 78 });

	match(n, 0, 0);
	match(n, 2, 2);
	finish(n);
	CHECK(claims(n, 9, 78) && was(n, 5, 9, NEIGHBOUR_BY_ID));
	CHECK(!claims(n, 8, 78));
	CHECK(claims(n, 1, 0) && was(n, 1, 1, NEIGHBOUR_BY_ORDER));
	neighbours_free(n);
}

static void what_stands_alone_is_like_none(void)
{
	struct neighbours *n = altered((unsigned[]){ 50 }, 1, NULL);

	match(n, 20, 49);
	match(n, 30, 51);
	finish(n);
	CHECK(!claims(n, 25, 0));
	CHECK(claims(n, 21, 0)); // behind the one before it
	neighbours_free(n);
}

int main(void)
{
	RUN(the_one_between_its_neighbours_is_it);
	RUN(one_neighbour_is_enough);
	RUN(several_side_by_side_are_told_in_their_order);
	RUN(an_id_tells_wherever_it_arrived);
	RUN(what_stands_alone_is_like_none);
	return check_done();
}

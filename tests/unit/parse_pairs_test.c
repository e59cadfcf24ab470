/* Pairs: which keys came more than once, however many there are. */
#include "parse/pairs.h"

#include "check.h"

#include <stdio.h>

/* Pairs of these keys, the values being their numbers. */
static bool make(struct pairs *p, const char *const *keys, size_t count)
{
	static const char digits[] = "0123456789";

	pairs_clear(p);
	for (size_t i = 0; i < count; i++)
		if (!pairs_add(p, slice_of(keys[i]),
			       (struct slice){ digits + i % 10, 1 }))
			return false;
	return pairs_link(p);
}

static void keys_that_come_again_follow_each_other(void)
{
	static const char *const keys[] = { "a", "b", "a", "c", "a" };
	struct pairs p = { 0 };

	CHECK(make(&p, keys, 5));
	CHECK(p.items[0].next == 2 && p.items[2].next == 4);
	CHECK(p.items[4].next == 0);
	CHECK(!p.items[0].again && p.items[2].again && p.items[4].again);
	CHECK(p.items[1].next == 0 && !p.items[1].again);
	pairs_free(&p);
}

static void a_key_is_not_found_among_as_many_others_as_there_may_be(void)
{
	struct pairs p = { 0 };
	char keys[300];

	for (size_t count = 60; count < 260; count++) {
		pairs_clear(&p);
		for (size_t i = 0; i < count; i++) {
			keys[i] = (char)i;
			if (!pairs_add(&p, (struct slice){ keys + i, 1 },
				       SLICE("")))
				return;
		}
		CHECK(pairs_link(&p));
		CHECK(pairs_find(&p, SLICE("absent")) == NULL);
	}
	pairs_free(&p);
}

static void the_first_of_a_key_is_found(void)
{
	static const char *const keys[] = { "a", "b", "b" };
	struct pairs p = { 0 };

	CHECK(make(&p, keys, 3));
	CHECK(pairs_find(&p, SLICE("b")) == &p.items[1]);
	CHECK(pairs_find(&p, SLICE("c")) == NULL);
	CHECK(pairs_find(&p, SLICE("")) == NULL);
	pairs_free(&p);
}

static void pairs_that_are_cleared_are_forgotten(void)
{
	static const char *const keys[] = { "a", "a" };
	static const char *const others[] = { "b", "a" };
	struct pairs p = { 0 };

	CHECK(make(&p, keys, 2));
	CHECK(make(&p, others, 2));
	CHECK(!p.items[1].again && p.items[0].next == 0);
	CHECK(make(&p, others, 0));
	CHECK(pairs_find(&p, SLICE("a")) == NULL);
	pairs_free(&p);
}

/* A key for each number; and one key for all of them. */
static void hundreds_of_thousands_of_keys_take_no_time(void)
{
	enum { MANY = 300000 };
	static char names[MANY][8];
	struct pairs p = { 0 };

	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "%zu", i);
		CHECK(pairs_add(&p, slice_of(names[i]), SLICE("")));
	}
	CHECK(pairs_link(&p));
	for (size_t i = 0; i < MANY; i += 1000)
		CHECK(pairs_find(&p, slice_of(names[i])) == &p.items[i]);

	pairs_clear(&p);
	for (size_t i = 0; i < MANY; i++)
		CHECK(pairs_add(&p, SLICE("a"), SLICE("")));
	CHECK(pairs_link(&p));
	CHECK(p.items[0].last == MANY - 1);
	CHECK(p.items[MANY - 2].next == MANY - 1);
	pairs_free(&p);
}

int main(void)
{
	RUN(keys_that_come_again_follow_each_other);
	RUN(a_key_is_not_found_among_as_many_others_as_there_may_be);
	RUN(the_first_of_a_key_is_found);
	RUN(pairs_that_are_cleared_are_forgotten);
	RUN(hundreds_of_thousands_of_keys_take_no_time);
	return check_done();
}

/* Numbers for what is under way. */
#include "delivery/tags.h"

#include "check.h"

#include <stdlib.h>

enum { MANY = 1000 };

static void a_number_stands_for_its_item_once(void)
{
	struct tags t = { 0 };
	struct queue_item a, b;
	uint64_t of_a, of_b;

	CHECK(tags_give(&t, &a, &of_a));
	CHECK(tags_give(&t, &b, &of_b));
	CHECK(tags_take(&t, of_b) == &b);
	CHECK(tags_take(&t, of_a) == &a);
	CHECK(tags_take(&t, of_a) == NULL && tags_take(&t, of_b) == NULL);
	tags_free(&t);
}

static void a_number_of_before_says_nothing_of_who_has_its_place(void)
{
	struct tags t = { 0 };
	struct queue_item a, b;
	uint64_t before, now;

	CHECK(tags_give(&t, &a, &before));
	CHECK(tags_take(&t, before) == &a);
	CHECK(tags_give(&t, &b, &now));
	CHECK(tags_take(&t, before) == NULL);
	CHECK(tags_take(&t, now) == &b);
	tags_free(&t);
}

static void a_number_that_was_never_given_stands_for_nothing(void)
{
	struct tags t = { 0 };

	CHECK(tags_take(&t, 0) == NULL);
	CHECK(tags_take(&t, UINT64_MAX) == NULL);
}

static void many_are_told_apart(void)
{
	struct queue_item *items = calloc(MANY, sizeof(*items));
	uint64_t numbers[MANY];
	struct tags t = { 0 };
	size_t right = 0;

	for (size_t i = 0; i < MANY; i++)
		CHECK(tags_give(&t, &items[i], &numbers[i]));
	for (size_t i = MANY; i-- > 0;)
		right += tags_take(&t, numbers[i]) == &items[i];
	CHECK(right == MANY);
	tags_free(&t);
	free(items);
}

static void what_is_forgotten_says_nothing(void)
{
	struct tags t = { 0 };
	struct queue_item a;
	uint64_t number;

	CHECK(tags_give(&t, &a, &number));
	tags_forget(&t);
	CHECK(tags_take(&t, number) == NULL);
	tags_free(&t);
}

int main(void)
{
	RUN(a_number_stands_for_its_item_once);
	RUN(a_number_of_before_says_nothing_of_who_has_its_place);
	RUN(a_number_that_was_never_given_stands_for_nothing);
	RUN(many_are_told_apart);
	RUN(what_is_forgotten_says_nothing);
	return check_done();
}

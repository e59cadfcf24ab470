#include "event/names.h"

#include "check.h"

#include <stdlib.h>

static void a_name_is_found_once_it_was_entered(void)
{
	struct names n = { .seed = 1 };

	CHECK(names_begin(&n));
	CHECK(names_find(&n, SLICE("a"), 0) == NULL);
	struct name *a = names_enter(&n, SLICE("a"), 0);
	CHECK(a != NULL && !a->taken && a->number == 0);
	a->number = 7;
	CHECK(names_find(&n, SLICE("a"), 0)->number == 7);
	CHECK(names_enter(&n, SLICE("a"), 0)->number == 7);
	CHECK(names_find(&n, SLICE("b"), 0) == NULL);
	CHECK(names_find(&n, SLICE(""), 0) == NULL);
	names_free(&n);
}

static void each_owner_has_names_of_its_own(void)
{
	struct names n = { .seed = 2 };

	CHECK(names_begin(&n));
	names_enter(&n, SLICE("a"), 1)->number = 1;
	CHECK(names_find(&n, SLICE("a"), 2) == NULL);
	names_enter(&n, SLICE("a"), 2)->number = 2;
	CHECK(names_find(&n, SLICE("a"), 1)->number == 1);
	CHECK(names_find(&n, SLICE("a"), 2)->number == 2);
	names_free(&n);
}

static void all_of_many_names_are_found(void)
{
	enum { COUNT = 20000, LEN = 24 };
	struct names n = { .seed = 3 };
	char *texts = malloc((size_t)COUNT * LEN);

	if (texts == NULL)
		abort();
	CHECK(names_begin(&n));
	for (uint32_t i = 0; i < COUNT; i++) {
		char *text = texts + i * LEN;

		// Of every length from 1 up, also beyond a word of the hash.
		snprintf(text, LEN, "%.*s%u", (int)(i % 18),
			 "kkkkkkkkkkkkkkkkkk", i);
		names_enter(&n, slice_of(text), i % 3)->number = i;
	}
	for (uint32_t i = 0; i < COUNT; i++) {
		struct slice name = slice_of(texts + i * LEN);

		CHECK(names_find(&n, name, i % 3) != NULL &&
		      names_find(&n, name, i % 3)->number == i);
		CHECK(names_find(&n, name, 3) == NULL);
	}
	CHECK(names_begin(&n));
	CHECK(names_find(&n, slice_of(texts), 0) == NULL);
	names_free(&n);
	free(texts);
}

static void names_may_be_the_same_but_for_capitals(void)
{
	struct names n = { .seed = 4 };

	CHECK(names_begin(&n));
	n.folds = true;
	names_enter(&n, SLICE("aB-longer-Name"), 1)->number = 1;
	CHECK(names_find(&n, SLICE("Ab-LONGER-name"), 1)->number == 1);
	CHECK(names_find(&n, SLICE("Ab-LONGER-nam\x05"), 1) == NULL);
	CHECK(names_find(&n, SLICE("Ab-LONGER-name"), 2) == NULL);
	CHECK(names_find(&n, SLICE("aB\rlonger-Name"), 1) == NULL);
	names_enter(&n, SLICE("{}"), 1)->number = 2;
	CHECK(names_find(&n, SLICE("[]"), 1) == NULL);
	CHECK(names_begin(&n));
	names_enter(&n, SLICE("a"), 1)->number = 3;
	CHECK(names_find(&n, SLICE("A"), 1) == NULL);
	names_free(&n);
}

int main(void)
{
	RUN(a_name_is_found_once_it_was_entered);
	RUN(each_owner_has_names_of_its_own);
	RUN(all_of_many_names_are_found);
	RUN(names_may_be_the_same_but_for_capitals);
	return check_done();
}

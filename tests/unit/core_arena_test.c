/* Scratch memory: where it is, how much there is, what is kept. */
#include "core/arena.h"

#include "check.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

static bool is_aligned(const void *p)
{
	return (uintptr_t)p % alignof(max_align_t) == 0;
}

static void what_is_taken_stays_and_is_aligned(void)
{
	struct arena a = ARENA_INIT(1 << 20);
	char *pieces[100];
	bool ok = true;

	for (size_t i = 0; i < 100; i++) {
		pieces[i] = arena_take(&a, i * 37 + 1);
		ok &= pieces[i] != NULL && is_aligned(pieces[i]);
		if (pieces[i] != NULL)
			memset(pieces[i], (int)i, i * 37 + 1);
	}
	for (size_t i = 0; i < 100; i++)
		for (size_t j = 0; ok && j < i * 37 + 1; j++)
			ok &= pieces[i][j] == (char)i;
	CHECK(ok);
	arena_free(&a);
}

static void no_more_is_given_than_the_ceiling(void)
{
	struct arena a = ARENA_INIT(1000);

	CHECK(arena_take(&a, 1001) == NULL);
	CHECK(arena_take(&a, 600) != NULL);
	CHECK(arena_take(&a, 401) == NULL);
	CHECK(arena_take(&a, 400) != NULL);
	CHECK(arena_take(&a, 1) == NULL);
	CHECK(arena_take(&a, SIZE_MAX) == NULL);
	arena_clear(&a);
	CHECK(arena_take(&a, 1000) != NULL);
	arena_free(&a);
}

static void the_first_block_is_used_again_and_the_others_are_not_kept(void)
{
	struct arena a = ARENA_INIT(1 << 20);
	char *first = arena_take(&a, 100);

	for (int i = 0; i < 20; i++)
		CHECK(arena_take(&a, 10000) != NULL);
	CHECK(a.first != a.last);
	arena_clear(&a);
	CHECK(a.first == a.last && a.taken == 0);
	CHECK((char *)arena_take(&a, 100) == first);
	arena_free(&a);
}

static void an_outsized_block_is_not_kept(void)
{
	struct arena a = ARENA_INIT(1 << 20);

	CHECK(arena_take(&a, 1 << 19) != NULL);
	arena_clear(&a);
	CHECK(a.first == NULL);
	CHECK(arena_take(&a, 1) != NULL);
	arena_free(&a);
	arena_free(&a);
	arena_clear(&a);
	CHECK(a.first == NULL && a.max == 1 << 20);
}

int main(void)
{
	RUN(what_is_taken_stays_and_is_aligned);
	RUN(no_more_is_given_than_the_ceiling);
	RUN(the_first_block_is_used_again_and_the_others_are_not_kept);
	RUN(an_outsized_block_is_not_kept);
	return check_done();
}

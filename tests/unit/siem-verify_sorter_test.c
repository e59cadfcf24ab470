/* The sorter: any number of entries in their order, in the memory given. */
#include "../../cmd/siem-verify/sorter.h"

#include "check.h"

#include <stdlib.h>

static struct sorter start(size_t memory)
{
	struct sorter s;
	struct err e;

	if (sorter_open(&s, memory, &e) < 0)
		abort();
	return s;
}

static void add(struct sorter *s, uint64_t key, uint64_t place, uint32_t flags)
{
	const struct entry entry = { .key = { key, ~key },
				     .place = place,
				     .flags = flags };
	struct err e;

	if (sorter_add(s, &entry, &e) < 0)
		abort();
}

static void sort(struct sorter *s)
{
	struct err e;

	if (sorter_start(s, &e) < 0)
		abort();
}

/* The place of the next, or UINT64_MAX. */
static uint64_t next(struct sorter *s)
{
	struct entry entry;
	struct err e;
	int got = sorter_next(s, &entry, &e);

	if (got < 0)
		abort();
	return got > 0 ? entry.place : UINT64_MAX;
}

/* Are these the next? A last UINT64_MAX is the end. */
static bool come(struct sorter *s, const uint64_t *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (next(s) != places[i])
			return false;
	return true;
}

static void entries_come_by_key_then_by_place(void)
{
	struct sorter s = start(1 << 16);

	add(&s, 2, 1, 0);
	add(&s, 1, 9, 0);
	add(&s, 1, 4, 0);
	add(&s, 7, 3, ENTRY_WHOLE); // these come first
	add(&s, 0, 5, 0);
	sort(&s);
	CHECK(s.count == 5);
	CHECK(come(&s, (uint64_t[]){ 3, 5, 4, 9, 1, UINT64_MAX }, 6));
	sorter_free(&s);
}

static void nothing_is_sorted_as_well(void)
{
	struct sorter s = start(1 << 16);

	sort(&s);
	CHECK(next(&s) == UINT64_MAX);
	sorter_free(&s);
	sorter_free(&s);
}

static void all_come_again_from_the_start(void)
{
	for (uint64_t count = 3; count < 5000; count += 4000) {
		struct sorter s = start(1);

		for (uint64_t i = 0; i < count; i++)
			add(&s, i, i, 0);
		sort(&s);
		CHECK(come(&s, (uint64_t[]){ 0, 1 }, 2));
		sort(&s);
		for (uint64_t i = 0; i < count; i++)
			CHECK(next(&s) == i);
		CHECK(next(&s) == UINT64_MAX);
		sorter_free(&s);
	}
}

/* More runs than are merged at once, in the least memory. */
static void what_does_not_fit_is_merged_in_order(void)
{
	enum { COUNT = 256 * 300 };
	struct sorter s = start(1);
	uint64_t key = 1;

	for (uint64_t i = 0; i < COUNT; i++) {
		key = key * 6364136223846793005 + 1442695040888963407;
		add(&s, key, key >> 1, 0);
	}
	sort(&s);

	uint64_t last = 0;
	uint64_t count = 0;
	for (uint64_t place; (place = next(&s)) != UINT64_MAX; count++) {
		CHECK(place >= last);
		last = place;
	}
	CHECK(count == COUNT);
	sorter_free(&s);
}

int main(void)
{
	RUN(entries_come_by_key_then_by_place);
	RUN(nothing_is_sorted_as_well);
	RUN(all_come_again_from_the_start);
	RUN(what_does_not_fit_is_merged_in_order);
	return check_done();
}

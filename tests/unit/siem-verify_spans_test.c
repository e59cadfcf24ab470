/* Spans: which of any number of stretches hold a place. */
#include "../../cmd/siem-verify/spans.h"

#include "../../cmd/siem-verify/entry.h"

#include "check.h"

#include <stdlib.h>

static void add(struct spans *s, size_t source, uint64_t from, uint64_t to,
		uint64_t count)
{
	struct err e;

	if (spans_add(s,
		      (struct span){ .source = source,
				     .from = from,
				     .to = to,
				     .count = count },
		      &e) < 0)
		abort();
}

static void a_span_holds_its_start_and_not_its_end(void)
{
	struct spans s = { 0 };

	CHECK(spans_find(&s, 0) == NULL);
	add(&s, 0, 10, 20, 0);
	spans_place(&s, (size_t[]){ 0 });
	CHECK(spans_find(&s, 9) == NULL);
	CHECK(spans_find(&s, 10) != NULL && spans_find(&s, 19) != NULL);
	CHECK(spans_find(&s, 20) == NULL);
	spans_free(&s);
}

static void spans_that_follow_each_other_are_one(void)
{
	struct spans s = { 0 };

	for (uint64_t i = 0; i < 1000; i++)
		add(&s, 0, 10 * i, 10 * i + 10, 0);
	CHECK(s.count == 1);
	add(&s, 0, 9995, 10005, 0); // overlaps
	add(&s, 0, 9990, 9995, 0);  // lies within
	add(&s, 0, 500, 500, 0);    // is empty
	CHECK(s.count == 1 && s.items[0].to == 10005);
	add(&s, 0, 10006, 10010, 0);
	CHECK(s.count == 2);
	add(&s, 1, 10010, 10020, 0); // of another source
	CHECK(s.count == 3);
	add(&s, 1, 10020, 10030, 5); // with a count of its own
	add(&s, 1, 10030, 10040, 5);
	CHECK(s.count == 5);
	spans_free(&s);
}

static void offsets_become_places_of_their_file(void)
{
	struct spans s = { 0 };
	const size_t files[] = { 7, FILE_NONE, FILE_PLACED, 3 };

	add(&s, 0, 10, 20, 0);
	add(&s, 1, 10, 20, 0);
	add(&s, 2, place_of(5, 10), place_of(6, 20), 0);
	add(&s, 3, 10, 20, 0);
	spans_place(&s, files);
	CHECK(s.count == 3);
	CHECK(spans_find(&s, place_of(7, 10)) != NULL);
	CHECK(spans_find(&s, place_of(3, 19)) != NULL);
	CHECK(spans_find(&s, place_of(3, 20)) == NULL);
	CHECK(spans_find(&s, place_of(1, 10)) == NULL);
	// From one file into the next.
	CHECK(spans_find(&s, place_of(5, 9)) == NULL);
	CHECK(spans_find(&s, place_of(5, 1 << 30)) != NULL);
	CHECK(spans_find(&s, place_of(6, 19)) != NULL);
	CHECK(spans_find(&s, place_of(6, 20)) == NULL);
	spans_free(&s);
}

static void a_long_span_is_found_behind_short_ones(void)
{
	struct spans s = { 0 };

	add(&s, 0, 0, 1000, 1);
	for (uint64_t i = 0; i < 50; i++)
		add(&s, 0, 10 * i, 10 * i + 5, 1);
	spans_place(&s, (size_t[]){ 0 });
	CHECK(spans_find(&s, 999) != NULL);
	CHECK(spans_find(&s, 999)->to == 1000);
	CHECK(spans_find(&s, 492)->from == 490);
	CHECK(spans_find(&s, 1000) == NULL);
	spans_free(&s);
}

static void each_count_is_taken_once(void)
{
	struct spans s = { 0 };

	add(&s, 0, 0, 100, 2);
	add(&s, 0, 50, 60, 1);
	spans_place(&s, (size_t[]){ 0 });
	CHECK(spans_take(&s, 100) == NULL);
	CHECK(spans_take(&s, 55) != NULL); // of the nearer one
	CHECK(spans_take(&s, 55) != NULL && spans_take(&s, 55) != NULL);
	CHECK(spans_take(&s, 55) == NULL && spans_take(&s, 10) == NULL);
	CHECK(spans_find(&s, 55) != NULL);
	spans_free(&s);
}

int main(void)
{
	RUN(a_span_holds_its_start_and_not_its_end);
	RUN(spans_that_follow_each_other_are_one);
	RUN(offsets_become_places_of_their_file);
	RUN(a_long_span_is_found_behind_short_ones);
	RUN(each_count_is_taken_once);
	return check_done();
}

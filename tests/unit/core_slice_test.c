/* Slices: what is taken off them, and what is left. */
#include "core/slice.h"

#include "check.h"

static void blanks_at_both_ends_are_trimmed_and_none_between(void)
{
	CHECK(slice_is(slice_trim(SLICE(" \t\r\na b\n\n")), SLICE("a b")));
	CHECK(slice_is(slice_trim(SLICE("a")), SLICE("a")));
	CHECK(slice_is(slice_trim(SLICE("\na")), SLICE("a")));
	CHECK(slice_is(slice_trim(SLICE("a ")), SLICE("a")));
}

static void of_blanks_alone_nothing_is_left(void)
{
	CHECK(slice_trim(SLICE(" \t\r\n")).len == 0);
	CHECK(slice_trim(SLICE("")).len == 0);
	CHECK(slice_trim((struct slice){ NULL, 0 }).len == 0);
}

static void other_space_is_no_blank(void)
{
	CHECK(slice_is(slice_trim(SLICE("\0a\v")), SLICE("\0a\v")));
	CHECK(slice_is(slice_trim(SLICE("\f\xa0")), SLICE("\f\xa0")));
}

static void capitals_aside_only_letters_are_alike(void)
{
	CHECK(slice_is_like(SLICE("aZ9-\0"), SLICE("Az9-\0")));
	CHECK(slice_is_like(SLICE(""), (struct slice){ NULL, 0 }));
	CHECK(!slice_is_like(SLICE("a"), SLICE("ab")));
	CHECK(!slice_is_like(SLICE("@[\r"), SLICE("`{-")));
	CHECK(!slice_is_like(SLICE("\xc9"), SLICE("\xe9")));
}

static void a_piece_is_taken_up_to_its_divider(void)
{
	struct slice s = SLICE("a,,b");

	CHECK(slice_is(slice_take_until(&s, ','), SLICE("a")));
	CHECK(slice_take_until(&s, ',').len == 0);
	CHECK(slice_is(slice_take_until(&s, ','), SLICE("b")));
	CHECK(s.len == 0 && slice_take_until(&s, ',').len == 0);
}

static void a_prefix_is_taken_where_it_is_there(void)
{
	struct slice s = SLICE("ab");

	CHECK(!slice_take(&s, SLICE("abc")) && s.len == 2);
	CHECK(slice_take(&s, SLICE("a")) && slice_is(s, SLICE("b")));
	CHECK(slice_take(&s, SLICE("")) && slice_is(s, SLICE("b")));
}

static void a_word_is_taken_with_the_one_space_behind_it(void)
{
	struct slice s = SLICE("one  two");
	struct slice word;

	CHECK(slice_take_word(&s, &word) && slice_is(word, SLICE("one")));
	CHECK(!slice_take_word(&s, &word));
	CHECK(slice_take_word(&s, &word) && slice_is(word, SLICE("two")));
	CHECK(!slice_take_word(&s, &word));
}

int main(void)
{
	RUN(blanks_at_both_ends_are_trimmed_and_none_between);
	RUN(of_blanks_alone_nothing_is_left);
	RUN(other_space_is_no_blank);
	RUN(capitals_aside_only_letters_are_alike);
	RUN(a_piece_is_taken_up_to_its_divider);
	RUN(a_prefix_is_taken_where_it_is_there);
	RUN(a_word_is_taken_with_the_one_space_behind_it);
	return check_done();
}

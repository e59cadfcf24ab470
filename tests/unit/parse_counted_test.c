/* Where a record ends in a stream whose messages are counted, or are not. */
#include "parse/counted.h"

#include "check.h"

enum { MAX_RECORD = 64 };

/* How many bytes of the text are its first record; 0: it is a line. */
static size_t length(const char *text)
{
	size_t len;

	switch (counted_measure(slice_of(text), MAX_RECORD, READER_NO_MORE,
				&len)) {
	case READER_END_LINE:
		return 0;
	case READER_END_MORE:
		return 9999; // there is no more
	case READER_END_KNOWN:
		return len;
	}
	return 9999;
}

static enum reader_end while_it_lasts(const char *text,
				      enum reader_outlook outlook)
{
	size_t len;

	return counted_measure(slice_of(text), MAX_RECORD, outlook, &len);
}

static void counted_messages_follow_each_other(void)
{
	CHECK(length("5 <1>ab6 <1>abc") == 7);
	CHECK(length("6 <1>abc") == 8);
	CHECK(length("5 <1>ab<1>abc") == 7);
}

static void a_counted_message_may_hold_line_feeds_and_counts(void)
{
	CHECK(length("6 <1>a\nb\n") == 9);
	CHECK(length("14 <1>a 5 <1>ab c5 <1>ab") == 17);
}

static void a_line_feed_behind_it_goes_with_it(void)
{
	CHECK(length("5 <1>ab\n5 <1>ab\n") == 8);
	CHECK(length("5 <1>ab\r\n5 <1>ab\n") == 9);
	CHECK(length("6 <1>a\nb\r\n5 <1>ab\n") == 10);
}

static void numbers_that_count_nothing_begin_a_line(void)
{
	static const char *const lines[] = {
		"<1>ab",
		"2025-10-08 x",
		"5 apples",
		"05 <1>ab",
		"0 <1>",
		"5  <1>ab",
		"5",
		"5 ",
		"5\n<1>ab",
		"",
		"12345678901 <1>ab",
		"1 2025-10-08T22:45:00Z h a - - -",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		CHECK(length(lines[i]) == 0);
}

static void a_wrong_count_costs_no_other_message(void)
{
	CHECK(length("4 <1>ab5 <1>cd") == 7);
	CHECK(length("9 <1>ab5 <1>cd5 <1>ef") == 7);
	CHECK(length("4 <1>ab\n5 <1>cd\n") == 8);
	CHECK(length("60 <1>ab\n<1>cd\n") == 9);
	CHECK(length("60 <1>ab") == 8);
}

/* What follows an octet count, up to its 64 bytes. */
#define X10 "xxxxxxxxxx"
#define MOST "<1>x" X10 X10 X10 X10 X10 X10

static void a_zero_before_a_count_makes_it_none(void)
{
	CHECK(length("9 <1>a05 <1>cd\n") == 15);
}

static void a_count_may_have_ten_digits(void)
{
	const struct slice start = SLICE("1000000000 <1>ab");
	size_t len;

	CHECK(counted_measure(start, 1 << 30, READER_MAYBE_MORE, &len) ==
	      READER_END_MORE);
}

static void a_count_beyond_the_limit_is_none(void)
{
	CHECK(length("64 " MOST) == 67);
	CHECK(length("65 " MOST "x") == 0);
	CHECK(length("9 " MOST) == 66);
	CHECK(length("9 " MOST "x") == 0);
	CHECK(while_it_lasts("9 " MOST, READER_MAYBE_MORE) == READER_END_MORE);
	CHECK(while_it_lasts("9 " MOST "x", READER_MAYBE_MORE) ==
	      READER_END_LINE);
	CHECK(length("65 <1>ab\n<1>cd\n") == 0);
}

static void it_waits_for_what_it_needs_and_no_longer(void)
{
	CHECK(while_it_lasts("6 <1>ab", READER_MAYBE_MORE) == READER_END_MORE);
	CHECK(while_it_lasts("6", READER_MAYBE_MORE) == READER_END_MORE);
	CHECK(while_it_lasts("6 ", READER_MAYBE_MORE) == READER_END_MORE);
	CHECK(while_it_lasts("6 CE", READER_MAYBE_MORE) == READER_END_MORE);
	CHECK(while_it_lasts("6 Ce", READER_MAYBE_MORE) == READER_END_LINE);
	CHECK(while_it_lasts("5 <1>ab", READER_MAYBE_MORE) == READER_END_KNOWN);
	CHECK(while_it_lasts("5 <1>ab", READER_SURELY_MORE) == READER_END_MORE);
	CHECK(while_it_lasts("4 <1>ab", READER_MAYBE_MORE) == READER_END_MORE);
}

int main(void)
{
	RUN(counted_messages_follow_each_other);
	RUN(a_counted_message_may_hold_line_feeds_and_counts);
	RUN(a_line_feed_behind_it_goes_with_it);
	RUN(numbers_that_count_nothing_begin_a_line);
	RUN(a_wrong_count_costs_no_other_message);
	RUN(a_zero_before_a_count_makes_it_none);
	RUN(a_count_may_have_ten_digits);
	RUN(a_count_beyond_the_limit_is_none);
	RUN(it_waits_for_what_it_needs_and_no_longer);
	return check_done();
}

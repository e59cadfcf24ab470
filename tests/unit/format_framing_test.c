/* Syslog messages out of a stream of bytes: RFC 6587, and what is sent. */
#include "format/framing.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

#define F1 "<34>1 2003-10-11T22:14:15.003Z h su - ID47 - x"
#define F2                                                           \
	"<134>1 2025-10-08T22:45:00Z h1 siem-fmt - E1 [audit@32473 " \
	"msg=\"caf\xc3\xa9\"]"

static void feed(struct deframer *d, struct slice bytes)
{
	size_t size;
	char *room = deframer_room(d, &size);

	if (room == NULL || bytes.len > size)
		abort();
	memcpy(room, bytes.data, bytes.len);
	deframer_grown(d, bytes.len);
}

static bool gives(struct deframer *d, enum framing framing, struct slice text)
{
	struct frame frame;

	return deframer_next(d, &frame) && frame.framing == framing &&
	       !frame.cut && slice_is(frame.text, text);
}

static bool gives_cut(struct deframer *d, struct slice text)
{
	struct frame frame;

	return deframer_next(d, &frame) && frame.cut &&
	       slice_is(frame.text, text);
}

static bool gives_nothing(struct deframer *d)
{
	struct frame frame;

	return !deframer_next(d, &frame);
}

static void octets_are_counted_not_characters(void)
{
	struct deframer d = DEFRAMER_INIT(1000);

	feed(&d, SLICE("46 " F1 "70 " F2));
	CHECK(gives(&d, FRAMING_OCTETS, SLICE(F1)));
	CHECK(gives(&d, FRAMING_OCTETS, SLICE(F2)));
	CHECK(gives_nothing(&d) && deframer_left(&d) == 0);
	deframer_free(&d);
}

static void a_line_ends_with_lf_with_cr_lf_or_with_nul(void)
{
	struct deframer d = DEFRAMER_INIT(1000);

	feed(&d, SLICE(F1 "\n" F2 "\r\n<13>three\0<13>four\n"));
	CHECK(gives(&d, FRAMING_LINE, SLICE(F1)));
	CHECK(gives(&d, FRAMING_LINE, SLICE(F2)));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>three")));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>four")));
	CHECK(gives_nothing(&d));
	deframer_free(&d);
}

static void both_framings_may_follow_each_other(void)
{
	struct deframer d = DEFRAMER_INIT(1000);

	feed(&d, SLICE("<13>a\n5 <13>b<13>c\n\n5 <13>d\n<13>e\n"));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>a")));
	CHECK(gives(&d, FRAMING_OCTETS, SLICE("<13>b")));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>c")));
	CHECK(gives(&d, FRAMING_OCTETS, SLICE("<13>d")));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>e")));
	CHECK(gives_nothing(&d) && d.bad_counts == 0);
	deframer_free(&d);
}

static void a_counted_message_may_hold_any_byte(void)
{
	struct deframer d = DEFRAMER_INIT(1000);

	feed(&d, SLICE("8 <13>a\n\0\r<13>b\n"));
	CHECK(gives(&d, FRAMING_OCTETS, SLICE("<13>a\n\0\r")));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>b")));
	deframer_free(&d);
}

static void a_message_may_come_byte_by_byte(void)
{
	struct slice bytes = SLICE("46 " F1 F2 "\n");
	struct deframer d = DEFRAMER_INIT(1000);

	for (size_t i = 0; i < bytes.len; i++) {
		CHECK(gives_nothing(&d));
		feed(&d, (struct slice){ bytes.data + i, 1 });
		if (i == 48)
			CHECK(gives(&d, FRAMING_OCTETS, SLICE(F1)));
	}
	CHECK(gives(&d, FRAMING_LINE, SLICE(F2)));
	deframer_free(&d);
}

static void what_has_no_end_yet_is_left(void)
{
	struct deframer d = DEFRAMER_INIT(1000);

	feed(&d, SLICE("<13>a\n<13>b"));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>a")));
	CHECK(gives_nothing(&d) && deframer_left(&d) == 5);
	feed(&d, SLICE("\n46 <3"));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>b")));
	CHECK(gives_nothing(&d) && deframer_left(&d) == 5);
	deframer_free(&d);
}

static void a_line_of_the_limit_passes_and_one_byte_more_is_cut(void)
{
	struct deframer d = DEFRAMER_INIT(6);

	feed(&d, SLICE("<13>ab\r\n<13>abc\r\n<13>d\n"));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>ab")));
	CHECK(gives_cut(&d, SLICE("<13>ab")));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>d")));
	CHECK(d.left_out == 1);
	feed(&d, SLICE("<13>ab\r"));
	CHECK(gives_nothing(&d));
	feed(&d, SLICE("\n"));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>ab")));
	deframer_free(&d);
}

static void a_line_without_an_end_is_bounded(void)
{
	struct deframer d = DEFRAMER_INIT(6);
	static char block[DEFRAMER_BLOCK];

	memset(block, 'x', sizeof(block));
	feed(&d, SLICE("<13>a"));
	CHECK(gives_nothing(&d));
	for (int i = 0; i < 100; i++) {
		feed(&d, (struct slice){ block, sizeof(block) });
		if (i == 0)
			CHECK(gives_cut(&d, SLICE("<13>ax")));
		CHECK(gives_nothing(&d) && deframer_left(&d) == 0);
	}
	CHECK(d.in.cap <= 4 * DEFRAMER_BLOCK);
	feed(&d, SLICE("y\n<13>b\n"));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>b")));
	CHECK(d.left_out == 100 * sizeof(block));
	deframer_free(&d);
}

static void what_is_no_count_begins_a_line(void)
{
	struct deframer d = DEFRAMER_INIT(1000);

	feed(&d, SLICE("1001 <13>a\n12345678901 b\n7<13>c\n2026\n0 <13>d\n"));
	CHECK(gives(&d, FRAMING_LINE, SLICE("1001 <13>a")));
	CHECK(gives(&d, FRAMING_LINE, SLICE("12345678901 b")));
	CHECK(gives(&d, FRAMING_LINE, SLICE("7<13>c")));
	CHECK(gives(&d, FRAMING_LINE, SLICE("2026")));
	CHECK(d.bad_counts == 4);
	CHECK(gives(&d, FRAMING_LINE, SLICE("0 <13>d")));
	CHECK(d.bad_counts == 4);
	deframer_free(&d);
}

static void empty_lines_are_no_messages(void)
{
	struct deframer d = DEFRAMER_INIT(1000);

	feed(&d, SLICE("\n\r\n\0\n<13>a\n\n"));
	CHECK(gives(&d, FRAMING_LINE, SLICE("<13>a")));
	CHECK(gives_nothing(&d) && deframer_left(&d) == 0);
	deframer_free(&d);
}

int main(void)
{
	RUN(octets_are_counted_not_characters);
	RUN(a_line_ends_with_lf_with_cr_lf_or_with_nul);
	RUN(both_framings_may_follow_each_other);
	RUN(a_counted_message_may_hold_any_byte);
	RUN(a_message_may_come_byte_by_byte);
	RUN(what_has_no_end_yet_is_left);
	RUN(a_line_of_the_limit_passes_and_one_byte_more_is_cut);
	RUN(a_line_without_an_end_is_bounded);
	RUN(what_is_no_count_begins_a_line);
	RUN(empty_lines_are_no_messages);
	return check_done();
}

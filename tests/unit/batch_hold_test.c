/*
 * What siem-batch holds: which records it drops where there is no room, and
 * that nothing else is lost or changes its place. Against lines that are known,
 * and at random against what must hold of any.
 */
#include "../../cmd/siem-batch/hold.c"

#include "check.h"

#include <inttypes.h>
#include <stdio.h>

/* Add a whole record, and a control line such as "M log 7". */
static bool put(struct hold *h, const char *record)
{
	return hold_put(h, (struct hold_piece){ .bytes = slice_of(record),
						.first = true,
						.last = true });
}

static bool put_part(struct hold *h, const char *part, bool first, bool last)
{
	return hold_put(h, (struct hold_piece){ .bytes = slice_of(part),
						.first = first,
						.last = last });
}

static bool put_control(struct hold *h, const char *text)
{
	char line[64];

	snprintf(line, sizeof(line), "%c%s\n", DLE, text);
	return hold_put_control(h, slice_of(line));
}

/* Take all there is, in steps of that many bytes at most. */
static const char *taken(struct hold *h, size_t step)
{
	static char all[1 << 18];
	size_t len = 0;
	struct slice front;

	while ((front = hold_front(h)).len > 0) {
		size_t n = front.len < step ? front.len : step;

		if (len + n >= sizeof(all))
			break;
		memcpy(all + len, front.data, n);
		len += n;
		hold_drop(h, n);
	}
	all[len] = '\0';
	return all;
}

static bool comes(struct hold *h, const char *want)
{
	const char *got = taken(h, 7);
	bool same = strcmp(got, want) == 0;

	if (!same)
		printf("# got \"%s\"\n", got);
	hold_free(h);
	return same;
}

static void lines_come_out_in_order_with_their_dle_doubled(void)
{
	struct hold h = HOLD_INIT(1 << 20, HOLD_BLOCK);

	CHECK(put_control(&h, "H siem/1 -"));
	CHECK(put(&h, "one") && put(&h, "\x10two") && put(&h, ""));
	CHECK(hold_put(&h, (struct hold_piece){ .bytes = SLICE("\x10R why x"),
						.first = true,
						.last = true,
						.reject = true }));
	CHECK(put_control(&h, "M log 7"));
	CHECK(h.records == 4);
	CHECK(comes(&h, "\x10H siem/1 -\none\n\x10\x10two\n\n\x10R why x\n"
			"\x10M log 7\n"));
	CHECK(h.written == 4 && h.records == 0 && h.dropped == 0);
}

static void the_parts_of_a_line_are_one_line(void)
{
	enum hold_overflow how[] = { HOLD_BLOCK, HOLD_DROP_OLDEST,
				     HOLD_DROP_NEWEST };

	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		struct hold h = HOLD_INIT(1 << 20, how[i]);

		CHECK(put(&h, "a") && put_part(&h, "\x10x", true, false));
		CHECK(put_part(&h, "\x10y", false, false));
		// Where it may still be dropped it is not begun.
		CHECK(strcmp(taken(&h, 7), how[i] == HOLD_BLOCK
						   ? "a\n\x10\x10x\x10y"
						   : "a\n") == 0);
		CHECK(!hold_is_empty(&h));
		CHECK(put_part(&h, "z", false, true));
		CHECK(comes(&h, how[i] == HOLD_BLOCK ? "z\n"
						     : "\x10\x10x\x10yz\n"));
		CHECK(h.written == 2);
	}
}

/* Put numbered records of a hundred bytes, a mark behind each tenth. */
static void put_many(struct hold *h, unsigned count)
{
	char text[128];

	for (unsigned i = 1; i <= count; i++) {
		snprintf(text, sizeof(text), "%0100u", i);
		CHECK(put(h, text));
		snprintf(text, sizeof(text), "M log %u", i);
		if (i % 10 == 0)
			CHECK(put_control(h, text));
	}
}

static void where_none_may_be_dropped_it_is_full_instead(void)
{
	struct hold h = HOLD_INIT(10000, HOLD_BLOCK);

	CHECK(!hold_is_full(&h));
	put_many(&h, 1000);
	CHECK(hold_is_full(&h));
	CHECK(h.records == 1000 && h.dropped == 0);
	(void)taken(&h, 4096);
	CHECK(h.written == 1000 && !hold_is_full(&h));
	hold_free(&h);
}

static void the_oldest_make_room_and_the_newest_are_there(void)
{
	struct hold h = HOLD_INIT(10000, HOLD_DROP_OLDEST);
	char first[40];

	put_many(&h, 1000);
	CHECK(h.held <= h.max);
	CHECK(h.dropped + h.records == 1000 && h.records > 30);
	const char *got = taken(&h, 4096);
	// Of the marks of those that are gone the last one is there.
	snprintf(first, sizeof(first), "\x10M log %" PRIu64 "\n",
		 h.dropped / 10 * 10);
	CHECK(strncmp(got, first, strlen(first)) == 0);
	CHECK(strstr(got, "001000\n\x10M log 1000\n") != NULL);
	hold_free(&h);
}

static void the_newest_are_left_out_where_the_oldest_are_to_stay(void)
{
	struct hold h = HOLD_INIT(10000, HOLD_DROP_NEWEST);
	char text[128];

	for (unsigned i = 1; i <= 1000; i++) {
		snprintf(text, sizeof(text), "%0100u", i);
		CHECK(put(&h, text));
	}
	CHECK(h.held <= h.max);
	CHECK(h.dropped + h.records == 1000 && h.records > 30);
	uint64_t kept = h.records;
	snprintf(text, sizeof(text), "%0100" PRIu64 "\n", kept);
	const char *got = taken(&h, 4096);
	CHECK(strlen(got) == kept * 101);
	CHECK(strcmp(got + strlen(got) - 101, text) == 0);
	hold_free(&h);
}

static void a_line_that_is_being_written_is_written_to_its_end(void)
{
	struct hold h = HOLD_INIT(2000, HOLD_DROP_OLDEST);

	CHECK(put(&h, "the first"));
	hold_drop(&h, 4);
	put_many(&h, 100);
	CHECK(h.dropped > 0);
	CHECK(strncmp(taken(&h, 4096), "first\n\x10M", 8) == 0);
	CHECK(h.written + h.dropped == 101);
	hold_free(&h);
}

static void what_is_longer_than_all_the_room_is_dropped_whole(void)
{
	struct hold h = HOLD_INIT(2000, HOLD_DROP_OLDEST);
	char part[501];

	memset(part, 'x', sizeof(part) - 1);
	part[sizeof(part) - 1] = '\0';
	CHECK(put(&h, "a") && put_part(&h, part, true, false));
	for (int i = 0; i < 10; i++)
		CHECK(put_part(&h, part, false, false));
	CHECK(put_part(&h, part, false, true) && put(&h, "b"));
	CHECK(h.held <= h.max);
	// What stood before it may have made room in vain.
	CHECK(h.dropped + h.records == 3 && h.dropped >= 1);
	const char *got = taken(&h, 4096);
	CHECK(strchr(got, 'x') == NULL && strstr(got, "b\n") != NULL);
	hold_free(&h);
}

static void
of_controls_without_records_between_them_the_last_of_each_stays(void)
{
	struct hold h = HOLD_INIT(600, HOLD_DROP_OLDEST);
	char text[301];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	CHECK(put(&h, text) && put_control(&h, "M a 1"));
	CHECK(put_control(&h, "F") && put_control(&h, "M b 1"));
	CHECK(put(&h, text) && put_control(&h, "M a 2"));
	CHECK(put_control(&h, "F") && put(&h, text) && put(&h, text));
	CHECK(h.dropped > 0);
	const char *got = taken(&h, 4096);
	CHECK(strstr(got, "M a 1") == NULL && strstr(got, "M b 1") != NULL);
	CHECK(strstr(got, "M a 2") != NULL);
	hold_free(&h);
}

static void marks_take_no_room_for_records_that_are_dropped(void)
{
	enum hold_overflow how[] = { HOLD_DROP_OLDEST, HOLD_DROP_NEWEST };

	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		struct hold h = HOLD_INIT(10000, how[i]);

		put_many(&h, 20000);
		CHECK(h.held <= h.max + h.max / 8);
		CHECK(h.dropped + h.records == 20000);
		CHECK(strstr(taken(&h, 4096), "M log 20000\n") != NULL);
		hold_free(&h);
	}
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/*
 * What comes out has the numbers in order, each mark behind what it covers, and
 * each record whole. Returns the last of these marks.
 */
static unsigned long check_output(const char *got)
{
	unsigned long last = 0, mark = 0;

	while (*got != '\0') {
		const char *lf = strchr(got, '\n');
		char *end;

		CHECK(lf != NULL);
		if (lf == NULL)
			break;
		if (*got == DLE) {
			unsigned long n = strtoul(got + 7, &end, 10);

			CHECK(n >= mark && n >= last && end == lf);
			mark = n;
		} else {
			unsigned long n = strtoul(got, &end, 10);

			CHECK(n > last && n > mark);
			CHECK(end + strspn(end, "x") == lf);
			CHECK((size_t)(lf - end) == n % 50);
			last = n;
		}
		got = lf + 1;
	}
	return mark;
}

static void at_random_all_is_written_counted_or_dropped_whole(void)
{
	static char out[1 << 18];

	for (uint32_t seed = 1; seed <= 60; seed++) {
		enum hold_overflow how =
			seed % 2 == 0 ? HOLD_DROP_OLDEST : HOLD_DROP_NEWEST;
		struct hold h = HOLD_INIT(800 + seed * 50, how);
		uint32_t random = seed;
		size_t len = 0;
		char text[128];

		for (unsigned i = 1; i <= 2000; i++) {
			int n = snprintf(text, sizeof(text), "%u", i);

			memset(text + n, 'x', i % 50);
			text[(unsigned)n + i % 50] = '\0';
			CHECK(put(&h, text));
			CHECK(h.held <= h.max + 2 * CHUNK_LEAST);
			CHECK(h.written + h.dropped + h.records == i);
			snprintf(text, sizeof(text), "M log %u", i);
			if (next_random(&random) % 10 == 0)
				CHECK(put_control(&h, text));
			// Now and then somebody reads.
			if (next_random(&random) % 40 != 0)
				continue;
			const char *got =
				taken(&h, next_random(&random) % 90 + 1);
			len += (size_t)snprintf(out + len, sizeof(out) - len,
						"%s", got);
		}
		CHECK(put_control(&h, "M log 2000"));
		snprintf(out + len, sizeof(out) - len, "%s", taken(&h, 100));
		CHECK(check_output(out) == 2000);
		CHECK(h.records == 0 && h.written + h.dropped == 2000);
		CHECK(hold_is_empty(&h) && h.dropped > 0);
		hold_free(&h);
	}
}

int main(void)
{
	RUN(lines_come_out_in_order_with_their_dle_doubled);
	RUN(the_parts_of_a_line_are_one_line);
	RUN(where_none_may_be_dropped_it_is_full_instead);
	RUN(the_oldest_make_room_and_the_newest_are_there);
	RUN(the_newest_are_left_out_where_the_oldest_are_to_stay);
	RUN(a_line_that_is_being_written_is_written_to_its_end);
	RUN(what_is_longer_than_all_the_room_is_dropped_whole);
	RUN(of_controls_without_records_between_them_the_last_of_each_stays);
	RUN(marks_take_no_room_for_records_that_are_dropped);
	RUN(at_random_all_is_written_counted_or_dropped_whole);
	return check_done();
}

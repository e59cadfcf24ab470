/* When acknowledged bytes count as taken. */
#include "delivery/settle.h"

#include "check.h"

#include <stdint.h>

enum { QUIET = 1000, WINDOW = 5000, AHEAD = 256 << 10 };

/* A link on which all that was written is acknowledged. */
static uint64_t note_quiet(struct settle *s, int64_t now_ms, uint64_t acked,
			   uint64_t window)
{
	return settle_note(s, now_ms, acked, acked, window, false);
}

/* More is acknowledged, byte by byte, and each of them is looked at. */
static void grow_to(struct settle *s, uint64_t acked)
{
	while (s->looked < acked)
		settle_look(s, s->looked + 1, WINDOW);
}

static void what_is_acknowledged_is_not_taken_at_once(void)
{
	struct settle s = SETTLE_INIT(QUIET);

	CHECK(note_quiet(&s, 0, 100, WINDOW) == 0);
	CHECK(note_quiet(&s, QUIET - 1, 100, WINDOW) == 0);
}

static void it_is_taken_after_the_quiet_time(void)
{
	struct settle s = SETTLE_INIT(QUIET);

	(void)note_quiet(&s, 500, 100, WINDOW);
	CHECK(settle_due_ms(&s) == 500 + QUIET);
	CHECK(note_quiet(&s, 500 + QUIET, 100, WINDOW) == 100);
	CHECK(settle_due_ms(&s) == -1);
}

static void later_bytes_do_not_hasten_or_delay_earlier_ones(void)
{
	struct settle s = SETTLE_INIT(QUIET);

	(void)note_quiet(&s, 0, 100, WINDOW);
	(void)note_quiet(&s, 600, 200, WINDOW);
	CHECK(note_quiet(&s, QUIET, 300, WINDOW) == 100);
	CHECK(note_quiet(&s, 600 + QUIET, 300, WINDOW) == 200);
	CHECK(note_quiet(&s, 2 * QUIET, 300, WINDOW) == 300);
}

static void bytes_two_windows_behind_are_taken_without_waiting(void)
{
	struct settle s = SETTLE_INIT(QUIET);

	// And behind what a program reads ahead.
	grow_to(&s, AHEAD + 2 * WINDOW);
	CHECK(note_quiet(&s, 0, AHEAD + 2 * WINDOW, WINDOW) == 0);
	// A byte was acknowledged between two looks.
	grow_to(&s, AHEAD + 10 * WINDOW);
	CHECK(note_quiet(&s, 2, AHEAD + 10 * WINDOW, WINDOW) == 8 * WINDOW - 4);
}

static void what_came_between_two_looks_may_all_be_unread(void)
{
	struct settle s = SETTLE_INIT(QUIET);
	const uint64_t burst = 1000000;
	const uint64_t unread = 2 * (WINDOW + 2 * burst) + AHEAD;

	// The window was wide open, and is not any more.
	CHECK(note_quiet(&s, 0, burst, WINDOW) == 0);
	grow_to(&s, unread);
	CHECK(note_quiet(&s, 1, unread, WINDOW) == 0);
	grow_to(&s, unread + 7);
	CHECK(note_quiet(&s, 2, unread + 7, WINDOW) == 7);
}

static void an_unknown_window_leaves_only_time(void)
{
	struct settle s = SETTLE_INIT(QUIET);

	CHECK(note_quiet(&s, 0, 1000000, 0) == 0);
	CHECK(note_quiet(&s, QUIET, 1000000, 0) == 1000000);
}

static void what_was_taken_stays_taken(void)
{
	struct settle s = SETTLE_INIT(QUIET);

	grow_to(&s, AHEAD + 4 * WINDOW);
	uint64_t taken = note_quiet(&s, 0, AHEAD + 4 * WINDOW, WINDOW);
	CHECK(taken > WINDOW);
	CHECK(note_quiet(&s, 1, AHEAD + 4 * WINDOW, 100 * WINDOW) == taken);
}

static void time_does_not_count_while_the_other_side_takes_nothing(void)
{
	struct settle s = SETTLE_INIT(QUIET);

	CHECK(settle_note(&s, 0, 1000, 100, WINDOW, false) == 0);
	CHECK(settle_note(&s, QUIET, 1000, 100, WINDOW, false) == 0);
	CHECK(settle_due_ms(&s) == -1);
	CHECK(settle_note(&s, 20 * QUIET, 1000, 100, WINDOW, false) == 0);
	// It goes on, and so does the clock.
	CHECK(settle_note(&s, 20 * QUIET + 1, 1000, 200, WINDOW, false) == 0);
	CHECK(settle_note(&s, 21 * QUIET, 1000, 300, WINDOW, false) == 0);
	CHECK(settle_note(&s, 21 * QUIET + 1, 1000, 400, WINDOW, false) == 200);
}

static void time_does_not_count_while_the_connection_takes_no_more(void)
{
	struct settle s = SETTLE_INIT(QUIET);

	CHECK(settle_note(&s, 0, 1000, 100, WINDOW, true) == 0);
	CHECK(settle_due_ms(&s) == -1);
	CHECK(settle_note(&s, 100, 1000, 200, WINDOW, true) == 0);
	CHECK(settle_note(&s, QUIET, 1000, 900, WINDOW, true) == 0);
	CHECK(settle_note(&s, 20 * QUIET, 1000, 1000, WINDOW, false) == 0);
	CHECK(settle_note(&s, 21 * QUIET, 1000, 1000, WINDOW, false) == 1000);
}

static void time_counts_while_the_other_side_takes_more(void)
{
	struct settle s = SETTLE_INIT(QUIET);

	for (int64_t now = 0; now < QUIET; now += QUIET / 5)
		CHECK(settle_note(&s, now, 1000, 100 + (uint64_t)now / 2,
				  WINDOW, false) == 0);
	CHECK(settle_note(&s, QUIET, 1000, 600, WINDOW, false) == 100);
}

/*
 * A stream of one byte per step, whatever the length of a step: no byte is
 * taken before its time, and none is late by more than the steps into which
 * the time is divided, or the pace of the calls.
 */
static void a_steady_stream_is_taken_in_time(void)
{
	for (int64_t pace = 1; pace < 3 * QUIET; pace = 2 * pace + 1) {
		struct settle s = SETTLE_INIT(QUIET);
		int64_t slack = QUIET / SETTLE_STEPS + pace;

		for (int64_t now = 0; now < 20 * QUIET; now += pace) {
			uint64_t acked = 1 + (uint64_t)(now / pace);
			uint64_t taken = note_quiet(&s, now, acked, WINDOW);
			int64_t early = (now - QUIET) / pace + 1;
			int64_t late = (now - QUIET - slack) / pace;

			CHECK((int64_t)taken <= (early > 0 ? early : 0) ||
			      acked > 2 * WINDOW);
			CHECK((int64_t)taken >= late);
		}
	}
}

int main(void)
{
	RUN(what_is_acknowledged_is_not_taken_at_once);
	RUN(it_is_taken_after_the_quiet_time);
	RUN(later_bytes_do_not_hasten_or_delay_earlier_ones);
	RUN(bytes_two_windows_behind_are_taken_without_waiting);
	RUN(what_came_between_two_looks_may_all_be_unread);
	RUN(an_unknown_window_leaves_only_time);
	RUN(what_was_taken_stays_taken);
	RUN(time_does_not_count_while_the_other_side_takes_nothing);
	RUN(time_does_not_count_while_the_connection_takes_no_more);
	RUN(time_counts_while_the_other_side_takes_more);
	RUN(a_steady_stream_is_taken_in_time);
	return check_done();
}

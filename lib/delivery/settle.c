#include "delivery/settle.h"

#include <string.h>

enum {
	STUCK = 4, // which part of the quiet time without movement means it
	READ_AHEAD = 256 << 10, // bytes that a program may have read and not
				// yet dealt with
};

/* Remember that acked bytes are acknowledged at this time. */
static void add_step(struct settle *s, int64_t now_ms, uint64_t acked)
{
	const size_t most = sizeof(s->steps) / sizeof(s->steps[0]);
	struct settle_step *last =
		s->count > 0 ? &s->steps[s->count - 1] : NULL;

	if (last != NULL && acked <= last->acked)
		return;
	// What comes soon after joins the step, and delays it a little.
	if (last != NULL &&
	    (s->count == most ||
	     now_ms - last->first_ms < (int64_t)s->quiet_ms / SETTLE_STEPS)) {
		last->last_ms = now_ms;
		last->acked = acked;
		return;
	}
	s->steps[s->count++] = (struct settle_step){ now_ms, now_ms, acked };
}

/* Forget the steps that count no more than taken does. */
static void drop_steps(struct settle *s)
{
	size_t done = 0;

	while (done < s->count && s->steps[done].acked <= s->taken)
		done++;
	s->count -= done;
	memmove(s->steps, s->steps + done, s->count * sizeof(s->steps[0]));
}

/* So much time does not count. */
static void add_time(struct settle *s, int64_t ms)
{
	for (size_t i = 0; i < s->count; i++) {
		s->steps[i].first_ms += ms;
		s->steps[i].last_ms += ms;
	}
}

/* Has the other side stopped taking what is written? */
static void note_movement(struct settle *s, int64_t now_ms, uint64_t written,
			  uint64_t acked)
{
	if (acked > s->acked || acked >= written) {
		if (s->stuck)
			add_time(s, now_ms - s->moved_ms);
		s->moved_ms = now_ms;
	}
	s->acked = acked;
	s->stuck = now_ms - s->moved_ms > (int64_t)s->quiet_ms / STUCK;
}

/* Has the connection taken no more since it was looked at? */
static void note_blocked(struct settle *s, int64_t now_ms, bool blocked)
{
	if (s->blocked) {
		add_time(s, now_ms - s->noted_ms);
		s->moved_ms += now_ms - s->noted_ms;
	}
	s->blocked = blocked;
	s->noted_ms = now_ms;
}

void settle_look(struct settle *s, uint64_t acked, uint64_t window)
{
	uint64_t grown = acked > s->looked ? acked - s->looked : 0;

	if (window > 0 && window + 2 * grown > s->room)
		s->room = window + 2 * grown;
	s->looked = acked;
}

uint64_t settle_note(struct settle *s, int64_t now_ms, uint64_t written,
		     uint64_t acked, uint64_t window, bool blocked)
{
	note_blocked(s, now_ms, blocked);
	note_movement(s, now_ms, written, acked);
	if (acked > s->taken)
		add_step(s, now_ms, acked);
	for (size_t i = 0; i < s->count && !s->stuck; i++)
		if (s->steps[i].last_ms + (int64_t)s->quiet_ms <= now_ms &&
		    s->steps[i].acked > s->taken)
			s->taken = s->steps[i].acked;
	settle_look(s, acked, window);
	uint64_t unread = 2 * s->room + READ_AHEAD;
	if (s->room > 0 && acked > unread && acked - unread > s->taken)
		s->taken = acked - unread;
	drop_steps(s);
	return s->taken;
}

int64_t settle_due_ms(const struct settle *s)
{
	if (s->count == 0 || s->stuck || s->blocked)
		return -1;
	return s->steps[0].last_ms + (int64_t)s->quiet_ms;
}

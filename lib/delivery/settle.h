/*
 * When the bytes of a plain connection count as taken.
 *
 * That the kernel at the other end has acknowledged bytes does not say that
 * the program there has read them. They count as taken when either
 *
 *   - twice as many bytes as the other side's window ever held, and 256 KiB
 *     more, were acknowledged after them, so that they can neither be waiting
 *     there any more, nor in what its program has read ahead. A window that
 *     opens is filled at once, and may never be seen open. So it is taken for
 *     as much larger as twice what was acknowledged between two looks at it;
 *   - or a quiet time has passed since, without the connection having failed.
 *     The time in which the other side takes less than there is, or nothing,
 *     is not quiet: what it holds then, its program may never have seen.
 *
 * (The third way, a connection that both sides ended in good order, needs no
 * arithmetic.) Pure: the clock and the counts are passed in.
 */
#ifndef SIEM_DELIVERY_SETTLE_H
#define SIEM_DELIVERY_SETTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SETTLE_STEPS = 16 }; // into which the quiet time is divided

struct settle {
	unsigned quiet_ms;
	uint64_t taken; // bytes, from the start of the connection

	// private
	uint64_t room;    // what the window ever held; 0: not known
	uint64_t looked;  // what was acknowledged when it was looked at
	uint64_t acked;   // when bytes were noted last,
	int64_t noted_ms; // and when that was,
	int64_t moved_ms; // and when it last grew, or was all that is written
	bool stuck;       // bytes wait, and it does not grow
	bool blocked;     // bytes wait, and the connection takes no more

	// what was acknowledged when, the oldest first
	struct settle_step {
		int64_t first_ms, last_ms;
		uint64_t acked;
	} steps[SETTLE_STEPS + 2];
	size_t count;
};

#define SETTLE_INIT(ms) ((struct settle){ .quiet_ms = (ms) })

/*
 * Look at the window, the largest that the other side has advertised, when acked
 * bytes are acknowledged: the more often the better, as after each write.
 */
void settle_look(struct settle *s, uint64_t acked, uint64_t window);

/*
 * By now acked bytes of those written are acknowledged, and window is the
 * largest that the other side has ever advertised (0: not known); blocked: the
 * connection takes no more. Call it only after having looked whether it has
 * failed. Returns taken.
 */
uint64_t settle_note(struct settle *s, int64_t now_ms, uint64_t written,
		     uint64_t acked, uint64_t window, bool blocked);

/* When more will count as taken by time alone, or -1: not to be foreseen. */
int64_t settle_due_ms(const struct settle *s);

#endif

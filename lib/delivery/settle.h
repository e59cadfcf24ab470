/*
 * When the bytes of a plain connection count as taken.
 *
 * That the kernel at the other end has acknowledged bytes does not say that
 * the program there has read them. They count as taken when either
 *
 *   - twice as many bytes as the other side's window ever held were
 *     acknowledged after them, so that they cannot be waiting there any more;
 *   - or a quiet time has passed since, without the connection having failed.
 *
 * (The third way, a connection that both sides ended in good order, needs no
 * arithmetic.) Pure: the clock and the counts are passed in.
 */
#ifndef SIEM_DELIVERY_SETTLE_H
#define SIEM_DELIVERY_SETTLE_H

#include <stddef.h>
#include <stdint.h>

enum { SETTLE_STEPS = 16 }; // into which the quiet time is divided

struct settle {
	unsigned quiet_ms;
	uint64_t taken; // bytes, from the start of the connection

	// private: what was acknowledged when, the oldest first
	struct settle_step {
		int64_t first_ms, last_ms;
		uint64_t acked;
	} steps[SETTLE_STEPS + 2];
	size_t count;
};

#define SETTLE_INIT(ms) ((struct settle){ .quiet_ms = (ms) })

/*
 * By now acked bytes are acknowledged, and window is the largest that the
 * other side has ever advertised (0: not known). Call it only after having
 * looked whether the connection has failed. Returns taken.
 */
uint64_t settle_note(struct settle *s, int64_t now_ms, uint64_t acked,
		     uint64_t window);

/* When more will count as taken by time alone, or -1: nothing is waiting. */
int64_t settle_due_ms(const struct settle *s);

#endif

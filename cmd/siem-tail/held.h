/*
 * Files that were rotated away: how many of them are kept open.
 *
 * What was read and is silent may still be written to, for a while; what was
 * not read yet is kept so that its deletion costs nothing. Beyond a limit, or
 * half of the descriptors that there may be, a file that has a name still is
 * let go of: it is found again by that when there is room, unless it is
 * deleted before.
 */
#ifndef SIEM_TAIL_HELD_H
#define SIEM_TAIL_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tail;

enum {
	HELD_MOST = 512,     // all of them,
	HELD_READ_MOST = 64, // and those that were read
};

struct held {
	size_t most; // that may be kept
	size_t open; // descriptors that there may be
};

#define HELD_ALL ((struct held){ SIZE_MAX, SIZE_MAX })

/* How many may be kept, by the limits of the process as they are now. */
void held_open(struct held *held);

/* May one more be opened? */
bool held_has_room(const struct tail *t);

/* Keep to the limits. Returns how many there are that were read. */
size_t held_settle(struct tail *t);

#endif

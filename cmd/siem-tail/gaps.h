/*
 * What was gone before it was read: said, and counted.
 *
 * A log that is rotated faster than it is read loses one generation after the
 * other; so what is lost in a second is said in one message.
 */
#ifndef SIEM_TAIL_GAPS_H
#define SIEM_TAIL_GAPS_H

#include "core/slice.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tail;

struct gaps {
	// private: what is not said yet
	uint64_t deleted;    // generations that had been seen,
	uint64_t bytes;      // and what they held unread
	uint64_t unseen;     // generations of which only that they came
	char path[PATH_MAX]; // of the first of them
	int64_t told_ns;
};

/* A file was deleted, of which so many bytes had been seen and not read. */
void gaps_note_deleted(struct tail *t, struct slice path, uint64_t bytes);

/* So many files with this name came and went without being seen. */
void gaps_note_unseen(struct tail *t, const char *path, uint64_t count);

/* Of a file something may have been lost, which is said by the caller. */
void gaps_count(struct tail *t, uint64_t bytes);

/* Say what was lost, unless something was said a moment ago; or right now. */
void gaps_tell(struct tail *t, bool now);

#endif

/*
 * Arrivals that do not have the member which should hold the record: one
 * message says how many, where the first is, and what that has instead.
 */
#ifndef SIEM_VERIFY_ABSENT_H
#define SIEM_VERIFY_ABSENT_H

#include "core/buf.h"
#include "core/slice.h"

#include <stdint.h>

struct absent {
	const char *option; // that names the member, as "--field event"
	const char *path;   // of the member, with dots
	uint64_t count;     // arrivals that lack it

	// private
	struct buf first; // what there is to say of the first of them
};

/* Note that it is not in line, which begins at an offset of the file name. */
void absent_note(struct absent *a, struct slice line, const char *name,
		 uint64_t offset);

/* Say it, where there is anything to say. all: so many arrivals there are. */
void absent_tell(struct absent *a, uint64_t all);

void absent_free(struct absent *a);

#endif

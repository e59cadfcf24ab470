/*
 * The lines that were read and not yet written: a queue of bytes with a
 * ceiling, out of which whole records can be dropped.
 *
 * Lines are those of a marked stream. Control lines are never dropped; those
 * that mean nothing once the records between them are gone are merged.
 */
#ifndef SIEM_BATCH_HOLD_H
#define SIEM_BATCH_HOLD_H

#include "core/attr.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What becomes of records when there is no room for more of them. */
enum hold_overflow {
	HOLD_BLOCK, // none is lost: whoever writes them has to wait
	HOLD_DROP_OLDEST,
	HOLD_DROP_NEWEST,
};

struct hold_chunk;

struct hold {
	size_t max; // bytes of memory; a line may pass it, if it is alone
	enum hold_overflow overflow;
	size_t held;      // bytes of memory
	uint64_t records; // in there, whole or the rest of one
	uint64_t written; // of which the last byte has been taken
	uint64_t dropped; // for want of room

	// private
	struct hold_chunk *first, *last;
	bool open;      // the last line has not come to its end
	bool skipping;  // nor has one that is dropped
	bool midline;   // what is written next is not the start of a line,
	bool midrecord; // but belongs to a record
};

#define HOLD_INIT(size, what) \
	((struct hold){ .max = (size), .overflow = (what) })

/* Where no record is dropped: is there no room for more? */
bool hold_is_full(const struct hold *h);

/* A record, or a part of one that is too long to be had in one. */
struct hold_piece {
	struct slice bytes; // without an LF
	bool first, last;
	bool reject; // it is an R line, for the dead letters
};

/* Add one. False, with errno ENOMEM: it could not be kept. */
bool hold_put(struct hold *h, struct hold_piece piece) MUST_CHECK;

/*
 * Add a control line that is no R line, and ends in its LF. False, with errno
 * ENOMEM.
 */
bool hold_put_control(struct hold *h, struct slice line) MUST_CHECK;

/* The first bytes that may be written; empty where there are none. */
struct slice hold_front(const struct hold *h);

/* Of those, so many have been. */
void hold_drop(struct hold *h, size_t n);

/* Is there nothing left to write? */
bool hold_is_empty(const struct hold *h);

void hold_free(struct hold *h);

#endif

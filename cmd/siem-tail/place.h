/*
 * Places in a file: what it holds up to there, by which it is known again
 * (stream/position.h), and how to begin at one.
 *
 * Of a compressed file, everything is meant of what it holds.
 */
#ifndef SIEM_TAIL_PLACE_H
#define SIEM_TAIL_PLACE_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "source.h"
#include "stream/position.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Go to the last lines of the file. An unfinished one is one of them only
 * where count_unfinished says so, else it comes on top.
 */
int place_last_lines(struct source *s, size_t lines, bool count_unfinished,
		     char *block, struct err *e) MUST_CHECK;

/*
 * Does it hold what was read up to a position? Then go on from there. 1: yes;
 * 0: no; where it is to be read is as before, but the start of a compressed
 * file; -1 with e filled.
 */
int place_resume(struct source *s, const struct position *p, char *block,
		 struct err *e) MUST_CHECK;

/*
 * How much the file holds; of a compressed one what its trailer says, which is
 * the size modulo 2^32 if it has only one member. -1 with e filled.
 */
int place_content(const struct source *s, uint64_t *size,
		  struct err *e) MUST_CHECK;

/*
 * The position at an offset, from what the file holds; of a compressed one
 * without the bytes before it. -1 with e filled.
 */
int place_fingerprint(const struct source *s, uint64_t offset,
		      struct position *p, struct err *e) MUST_CHECK;

/* What the file holds from its start on, whatever was read of it before. */
struct place_start {
	const struct source *source;

	// private
	uint64_t offset;
	struct unpack *unpack;
};

#define PLACE_START(s) ((struct place_start){ .source = (s) })

/* The next n bytes at most; 0: there are no more; -1 with e filled. */
ssize_t place_read(struct place_start *start, char *out, size_t n,
		   struct err *e) MUST_CHECK;
void place_end_read(struct place_start *start);

/* The first bytes of the file, as far as they are there; -1 with e filled. */
ssize_t place_head(const struct source *s, char head[POSITION_HEAD],
		   struct err *e) MUST_CHECK;

/*
 * Where it stands, behind bytes that were handed out and begin at offset. They
 * have to follow those of the call before. -1 with e filled.
 */
int place_position(struct source *s, uint64_t offset, struct slice bytes,
		   struct position *p, struct err *e) MUST_CHECK;

#endif

/*
 * What goes out: lines, at the rate that is wanted, and with a checkpoint the
 * control lines around them.
 */
#ifndef SIEM_TAIL_SEND_H
#define SIEM_TAIL_SEND_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "source.h"

#include <limits.h>

struct file;
struct tail;

/* Behind a chunk, for its mark: an encoded source and its position. */
enum { SEND_ROOM = 3 * PATH_MAX + POSITION_MAX + 64 };

/* All return -1 with e filled where nothing more can be written. */

/* The header, if the output is a marked stream, which it begins. */
int send_header(struct tail *t, struct err *e) MUST_CHECK;

/* What was read of f; the mark behind it overwrites what the block has there.
 */
int send_chunk(struct tail *t, struct file *f, const struct chunk *chunk,
	       struct err *e) MUST_CHECK;

/* Lines, or the end of one, that no position stands for. */
int send_text(struct tail *t, struct slice text, struct err *e) MUST_CHECK;

/*
 * The same, with bytes behind them that go in the same write, and are those of
 * a mark.
 */
int send_lines(struct tail *t, struct slice bytes, size_t behind,
	       struct err *e) MUST_CHECK;

/*
 * How much of some lines, or of a piece of one, may go now: whole lines, and
 * always at least one, unless it is nothing. units is what that costs.
 */
size_t send_allowed(struct tail *t, struct slice bytes,
		    size_t *units) MUST_CHECK;

/* What has been found out of files besides their lines: marks of their own. */
int send_news(struct tail *t, struct err *e) MUST_CHECK;

/* The orderly end of a marked stream, and its status; none within a line. */
int send_end(struct tail *t, struct err *e) MUST_CHECK;

#endif

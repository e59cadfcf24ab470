/*
 * The sink's end of a checkpoint (stream/checkpoint.h).
 *
 * Its source made the file and said so in the header of the stream; the sink
 * holds the lock, keeps to that id, and writes the positions of the marks.
 */
#ifndef SIEM_DELIVERY_COMMITS_H
#define SIEM_DELIVERY_COMMITS_H

#include "core/attr.h"
#include "core/err.h"
#include "delivery/engine.h"
#include "stream/checkpoint.h"
#include "stream/reader.h"

struct commits {
	// private
	struct checkpoint *checkpoint;
	int lock;          // its descriptor, or -1
	struct err failed; // a position that could not be noted
};

#define COMMITS_NONE ((struct commits){ .lock = -1 })

/*
 * Lock the checkpoint at path, read the header from the input, and load the
 * file that its source has made by then. -1 with e filled: ERR_USAGE where
 * this input and this file are no pair, which is said with what to do;
 * ERR_SYSTEM where the input ended, or time was up (core/quit.h).
 */
int commits_open(struct commits *c, const char *path, struct reader *in,
		 struct err *e) MUST_CHECK;

/* The id of the checkpoint; without data where none was opened. */
struct slice commits_id(const struct commits *c);

/* How the engine notes positions and commits them; c outlives it. */
struct engine_commits commits_hooks(struct commits *c);

void commits_close(struct commits *c);

#endif

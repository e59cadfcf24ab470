/*
 * What the checkpoint knows, and what has been said about it since: for each
 * file that was ever read, or noted as read, where it stands.
 *
 * Only marks change the checkpoint, and only once the sink has delivered what
 * precedes them; here is what they will come to.
 */
#ifndef SIEM_TAIL_KNOWN_H
#define SIEM_TAIL_KNOWN_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "stream/position.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct file;

struct known {
	char *source;        // PATH#GENERATION; owned
	size_t path_len;     // of it
	uint64_t generation; // grows from one that is new to the next
	struct position at;
	struct file *file; // the one that is open, or NULL
	bool told;         // the checkpoint may have it
	bool untold;       // a mark has to say it
	bool gone;         // and that there is no such file any more
	bool finished;     // it was closed, or is known to be lost, in this run

	// Of looks at its folder (rotation.c).
	bool found;      // it was there
	unsigned absent; // looks in a row, since it was
	bool checked;    // and is what the position says, as long as it has
	uint64_t checked_size;
	struct timespec checked_time;
	uint64_t folder_dev, folder_ino; // that it was in; 0: its first
	char *log;   // the path of its log, which it was moved away from into
		     // another folder, as its name there tells; or NULL; owned
	bool packed; // so that this is not the size of what it holds
	bool missed; // it could not be opened yet, or was empty; nothing else
		     // is known of it
	struct timespec born; // when it was made, where that is told; else 0
};

struct known_all {
	struct known **items; // in no order
	size_t count;

	// private
	size_t cap;
	uint64_t last_generation;
};

/*
 * Add a source as a checkpoint has it. -1 with e filled: ERR_USAGE where it is
 * none of siem-tail's.
 */
int known_load(struct known_all *all, struct slice source,
	       struct slice position, struct err *e) MUST_CHECK;

/* Add a file that was first seen at an absolute path. NULL: no memory. */
struct known *known_add(struct known_all *all, const char *path) MUST_CHECK;

/* Forget those that are gone, where that is told; others change places. */
void known_forget_gone(struct known_all *all);

/* Append the source as marks and checkpoints have it. */
void known_put_source(struct buf *out, const struct known *k);

void known_free(struct known_all *all);

#endif

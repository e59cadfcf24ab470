/*
 * What has been delivered of each source, in a small file of readable text
 * (siem-checkpoint(5)).
 *
 *     siem-checkpoint/1 ID
 *     SOURCE POSITION
 *     sum CHECKSUM
 *
 * The source of a pipeline makes the file and reads it; after that only the
 * sink at the other end writes it, which holds its lock. Sources and positions
 * are the text of marks (stream/control.h), encoded as it is there.
 */
#ifndef SIEM_STREAM_CHECKPOINT_H
#define SIEM_STREAM_CHECKPOINT_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"

#include <stddef.h>

enum {
	CHECKPOINT_ID_LEN = 32,    // hex digits
	CHECKPOINT_MAX = 16 << 20, // bytes of the file
};

struct checkpoint;

/* Slices borrow from the checkpoint, or from the caller. */
struct checkpoint_entry {
	struct slice source;
	struct slice position;
};

/*
 * Read a file. 1: here it is; 0: there is none; -1 with e filled: ERR_USAGE
 * where it is damaged, or no checkpoint at all (what to do is said),
 * ERR_SYSTEM where it cannot be read. A symbolic link is followed for good:
 * what it leads to is what will be replaced. Keeps the folder open, so that
 * saving needs no path.
 */
int checkpoint_load(const char *path, struct checkpoint **c,
		    struct err *e) MUST_CHECK;

/*
 * A new one, with an id of its own, for a file that is not there yet: it is
 * made once positions are set, and durable when checkpoint_create() returns.
 * That is ERR_USAGE where somebody else has made it meanwhile.
 */
int checkpoint_new(const char *path, struct checkpoint **c,
		   struct err *e) MUST_CHECK;
int checkpoint_create(struct checkpoint *c, struct err *e) MUST_CHECK;

/* As checkpoint_load(), of the contents of a file; it cannot be saved. */
int checkpoint_parse(struct slice text, struct checkpoint **c,
		     struct err *e) MUST_CHECK;

/*
 * Refuse, with ERR_USAGE, a file that begins like no checkpoint, before it is
 * removed as one. A damaged checkpoint passes, and so does an empty file.
 */
int checkpoint_check(const char *path, struct err *e) MUST_CHECK;

/*
 * Be the one that writes the file at path, from before it is loaded until the
 * descriptor that is returned is closed. -1 with e filled: ERR_USAGE where
 * another process is. The file need not be there yet; its lock, PATH.lock, is
 * made and stays.
 */
int checkpoint_lock(const char *path, struct err *e) MUST_CHECK;

/* Close a lock that came to nothing; where there is no such file, remove it. */
void checkpoint_give_up(const char *path, int lock);

/* The id: CHECKPOINT_ID_LEN bytes. */
struct slice checkpoint_id(const struct checkpoint *c);

/* The position of a source; its data is NULL where there is none. */
struct slice checkpoint_get(const struct checkpoint *c, struct slice source);

/* All entries, sorted by source, until one is set. */
size_t checkpoint_count(const struct checkpoint *c);
struct checkpoint_entry checkpoint_at(const struct checkpoint *c, size_t i);

/*
 * Note a position; "-" forgets the source. In memory only, until it is saved.
 * ERR_SYSTEM: it is no text of a mark, or there are too many.
 */
int checkpoint_set(struct checkpoint *c, struct slice source,
		   struct slice position, struct err *e) MUST_CHECK;

/* Refuse a folder in which it cannot be saved, for want of permission. */
int checkpoint_check_folder(const struct checkpoint *c,
			    struct err *e) MUST_CHECK;

/*
 * Replace the file, durably, if something was set since: by a temporary file,
 * fsync, rename, fsync of the folder. -1 with e filled: what was there before
 * is there still, and saving can be tried again.
 */
int checkpoint_save(struct checkpoint *c, struct err *e) MUST_CHECK;

void checkpoint_free(struct checkpoint *c);

#endif

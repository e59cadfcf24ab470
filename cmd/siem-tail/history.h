/*
 * What was read in earlier runs, and what has become of those files since:
 * renamed, compressed, copied, deleted, or still there under their names.
 *
 * Whenever something may have been rotated, the folder is looked at: each file
 * that the checkpoint knows is found again by device and inode, if it is still
 * the same by its fingerprints, or else by these alone; what is left of it to
 * read is opened and queued, and so are generations that came and went unseen.
 * What cannot be found any more is forgotten, aloud where something of it may
 * have been lost.
 */
#ifndef SIEM_TAIL_HISTORY_H
#define SIEM_TAIL_HISTORY_H

#include "core/attr.h"
#include "core/err.h"
#include "known.h"
#include "stream/checkpoint.h"

#include <stdbool.h>
#include <stddef.h>

struct file;
struct source;
struct tail;

struct history {
	const char *path; // of the checkpoint; NULL: nothing is remembered
	char id[CHECKPOINT_ID_LEN + 1];
	bool first;   // there was none: what was rotated before counts as read
	bool news;    // something is untold
	bool again;   // there is something to look at once more
	bool moving;  // as names changed while they were looked at
	bool waiting; // a file that is to be read is not open, for want of room
	struct known_all known;

	// private
	struct visit *visits; // of folders
	size_t visit_count, visit_cap;
};

/* Load the checkpoint, if there is one. */
int history_open(struct history *h, const char *path, struct err *e) MUST_CHECK;

/* Where there was none, make it, with all that is known by now. */
int history_create(struct history *h, struct err *e) MUST_CHECK;

/*
 * Look what has become of the files in a folder. -1 with e filled: no memory.
 * What cannot be read is said.
 */
int history_look(struct tail *t, const char *folder, struct err *e) MUST_CHECK;

/* May a folder have changed since it was looked at? */
bool history_has_changed(const struct history *h, const char *folder);

/*
 * The same in the folder of the file that a followed path means, where that is
 * a link to one in another folder: its generations are there.
 */
int history_look_behind(struct tail *t, const char *path,
			struct err *e) MUST_CHECK;

/*
 * Forget what was read in folders that no operand stands for any more, or where
 * it is only asked what has become of it: of what nothing is left there,
 * neither the file nor another that has its name and a suffix. As
 * history_look().
 */
int history_look_aside(struct tail *t, struct err *e) MUST_CHECK;

/*
 * Go on with a file that is being opened where it was left; if it is new it
 * will be known by this path, which is absolute. NULL: no memory.
 */
struct known *history_resume(struct tail *t, struct source *s,
			     const char *path) MUST_CHECK;

/* The path with its folder made absolute; owned by the caller. NULL: no memory.
 */
char *history_absolute(const char *path) MUST_CHECK;

/*
 * The file was truncated; what its source had read is elsewhere, or gone. From
 * here on it is another source. -1 with e filled: no memory.
 */
int history_truncated(struct tail *t, struct file *f, bool *found,
		      struct err *e) MUST_CHECK;

/*
 * What is open is to be closed although it is not read, and to be found again
 * later, as it is: it was just measured.
 */
void history_leave(struct history *h, struct known *k, const struct source *s);

/* The file is about to be closed, having been read to its end or not. */
void history_close(struct file *f, bool finished);

/* Is this the checkpoint or what belongs to it, and nothing to be read? */
bool history_is_ours(const struct history *h, const char *path);

void history_free(struct history *h);

#endif

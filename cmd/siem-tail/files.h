/*
 * The files that are open, each once however many names it has, and the queue
 * of those that may hold something to read.
 */
#ifndef SIEM_TAIL_FILES_H
#define SIEM_TAIL_FILES_H

#include "core/attr.h"
#include "core/err.h"
#include "source.h"
#include "stamp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct known;

struct file {
	struct source source;
	struct file *after;  // had its name before, and is read first; or NULL
	size_t names;        // that mean it now; 0: it was rotated away
	int wd;              // -1: not watched
	EVP_MD_CTX *seed;    // of its stamps; owned; NULL: not made yet
	struct known *known; // what is remembered of it; NULL: nothing
	bool queued;         // there may be something to read
	bool ending;         // nothing more is expected: close it when read
	bool succeeded;      // something came in a file after it
	bool failed;         // could not be read, which was said
	bool cut_off;        // its end is missing, which was said
	unsigned put_off;    // turns that it gave to what may come before it
	int64_t active_ns;   // when something came last

	// private
	struct file *previous, *next; // in the order they are read
	struct file *behind;          // in the queue
};

struct files {
	struct file *first, *last;

	// private
	struct file *head, *tail; // of the queue
};

/* The one with this identity, or NULL. */
struct file *files_find(const struct files *files, dev_t dev, ino_t ino);

/* Take over an open source. NULL where there is no memory: it is closed. */
struct file *files_add(struct files *files, struct source *source,
		       struct file *after) MUST_CHECK;
struct file *files_next(const struct file *f);
struct file *files_previous(const struct file *f);

/* Have f stand before another that it stood behind. */
void files_move_before(struct files *files, struct file *f, struct file *g);

/* Put it in the queue, unless it is there. */
void files_queue(struct files *files, struct file *f);

/* Take the first from the queue whose predecessor is not in it; NULL: none. */
struct file *files_take(struct files *files);

/* Take it out of the queue, where it is. */
void files_unqueue(struct files *files, struct file *f);

/* Something came in f: what was before it under its name has a successor. */
void files_note_activity(struct file *f, int64_t now_ns);

/*
 * Has a file that was rotated away been silent for so long that its writers
 * must have gone over to the next?
 */
bool files_is_over(const struct file *f, int64_t now_ns);

/* Close it and forget it; it must not be in the queue. */
void files_remove(struct files *files, struct file *f);
void files_free(struct files *files);

#endif

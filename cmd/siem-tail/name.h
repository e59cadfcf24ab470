/*
 * A name that is followed, and the file that it means.
 */
#ifndef SIEM_TAIL_NAME_H
#define SIEM_TAIL_NAME_H

#include "core/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct file;
struct tail;

struct name {
	char *path;
	const char *base;      // the end of path
	struct file *live;     // what it means now, or NULL
	struct file *previous; // what it meant before, as long as that is open
	bool given;            // on the command line: missed when it is gone
	int folder_wd;         // of the folder it is in; -1: not watched
	size_t look;           // the last look at all names that came upon it

	// Files that were made under it, as the folder says, and that were
	// found, under any name; since both were told to be the same.
	size_t made, met;

	// private
	size_t surplus;     // of those met, at the last name_settle()
	int trouble;        // what was said last
	int64_t missing_ns; // since when, where it is
};

/* NULL: out of memory. */
struct name *name_new(const char *path) MUST_CHECK;
void name_free(struct name *name);

/*
 * Which file does it mean now? One that is new is opened and queued, one that
 * it means no longer is queued to be read to its end.
 */
void name_look(struct tail *t, struct name *name);

/* Can it be said what it means now? */
bool name_is_clear(const struct name *name);

/* A file was found that was made under it; born as in struct source. */
void name_meet(const struct tail *t, struct name *name, struct timespec born);

/* Files made and met are the same, but for what was met and not heard of yet.
 */
void name_settle(struct name *name);

/* It means no file any more. */
void name_lose(struct tail *t, struct name *name);

/* It cannot be looked at, or read, for the reason of an errno: say so once. */
void name_trouble(struct tail *t, struct name *name, int trouble);

#endif

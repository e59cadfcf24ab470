/*
 * Which files are generations of the same log, and in which order they come.
 */
#ifndef SIEM_TAIL_LINEAGE_H
#define SIEM_TAIL_LINEAGE_H

#include "core/attr.h"
#include "core/slice.h"

#include <limits.h>
#include <stdbool.h>
#include <time.h>

struct file;
struct known;
struct look;
struct tail;

/* Was it first seen in this folder, which is absolute, and is not gone? */
bool lineage_is_in(const struct known *k, const char *folder);

/*
 * Should it be in the folder that is looked at, by the path under which it was
 * first seen?
 */
bool lineage_is_here(const struct look *l, const struct known *k);

/* The folder that it was first seen in, as a new string; NULL: no memory. */
char *lineage_folder(const struct known *k) MUST_CHECK;

/* The name a source had in its folder when it was first seen. */
struct slice lineage_first(const struct known *k);
void lineage_first_name(const struct known *k, char name[NAME_MAX + 1]);

/* Are two files of a folder, by their names, generations of the same log? */
bool lineage_is_same(const struct tail *t, const char *folder, const char *one,
		     const char *other);

/*
 * May it be, by its names, a generation of a log, which is an absolute path? It
 * may have been moved from one folder to another.
 */
bool lineage_may_be_of(const struct known *k, const char *log);

/* The same of a file with this name, and one that is known. */
bool lineage_may_have(const struct tail *t, const struct known *k,
		      const char *name);

/* The last generation of a log that is open, or NULL. */
struct file *lineage_last(struct tail *t, const char *folder, const char *name);

/*
 * Have f, which was rotated away before it was seen, read before a later
 * generation of its log, and after those that are before that; after all of
 * them where later is NULL.
 */
void lineage_insert(struct tail *t, struct file *f, const char *folder,
		    struct file *later);

/*
 * Of a log, which is an absolute path, the first generation that is open and
 * later than one that was moved away from there, was changed then and has this
 * name by now. Or NULL.
 */
struct file *lineage_next(struct tail *t, const char *log, const char *name,
			  struct timespec changed);

#endif

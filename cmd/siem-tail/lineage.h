/*
 * Which files are generations of the same log, and in which order they come.
 */
#ifndef SIEM_TAIL_LINEAGE_H
#define SIEM_TAIL_LINEAGE_H

#include "core/attr.h"

#include <limits.h>
#include <stdbool.h>

struct file;
struct known;
struct tail;

/* Was it first seen in this folder, which is absolute, and is not gone? */
bool lineage_is_in(const struct known *k, const char *folder);

/* The folder that it was first seen in, as a new string; NULL: no memory. */
char *lineage_folder(const struct known *k) MUST_CHECK;

/* The name a source had in its folder when it was first seen. */
void lineage_first_name(const struct known *k, char name[NAME_MAX + 1]);

/* Are two files of a folder, by their names, generations of the same log? */
bool lineage_is_same(const struct tail *t, const char *folder, const char *one,
		     const char *other);

/* The last generation of a log that is open, or NULL. */
struct file *lineage_last(struct tail *t, const char *folder, const char *name);

/*
 * Have f, which was rotated away before it was seen, read before a later
 * generation of its log, and after those that are before that; after all of
 * them where later is NULL.
 */
void lineage_insert(struct tail *t, struct file *f, const char *folder,
		    struct file *later);

#endif

/*
 * The names of the logs that a file may be an earlier generation of, by its
 * own name (sibling.h): of thousands the one it is, without asking each.
 */
#ifndef SIEM_TAIL_BASES_H
#define SIEM_TAIL_BASES_H

#include "core/attr.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>

/* A log; nothing of it is owned. */
struct base {
	struct slice name;
	struct slice path; // empty: it is in the folder that is looked at
	bool known;        // only by what was read once

	// private
	struct slice key;
};

struct bases {
	// private: each by its whole name and by what precedes its suffix
	struct base *items;
	size_t count, cap;
};

int bases_add(struct bases *b, struct base base) MUST_CHECK;

/* To be called once all are added. */
void bases_sort(struct bases *b);

/*
 * The shortest that name is that of a generation of, as a log may have been
 * rotated more than once; of two like that the one of this folder. Only those
 * count of which is_log() says so. NULL: there is none.
 */
const struct base *bases_find(const struct bases *b, const char *name,
			      bool (*is_log)(const struct base *base,
					     const char *name,
					     const void *data),
			      const void *data);

void bases_free(struct bases *b);

#endif

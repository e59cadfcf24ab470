/*
 * What is wrong with a map, and what is odd about it: all that there is to
 * find, and not only the first (siem-fmt --map-check).
 */
#ifndef SIEM_EVENT_FINDINGS_H
#define SIEM_EVENT_FINDINGS_H

#include "core/attr.h"

#include <stdbool.h>
#include <stddef.h>

enum finding_kind {
	FINDING_ERROR,   // such a map is not loaded
	FINDING_WARNING, // it is, but hardly does what was meant
};

struct finding {
	enum finding_kind kind;
	size_t line, column; // from 1
	char *text;
};

struct findings {
	struct finding *list; // count of them
	size_t count, cap;
	size_t errors;
	char **used; // names that some expression refers to
	size_t used_count;
	bool out_of_memory; // something is missing
};

#define FINDINGS_NONE ((struct findings){ 0 })

/* Add one, unless it is there: a map is read once for each format. */
void findings_add(struct findings *f, enum finding_kind kind, size_t line,
		  size_t column, const char *text);

/* In the order in which the map is read by a person. */
void findings_sort(struct findings *f);

/* A name was referred to; was it? */
void findings_use(struct findings *f, const char *name);
bool findings_uses(const struct findings *f, const char *name) MUST_CHECK;

void findings_free(struct findings *f);

#endif

/*
 * A set of names, each of which may be there once for each of several owners.
 *
 * The names of members come from whoever writes records: they cannot be chosen
 * so that finding one takes long.
 */
#ifndef SIEM_EVENT_NAMES_H
#define SIEM_EVENT_NAMES_H

#include "core/attr.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name {
	const char *data; // borrowed; NULL: no name is here
	uint32_t len;
	uint32_t owner;
	bool taken;      // for whoever enters names; false at first
	uint32_t number; // likewise, 0 at first
};

struct names {
	struct name *table; // a hash table
	size_t size, count; // of it, as in use
	uint64_t seed;      // known to this process only
	bool folds; // names are the same but for capitals: for whoever begins
		    // to set behind that
};

/* Make it empty; its memory is kept. False out of memory. */
bool names_begin(struct names *n) MUST_CHECK;
void names_free(struct names *n);

/* NULL where there is no such name. */
struct name *names_find(const struct names *n, struct slice name,
			uint32_t owner);

/*
 * Find a name or enter it. What is returned is valid until the next call; NULL
 * out of memory.
 */
struct name *names_enter(struct names *n, struct slice name,
			 uint32_t owner) MUST_CHECK;

#endif

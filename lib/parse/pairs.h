/*
 * Keys and values of a record, in the order in which they came, and which of
 * the keys are there more than once.
 *
 * The memory stays from record to record, and grows to what the largest needed.
 */
#ifndef SIEM_PARSE_PAIRS_H
#define SIEM_PARSE_PAIRS_H

#include "core/attr.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pair {
	struct slice key, value; // borrowed, as they stand in the record
	uint32_t next; // the next one of the same key; 0: there is none
	uint32_t last; // of the first of a key: its last; 0: it is the only one
	bool again;    // one of the same key came before
};

/* Zeros are a good start. */
struct pairs {
	struct pair *items; // count of them
	size_t count;

	// private
	size_t cap;
	uint32_t *table; // by the hash of the key: index + 1, or 0
	size_t table_cap;
	size_t slots; // of it that are in use, a power of two
	uint64_t seed;
};

static inline void pairs_clear(struct pairs *p)
{
	p->count = 0;
}

/* False: out of memory. */
bool pairs_add(struct pairs *p, struct slice key,
	       struct slice value) MUST_CHECK;

/* When all are there: find those of the same key. False: out of memory. */
bool pairs_link(struct pairs *p) MUST_CHECK;

/* The first of that key, or NULL; of pairs that are linked. */
const struct pair *pairs_find(const struct pairs *p, struct slice key);

void pairs_free(struct pairs *p);

#endif

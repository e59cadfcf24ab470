/*
 * Scratch memory for one record at a time.
 *
 * What is taken stays where it is until arena_clear(), which keeps the first
 * block for the next record and returns the others: in a stream of ordinary
 * records nothing is allocated after the first.
 */
#ifndef SIEM_CORE_ARENA_H
#define SIEM_CORE_ARENA_H

#include "core/attr.h"

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *first, *last;
	size_t taken; // bytes since the last arena_clear()
	size_t max;   // what taken may grow to
};

#define ARENA_INIT(limit) ((struct arena){ .max = (limit) })

/* n bytes, aligned for any type, or NULL: out of memory or beyond max. */
void *arena_take(struct arena *a, size_t n) MUST_CHECK;

void arena_clear(struct arena *a);
void arena_free(struct arena *a);

#endif

/*
 * The search for the leads of many classes in one pass over a text.
 */
#ifndef SIEM_REDACT_SEARCH_H
#define SIEM_REDACT_SEARCH_H

#include "core/slice.h"
#include "redact/class.h"

#include <stddef.h>
#include <stdint.h>

enum { SEARCH_LEADS = 64 };

/*
 * Each lead has a bit, which each of three tables has for the bytes that its
 * set holds: a lead is where all three have it.
 */
struct search {
	uint64_t before[256], middle[256], behind[256];
	const struct lead *leads[SEARCH_LEADS]; // count of them, by their bits
	size_t owner[SEARCH_LEADS];
	size_t count;
};

/* Add leads, borrowed for good, for an owner, a number of the caller's. */
void search_add(struct search *s, const struct lead *leads, size_t owner);

/*
 * Where the next lead is that has its middle at or behind from, and in *which
 * the bits of all that are there; text.len where there is none.
 */
size_t search_next(const struct search *s, struct slice text, size_t from,
		   uint64_t *which);

#endif

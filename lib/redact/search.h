/*
 * The search for the leads of many classes in one pass over a text.
 */
#ifndef SIEM_REDACT_SEARCH_H
#define SIEM_REDACT_SEARCH_H

#include "core/slice.h"
#include "redact/class.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SEARCH_LEADS = 64,
	SEARCH_BEYOND = LEAD_BYTES - 3,
};

/*
 * Each lead has a bit, which the table for a byte of its window has for those
 * that the set holds: a lead is where all tables have it. The first three are
 * asked everywhere, the others, for the bytes beyond, where these have it.
 *
 * Everywhere is every other byte: steps tell of three bytes in a row whether
 * the second or the third byte of some window may be in their middle, those of
 * two leads by the same bit. They are two that look alike, both with a letter in
 * the middle or neither, so that little is met that is neither.
 */
struct search {
	uint64_t before[256], middle[256], behind[256];
	uint64_t beyond[SEARCH_BEYOND][256];
	uint64_t steps[3][256];
	size_t letters; // so many leads have one in the middle
	const struct lead *leads[SEARCH_LEADS]; // count of them, by their bits
	size_t owner[SEARCH_LEADS];
	size_t count;
};

/*
 * Add a lead for an owner, a number of the caller's, by its window (class.h).
 * The lead is borrowed for good; NULL where the owner knows what it means.
 */
void search_add(struct search *s, const char *window, const struct lead *lead,
		size_t owner);

/*
 * Where the next lead is that has its middle at or behind from, and in *which
 * the bits of all that are there; text.len where there is none.
 */
size_t search_next(const struct search *s, struct slice text, size_t from,
		   uint64_t *which);

#endif

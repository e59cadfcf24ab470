/*
 * What an arrival that is like no record was, before it was altered.
 *
 * Its siem_id tells, where it has one. Else its neighbours do: where the
 * record behind the one that arrived before it is missing, or the record
 * before the one that arrived after it, that is the one.
 */
#ifndef SIEM_VERIFY_NEIGHBOUR_H
#define SIEM_VERIFY_NEIGHBOUR_H

#include "core/attr.h"
#include "core/err.h"
#include "entry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many are looked for; of any more, nothing is said but that they are. */
enum { NEIGHBOURS_MAX = 65536 };

enum neighbour_how {
	NEIGHBOUR_UNKNOWN,
	NEIGHBOUR_BY_ID,
	NEIGHBOUR_BY_ORDER,
};

struct neighbour {
	uint64_t place; // in the arrivals
	uint64_t id;
	enum neighbour_how how;
	uint64_t source; // where the record begins that it was
	uint32_t source_len;

	// private
	uint64_t before, after; // arrivals around it that match a record
	uint64_t from, to;      // what lies between those records
};

struct neighbours;

struct neighbours *neighbours_new(void) MUST_CHECK; // NULL: out of memory
void neighbours_free(struct neighbours *n);

/* An arrival that is like no record. -1 with e filled: out of memory. */
int neighbours_add(struct neighbours *n, const struct entry *arrival,
		   struct err *e) MUST_CHECK;

/* After the last of those; then every match there is; then that is all. */
void neighbours_sort(struct neighbours *n);
void neighbours_match(struct neighbours *n, const struct entry *record,
		      const struct entry *arrival);
int neighbours_finish(struct neighbours *n, struct err *e) MUST_CHECK;

/* Is a record that is missing one of them? In the order of the sources. */
bool neighbours_claim(struct neighbours *n, const struct entry *lost);

/* What is known of the arrival at a place; NULL: nothing. */
const struct neighbour *neighbours_find(const struct neighbours *n,
					uint64_t place);

#endif

/*
 * Paths of members, and which of them a member is on.
 */
#ifndef SIEM_JSON_PATHS_H
#define SIEM_JSON_PATHS_H

#include "core/attr.h"
#include "core/slice.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The paths that are asked for: member names from the outermost object down.
 * A path may go through a member that another path names.
 */
struct paths;

struct paths *paths_new(void) MUST_CHECK; // NULL: out of memory
void paths_free(struct paths *p);

/*
 * Add a path of count names, one at least, and every path that leads to it.
 * The slot of a path is the same each time, from 1 upwards. 0: out of memory,
 * or more than 65535 of them.
 */
uint16_t paths_add(struct paths *p, const struct slice *names,
		   size_t count) MUST_CHECK;

/* One more than the largest slot. */
size_t paths_count(const struct paths *p);

/*
 * What follows is for the scanner, which asks for every member of every
 * record. The paths form a tree: node 0 is the record, and the number of any
 * other node is the slot of its path. One hash table holds all edges.
 */
struct paths_node {
	char *name;
	size_t len;
	uint16_t first_child, next_sibling; // 0: none
};

struct paths_edge {
	uint64_t low, high; // the first 16 bytes of the name, zeros behind it
	uint64_t where;     // the parent, and the length of the name
	uint16_t node;      // 0: no edge here
};

struct paths {
	struct paths_node *nodes;
	size_t count, cap;
	struct paths_edge *edges; // three in four of them, or more, are free
	unsigned shift;           // 64 less the binary logarithm of how many
};

/* The edge from parent by that name; what follows it up to end is readable. */
static inline struct paths_edge paths_edge(uint16_t parent, struct slice name,
					   const char *end)
{
	static const unsigned char masks[32] = { 255, 255, 255, 255, 255, 255,
						 255, 255, 255, 255, 255, 255,
						 255, 255, 255, 255 };
	struct paths_edge e = { .where = (uint64_t)parent << 32 | name.len };
	size_t n = name.len < 16 ? name.len : 16;

	if (LIKELY(end - name.data >= 16)) {
		uint64_t low_mask, high_mask;

		memcpy(&low_mask, masks + 16 - n, 8);
		memcpy(&high_mask, masks + 24 - n, 8);
		memcpy(&e.low, name.data, 8);
		memcpy(&e.high, name.data + 8, 8);
		e.low &= low_mask;
		e.high &= high_mask;
	} else if (n > 0) {
		char padded[16] = { 0 };

		memcpy(padded, name.data, n);
		memcpy(&e.low, padded, 8);
		memcpy(&e.high, padded + 8, 8);
	}
	return e;
}

static inline size_t paths_hash(const struct paths *p,
				const struct paths_edge *e)
{
	uint64_t bits = e->low ^ (e->high << 29 | e->high >> 35) ^
			(e->where << 7 | e->where >> 57);

	return (size_t)(bits * UINT64_C(0x9e3779b97f4a7c15) >> p->shift);
}

uint16_t paths_child_slowly(const struct paths *p,
			    const struct paths_edge *want, struct slice name);

/*
 * The child of a node by its name, in which there are no escapes, or 0. What
 * follows the name up to end may be read.
 */
static inline uint16_t paths_child(const struct paths *p, uint16_t parent,
				   struct slice name, const char *end)
{
	struct paths_edge want = paths_edge(parent, name, end);
	const struct paths_edge *e = &p->edges[paths_hash(p, &want)];

	if (LIKELY(((e->low ^ want.low) | (e->high ^ want.high) |
		    (e->where ^ want.where)) == 0 &&
		   name.len <= 16))
		return e->node;
	return e->node == 0 ? 0 : paths_child_slowly(p, &want, name);
}

#endif

/*
 * Layouts: what records looked like, so that the next one that looks the same
 * is compared and need not be parsed.
 *
 * A record is a frame with values in its gaps. In a gap is what differs from
 * one event to the next: a text that is not empty, a number, an array. The
 * frame is all the rest, byte for byte: names, braces, colons, commas, white
 * space, true, false and null. The events of a log have few frames. So they
 * are kept as a tree: each node has a piece of frame, the kind of gap behind
 * it, and what the piece means, which is the members that begin in it and the
 * objects that end there. To follow the tree takes a comparison for each
 * piece, and for each gap the same validation as ever (walk.h).
 *
 * Why that is right. Where the same pieces and kinds of gaps came before, the
 * scanner is in the same state; so the same bytes mean the same again. What is
 * not in the tree, or is not valid, leaves it at once, and is parsed.
 *
 * What bounds it: the memory for layouts is one block; when it is used up all
 * are forgotten. Learning is paid for by records that came in between, and
 * where no two records look the same, most of them are parsed at once.
 */
#ifndef SIEM_JSON_LAYOUT_H
#define SIEM_JSON_LAYOUT_H

#include "core/attr.h"
#include "core/slice.h"
#include "json/member.h"
#include "json/walk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LAYOUT_MEMBERS = 128, // of a record that has one, at most
	LAYOUT_MEMORY = 256 << 10,
};

/* What all records of a layout have in common. */
struct layout {
	uint64_t number;       // of the layout, which no other one ever has
	uint32_t count;        // of members
	uint32_t unnamed;      // those that no path names
	const uint32_t *shape; // scan_shape() of each member
};

struct layouts {
	// private
	char *memory; // NULL: nothing has been learned
	size_t taken;
	struct layout_node *first;
	uint64_t learned; // layouts, ever
	size_t credit;    // for what is learned
	size_t missed;    // records in a row that were not followed
};

/* From the first record on, so many layouts may be learned at once. */
#define LAYOUTS_INIT ((struct layouts){ .credit = LAYOUT_CREDIT })

/* Learning one takes the credit of so many records, on average. */
enum { LAYOUT_COST = 32, LAYOUT_CREDIT = 256 * LAYOUT_COST };

/*
 * Find the members of the record that w is at the start of, and enter them in
 * by_slot, which is empty. There is room for those of every layout. NULL: it
 * has no layout that is known, or it is not valid; members and by_slot are
 * left in a mess.
 */
const struct layout *layouts_follow(struct layouts *l, struct walk *w,
				    struct member *members, uint16_t *by_slot);

/*
 * Learn the layout of a record that has been parsed, if it is time to: no name
 * has escapes, and none that a path names is there twice. What was learned
 * before may be forgotten.
 */
void layouts_learn(struct layouts *l, struct slice record,
		   const struct layout *layout, const struct member *members);

/* Forget them all; what is called a slot has changed. */
void layouts_forget(struct layouts *l);

void layouts_free(struct layouts *l);

#endif

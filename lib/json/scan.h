/*
 * The one-pass scanner: validates a line as one JSON object (RFC 8259) and
 * notes where its members stand.
 *
 * Every member of the object, and of the objects in it, becomes an entry of a
 * flat list in input order. Those whose path was asked for are found by slot
 * number as well. What stands in arrays is validated and left alone; walk it
 * with scan_next(). Nothing is allocated per record: the lists grow to what
 * the largest record needed, up to a bound, and stay.
 *
 * Strings must be UTF-8; repair the line first where it is not (utf8.h).
 */
#ifndef SIEM_JSON_SCAN_H
#define SIEM_JSON_SCAN_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "json/paths.h"
#include "json/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SCAN_DEPTH = 512,       // arrays and objects within one another
	SCAN_MEMBERS = 12288,   // of one record, those in arrays not counted
	SCAN_NO_SLOT = 0,       // the slot of a member that no path names
	SCAN_ROOT = UINT32_MAX, // the parent of a member of the record itself
};

struct member {
	struct slice key;   // as it stands in the record, between the quotes
	struct value value;
	uint32_t parent;    // index of the member whose object it is in
	uint32_t next;      // index of the first member behind its subtree
	uint16_t slot;      // SCAN_NO_SLOT if no path names it
	bool key_escaped;   // key holds backslash escapes
	bool superseded;    // a later member of the same object has its key,
			    // as far as a path names that key
	bool used;          // for whoever maps the record: said so already
};

struct scan {
	struct member *members; // count of them
	size_t count;
	uint32_t *by_slot; // index of the member + 1, or 0; paths_count() many
	uint32_t *shape;   // scan_shape() of each member
	size_t unnamed;    // members that no path names
	bool irregular;    // a name has escapes, or is there twice as far as a
			   // path names it
	bool bad_utf8;     // the last scan failed because of it

	// private
	size_t cap;
	const struct paths *paths; // those of the last record
	size_t slots;
	struct scan_path *known; // what helps to find those paths
};

#define SCAN_INIT ((struct scan){ 0 })

/*
 * Scan one record. -1 with e filled: ERR_DATA with the column where the record
 * stops being a JSON object, or ERR_SYSTEM out of memory. The members borrow
 * from record. Of members with the same path the last one has the slot.
 *
 * The paths are borrowed too, until scan_free(): s learns what members usually
 * follow one another.
 */
int scan_record(struct scan *s, const struct paths *paths, struct slice record,
		struct err *e) MUST_CHECK;

void scan_free(struct scan *s);

/*
 * What of a member is not text: slot, depth, emptiness and type. Those of all
 * members, one behind the other, tell which object each of them is in.
 */
static inline uint32_t scan_shape(uint16_t slot, size_t depth,
				  struct value value)
{
	return (uint32_t)slot << 16 | (uint32_t)depth << 4 |
	       (uint32_t)(value.len == 0) << 3 | value.type;
}

static inline uint16_t scan_shape_slot(uint32_t shape)
{
	return (uint16_t)(shape >> 16);
}

/* The value of a slot; type VALUE_NONE where the record has no such member. */
static inline struct value scan_value(const struct scan *s, uint16_t slot)
{
	uint32_t i = s->by_slot[slot];

	return i != 0 ? s->members[i - 1].value : (struct value){ 0 };
}

/*
 * Walk the elements of an array, or the members of an object, that has been
 * validated. Start with *rest being its value_slice(); each call takes one
 * element off and returns false at the end. key may be NULL for arrays.
 */
bool scan_next(struct slice *rest, struct value *key, struct value *value);

/*
 * The member name of an object that has been validated, its last one where it
 * has several; VALUE_NONE where it has none. For elements of arrays.
 */
struct value scan_member(struct value object, struct slice name);

/*
 * Append the decoded text of the inside of a validated JSON string: escapes
 * become UTF-8, a lone surrogate U+FFFD.
 */
void scan_decode(struct slice string, struct buf *out);

/* Is the inside of a validated JSON string, decoded, this text? */
bool scan_is(struct slice string, bool escaped, struct slice text);

/*
 * Append an array or object as compact JSON: no white space, order and number
 * lexemes kept, and of escapes only the shortest that JSON allows
 * (formats: N-JSON).
 */
void scan_compact(struct value container, struct buf *out);

#endif

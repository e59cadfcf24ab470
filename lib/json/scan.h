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
#include "json/layout.h"
#include "json/member.h"
#include "json/paths.h"
#include "json/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SCAN_DEPTH = 512,       // arrays and objects within one another
	SCAN_MEMBERS = 12288,   // of one record, those in arrays not counted
	SCAN_ROOT = UINT32_MAX, // the parent of a member of the record itself
};

struct scan {
	struct member *members; // count of them
	size_t count;
	uint16_t *by_slot; // index of the member + 1, or 0; paths_count() many
	const uint32_t *shape; // scan_shape() of each member
	uint64_t layout;   // number of the record's layout (layout.h), or 0
	size_t unnamed;    // members that no path names
	bool irregular;    // a name has escapes, or is there twice as far as a
			   // path names it
	bool bad_utf8;     // the last scan failed because of it
	bool parses;       // set it to parse every record, whatever its layout

	// private
	uint32_t *own_shape;
	size_t cap;
	const struct paths *paths; // those of the last record
	size_t slots;
	struct layouts layouts;
};

#define SCAN_INIT ((struct scan){ .layouts = LAYOUTS_INIT })

/*
 * Scan one record. -1 with e filled: ERR_DATA with the column where the record
 * stops being a JSON object, or ERR_SYSTEM out of memory. The members borrow
 * from record. Of members with the same path the last one has the slot.
 *
 * The paths are borrowed too, until scan_free(): s learns what records look
 * like (layout.h), since those of a log have few layouts.
 */
int scan_record(struct scan *s, const struct paths *paths, struct slice record,
		struct err *e) MUST_CHECK;

void scan_free(struct scan *s);

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

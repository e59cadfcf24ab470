/*
 * A member of a record that has been scanned.
 */
#ifndef SIEM_JSON_MEMBER_H
#define SIEM_JSON_MEMBER_H

#include "core/slice.h"
#include "json/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCAN_NO_SLOT = 0 }; // the slot of a member that no path names

struct member {
	struct slice key; // as it stands in the record, between the quotes
	struct value value;
	uint32_t parent;  // index of the member whose object it is in
	uint32_t next;    // index of the first member behind its subtree
	uint16_t slot;    // SCAN_NO_SLOT if no path names it
	bool key_escaped; // key holds backslash escapes
	bool superseded;  // a later member of the same object has its key,
			  // as far as a path names that key
	bool used;        // for whoever maps the record: said so already
};

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

static inline size_t scan_shape_depth(uint32_t shape)
{
	return shape >> 4 & 0xfff;
}

#endif

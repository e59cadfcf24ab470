/*
 * A JSON value where it stands in its record: nothing is copied or converted.
 */
#ifndef SIEM_JSON_VALUE_H
#define SIEM_JSON_VALUE_H

#include "core/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum value_type {
	VALUE_NONE, // absent
	VALUE_NULL,
	VALUE_FALSE,
	VALUE_TRUE,
	VALUE_NUMBER,
	VALUE_STRING,
	VALUE_ARRAY,
	VALUE_OBJECT,
};

enum {
	// A string that holds backslash escapes, to be decoded before use.
	VALUE_ESCAPED = 1,
	// An array or object that is not compact JSON as formats write it:
	// white space, or escapes other than the shortest.
	VALUE_LOOSE = 2,
};

struct value {
	const char *data; // string: what stands between the quotes; else all
	uint32_t len;
	uint8_t type;  // enum value_type
	uint8_t flags; // VALUE_ESCAPED, VALUE_LOOSE
};

static inline struct slice value_slice(struct value v)
{
	return (struct slice){ v.data, v.len };
}

/* A string that needs no decoding. */
static inline struct value value_text(struct slice s)
{
	return (struct value){ .data = s.data,
			       .len = (uint32_t)s.len,
			       .type = VALUE_STRING };
}

/* Absent or null: formats leave out both. */
static inline bool value_is_missing(struct value v)
{
	return v.type <= VALUE_NULL;
}

#endif

/*
 * STRUCTURED-DATA of RFC 5424, section 6.3: "[id name="value"...]...".
 */
#ifndef SIEM_PARSE_STRUCTURED_H
#define SIEM_PARSE_STRUCTURED_H

#include "core/attr.h"
#include "core/slice.h"
#include "parse/parse.h"

#include <stdbool.h>
#include <stddef.h>

/* The rules of it, one behind the other in the table of the dialect. */
enum structured_rule {
	STRUCTURED_SPACE,
	STRUCTURED_NAME,
	STRUCTURED_LENGTH,
	STRUCTURED_ID,
	STRUCTURED_TWICE,
	STRUCTURED_REGISTERED,
	STRUCTURED_ESCAPE,
	STRUCTURED_VALUE,
	STRUCTURED_RULES, // how many they are
};

/*
 * How many bytes at the start of text are structured data, as far as where its
 * parts end can be told, faults or not. 0: none; *fault is then where.
 */
size_t structured_measure(struct slice text, size_t *fault);

/* Is there a whole element of our own kind, "[name@number name="..."]"? */
bool structured_is_element(struct slice text);

/*
 * Append data, which was measured, as an object of objects. The parameters of
 * an SD-ID that comes twice are those of one. False: out of memory.
 */
bool structured_read(struct reading *r, const struct rule *rules,
		     struct slice data) MUST_CHECK;

#endif

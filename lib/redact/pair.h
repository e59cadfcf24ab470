/*
 * A name and its value, wherever a text has them: password=..., "token": "...",
 * Authorization: Bearer ..., --api-key ...
 */
#ifndef SIEM_REDACT_PAIR_H
#define SIEM_REDACT_PAIR_H

#include "core/slice.h"
#include "redact/class.h"

#include <stdbool.h>
#include <stddef.h>

struct pair {
	struct slice name; // its end, as far as it is one
	struct span value; // without quotes around it
	bool quoted;       // the value is
	enum tie tie;
	size_t sign;   // where the '=' or ':' is
	size_t behind; // where to look for the value
};

/* The end of a text, or of a name, that can be a name: as many bytes as are
   enough to tell which. */
struct slice pair_name(struct slice text);

/* Is there a pair whose name ends with the word at, or one whose name stands
   behind the second '-' of an option? */
bool pair_at(struct slice text, size_t at, struct pair *pair);
bool pair_of_option(struct slice text, size_t at, struct pair *pair);

/* Its value, or so much of it that it is known by. False: it has none. */
bool pair_value(struct slice text, struct pair *pair);

/* Where all that stands in a row with its value ends: "a=b" of "key=a=b". */
size_t pair_end(struct slice text, const struct pair *pair);

#endif

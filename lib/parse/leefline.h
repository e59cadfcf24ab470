/*
 * A LEEF event taken apart, as generously as its receivers do.
 *
 *     LEEF:1.0|vendor|product|version|event id|key=value<TAB>key=value
 *     LEEF:2.0|vendor|product|version|event id|delimiter|key=value...
 *
 * Nothing is escaped: a pipe always divides the header, the delimiter always
 * the attributes, and the first equals sign a key from its value. A delimiter
 * is a character, or its number, "x5E" or "0x5E"; where its field is empty, or
 * left out altogether, it is TAB.
 */
#ifndef SIEM_PARSE_LEEFLINE_H
#define SIEM_PARSE_LEEFLINE_H

#include "core/attr.h"
#include "core/slice.h"
#include "parse/pairs.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	LEEF_VERSION,
	LEEF_VENDOR,
	LEEF_PRODUCT,
	LEEF_PRODUCT_VERSION,
	LEEF_EVENT_ID,
	LEEF_FIELDS,
};

enum leefline_delimiter {
	LEEF_DELIMITER_GIVEN,
	LEEF_DELIMITER_LEFT_OUT, // its field too, or there is none in LEEF 1.0
	LEEF_DELIMITER_WIDE,     // a number of other than two digits
	LEEF_DELIMITER_WRONG,    // not one, so it was taken for TAB
};

struct leefline {
	struct slice fields[LEEF_FIELDS]; // as they stand in the text
	size_t count;                     // of fields there are
	bool closed;                      // a pipe ends the last of them
	struct slice spec; // the field of the delimiter, as it stands there
	enum leefline_delimiter said;
	char delimiter[4]; // what divides the attributes: a character
	size_t delimiter_len;
	struct slice attributes; // all of them
};

/* Does it begin with "LEEF:" and a number? */
bool leefline_is_it(struct slice text);

/* Take a text apart that is one. */
void leefline_split(struct slice text, struct leefline *l);

/*
 * Take the next attribute off the front of what is left of them. False at the
 * end. An attribute without an equals sign is a value without a key, for which
 * key->data is NULL; one that is empty has neither.
 */
bool leefline_next(const struct leefline *l, struct slice *rest,
		   struct slice *key, struct slice *value);

#endif

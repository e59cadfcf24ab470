/*
 * Fields: what an event becomes on its way to a format, and the types that a
 * format demands of them.
 */
#ifndef SIEM_EVENT_FIELD_H
#define SIEM_EVENT_FIELD_H

#include "core/slice.h"
#include "json/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
	FIELD_TEXT,
	FIELD_INT32,   // -2147483648 to 2147483647, no leading zeros
	FIELD_INT64,
	FIELD_DOUBLE,  // finite in a double
	FIELD_PORT,    // 0 to 65535
	FIELD_TIME_MS, // a time, written as milliseconds since the epoch
	FIELD_IPV4,
	FIELD_IPV6,
	FIELD_IP,      // either
	FIELD_MAC,     // six octets divided by colons
	FIELD_BOOL,    // true or false
	FIELD_LIST,    // an array of strings, or one text that makes one
	FIELD_JSON,    // an array or object as it stands
	FIELD_LEVEL,   // 1 to 10; no map says it
	FIELD_RESERVED, // the format's own or its receivers': no map writes it
};

/* What a format's dictionary says of one of its keys. */
struct field_rule {
	const char *key;
	enum field_type type;
	uint32_t max; // bytes of a text before escaping; 0: no limit
};

enum { FIELD_LEAD = 32 }; // most leads are no longer than this

/* One key and value of an event, ready to be written by a format. */
struct field {
	struct slice key;   // as the format writes it
	struct slice label; // where not empty: key "Label" with this goes before
	struct slice lead;  // what the format has made of both, once for all
			    // records; it may be read up to the next multiple
			    // of FIELD_LEAD bytes. Empty: it has to be made now
	struct value value; // never missing; text typed as its rule demands
	uint32_t max;       // as in field_rule
};

/*
 * Does the text of a value fit a type, as it stands? Times are not asked here:
 * they are parsed; nor lists and JSON, which have more than a text. Nothing
 * fits what is reserved. The text is decoded.
 */
bool field_fits(enum field_type type, struct slice text);

/*
 * Can whoever reads JSON hold this number as it stands? An integer that is too
 * large would lose digits, or be refused.
 */
bool field_is_storable(struct slice number);

#endif

/*
 * The way back: what SIEMs are sent, read into JSON, with every departure from
 * its specification told.
 *
 *     record = [syslog header] body
 *
 * Both are dialects: a dialect is a const struct in a file of its own, and a
 * row in registry.c. Each appends one member to the object that the record
 * becomes, "syslog" or "cef" or "leef", and says what of the text it has read.
 */
#ifndef SIEM_PARSE_PARSE_H
#define SIEM_PARSE_PARSE_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A departure from a specification. */
struct departure {
	const char *rule;    // its name, stable: "cef-unescaped-equals"
	const char *source;  // where it is written: "CEF 27, Character Encoding"
	size_t column;       // of the first such byte of the record, from 1
	struct slice bytes;  // the offending ones, borrowed; may be none, where
			     // something is missing
	const char *message; // what is wrong and what to do, in one line, for
			     // somebody who does not know the specification
};

/* Reading one record. */
struct reading {
	struct slice record; // what columns are counted from
	struct buf *out;     // the object, open: members are appended

	/* Told of each departure, in the order of columns; may be NULL. What it
	   is given lasts as long as the call. */
	void (*depart)(void *who, const struct departure *d);
	void *who;
};

struct dialect {
	const char *name;    // of the member, "cef"
	const char *summary; // for --list, lower case, no full stop
	bool is_header;      // something stands behind it

	/* Does the text begin as one of these do? It costs next to nothing. */
	bool (*is_it)(struct slice text);

	/*
	 * Read the text, a part of the record, and append the member, with the
	 * comma before it where it is not the first. A header leaves in *rest
	 * what stands behind it. -1 with e filled, ERR_DATA with a column: not
	 * even the generous can read this; what was appended is cut off again.
	 */
	int (*read)(struct reading *r, struct slice text, struct slice *rest,
		    struct err *e);
};

#endif

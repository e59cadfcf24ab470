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
#include "json/scan.h"
#include "parse/pairs.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What a specification asks for. Rules stand in the table of their dialect,
 * which --list and the manual show; code names them by their place in it.
 */
struct rule {
	const char *name; // stable: "cef-unescaped-equals"; NULL ends a table
	const char *source;  // where it is written: "CEF 27, Character Encoding"
	const char *summary; // what is to be, in one line without a full stop
	bool advice; // allowed, but known to be misread by some receiver
};

/* A departure from a rule. */
struct departure {
	const struct rule *rule;
	size_t column;       // of the first such byte of the record, from 1
	struct slice bytes;  // the offending ones, borrowed; may be none, where
			     // something is missing
	const char *message; // what is wrong and what to do, in one line, for
			     // somebody who does not know the specification
	bool refused;        // and for that the record cannot be read at all
};

/* Reading records, one after the other. */
struct reading {
	struct slice record; // what columns are counted from
	struct buf *out;     // the object, open: members are appended

	/* Told of each departure, dialect by dialect, in the order in which
	   they are found; NULL: nobody asks, and nothing is looked for beyond
	   what reading needs. What it is given lasts as long as the call. */
	void (*depart)(void *who, const struct departure *d);
	void *who;

	const struct rule *refused_by; // by parse_refuse(), or NULL
	struct slice refused_for;

	// what the dialects work in, kept from record to record
	struct pairs pairs;
	struct pairs elements; // what the pairs of syslog are divided into
	struct buf scratch;
	struct scan scan;
	struct paths *paths;
};

/* max_record bounds a record, in bytes. */
#define READING_INIT(max_record)                                       \
	((struct reading){ .scratch = BUF_INIT(4 * (max_record) + 64), \
			   .scan = SCAN_INIT })

void reading_free(struct reading *r);

struct dialect {
	const char *name;    // of the member, "cef"
	const char *summary; // for --list, lower case, no full stop
	const struct rule *rules;
	bool is_header;      // something stands behind it
	bool is_anywhere;    // receivers look for it wherever it stands in a
			     // line, as a word of its own

	/* Does the text begin as one of these do? It costs next to nothing. */
	bool (*is_it)(struct slice text);

	/*
	 * Read the text, a part of the record, and append the member, with the
	 * comma before it where it is not the first (parse_member()). A header
	 * leaves in *rest what stands behind it. -1 with e filled, ERR_DATA by
	 * parse_refuse(): not even the generous can read this; what was
	 * appended is cut off again. Behind a header, it is text.
	 */
	int (*read)(struct reading *r, struct slice text, struct slice *rest,
		    struct err *e);
};

/*
 * Append "name": and the comma that divides it from a member before it, in
 * whatever object is open.
 */
void parse_member(struct reading *r, const char *name);

/* The same with a string as its value: bytes that are no UTF-8 are U+FFFD. */
void parse_member_string(struct reading *r, const char *name,
			 struct slice value);

/*
 * Append r->pairs, linked, as members of the object that is open, in the order
 * in which their keys came: a value is put by put, those of a key that came
 * more than once are an array.
 */
void parse_pairs(struct reading *r,
		 void (*put)(struct reading *r, struct slice value));

/* What puts a value as the string that it is. */
void parse_put_plain(struct reading *r, struct slice value);

/*
 * Tell of a departure from a rule, if anybody asks. bytes are a part of the
 * record, which says the column; none, where something is missing there.
 */
void parse_depart(const struct reading *r, const struct rule *rule,
		  struct slice bytes, const char *fmt, ...) PRINTF_LIKE(4, 5);

/*
 * The text cannot be read: fill e, and note what has to be told if the record
 * is refused for it. Returns -1.
 */
int parse_refuse(struct reading *r, const struct rule *rule, struct slice bytes,
		 struct err *e, const char *fmt, ...) PRINTF_LIKE(5, 6);

/*
 * Tell what parse_refuse() has noted, if anything, once it is known what comes
 * of it: is the record refused?
 */
void parse_refused(const struct reading *r, const struct err *e, bool refused);

#endif

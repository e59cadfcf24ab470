/*
 * What both kinds of syslog header share: PRI, fields, and what may be in the
 * message behind them.
 */
#ifndef SIEM_PARSE_HEAD_H
#define SIEM_PARSE_HEAD_H

#include "core/attr.h"
#include "core/slice.h"
#include "parse/parse.h"

#include <stdbool.h>
#include <stddef.h>

/* The rules of both dialects, with which the table of each begins. */
enum head_rule {
	HEAD_PRI_MISSING,
	HEAD_PRI_FORM,
	HEAD_PRI_RANGE,
	HEAD_BOM,
	HEAD_UTF8,
	HEAD_CONTROL,
	HEAD_RULES, // how many they are
};

/* A header that is being read. */
struct head {
	struct reading *r;
	const struct rule *rules;
	struct slice rest; // of the text, not read yet
};

/* Open the member "syslog". */
struct head head_begin(struct reading *r, const struct rule *rules,
		       struct slice text);

/* Close it. What is left of the text stands behind the header. */
struct slice head_end(struct head *h);

/* How many bytes of text are its "<PRI>", whatever the number; 0: none. */
size_t head_priority_width(struct slice text);

/* Take "<PRI>" off the front and put what it says; false: there is none. */
bool head_take_priority(struct head *h);

/* What stands behind a header, as far as its first bytes tell. */
enum head_content {
	HEAD_TEXT,
	HEAD_JSON,
	HEAD_EVENT, // CEF or LEEF
};

enum head_content head_content(struct slice text);

/* The bytes of text from the first one that is none of PRINTUSASCII up to the
   next one that is; none where there is no such byte. */
struct slice head_unprintable(struct slice text);

/* Does text begin with "hh:mm:ss"? Does it with "yyyy-mm-dd"? */
bool head_is_clock(struct slice text);
bool head_is_date(struct slice text);

/*
 * Take the byte order mark off the front of a message. In RFC 5424, it says
 * that there is UTF-8 behind it; elsewhere it is one only before what is no
 * text. True: there was one.
 */
bool head_take_mark(struct head *h, bool before_text);

/*
 * Tell of what should not be in a message: of an event, that is said where it
 * is read.
 */
void head_check_message(const struct head *h);

#endif

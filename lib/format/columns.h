/*
 * Objects that a format writes in JSON: rows of Microsoft Sentinel's tables,
 * flat, a member for each column; and Splunk's envelopes.
 *
 * The lead of a field (field.h) is all that goes before its value, comma
 * included: ,"Name":" of a string, which the quote at its end tells, and
 * ,"Name": of a value that stands in JSON as it is.
 */
#ifndef SIEM_FORMAT_COLUMNS_H
#define SIEM_FORMAT_COLUMNS_H

#include "core/attr.h"
#include "core/timestamp.h"
#include "format/escape.h"
#include "format/line.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	COLUMNS_NAME = 45,        // bytes of a name, at most
	COLUMNS_VALUE = 64 << 10, // bytes of a value, at most; more are cut off
};

/* Of a string. DEL needs no escape in JSON, but some terminals obey it. */
static const struct escape columns_string = {
	.rows = {
		ESCAPE_CONTROLS("\\"),
		['\t'] = ESCAPE_ROW("\\t"),
		['\n'] = ESCAPE_ROW("\\n"),
		['\r'] = ESCAPE_ROW("\\r"),
		['"'] = ESCAPE_ROW("\\\""),
		['\\'] = ESCAPE_ROW("\\\\"),
	},
	.printable = "\"\\\\",
};

/* Append a whole column that is a string, comma included. */
void columns_put_string(struct buf *out, const char *name, struct slice text);

/* Append a lead. */
void columns_put_lead(struct buf *out, const char *name, size_t len,
		      bool is_string);

/* The event's own time, in UTC: the column that every table has. */
size_t columns_time(const struct line *l, char out[TIMESTAMP_MAX]);

/* The text of a field, cut to what a column holds. */
IN_LINE struct slice columns_text(struct line *l, const struct field *f)
{
	return line_fit(l, f->key, line_text(l, &f->value), COLUMNS_VALUE);
}

/* What most leads and texts fit in, of the room that LINE_AMPLE means. */
enum {
	COLUMNS_LEAD = 3 * FIELD_LEAD,
	COLUMNS_TEXT = 480,
};

_Static_assert(COLUMNS_LEAD + ESCAPE_WORST * COLUMNS_TEXT + ESCAPE_SLACK + 1 <=
		       LINE_AMPLE,
	       "they fit");

/*
 * On the hot path (line.h): append a text that needs no escape and its quote
 * behind what goes before it.
 */
IN_LINE char *columns_put_plain(struct line *l, char *at, struct slice lead,
				struct slice text)
{
	at = line_room(l, at, lead.len + text.len + 1);
	if (UNLIKELY(at == NULL))
		return NULL;
	at = (char *)memcpy(at, lead.data, lead.len) + lead.len;
	at = (char *)memcpy(at, text.data, text.len) + text.len;
	*at = '"';
	return at + 1;
}

/* The text of a field behind a lead that was made beforehand. */
char *columns_put_slowly(struct line *l, char *at, struct slice lead,
			 struct slice text);

IN_LINE char *columns_put(struct line *l, char *at, struct slice lead,
			  struct slice text)
{
	if (UNLIKELY(text.len > COLUMNS_TEXT || lead.len > COLUMNS_LEAD ||
		     at > l->ample))
		return columns_put_slowly(l, at, lead, text);
	for (size_t i = 0; i < lead.len; i += FIELD_LEAD)
		memcpy(at + i, lead.data + i, FIELD_LEAD);
	at = escape_quickly(at + lead.len, text.data, text.len,
			    &columns_string);
	*at = '"';
	return at + (lead.data[lead.len - 1] == '"');
}

/* The same without a lead. */
char *columns_put_named(struct line *l, char *at, struct slice name,
			struct slice text, bool is_string);

/* A time that is given in milliseconds, as FIELD_TIME_MS is, in UTC. */
size_t columns_format_ms(struct slice ms, char out[TIMESTAMP_MAX]);
char *columns_put_time(struct line *l, char *at, struct slice name,
		       struct slice ms);

#endif

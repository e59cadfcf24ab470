/*
 * What the formats share: one line in the making.
 *
 * A format begins with line_begin(), appends to the line's buffer, and ends
 * with line_end(), the one place that says whether all of it worked.
 */
#ifndef SIEM_FORMAT_LINE_H
#define SIEM_FORMAT_LINE_H

#include "core/attr.h"
#include "format/escape.h"
#include "format/format.h"

#include <stdbool.h>
#include <stddef.h>

struct line {
	const struct event *event;
	struct mapper *text;
	const struct format_options *options;
	struct format_counts *counts;
	struct buf *out;
	size_t start;  // where the line begins in out
	size_t fields; // where its fields begin
	bool failed;   // a value could not be decoded
};

/* Append what a field becomes; nothing where it has no value to show. */
typedef void line_put_field(struct line *l, const struct field *f);

static inline struct line line_begin(const struct event *event,
				     struct mapper *text,
				     const struct format_options *options,
				     struct buf *out,
				     struct format_counts *counts)
{
	return (struct line){ .event = event,
			      .text = text,
			      .options = options,
			      .counts = counts,
			      .out = out,
			      .start = out->len };
}

/* 0, or -1 with e filled: a step before has failed, or the line is too long. */
int line_end(const struct line *l, struct err *e) MUST_CHECK;

/* The rule of a key, out of a table that is sorted by key; or NULL. */
const struct field_rule *line_find_rule(const struct field_rule *rules,
					size_t count, struct slice key);

/* The plain bytes of a value; none where it is missing. */
IN_LINE struct slice line_text(struct line *l, struct value v)
{
	struct slice text = value_slice(v);

	if (LIKELY(v.flags == 0 && !value_is_missing(v)))
		return text;
	if (value_is_missing(v))
		return SLICE("");
	if (mapper_text(l->text, v, &text))
		return text;
	l->failed = true;
	return SLICE("");
}

/* The text of the attribute that has this place in the format's shape. */
static inline struct slice line_attribute(struct line *l, size_t place)
{
	return line_text(l, l->event->attributes[place]);
}

/*
 * Text, cut to max bytes where it is longer; what is cut is counted, under
 * the name of its field.
 */
struct slice line_cut(struct line *l, struct slice name, struct slice text,
		      size_t max);

/* The same, but 0 is no limit and --no-limits does away with any. */
static inline struct slice line_fit(struct line *l, struct slice name,
				    struct slice text, size_t max)
{
	if (LIKELY(max == 0 || text.len <= max) || l->options->no_limits)
		return text;
	return line_cut(l, name, text, max);
}

/*
 * The headers of syslog.h, of this event's time and with the host and the
 * priority of the options. Fields that are too long are counted as cut,
 * --no-limits or not: the grammar knows no longer ones.
 */
void line_put_5424(struct line *l, struct slice app, struct slice procid,
		   struct slice msgid);
void line_put_3164(struct line *l);
void line_put_3164_tag(struct line *l, struct slice tag);
void line_put_short(struct line *l);

/* Must a line that ends in tail more bytes lose something of what it has? */
bool line_is_long(const struct line *l, size_t tail);

/* Leave out field i, which begins at before and was too much, and the rest. */
void line_leave_out(struct line *l, size_t i, size_t before,
		    line_put_field *put);

/*
 * Append KEY SUFFIX = QUOTE text QUOTE, the text escaped, and before all but
 * the first field a divider. The hot path: it asks for room once.
 */
IN_LINE void line_put_pair(struct line *l, char divider,
				 struct slice key, struct slice suffix,
				 struct slice quote, struct slice text,
				 const struct escape *how)
{
	struct buf *out = l->out;
	bool is_short = LIKELY(text.len <= ESCAPE_SHORT);
	size_t frame = 2 + key.len + suffix.len + 2 * quote.len;
	char *start = buf_room(out,
			       frame + escape_room(is_short ? text.len : 0));

	if (UNLIKELY(start == NULL))
		return;
	char *at = start;
	*at = divider;
	at += out->len != l->fields;
	at = escape_copy_key(at, key);
	at = escape_copy_key(at, suffix);
	*at++ = '=';
	at = escape_copy_key(at, quote);
	if (is_short) {
		at = escape_quickly(at, text.data, text.len, how);
		at = escape_copy_key(at, quote);
		buf_grown(out, (size_t)(at - start));
	} else {
		buf_grown(out, (size_t)(at - start));
		escape_put(out, text, how);
		buf_put_slice(out, quote);
	}
}

/* Append a field of a header, escaped, and the pipe behind it. */
IN_LINE void line_put_header(struct line *l, struct slice text,
				   const struct escape *how)
{
	struct buf *out = l->out;
	char *start = buf_room(out, escape_room(ESCAPE_SHORT) + 1);

	if (UNLIKELY(start == NULL))
		return;
	if (text.len > ESCAPE_SHORT) {
		escape_put(out, text, how);
		buf_putc(out, '|');
		return;
	}
	char *at = escape_quickly(start, text.data, text.len, how);
	*at++ = '|';
	buf_grown(out, (size_t)(at - start));
}

/*
 * Append the fields of the event, each with put. With --max-line, those that
 * would not leave room for tail bytes behind them are left out.
 */
static inline void line_put_fields(struct line *l, size_t tail,
				   line_put_field *put)
{
	const struct event *event = l->event;
	bool limited = l->options->max_line != 0;

	l->fields = l->out->len;
	for (size_t i = 0; i < event->count; i++) {
		size_t before = l->out->len;

		put(l, &event->fields[i]);
		if (UNLIKELY(limited) && line_is_long(l, tail)) {
			line_leave_out(l, i, before, put);
			return;
		}
	}
}

#endif

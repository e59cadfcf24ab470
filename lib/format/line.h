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
	size_t start; // where the line begins in out
	char *end;    // up to which there is room
	char *ample;  // up to here there is LINE_AMPLE; NULL: nowhere
	bool begun;   // something is there for a divider to divide from
	bool failed;  // a value could not be decoded
	bool full;    // a field was left out: so are all behind it
};

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
struct slice line_text_slowly(struct line *l, const struct value *v);

IN_LINE struct slice line_text(struct line *l, const struct value *v)
{
	if (LIKELY(v->flags == 0 && !value_is_missing(*v)))
		return value_slice(*v);
	return line_text_slowly(l, v);
}

/* The text of the attribute that has this place in the format's shape. */
static inline struct slice line_attribute(struct line *l, size_t place)
{
	return line_text(l, &l->event->attributes[place]);
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

/* A field is left out for the sake of max_line: count that. */
void line_leave_out(const struct line *l, struct slice key);

/*
 * The same of what a reader counts: a control character is the six that it
 * becomes, and CR or LF as many as breaks says.
 */
struct slice line_fit_read(struct line *l, struct slice name, struct slice text,
			   size_t max, size_t breaks);

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

/*
 * Most texts and what goes before them are no longer than this; with an eye to
 * these, room is made for many of them at once.
 */
enum {
	LINE_TEXT = 512,
	LINE_AMPLE = 1 + FIELD_LEAD + ESCAPE_WORST * LINE_TEXT + ESCAPE_SLACK,
};

/*
 * On the hot path, where the next byte goes is not kept in the buffer but
 * handed from one step to the next: line_at() says where, each step returns
 * what comes behind it, and line_put_at() tells the buffer. It is NULL after a
 * failure, which the buffer remembers.
 */
static inline char *line_at(struct line *l)
{
	struct buf *out = l->out;
	char *at = buf_room(out, ESCAPE_SLACK);
	size_t most = out->cap - 1 < out->max ? out->cap - 1 : out->max;

	if (at != NULL) {
		l->end = out->data + most;
		l->ample = most > LINE_AMPLE ? l->end - LINE_AMPLE : NULL;
	}
	return at;
}

static inline void line_put_at(struct line *l, const char *at)
{
	if (at != NULL)
		l->out->len = (size_t)(at - l->out->data);
}

/* Make room for n bytes where there is none. */
char *line_grow(struct line *l, const char *at, size_t n);

IN_LINE char *line_room(struct line *l, char *at, size_t n)
{
	return LIKELY(n <= (size_t)(l->end - at)) ? at : line_grow(l, at, n);
}

/* Append a text that is part of the format. */
IN_LINE char *line_put_text(struct line *l, char *at, struct slice text)
{
	at = line_room(l, at, text.len);
	if (UNLIKELY(at == NULL))
		return NULL;
	return (char *)memcpy(at, text.data, text.len) + text.len;
}

/* Write text, escaped, of which any length may come. */
char *line_put_long(struct line *l, char *at, struct slice text,
		    const struct escape *how);

/* Append what a field becomes; nothing where it has no value to show. */
typedef char *line_put_field(struct line *l, char *at, const struct field *f);

/* The same as line_put_fields() where there is a max_line. */
void line_put_some(struct line *l, size_t tail, line_put_field *put);

/*
 * Append KEY SUFFIX = QUOTE text QUOTE, the text escaped, and a divider before
 * all of it unless it comes first. It asks for room once.
 */
IN_LINE char *line_put_pair(struct line *l, char *at, char divider,
			    struct slice key, struct slice suffix,
			    struct slice quote, struct slice text,
			    const struct escape *how)
{
	bool is_short = LIKELY(text.len <= ESCAPE_SHORT);
	size_t frame = 2 + key.len + suffix.len + 2 * quote.len;

	at = line_room(l, at, frame + escape_room(is_short ? text.len : 0));
	if (UNLIKELY(at == NULL))
		return NULL;
	*at = divider;
	at += l->begun;
	l->begun = true;
	at = short_copy(at, key);
	memcpy(at, suffix.data, suffix.len);
	at += suffix.len;
	*at++ = '=';
	memcpy(at, quote.data, quote.len);
	at += quote.len;
	if (LIKELY(is_short))
		at = escape_quickly(at, text.data, text.len, how);
	else
		at = line_put_long(l, at, text, how);
	if (quote.len != 0 && LIKELY(at != NULL))
		at = (char *)memcpy(at, quote.data, quote.len) + quote.len;
	return at;
}

/* A function that appends the lead of a field; that of the format's shape. */
typedef void line_put_lead(struct buf *out, struct slice key,
			   struct slice label, enum field_type type);

/* What few fields and few headers need, of the functions that follow. */
char *line_put_led_slowly(struct line *l, char *at, char divider,
			  const struct field *f, line_put_lead *put_lead,
			  struct slice text, const struct escape *how);
char *line_put_header_slowly(struct line *l, char *at, struct slice text,
			     const struct escape *how);

/*
 * Append a field: a divider unless it comes first, its lead, and the text,
 * escaped.
 */
IN_LINE char *line_put_led(struct line *l, char *at, char divider,
			   const struct field *f, line_put_lead *put_lead,
			   struct slice text, const struct escape *how)
{
	size_t len = f->lead.len; // 0: it is still to be made

	if (UNLIKELY(text.len > LINE_TEXT || len - 1 >= FIELD_LEAD ||
		     at > l->ample))
		return line_put_led_slowly(l, at, divider, f, put_lead, text,
					   how);
	*at = divider;
	at += l->begun;
	l->begun = true;
	memcpy(at, f->lead.data, FIELD_LEAD);
	return escape_quickly(at + len, text.data, text.len, how);
}

/* Makes a text fit its limit; the name is told of what is cut. */
typedef struct slice line_fit_text(struct line *l, struct slice name,
				   struct slice text, size_t max);

/*
 * The same with a text that is no longer than f->max: where what was written is
 * longer, it may have control characters that count for more, and is made to
 * fit.
 */
IN_LINE char *line_put_fitting(struct line *l, char *at, char divider,
			       const struct field *f, line_put_lead *put_lead,
			       struct slice text, const struct escape *how,
			       line_fit_text *fit)
{
	size_t start = (size_t)(at - l->out->data);
	bool begun = l->begun;

	at = line_put_led(l, at, divider, f, put_lead, text, how);
	if (LIKELY(at == NULL || f->max == 0 ||
		   (size_t)(at - l->out->data) - start <= f->max))
		return at;

	struct slice kept = fit(l, f->key, text, f->max);
	if (kept.len == text.len)
		return at;
	l->begun = begun;
	return line_put_led(l, l->out->data + start, divider, f, put_lead, kept,
			    how);
}

/* Append a field of a header, escaped, and the pipe behind it. */
IN_LINE char *line_put_header(struct line *l, char *at, struct slice text,
			      const struct escape *how)
{
	if (UNLIKELY(text.len > LINE_TEXT || at > l->ample))
		return line_put_header_slowly(l, at, text, how);
	at = escape_quickly(at, text.data, text.len, how);
	*at = '|';
	return at + 1;
}

/*
 * Append the fields of the event, each with put. With --max-line, those that
 * would not leave room for tail bytes behind them are left out.
 */
IN_LINE void line_put_fields(struct line *l, size_t tail, line_put_field *put)
{
	const struct field *f = l->event->fields;
	size_t count = l->event->count;

	if (UNLIKELY(l->options->max_line != 0)) {
		line_put_some(l, tail, put);
		return;
	}
	char *at = line_at(l);
	for (size_t i = 0; i < count && LIKELY(at != NULL); i++)
		at = put(l, at, &f[i]);
	line_put_at(l, at);
}

#endif

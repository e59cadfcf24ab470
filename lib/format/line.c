#include "format/line.h"

#include "core/utf8.h"
#include "format/syslog.h"

#include <errno.h>
#include <stdlib.h>

int line_end(const struct line *l, struct err *e)
{
	size_t len = l->out->len - l->start;
	size_t max = l->options->max_line;

	if (l->failed || buf_status(l->out) == EMSGSIZE)
		return err_set(e, ERR_DATA,
			       "becomes too long a line (see --max-record)");
	if (buf_status(l->out) != 0)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (max != 0 && len > max)
		return err_set(e, ERR_DATA,
			       "a line of %zu bytes, more than --max-line %zu",
			       len, max);
	return 0;
}

struct slice line_text_slowly(struct line *l, const struct value *v)
{
	struct slice text;

	if (value_is_missing(*v))
		return SLICE("");
	if (mapper_text(l->text, *v, &text))
		return text;
	l->failed = true;
	return SLICE("");
}

static int compare_keys(const void *key, const void *rule)
{
	struct slice a = *(const struct slice *)key;
	struct slice b = slice_of(((const struct field_rule *)rule)->key);
	size_t shorter = a.len < b.len ? a.len : b.len;
	int difference = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

	return difference != 0 ? difference : (a.len > b.len) - (a.len < b.len);
}

const struct field_rule *line_find_rule(const struct field_rule *rules,
					size_t count, struct slice key)
{
	return bsearch(&key, rules, count, sizeof(*rules), compare_keys);
}

static void lose(const struct line *l, enum format_loss loss, struct slice name,
		 size_t kept, size_t of)
{
	struct format_counts *counts = l->counts;

	switch (loss) {
	case FORMAT_CUT:
		counts->cut++;
		break;
	case FORMAT_LEFT_OUT:
		counts->left_out++;
		break;
	}
	if (counts->tell != NULL)
		counts->tell(counts->who, loss, name, kept, of);
}

struct slice line_cut(struct line *l, struct slice name, struct slice text,
		      size_t max)
{
	size_t kept = utf8_cut(text, max);

	if (kept < text.len)
		lose(l, FORMAT_CUT, name, kept, text.len);
	return (struct slice){ text.data, kept };
}

struct slice line_fit_read(struct line *l, struct slice name, struct slice text,
			   size_t max, size_t breaks)
{
	size_t kept = 0;
	size_t read = 0;

	if (max == 0 || l->options->no_limits)
		return text;
	for (; kept < text.len; kept++) {
		unsigned char c = (unsigned char)text.data[kept];
		size_t n = 1;

		if (c == '\n' || c == '\r')
			n = breaks;
		else if ((c < 0x20 && c != '\t') || c == 0x7f)
			n = strlen("\\u0000");
		if (n > max - read)
			return line_cut(l, name, text, kept);
		read += n;
	}
	return text;
}

char *line_grow(struct line *l, const char *at, size_t n)
{
	line_put_at(l, at);
	if (buf_room(l->out, n) == NULL)
		return NULL;
	return line_at(l);
}

char *line_put_long(struct line *l, char *at, struct slice text,
		    const struct escape *how)
{
	line_put_at(l, at);
	escape_put(l->out, text, how);
	return line_at(l);
}

char *line_put_led_slowly(struct line *l, char *at, char divider,
			  const struct field *f, line_put_lead *put_lead,
			  struct slice text, const struct escape *how)
{
	line_put_at(l, at);
	if (l->begun)
		buf_putc(l->out, divider);
	l->begun = true;
	if (f->lead.len != 0)
		buf_put_slice(l->out, f->lead);
	else
		put_lead(l->out, f->key, f->label, FIELD_TEXT);
	escape_put(l->out, text, how);
	return line_at(l);
}

char *line_put_header_slowly(struct line *l, char *at, struct slice text,
			     const struct escape *how)
{
	line_put_at(l, at);
	escape_put(l->out, text, how);
	buf_putc(l->out, '|');
	return line_at(l);
}

void line_leave_out(const struct line *l, struct slice key)
{
	lose(l, FORMAT_LEFT_OUT, key, 0, 0);
}

/* Would the line be too long with so many bytes, and tail behind them? */
static bool is_long(const struct line *l, size_t len, size_t tail)
{
	size_t max = l->options->max_line;

	return tail > max || len - l->start > max - tail;
}

/* Append a field. True: it did not fit, or would not leave room for tail. */
static bool put_one(struct line *l, size_t tail, line_put_field *put,
		    const struct field *f)
{
	char *at = line_at(l);

	if (at != NULL)
		line_put_at(l, put(l, at, f));
	return buf_status(l->out) != 0 || is_long(l, l->out->len, tail);
}

/* Where one field is left out, so are all behind it. */
void line_put_some(struct line *l, size_t tail, line_put_field *put)
{
	const struct event *event = l->event;
	size_t begin = l->out->len;

	// Without any field it would be rejected: nothing is left out then.
	if (is_long(l, begin, tail))
		return;
	for (size_t i = 0; i < event->count; i++) {
		const struct field *f = &event->fields[i];
		size_t before = l->out->len;

		l->full |= put_one(l, tail, put, f);
		if (!l->full)
			continue;
		if (l->out->len > before || buf_status(l->out) != 0)
			lose(l, FORMAT_LEFT_OUT, f->key, 0, 0);
		buf_cut(l->out, before);
	}
}

static int severity(const struct line *l)
{
	int fixed = l->options->severity;

	return fixed != FORMAT_SEVERITY_AUTO ? fixed
					     : event_syslog_severity(l->event);
}

static struct slice limited(struct line *l, struct slice name,
			    struct slice text, size_t max)
{
	return text.len <= max ? text : line_cut(l, name, text, max);
}

void line_put_5424(struct line *l, struct slice app, struct slice procid,
		   struct slice msgid)
{
	app = limited(l, SLICE("APP-NAME"), app, SYSLOG_APP_MAX);
	procid = limited(l, SLICE("PROCID"), procid, SYSLOG_PROCID_MAX);
	msgid = limited(l, SLICE("MSGID"), msgid, SYSLOG_MSGID_MAX);
	syslog_put_5424(l->out, l->options->facility, severity(l),
			&l->event->time, slice_of(l->options->host), app,
			procid, msgid);
}

void line_put_3164(struct line *l)
{
	syslog_put_3164(l->out, l->options->facility, severity(l),
			&l->event->time, slice_of(l->options->host));
}

void line_put_3164_tag(struct line *l, struct slice tag)
{
	line_put_3164(l);
	syslog_put_tag(l->out, limited(l, SLICE("TAG"), tag, SYSLOG_TAG_MAX));
}

void line_put_short(struct line *l)
{
	syslog_put_short(l->out, l->options->facility, severity(l),
			 &l->event->time, slice_of(l->options->host));
}

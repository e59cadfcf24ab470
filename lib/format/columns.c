#include "format/columns.h"

void columns_put_lead(struct buf *out, const char *name, size_t len,
		      bool is_string)
{
	buf_put(out, ",\"", 2);
	buf_put(out, name, len);
	buf_put(out, "\":\"", is_string ? 3 : 2);
}

void columns_put_string(struct buf *out, const char *name, struct slice text)
{
	columns_put_lead(out, name, strlen(name), true);
	escape_put(out, text, &columns_string);
	buf_putc(out, '"');
}

/* "2025-10-08T22:45:00.5Z": the digits that it was written with. */
static size_t format_time(const struct timestamp *t, char out[TIMESTAMP_MAX])
{
	struct timestamp utc = *t;

	utc.zulu = true;
	utc.offset_min = 0;
	return timestamp_rfc5424(&utc, out);
}

size_t columns_time(const struct line *l, char out[TIMESTAMP_MAX])
{
	return format_time(&l->event->time, out);
}

char *columns_put_slowly(struct line *l, char *at, struct slice lead,
			 struct slice text)
{
	line_put_at(l, at);
	buf_put_slice(l->out, lead);
	escape_put(l->out, text, &columns_string);
	if (lead.data[lead.len - 1] == '"')
		buf_putc(l->out, '"');
	return line_at(l);
}

char *columns_put_named(struct line *l, char *at, struct slice name,
			struct slice text, bool is_string)
{
	line_put_at(l, at);
	columns_put_lead(l->out, name.data, name.len, is_string);
	escape_put(l->out, text, &columns_string);
	if (is_string)
		buf_putc(l->out, '"');
	return line_at(l);
}

size_t columns_format_ms(struct slice ms, char out[TIMESTAMP_MAX])
{
	bool negative = slice_take(&ms, SLICE("-"));
	struct timestamp t = { .digits = 3 };
	int64_t n = 0;

	for (size_t i = 0; i < ms.len; i++)
		n = n * 10 + (ms.data[i] - '0');
	n = negative ? -n : n;
	t.sec = n / 1000 - (n % 1000 < 0);
	t.nsec = (uint32_t)(n - t.sec * 1000) * 1000000;
	return format_time(&t, out);
}

char *columns_put_time(struct line *l, char *at, struct slice name,
		       struct slice ms)
{
	char text[TIMESTAMP_MAX];
	size_t len = columns_format_ms(ms, text);

	return columns_put_named(l, at, name, (struct slice){ text, len },
				 true);
}

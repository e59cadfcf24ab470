/* rfc3164: syslog as RFC 3164 found it, with the record or its members. */
#include "format/format.h"

#include "format/escape.h"
#include "format/line.h"

enum { TAG };

static const char *const attributes[] = { [TAG] = "tag", NULL };

/* Of a value in quotes. */
static const struct escape quoted = {
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

static const struct map_shape plain_shape = {
	.section = "rfc3164",
	.attributes = attributes,
	.rest_names = REST_NONE,
};

static const struct map_shape kv_shape = {
	.section = "rfc3164",
	.attributes = attributes,
	.rest_names = REST_PATH,
};

static bool is_kv(const char *variant)
{
	return strcmp(variant, "kv") == 0;
}

static const struct map_shape *shape_of(const char *variant)
{
	return is_kv(variant) ? &kv_shape : &plain_shape;
}

static bool wants_quotes(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f)
			return true;
	}
	return text.len == 0;
}

IN_LINE char *put_pair(struct line *l, char *at, const struct field *f)
{
	struct slice text = line_fit(l, f->key, line_text(l, &f->value), f->max);
	struct slice quote = wants_quotes(text) ? SLICE("\"") : SLICE("");

	// What wants no quotes has nothing to escape either.
	return line_put_pair(l, at, ' ', f->key, SLICE(""), quote, text,
			     &quoted);
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	struct line l = line_begin(event, text, options, out, counts);

	line_put_3164_tag(&l, line_attribute(&l, TAG));
	if (is_kv(options->variant))
		line_put_fields(&l, 0, put_pair);
	else
		buf_put_slice(out, event->record);
	return line_end(&l, e);
}

const struct format format_rfc3164 = {
	.name = "rfc3164",
	.summary = "syslog (RFC 3164), record or members",
	.variants = "plain|kv",
	.syslog = NULL,
	.shape = shape_of,
	.write = write_event,
};

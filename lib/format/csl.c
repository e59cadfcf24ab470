/*
 * csl: rows of Microsoft Sentinel's CommonSecurityLog. The columns follow from
 * what a map says for CEF: each key of its dictionary has one, and all other
 * pairs share AdditionalExtensions.
 */
#include "format/format.h"

#include "format/cefkeys.h"
#include "format/columns.h"

#include <stdio.h>

enum { VENDOR, PRODUCT, VERSION, ID, NAME };

static const char *const attributes[] = {
	[VENDOR] = "vendor", [PRODUCT] = "product", [VERSION] = "version",
	[ID] = "id",         [NAME] = "name",       NULL,
};

static const char *const header[] = {
	[VENDOR] = "DeviceVendor",
	[PRODUCT] = "DeviceProduct",
	[VERSION] = "DeviceVersion",
	[ID] = "DeviceEventClassID",
	[NAME] = "Activity",
};

enum column_kind { TEXT, INT, LONG, REAL, TIME };

/* What a value has to fit is what CEF wants, but a number may be larger. */
#define TYPE_TEXT(type) FIELD_##type
#define TYPE_INT(type) FIELD_##type
#define TYPE_LONG(type) FIELD_INT64
#define TYPE_REAL(type) FIELD_##type
#define TYPE_TIME(type) FIELD_##type

#define KEY_RULE(key, type, max, column, kind) \
	{ key, TYPE_##kind(type), COLUMNS_VALUE },
#define COLUMN_RULE(key, type, column, kind) \
	{ key, TYPE_##kind(type), COLUMNS_VALUE },
#define RESERVED_RULE(key) { key, FIELD_RESERVED, 0 },
#define KEY_COLUMN(key, type, max, column, kind) { column, kind },
#define COLUMN_COLUMN(key, type, column, kind) { column, kind },
#define RESERVED_COLUMN(key) { NULL, TEXT },

/* Two tables of the same keys, in the same order. */
static const struct field_rule rules[] = { CEF_KEYS(KEY_RULE, COLUMN_RULE,
						    RESERVED_RULE) };
static const struct column {
	const char *name;
	enum column_kind kind;
} columns[] = { CEF_KEYS(KEY_COLUMN, COLUMN_COLUMN, RESERVED_COLUMN) };

static const struct field_rule *find_rule(struct slice key)
{
	return line_find_rule(rules, sizeof(rules) / sizeof(rules[0]), key);
}

/* NULL: the key has none of its own. */
static const struct column *find_column(struct slice key)
{
	const struct field_rule *rule = find_rule(key);

	return rule != NULL && rule->type != FIELD_RESERVED
		       ? &columns[rule - rules]
		       : NULL;
}

static bool is_number(enum field_type type)
{
	return type == FIELD_INT32 || type == FIELD_INT64 ||
	       type == FIELD_DOUBLE || type == FIELD_PORT;
}

/* A value of that type is no number as JSON has it, or not for this column. */
static bool is_string(const struct column *c, enum field_type type)
{
	return c->kind == TEXT || c->kind == TIME || !is_number(type);
}

/*
 * Of AdditionalExtensions, the text of a value: what divides pairs, and the
 * backslash that goes before it, have a backslash; then it is a JSON string
 * like any other.
 */
static const struct escape extension = {
	.rows = {
		ESCAPE_CONTROLS("\\"),
		['\t'] = ESCAPE_ROW("\\t"),
		['\n'] = ESCAPE_ROW("\\n"),
		['\r'] = ESCAPE_ROW("\\r"),
		['"'] = ESCAPE_ROW("\\\""),
		['\\'] = ESCAPE_ROW("\\\\\\\\"),
		[';'] = ESCAPE_ROW("\\\\;"),
	},
	.printable = "\"\\;",
};

/* The column of the label that goes with a key, or NULL. */
static const struct column *find_label(struct slice key)
{
	char name[64];
	int len = snprintf(name, sizeof(name), "%.*sLabel", (int)key.len,
			   key.data);

	return len < (int)sizeof(name)
		       ? find_column((struct slice){ name, (size_t)len })
		       : NULL;
}

/*
 * A lead that begins with a comma is of a column; any other is "key=" of a pair
 * of AdditionalExtensions. There is none for the columns that are times, whose
 * values take more than copying.
 */
static void put_lead(struct buf *out, struct slice key, struct slice label,
		     enum field_type type)
{
	const struct column *c = find_column(key);
	const struct column *of_label = c != NULL ? find_label(key) : NULL;

	if (c != NULL && c->kind == TIME && type == FIELD_TIME_MS)
		return;
	if (label.len != 0 && of_label != NULL)
		columns_put_string(out, of_label->name, label);
	if (c != NULL) {
		columns_put_lead(out, c->name, strlen(c->name),
				 is_string(c, type));
		return;
	}
	if (label.len != 0) {
		buf_put_slice(out, key);
		buf_puts(out, "Label=");
		escape_put(out, label, &extension);
		buf_putc(out, ';');
	}
	buf_put_slice(out, key);
	buf_putc(out, '=');
}

static bool put_head(struct buf *out, const struct value *values)
{
	for (size_t i = VENDOR; i <= NAME; i++) {
		if (values[i].len > COLUMNS_VALUE)
			return false;
		if (!value_is_missing(values[i]) && values[i].len > 0)
			columns_put_string(out, header[i],
					   value_slice(values[i]));
	}
	return true;
}

static const struct map_shape shape = {
	.section = "cef",
	.attributes = attributes,
	.rest_names = REST_CAMEL,
	.has_time = true,
	.has_severity = true,
	.drops_empty = true,
	.find_rule = find_rule,
	.put_lead = put_lead,
	.put_head = put_head,
};

static const struct map_shape *shape_of(const char *variant)
{
	(void)variant;
	return &shape;
}

/* A row in the making. */
struct row_line {
	struct line line; // first, so that one is the other
	size_t pairs;     // where the text of AdditionalExtensions begins in
			  // the buffer; 0: it has none
	size_t used;      // bytes of that text, without JSON's escapes
};

static char *put_attributes(struct line *l, char *at)
{
	for (size_t i = VENDOR; i <= NAME; i++) {
		struct slice text =
			line_fit(l, slice_of(header[i]), line_attribute(l, i),
				 COLUMNS_VALUE);

		if (text.len > 0)
			at = columns_put_named(l, at, slice_of(header[i]), text,
					       true);
	}
	return at;
}

/* Has the map a value of its own for the column of that key? */
static bool gives(const struct event *event, struct slice key)
{
	for (size_t i = 0; i < event->count; i++)
		if (slice_is(event->fields[i].key, key))
			return true;
	return false;
}

/* An event that is a point in time starts and ends then, in the columns that
   queries can compare. */
static char *put_times(struct line *l, char *at)
{
	const struct event *event = l->event;
	char text[TIMESTAMP_MAX];
	struct slice time = { text, columns_time(l, text) };

	at = columns_put_plain(l, at, SLICE("{\"TimeGenerated\":\""), time);
	if (event->has_time && !gives(event, SLICE("start")))
		at = columns_put_plain(l, at, SLICE(",\"StartTime\":\""), time);
	if (event->has_time && !gives(event, SLICE("end")))
		at = columns_put_plain(l, at, SLICE(",\"EndTime\":\""), time);
	return at;
}

static char *put_severity(struct line *l, char *at)
{
	int severity = l->event->severity;
	char text[2] = { '1', '0' };

	if (severity < 10)
		text[0] = (char)('0' + severity);
	return columns_put_plain(l, at, SLICE(",\"LogSeverity\":\""),
				 (struct slice){ text, severity < 10 ? 1 : 2 });
}

/* What a row begins with. */
static void put_start(struct line *l)
{
	struct slice head = l->event->head;
	char *at = line_at(l);

	if (at == NULL)
		return;
	at = put_times(l, at);
	at = columns_put_named(l, at, SLICE("Computer"),
			       slice_of(l->options->host), true);
	at = LIKELY(head.len > 0) ? line_put_text(l, at, head)
				  : put_attributes(l, at);
	line_put_at(l, put_severity(l, at));
}

/* A column whose lead was not made beforehand; a pair waits for its turn. */
static NEVER_INLINE char *put_other(struct line *l, char *at,
				    const struct field *f)
{
	const struct column *c = f->max != 0 ? find_column(f->key) : NULL;

	if (c == NULL)
		return at;

	struct slice text = columns_text(l, f);
	enum field_type type = rules[c - columns].type;
	if (text.len == 0)
		return at;
	if (c->kind == TIME && type == FIELD_TIME_MS)
		return columns_put_time(l, at, slice_of(c->name), text);
	return columns_put_named(l, at, slice_of(c->name), text,
				 is_string(c, type));
}

IN_LINE char *put_column(struct line *l, char *at, const struct field *f)
{
	if (UNLIKELY(f->lead.len == 0))
		return put_other(l, at, f);
	if (f->lead.data[0] != ',')
		return at;

	struct slice text = columns_text(l, f);
	return LIKELY(text.len > 0) ? columns_put(l, at, f->lead, text) : at;
}

/* Bytes that text becomes in AdditionalExtensions, up to most of them; *taken
   is how many of its own these are. */
static size_t measure_pair(struct slice text, size_t most, size_t *taken)
{
	size_t len = 0;
	size_t i = 0;

	for (; i < text.len; i++) {
		size_t n = text.data[i] == ';' || text.data[i] == '\\' ? 2 : 1;

		if (n > most - len)
			break;
		len += n;
	}
	*taken = i;
	return len;
}

/* Append a pair, and what divides it from the next. */
static char *put_pair(struct line *l, char *at, const struct field *f)
{
	struct row_line *row = (struct row_line *)l;
	struct slice text = line_text(l, &f->value);
	struct slice lead = f->lead;
	size_t frame = lead.len > 0 ? lead.len : f->key.len + 1;
	size_t most = l->options->no_limits ? SIZE_MAX : COLUMNS_VALUE + 1;
	size_t left =
		most - row->used < frame + 1 ? 0 : most - row->used - frame - 1;
	size_t taken;
	size_t len = measure_pair(text, left, &taken);

	if (text.len == 0)
		return at;
	if (taken < text.len) {
		text = line_cut(l, f->key, text, taken);
		len = measure_pair(text, left, &taken);
	}
	if (text.len == 0)
		return at;
	line_put_at(l, at);
	if (row->pairs == 0) {
		columns_put_lead(l->out, "AdditionalExtensions",
				 strlen("AdditionalExtensions"), true);
		row->pairs = l->out->len;
	}
	if (lead.len > 0) {
		buf_put_slice(l->out, lead);
	} else {
		buf_put_slice(l->out, f->key);
		buf_putc(l->out, '=');
	}
	escape_put(l->out, text, &extension);
	buf_putc(l->out, ';');
	row->used += frame + len + 1;
	return line_at(l);
}

/* All that has no column of its own. */
IN_LINE char *put_extension(struct line *l, char *at, const struct field *f)
{
	if (f->lead.len > 0 ? f->lead.data[0] == ',' : f->max != 0)
		return at;
	return put_pair(l, at, f);
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	struct row_line row = {
		.line = line_begin(event, text, options, out, counts),
	};
	struct line *l = &row.line;

	put_start(l);
	line_put_fields(l, 1, put_column);
	line_put_fields(l, 1, put_extension);
	if (row.pairs != 0 && out->len > row.pairs && buf_status(out) == 0)
		out->data[out->len - 1] = '"'; // no pair follows the last
	buf_putc(out, '}');
	return line_end(l, e);
}

const struct format format_csl = {
	.name = "csl",
	.summary = "Microsoft Sentinel's CommonSecurityLog",
	.variants = NULL,
	.syslog = NULL,
	.is_body = true,
	.has_host = true,
	.shape = shape_of,
	.write = write_event,
};

/* cef: ArcSight Common Event Format, CEF:0. */
#include "format/format.h"

#include "format/cefkeys.h"
#include "format/escape.h"
#include "format/line.h"

enum { VENDOR, PRODUCT, VERSION, ID, NAME };

static const char *const attributes[] = {
	[VENDOR] = "vendor", [PRODUCT] = "product", [VERSION] = "version",
	[ID] = "id",         [NAME] = "name",       NULL,
};

/* The most bytes of the header's fields. */
static const uint32_t header_max[] = {
	[VENDOR] = 63, [PRODUCT] = 63, [VERSION] = 31,
	[ID] = 1023,   [NAME] = 512,
};

static const struct escape header = {
	.rows = {
		ESCAPE_CONTROLS("\\\\"),
		['\t'] = ESCAPE_ROW(" "),
		['\n'] = ESCAPE_ROW(" "),
		['\r'] = ESCAPE_ROW(" "),
		['\\'] = ESCAPE_ROW("\\\\"),
		['|'] = ESCAPE_ROW("\\|"),
	},
	.printable = "\\||",
	.folds_crlf = true,
};

/* Of an extension value; TAB stays. */
static const struct escape value = {
	.rows = {
		ESCAPE_CONTROLS("\\\\"),
		['\n'] = ESCAPE_ROW("\\n"),
		['\r'] = ESCAPE_ROW("\\r"),
		['\\'] = ESCAPE_ROW("\\\\"),
		['='] = ESCAPE_ROW("\\="),
	},
	.printable = "\\==",
};

#define KEY(key, type, max, column, kind) { key, FIELD_##type, max },
#define NO_KEY(key, type, column, kind)
#define RESERVED(key) { key, FIELD_RESERVED, 0 },

/* The extension dictionary, sorted by key, whether capitals count or not. */
static const struct field_rule dictionary[] = { CEF_KEYS(KEY, NO_KEY,
							 RESERVED) };

enum { DICTIONARY_COUNT = sizeof(dictionary) / sizeof(dictionary[0]) };

/* The keys that only receivers set and that are told by how they end. */
static const struct field_rule zone_keys[] = {
	{ "ZoneURI", FIELD_RESERVED, 0 },
	{ "ZoneExternalID", FIELD_RESERVED, 0 },
};

static int compare_capitals_aside(const void *key, const void *rule)
{
	struct slice a = *(const struct slice *)key;
	struct slice b = slice_of(((const struct field_rule *)rule)->key);
	size_t shorter = a.len < b.len ? a.len : b.len;
	int difference =
		shorter == 0 ? 0 : strncasecmp(a.data, b.data, shorter);

	return difference != 0 ? difference : (a.len > b.len) - (a.len < b.len);
}

/* Filebeat takes keys of other capitals for those of the dictionary. */
static const struct field_rule *find_like(struct slice key)
{
	for (size_t i = 0; i < 2; i++) {
		struct slice end = slice_of(zone_keys[i].key);

		if (key.len > end.len &&
		    slice_is_like(slice_from(key, key.len - end.len), end))
			return &zone_keys[i];
	}
	return bsearch(&key, dictionary, DICTIONARY_COUNT, sizeof(*dictionary),
		       compare_capitals_aside);
}

static const struct field_rule *find_rule(struct slice key)
{
	const struct field_rule *rule = find_like(key);

	if (rule == NULL)
		return NULL;
	struct slice name = slice_of(rule->key); // all of it, or how it ends
	if (!slice_is(slice_from(key, key.len - name.len), name))
		return NULL;
	return rule;
}

static struct slice trim_end(struct slice s)
{
	while (s.len > 0 && s.data[s.len - 1] == ' ')
		s.len--;
	return s;
}

static struct slice trim(struct slice s)
{
	while (s.len > 0 && s.data[0] == ' ')
		s = slice_from(s, 1);
	return trim_end(s);
}

/* A label goes before the key that it is the label of. */
static void put_lead(struct buf *out, struct slice key, struct slice label,
		     enum field_type type)
{
	(void)type;
	label = trim(label);
	if (label.len != 0) {
		buf_put_slice(out, key);
		buf_puts(out, "Label=");
		escape_put(out, label, &value);
		buf_putc(out, ' ');
	}
	buf_put_slice(out, key);
	buf_putc(out, '=');
}

/* Is there a text, which fits as it is? */
IN_LINE bool fits(struct slice text, uint32_t max)
{
	// Without a text, or a limit, the difference is the largest number.
	return text.len - 1 < (uint32_t)(max - 1) && text.data[0] != ' ' &&
	       text.data[text.len - 1] != ' ';
}

/* Of a field of the header, the same whatever becomes of its bytes. */
static bool surely_fits(struct slice text, uint32_t max)
{
	return fits(text, max) && 6 * text.len <= max &&
	       text.data[text.len - 1] != '\\';
}

static bool put_head(struct buf *out, const struct value *values)
{
	buf_puts(out, "CEF:0|");
	for (size_t i = VENDOR; i <= NAME; i++) {
		struct slice text = value_slice(values[i]);

		if (value_is_missing(values[i]) ||
		    !surely_fits(text, header_max[i]))
			return false;
		escape_put(out, text, &header);
		buf_putc(out, '|');
	}
	return true;
}

static const struct map_shape shape = {
	.section = "cef",
	.attributes = attributes,
	.needed = NAME + 1,
	.rest_names = REST_CAMEL,
	.has_severity = true,
	.drops_empty = true,
	.find_rule = find_rule,
	.find_like = find_like,
	.put_lead = put_lead,
	.put_head = put_head,
};

static const struct map_shape *shape_of(const char *variant)
{
	(void)variant;
	return &shape;
}

/* Without the spaces around it, and cut to max bytes; 0 is no limit. */
static NEVER_INLINE struct slice fit(struct line *l, struct slice name,
				     struct slice text, size_t max)
{
	return trim_end(line_fit_read(l, name, trim(text), max, 1));
}

/* Graylog takes a backslash, even an escaped one, for the escape of the pipe
   behind it, and does not find the event. */
static struct slice trim_header(struct slice s)
{
	while (s.len > 0 &&
	       (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\\'))
		s.len--;
	return s;
}

IN_LINE char *put_header(struct line *l, char *at, size_t place)
{
	struct slice text = line_attribute(l, place);
	uint32_t max = header_max[place];

	if (UNLIKELY(!surely_fits(text, max)))
		text = trim_header(fit(l, slice_of(attributes[place]),
				       trim_header(text), max));
	return line_put_header(l, at, text, &header);
}

/* What a line begins with, up to the severity. */
static char *put_attributes(struct line *l, char *at)
{
	at = line_put_text(l, at, SLICE("CEF:0|"));
	for (size_t i = VENDOR; i <= NAME && at != NULL; i++)
		at = put_header(l, at, i);
	return at;
}

/* The severity of an event, 0 to 10, and the pipe behind it. */
IN_LINE char *put_severity(struct line *l, char *at)
{
	int severity = l->event->severity;
	char text[2] = { (char)('0' + severity % 10), '|' };

	if (severity == 10)
		return line_put_text(l, at, SLICE("10|"));
	return line_put_text(l, at, (struct slice){ text, sizeof(text) });
}

/* An empty value is as good as none, and its label then says nothing. */
IN_LINE char *put_field(struct line *l, char *at, const struct field *f)
{
	struct slice text = line_text(l, &f->value);

	if (UNLIKELY(!fits(text, f->max))) {
		text = fit(l, f->key, text, f->max);
		if (text.len == 0)
			return at;
	}
	return line_put_fitting(l, at, ' ', f, put_lead, text, &value, fit);
}

static void put_syslog(struct line *l)
{
	const char *kind = l->options->syslog;

	if (kind == NULL)
		return;
	if (strcmp(kind, "5424") != 0) {
		line_put_3164(l);
		return;
	}
	line_put_5424(l, line_attribute(l, PRODUCT), SLICE(""), SLICE(""));
	buf_put(l->out, "- ", 2);
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	struct line l = line_begin(event, text, options, out, counts);

	put_syslog(&l);
	char *at = line_at(&l);
	if (at != NULL)
		at = LIKELY(event->head.len > 0)
			     ? line_put_text(&l, at, event->head)
			     : put_attributes(&l, at);
	if (at != NULL)
		at = put_severity(&l, at);
	line_put_at(&l, at);
	line_put_fields(&l, 0, put_field);
	return line_end(&l, e);
}

const struct format format_cef = {
	.name = "cef",
	.summary = "ArcSight Common Event Format",
	.variants = NULL,
	.syslog = "3164",
	.shape = shape_of,
	.write = write_event,
};

/* leef: QRadar's Log Event Extended Format, 2.0 divided by TABs, and 1.0. */
#include "format/format.h"

#include "format/escape.h"
#include "format/line.h"

enum { VENDOR, PRODUCT, VERSION, ID };

static const char *const attributes[] = {
	[VENDOR] = "vendor",
	[PRODUCT] = "product",
	[VERSION] = "version",
	[ID] = "id",
	NULL,
};

enum { ID_MAX = 255 };

/* Neither has a way to escape: what may not be there becomes something else. */
static const struct escape header = {
	.rows = {
		ESCAPE_CONTROLS("\\"),
		['\t'] = ESCAPE_ROW(" "),
		['\n'] = ESCAPE_ROW(" "),
		['\r'] = ESCAPE_ROW(" "),
		['|'] = ESCAPE_ROW("_"),
	},
	.printable = "|||",
	.folds_crlf = true,
};

static const struct escape value = {
	.rows = {
		ESCAPE_CONTROLS("\\"),
		['\t'] = ESCAPE_ROW(" "),
		['\n'] = ESCAPE_ROW("\\n"),
		['\r'] = ESCAPE_ROW("\\r"),
	},
	.printable = "\x7f\x7f\x7f",
};

/* The predefined attributes, sorted by key. */
static const struct field_rule predefined[] = {
	{ "accountName", FIELD_TEXT, 255 },
	{ "calCountryOrRegion", FIELD_TEXT, 2 },
	{ "calLanguage", FIELD_TEXT, 2 },
	{ "cat", FIELD_TEXT, 0 },
	{ "devTime", FIELD_TIME_MS, 0 },
	{ "devTimeFormat", FIELD_TEXT, 0 },
	{ "domain", FIELD_TEXT, 0 },
	{ "dst", FIELD_IP, 0 },
	{ "dstBytes", FIELD_INT64, 0 },
	{ "dstMAC", FIELD_MAC, 0 },
	{ "dstPackets", FIELD_INT64, 0 },
	{ "dstPort", FIELD_PORT, 0 },
	{ "dstPostNAT", FIELD_IP, 0 },
	{ "dstPostNATPort", FIELD_PORT, 0 },
	{ "dstPreNAT", FIELD_IP, 0 },
	{ "dstPreNATPort", FIELD_PORT, 0 },
	{ "groupID", FIELD_TEXT, 0 },
	{ "identGrpName", FIELD_TEXT, 255 },
	{ "identHostName", FIELD_TEXT, 255 },
	{ "identMAC", FIELD_MAC, 0 },
	{ "identNetBios", FIELD_TEXT, 255 },
	{ "identSecondlp", FIELD_IP, 0 }, // IBM writes it with a small L
	{ "identSrc", FIELD_IP, 0 },
	{ "isLoginEvent", FIELD_BOOL, 0 },
	{ "isLogoutEvent", FIELD_BOOL, 0 },
	{ "policy", FIELD_TEXT, 0 },
	{ "proto", FIELD_TEXT, 0 },
	{ "realm", FIELD_TEXT, 0 },
	{ "resource", FIELD_TEXT, 0 },
	{ "role", FIELD_TEXT, 0 },
	{ "sev", FIELD_LEVEL, 0 },
	{ "src", FIELD_IP, 0 },
	{ "srcBytes", FIELD_INT64, 0 },
	{ "srcMAC", FIELD_MAC, 0 },
	{ "srcPackets", FIELD_INT64, 0 },
	{ "srcPort", FIELD_PORT, 0 },
	{ "srcPostNAT", FIELD_IP, 0 },
	{ "srcPostNATPort", FIELD_PORT, 0 },
	{ "srcPreNAT", FIELD_IP, 0 },
	{ "srcPreNATPort", FIELD_PORT, 0 },
	{ "totalPackets", FIELD_INT64, 0 },
	{ "url", FIELD_TEXT, 0 },
	{ "usrName", FIELD_TEXT, 255 },
	{ "vSrc", FIELD_IP, 0 },
	{ "vSrcName", FIELD_TEXT, 255 },
};

static const struct field_rule *find_rule(struct slice key)
{
	return line_find_rule(predefined,
			      sizeof(predefined) / sizeof(predefined[0]), key);
}

/* Labels are for formats whose keys say nothing. */
static void put_lead(struct buf *out, struct slice key, struct slice label,
		     enum field_type type)
{
	(void)label;
	(void)type;
	buf_put_slice(out, key);
	buf_putc(out, '=');
}

/* All of the header but for the version of LEEF, and what that asks for. */
static bool put_head(struct buf *out, const struct value *values)
{
	for (size_t i = VENDOR; i <= ID; i++) {
		if (value_is_missing(values[i]) ||
		    (i == ID && 6 * values[i].len > ID_MAX))
			return false;
		escape_put(out, value_slice(values[i]), &header);
		buf_putc(out, '|');
	}
	return true;
}

static const struct map_shape shape = {
	.section = "leef",
	.attributes = attributes,
	.needed = ID + 1,
	.rest_names = REST_CAMEL,
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

/* Cut to what QRadar reads as max bytes; 0 is no limit. */
static NEVER_INLINE struct slice fit(struct line *l, struct slice name,
				     struct slice text, size_t max)
{
	return line_fit_read(l, name, text, max, 2);
}

IN_LINE char *put_header(struct line *l, char *at, size_t place)
{
	struct slice text = line_attribute(l, place);

	if (place == ID)
		text = line_fit_read(l, slice_of(attributes[ID]), text, ID_MAX,
				     1);
	return line_put_header(l, at, text, &header);
}

static char *put_attributes(struct line *l, char *at)
{
	for (size_t i = VENDOR; i <= ID && at != NULL; i++)
		at = put_header(l, at, i);
	return at;
}

IN_LINE char *put_field(struct line *l, char *at, const struct field *f)
{
	struct slice text = line_text(l, &f->value);

	if (UNLIKELY(text.len - 1 >= (uint32_t)(f->max - 1))) {
		text = fit(l, f->key, text, f->max);
		if (text.len == 0)
			return at;
	}
	return line_put_fitting(l, at, '\t', f, put_lead, text, &value, fit);
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	struct line l = line_begin(event, text, options, out, counts);
	bool v1 = strcmp(options->variant, "1.0") == 0;

	if (options->syslog != NULL) {
		if (strcmp(options->syslog, "5424") == 0)
			line_put_short(&l);
		else
			line_put_3164(&l);
	}
	char *at = line_at(&l);
	if (at != NULL)
		at = line_put_text(
			&l, at, v1 ? SLICE("LEEF:1.0|") : SLICE("LEEF:2.0|"));
	if (at != NULL)
		at = LIKELY(event->head.len > 0)
			     ? line_put_text(&l, at, event->head)
			     : put_attributes(&l, at);
	if (!v1 && at != NULL)
		at = line_put_text(&l, at, SLICE("x09|"));
	line_put_at(&l, at);
	line_put_fields(&l, 0, put_field);
	return line_end(&l, e);
}

const struct format format_leef = {
	.name = "leef",
	.summary = "QRadar's Log Event Extended Format",
	.variants = "2.0|1.0",
	.syslog = "3164",
	.shape = shape_of,
	.write = write_event,
};

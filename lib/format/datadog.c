/*
 * datadog: a log for the intake of Datadog, with the members of the record as
 * its attributes. None of these says what the log itself says.
 */
#include "format/format.h"

#include "format/columns.h"
#include "format/tree.h"

enum { SOURCE, SERVICE, TAGS, MESSAGE };

static const char *const attributes[] = {
	[SOURCE] = "source",
	[SERVICE] = "service",
	[TAGS] = "tags",
	[MESSAGE] = "message",
	NULL,
};

/*
 * What Datadog reads as the source, the tags, the host, the service, the
 * status, the date or the text of a log, by these names or by those of their
 * members. Sorted.
 */
static const struct field_rule reserved[] = {
	{ "@timestamp", FIELD_RESERVED, 0 },
	{ "Timestamp", FIELD_RESERVED, 0 },
	{ "_timestamp", FIELD_RESERVED, 0 },
	{ "date", FIELD_RESERVED, 0 },
	{ "dd", FIELD_RESERVED, 0 },
	{ "ddsource", FIELD_RESERVED, 0 },
	{ "ddtags", FIELD_RESERVED, 0 },
	{ "eventTime", FIELD_RESERVED, 0 },
	{ "host", FIELD_RESERVED, 0 },
	{ "hostname", FIELD_RESERVED, 0 },
	{ "level", FIELD_RESERVED, 0 },
	{ "message", FIELD_RESERVED, 0 },
	{ "published_date", FIELD_RESERVED, 0 },
	{ "service", FIELD_RESERVED, 0 },
	{ "severity", FIELD_RESERVED, 0 },
	{ "status", FIELD_RESERVED, 0 },
	{ "syslog", FIELD_RESERVED, 0 },
	{ "timestamp", FIELD_RESERVED, 0 },
};

/* A name with dots in it is the same to Datadog as objects. */
static const struct field_rule *find_rule(struct slice key)
{
	return line_find_rule(reserved, sizeof(reserved) / sizeof(reserved[0]),
			      slice_take_until(&key, '.'));
}

static const struct map_shape shape = {
	.section = "datadog",
	.attributes = attributes,
	.rest_names = REST_DOTS,
	.keeps_shape = true,
	.keeps_all = true,
	.find_rule = find_rule,
	.aside = "event_",
};

static const struct map_shape *shape_of(const char *variant)
{
	(void)variant;
	return &shape;
}

/* By severity of syslog, as Datadog has them. */
static const char *const statuses[] = {
	"emerg",   "alert",  "critical", "error",
	"warning", "notice", "info",     "debug",
};

static void put_text(struct line *l, const char *name, struct slice text)
{
	buf_puts(l->out, name);
	tree_put_string(l, text);
}

/*
 * The text of the log. Datadog reads JSON in it as attributes, whoever wrote
 * it: what begins like that has a word before it.
 */
static void put_message(struct line *l, struct slice text)
{
	const struct slice seen = slice_trim(text);

	buf_puts(l->out, ",\"message\":\"");
	if (seen.len > 0 && (seen.data[0] == '{' || seen.data[0] == '['))
		buf_puts(l->out, "message: ");
	escape_put(l->out, text, &columns_string);
	buf_putc(l->out, '"');
}

/* That of the attribute, or what stands in for it. */
static struct slice text_or(struct line *l, size_t attribute,
			    struct slice otherwise)
{
	const struct slice text = line_attribute(l, attribute);

	return text.len > 0 ? text : otherwise;
}

static void put_envelope(struct line *l)
{
	const struct event *event = l->event;
	const struct slice source = text_or(l, SOURCE, slice_of(event->map));
	const struct slice tags = line_attribute(l, TAGS);
	char date[TIMESTAMP_MAX];

	put_text(l, "{\"ddsource\":", source);
	if (tags.len > 0)
		put_text(l, ",\"ddtags\":", tags);
	put_text(l, ",\"hostname\":", slice_of(l->options->host));
	put_text(l, ",\"service\":", text_or(l, SERVICE, source));
	put_text(l, ",\"status\":",
		 slice_of(statuses[event_syslog_severity(event)]));
	buf_puts(l->out, ",\"date\":");
	buf_put(l->out, date, timestamp_epoch_ms(&event->time, date));
	put_message(l, text_or(l, MESSAGE, source));
}

static char *put_field(struct line *l, char *at, const struct field *f)
{
	line_put_at(l, at);
	buf_putc(l->out, ',');
	tree_put_member(l, &tree_json, f->key, &f->value);
	return line_at(l);
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	struct line l = line_begin(event, text, options, out, counts);

	put_envelope(&l);
	line_put_fields(&l, 1, put_field);
	buf_putc(out, '}');
	return line_end(&l, e);
}

const struct format format_datadog = {
	.name = "datadog",
	.summary = "a log for Datadog's intake",
	.variants = NULL,
	.syslog = NULL,
	.is_body = true,
	.has_host = true,
	.shape = shape_of,
	.write = write_event,
};

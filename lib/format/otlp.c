/*
 * otlp: a request of one log record for the receivers of OpenTelemetry, as
 * OTLP's file exporters write them (OTLP 1.x, JSON Protobuf Encoding). The
 * members of the record are the attributes, by their paths.
 */
#include "format/format.h"

#include "format/tree.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SERVICE, LEVEL, NAME, BODY };

static const char *const attributes[] = {
	[SERVICE] = "service",
	[LEVEL] = "level",
	[NAME] = "name",
	[BODY] = "body",
	NULL,
};

static const struct map_shape shape = {
	.section = "otlp",
	.attributes = attributes,
	.rest_names = REST_DOTS,
	.keeps_all = true,
};

static const struct map_shape *shape_of(const char *variant)
{
	(void)variant;
	return &shape;
}

/* By severity of syslog (the log data model, appendix B). */
static const struct {
	int number;
	const char *text;
} severities[] = {
	{ 21, "emerg" }, { 19, "alert" },   { 18, "critical" },
	{ 17, "error" }, { 13, "warning" }, { 10, "notice" },
	{ 9, "info" },   { 5, "debug" },
};

/*
 * The significant digits of a number, which is what it is but for its sign and
 * where its point is. Returns how many; room + 1 where there are more.
 */
static size_t read_digits(const char *number, char *digits, size_t room)
{
	size_t count = 0;
	size_t zeros = 0; // that may be followed by others

	for (; *number != '\0' && (*number | 0x20) != 'e'; number++) {
		if (*number == '-' || *number == '.')
			continue;
		if (*number == '0') {
			zeros += count > 0;
			continue;
		}
		if (count + zeros >= room)
			return room + 1;
		memset(digits + count, '0', zeros);
		count += zeros;
		zeros = 0;
		digits[count++] = *number;
	}
	return count;
}

/* Does a double give back all digits of a number? */
static bool is_double(struct slice number)
{
	enum { MOST = 40 };
	char text[MOST + 1], digits[MOST], again[MOST + 16], same[MOST];
	double value;

	if (number.len > MOST)
		return false;
	memcpy(text, number.data, number.len);
	text[number.len] = '\0';
	value = strtod(text, NULL);

	const size_t count = read_digits(text, digits, MOST);
	if (count == 0)
		return true; // zero
	snprintf(again, sizeof(again), "%.*e", (int)count - 1, value);
	return isfinite(value) && read_digits(again, same, MOST) == count &&
	       memcmp(digits, same, count) == 0;
}

static void put_quoted(struct line *l, const char *type, struct slice text)
{
	buf_puts(l->out, type);
	tree_put_string(l, text);
	buf_putc(l->out, '}');
}

static void put_bare(struct line *l, const char *type, struct slice text)
{
	buf_puts(l->out, type);
	buf_put_slice(l->out, text);
	buf_putc(l->out, '}');
}

static void put_number(struct line *l, struct slice number)
{
	// No integer has a sign and is zero.
	if (field_fits(FIELD_INT64, number) && !slice_is(number, SLICE("-0")))
		put_quoted(l, "{\"intValue\":", number);
	else if (is_double(number))
		put_bare(l, "{\"doubleValue\":", number);
	else
		put_quoted(l, "{\"stringValue\":", number);
}

/* An AnyValue. */
static void put_scalar(struct line *l, const struct value *v)
{
	switch ((enum value_type)v->type) {
	case VALUE_FALSE:
	case VALUE_TRUE:
		put_bare(l, "{\"boolValue\":", value_slice(*v));
		break;
	case VALUE_NUMBER:
		put_number(l, value_slice(*v));
		break;
	case VALUE_STRING:
		put_quoted(l, "{\"stringValue\":", line_text(l, v));
		break;
	case VALUE_NONE:
	case VALUE_NULL:
	case VALUE_ARRAY: // these two have words of their own
	case VALUE_OBJECT:
		buf_puts(l->out, "{}");
		break;
	}
}

static const struct tree_words words = {
	.array = SLICE("{\"arrayValue\":{\"values\":["),
	.array_end = SLICE("]}}"),
	.object = SLICE("{\"kvlistValue\":{\"values\":["),
	.object_end = SLICE("]}}"),
	.name = SLICE("{\"key\":"),
	.value = SLICE(",\"value\":"),
	.member_end = SLICE("}"),
	.put_scalar = put_scalar,
};

static void put_attribute(struct line *l, const char *name, struct slice text)
{
	const struct value value = value_text(text);

	tree_put_member(l, &words, slice_of(name), &value);
}

/* Where the log comes from, and who says so. */
static void put_origin(struct line *l)
{
	const struct slice service = line_attribute(l, SERVICE);

	buf_puts(l->out, "{\"resourceLogs\":[{\"resource\":{\"attributes\":[");
	put_attribute(l, "service.name",
		      service.len > 0 ? service : slice_of(l->event->map));
	buf_putc(l->out, ',');
	put_attribute(l, "host.name", slice_of(l->options->host));
	buf_puts(l->out, "]},\"scopeLogs\":[{\"scope\":{\"name\":\"siem-fmt\","
			 "\"version\":\"" SIEM_VERSION "\"},\"logRecords\":[{");
}

/*
 * Nanoseconds since 1970, in the 64 bits without a sign that there are for
 * them; 0, which means that it is not known, for what these cannot say.
 */
static uint64_t nanoseconds(const struct timestamp *t)
{
	const int64_t second = 1000000000;

	if (t->sec < 0 || (uint64_t)t->sec >= UINT64_MAX / (uint64_t)second)
		return 0;
	return (uint64_t)t->sec * (uint64_t)second + t->nsec;
}

static void put_head(struct line *l)
{
	const struct event *event = l->event;
	const int number = event_syslog_severity(event);
	const struct timestamp now = timestamp_now();
	struct slice level = line_attribute(l, LEVEL);
	uint64_t time = event->has_time ? nanoseconds(&event->time) : 0;

	// What is made of an event is to be the same whenever it is made: it
	// was observed when it happened, as far as that is known.
	buf_printf(l->out, "\"timeUnixNano\":\"%" PRIu64 "\"", time);
	buf_printf(l->out, ",\"observedTimeUnixNano\":\"%" PRIu64 "\"",
		   time != 0 ? time : nanoseconds(&now));
	buf_printf(l->out, ",\"severityNumber\":%d,\"severityText\":",
		   severities[number].number);
	if (level.len == 0)
		level = slice_of(severities[number].text);
	tree_put_string(l, level);
}

static void put_text(struct line *l)
{
	const struct slice name = line_attribute(l, NAME);
	const struct slice body = line_attribute(l, BODY);

	if (body.len > 0) {
		buf_puts(l->out, ",\"body\":");
		put_quoted(l, "{\"stringValue\":", body);
	}
	if (name.len > 0) {
		buf_puts(l->out, ",\"eventName\":");
		tree_put_string(l, name);
	}
}

static char *put_field(struct line *l, char *at, const struct field *f)
{
	line_put_at(l, at);
	if (f != l->event->fields)
		buf_putc(l->out, ',');
	tree_put_member(l, &words, f->key, &f->value);
	return line_at(l);
}

/* Say how many attributes were left out, where there is room for that. */
static void put_dropped(struct line *l, uint64_t count, size_t tail)
{
	const size_t max = l->options->max_line;
	const size_t before = l->out->len;

	if (count == 0)
		return;
	buf_printf(l->out, ",\"droppedAttributesCount\":%" PRIu64, count);
	if (buf_status(l->out) == 0 && l->out->len - l->start + tail > max)
		buf_cut(l->out, before);
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	const struct slice end = SLICE("}]}]}]}");
	struct line l = line_begin(event, text, options, out, counts);
	const uint64_t before = counts->left_out;

	put_origin(&l);
	put_head(&l);
	put_text(&l);
	buf_puts(out, ",\"attributes\":[");
	line_put_fields(&l, 1 + end.len, put_field);
	buf_putc(out, ']');
	put_dropped(&l, counts->left_out - before, end.len);
	buf_put_slice(out, end);
	return line_end(&l, e);
}

const struct format format_otlp = {
	.name = "otlp",
	.summary = "a request of OpenTelemetry with one log record",
	.variants = NULL,
	.syslog = NULL,
	.is_body = true,
	.has_host = true,
	.shape = shape_of,
	.write = write_event,
};

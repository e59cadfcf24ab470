/* hec: the record as it came, in an envelope for Splunk. */
#include "format/format.h"

#include "format/columns.h"

enum { SOURCE, SOURCETYPE, INDEX };

/* Members of the envelope, too. */
static const char *const attributes[] = {
	[SOURCE] = "source",
	[SOURCETYPE] = "sourcetype",
	[INDEX] = "index",
	NULL,
};

static bool put_head(struct buf *out, const struct value *values)
{
	for (size_t i = SOURCE; i <= INDEX; i++)
		if (!value_is_missing(values[i]) && values[i].len > 0)
			columns_put_string(out, attributes[i],
					   value_slice(values[i]));
	return true;
}

static const struct map_shape shape = {
	.section = "hec",
	.attributes = attributes,
	.rest_names = REST_NONE,
	.has_time = true,
	.put_head = put_head,
};

static const struct map_shape *shape_of(const char *variant)
{
	(void)variant;
	return &shape;
}

static char *put_attributes(struct line *l, char *at)
{
	for (size_t i = SOURCE; i <= INDEX; i++) {
		struct slice text = line_attribute(l, i);

		if (text.len > 0)
			at = columns_put_named(l, at, slice_of(attributes[i]),
					       text, true);
	}
	return at;
}

static char *put_envelope(struct line *l, char *at)
{
	struct slice head = l->event->head;
	char time[TIMESTAMP_MAX];
	size_t len = timestamp_epoch_sec(&l->event->time, time);

	at = line_put_text(l, at, SLICE("{\"time\":"));
	at = line_put_text(l, at, (struct slice){ time, len });
	at = columns_put_named(l, at, SLICE("host"), slice_of(l->options->host),
			       true);
	at = LIKELY(head.len > 0) ? line_put_text(l, at, head)
				  : put_attributes(l, at);
	return line_put_text(l, at, SLICE(",\"event\":"));
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	struct line l = line_begin(event, text, options, out, counts);
	char *at = line_at(&l);

	if (at != NULL)
		at = put_envelope(&l, at);
	line_put_at(&l, at);
	buf_put_slice(out, event->record);
	buf_putc(out, '}');
	return line_end(&l, e);
}

const struct format format_hec = {
	.name = "hec",
	.summary = "an envelope of Splunk's HTTP Event Collector",
	.variants = NULL,
	.syslog = NULL,
	.is_body = true,
	.has_host = true,
	.shape = shape_of,
	.write = write_event,
};

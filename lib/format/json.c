/* json: the record as it came, but for the repairs that made it readable. */
#include "format/format.h"

#include "format/line.h"

enum { APP };

static const char *const attributes[] = { [APP] = "app", NULL };

static const struct map_shape shape = {
	.section = "json",
	.attributes = attributes,
	.rest_names = REST_NONE,
};

static const struct map_shape *shape_of(const char *variant)
{
	(void)variant;
	return &shape;
}

static void put_syslog(struct line *l)
{
	struct slice app = line_attribute(l, APP);

	if (strcmp(l->options->syslog, "3164") == 0) {
		line_put_3164_tag(l, app);
		return;
	}
	line_put_5424(l, app, SLICE(""), SLICE(""));
	buf_put(l->out, "- ", 2);
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	struct line l = line_begin(event, text, options, out, counts);

	if (options->syslog != NULL)
		put_syslog(&l);
	buf_put_slice(out, event->record);
	return line_end(&l, e);
}

const struct format format_json = {
	.name = "json",
	.summary = "the record as it came",
	.variants = NULL,
	.syslog = "5424",
	.shape = shape_of,
	.write = write_event,
};

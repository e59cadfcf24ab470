/*
 * Formats seen from a test: a record in, the line that a format writes of it
 * out. Quotes are written ' for the sake of the reader, in maps alone.
 */
#ifndef SIEM_TESTS_UNIT_WRITTEN_H
#define SIEM_TESTS_UNIT_WRITTEN_H

#include "format/registry.h"
#include "mapping.h"

/*
 * What a format writes, or why it does not behind "error: ", by the built-in
 * map called which, or by one that is given as text. Valid until the next call.
 */
static inline const char *written_with(const char *format, const char *which,
				       const struct format_options *options,
				       const char *record,
				       struct format_counts *counts)
{
	static struct buf out;
	const struct format *f = format_find(format);
	const struct map_shape *shape = f->shape(options->variant);
	char *text = quoted(which);
	struct err e = { 0 };
	struct event event;
	struct maps *maps = maps_load(
		which[0] == '{' ? unnamed_file(text) : which, shape, &e);
	struct mapper *m = maps != NULL ?
				   mapper_new(maps, shape, MAX_RECORD) : NULL;

	out.max = 64 << 20;
	buf_clear(&out);
	if (m == NULL || mapper_read(m, slice_of(record), &event, &e) < 0 ||
	    f->write(&event, m, options, &out, counts, &e) < 0) {
		buf_clear(&out);
		buf_printf(&out, "error: %s", e.text);
	}
	free(text);
	mapper_free(m);
	maps_free(maps);
	return buf_str(&out);
}

static inline const char *written(const char *format, const char *which,
				  const char *record)
{
	const struct format_options options = { .variant = "", .host = "h1" };
	struct format_counts counts = { 0 };

	return written_with(format, which, &options, record, &counts);
}

#endif

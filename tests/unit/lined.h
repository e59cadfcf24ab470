/*
 * Whole lines seen from a test: a record in, what a format writes of it by a
 * map out. In maps, records and lines, quotes are written '.
 */
#ifndef SIEM_TESTS_UNIT_LINED_H
#define SIEM_TESTS_UNIT_LINED_H

#include "format/registry.h"
#include "mapping.h"

#include <jansson.h>

/* What it is written with, for the tests that want something else. */
static struct {
	size_t max_line;
	struct format_counts counts; // of the last line
	bool repeats; // a name stood twice in an object of that line, or it
		      // was none
} writing;

/* Is line one JSON object, without a name that is there twice? */
static inline bool is_plain_object(struct slice line)
{
	json_t *root =
		json_loadb(line.data, line.len,
			   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	bool is = json_is_object(root);

	json_decref(root);
	return is;
}

static inline int write_record(const struct format *f, const char *variant,
			       struct mapper *m, const char *record,
			       struct buf *out, struct err *e)
{
	const struct format_options options = { .variant = variant,
						.host = "h1",
						.facility = 16,
						.severity = 6,
						.max_line = writing.max_line };
	char *text = quoted(record);
	struct event event;
	int rc = mapper_read(m, slice_of(text), &event, e);

	writing.counts = (struct format_counts){ 0 };
	if (rc == 0)
		rc = f->write(&event, m, &options, out, &writing.counts, e);
	free(text);
	return rc;
}

/* Valid until the next call; behind "error: ", why there is none. */
static inline const char *written(const char *format, const char *variant,
				  const char *which, const char *record)
{
	static struct buf out;
	struct err e = { 0 };
	const struct format *f = format_find(format);
	struct maps *maps = maps_load(which, f->shape(variant), &e);
	struct mapper *m =
		maps != NULL ? mapper_new(maps, f->shape(variant), MAX_RECORD)
			     : NULL;

	out.max = 64 << 20;
	buf_clear(&out);
	if (m == NULL || write_record(f, variant, m, record, &out, &e) < 0) {
		buf_clear(&out);
		buf_printf(&out, "error: %s", e.text);
	}
	writing.repeats = !is_plain_object(buf_slice(&out));
	mapper_free(m);
	maps_free(maps);
	buf_putc(&out, '\0');
	replace_bytes(out.data, '"', '\'');
	return out.data;
}

/* The same for a map that is given as text. */
static inline const char *written_by(const char *format, const char *variant,
				     const char *map, const char *record)
{
	char *text = quoted(map);
	const char *out = written(format, variant, unnamed_file(text), record);

	free(text);
	return out;
}

#endif

/*
 * Any record through every format: a line comes out, or a reason why not. What
 * is read of the line is what the event holds (proof/readback.h), and no byte
 * of it could speak to a terminal.
 */
#include "../proof/readback.h"

#include "format/registry.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { MAX_RECORD = 64 << 10 };

static struct mapper *mapper_of(const struct way *way)
{
	struct err e;
	const struct map_shape *shape =
		format_find(way->format)->shape(way->variant);
	struct maps *maps = maps_load("auto", shape, &e);

	if (maps == NULL)
		abort();
	struct mapper *m = mapper_new(maps, shape, MAX_RECORD);
	if (m == NULL)
		abort();
	return m; // for the life of the process, like maps
}

/* Only a line that ends in the record has bytes of a terminal's: its own. */
static void check_bytes(const struct way *way, const struct event *event,
			struct slice line)
{
	bool tabs = strcmp(way->format, "cef") == 0 ||
		    strcmp(way->format, "leef") == 0;

	if (way->read == read_verbatim)
		line.len -= event->record.len;
	else if (way->read == read_hec)
		line.len -= event->record.len + 1;
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.data[i];

		if ((c < 0x20 && !(c == '\t' && tabs)) || c == 0x7f)
			abort();
	}
}

static void check_line(const struct way *way, const struct event *event,
		       const struct format_options *options,
		       const struct format_counts *counts, struct slice line)
{
	static struct readback readback;
	const char *what;

	if (options->max_line != 0 && line.len > options->max_line)
		abort();
	check_bytes(way, event, line);
	if (readback.reading.out == NULL)
		readback_init(&readback);
	readback.is_builtin = true;
	readback.left_out = counts->left_out;
	what = readback_check(&readback, way, event, options, line);
	if (what == NULL)
		return;
	fprintf(stderr, "%s\n%s%s\n%s\n", what, buf_str(&readback.departures),
		buf_str(&readback.got), buf_str(&readback.want));
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct mapper *mappers[WAYS];

	if (n < 2 || n > MAX_RECORD)
		return 0;

	const struct way *way = &ways[bytes[0] % WAYS];
	struct mapper **m = &mappers[bytes[0] % WAYS];
	struct format_options options = {
		.variant = way->variant,
		.host = "h1",
		.facility = 16,
		.severity = FORMAT_SEVERITY_AUTO,
		.syslog = way->syslog,
		.no_limits = bytes[1] & 1,
		.max_line = (size_t)(bytes[1] >> 1) * 8,
	};
	struct format_counts counts = { 0 };
	struct buf out = BUF_INIT(16 * MAX_RECORD);
	struct slice record = { (const char *)bytes + 2, n - 2 };
	struct event event;
	struct err e = { 0 };

	if (*m == NULL)
		*m = mapper_of(way);
	if (memchr(record.data, '\n', record.len) != NULL)
		return 0;
	if (mapper_read(*m, record, &event, &e) < 0 ||
	    format_find(way->format)
			    ->write(&event, *m, &options, &out, &counts, &e) <
		    0) {
		if (e.kind != ERR_DATA)
			abort();
	} else {
		check_line(way, &event, &options, &counts, buf_slice(&out));
	}
	buf_free(&out);
	return 0;
}

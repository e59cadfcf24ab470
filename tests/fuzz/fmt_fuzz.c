/*
 * Any record through every format: a line comes out, or a reason why not. No
 * line has a byte that could end it or speak to a terminal.
 */
#include "format/registry.h"
#include "json/walk.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { MAX_RECORD = 64 << 10 };

static const struct way {
	const char *format;
	const char *variant;
	const char *syslog;
	enum content {
		TEXT,
		VERBATIM, // it ends in the record, whatever that holds
		ENVELOPE, // it ends in the record and a brace
		OBJECT,   // it is JSON, and no member is there twice
	} content;
} ways[] = {
	{ "cef", NULL, NULL, TEXT },	 { "cef", NULL, "3164", TEXT },
	{ "cef", NULL, "5424", TEXT },	 { "leef", "2.0", NULL, TEXT },
	{ "leef", "1.0", "5424", TEXT }, { "rfc5424", "plain", NULL, VERBATIM },
	{ "rfc5424", "sd", NULL, TEXT }, { "rfc3164", "plain", NULL, VERBATIM },
	{ "rfc3164", "kv", NULL, TEXT }, { "json", NULL, NULL, VERBATIM },
	{ "json", NULL, "3164", VERBATIM }, { "csl", NULL, NULL, OBJECT },
	{ "sentinel", NULL, NULL, OBJECT }, { "hec", NULL, NULL, ENVELOPE },
	{ "ecs", NULL, NULL, OBJECT },	 { "ocsf", "api", NULL, OBJECT },
	{ "ocsf", "finding", NULL, OBJECT },
	{ "datadog", NULL, NULL, OBJECT },  { "otlp", NULL, NULL, OBJECT },
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

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

static void check_object(struct slice line)
{
	json_error_t why;
	json_t *root = json_loadb(line.data, line.len,
				  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
				  &why);

	// No name with a NUL in it can be looked at by jansson.
	if (root == NULL &&
	    json_error_code(&why) == json_error_null_byte_in_key)
		return;
	if (!json_is_object(root))
		abort();
	json_decref(root);
}

static void check_line(const struct way *way, const struct event *event,
		       struct slice line, size_t max_line)
{
	bool tabs = strcmp(way->format, "cef") == 0 ||
		    strcmp(way->format, "leef") == 0;

	if (max_line != 0 && line.len > max_line)
		abort();
	if (way->content == ENVELOPE) {
		if (!walk_is_object(line))
			abort();
		line.len--;
	}
	if (way->content == VERBATIM || way->content == ENVELOPE) {
		size_t head = line.len - event->record.len;

		if (line.len < event->record.len ||
		    !slice_is(slice_from(line, head), event->record))
			abort();
		line.len = head;
	}
	if (way->content == OBJECT)
		check_object(line);
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.data[i];

		if ((c < 0x20 && !(c == '\t' && tabs)) || c == 0x7f)
			abort();
	}
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
		check_line(way, &event, buf_slice(&out), options.max_line);
	}
	buf_free(&out);
	return 0;
}

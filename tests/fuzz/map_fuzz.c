/*
 * Any bytes as a map, which is loaded or refused for what it says; and, where
 * they hold a line feed, what follows it as a record, mapped by that map and
 * by the built-in ones. Their number decides for which format. With recipes and
 * without it comes to the same. A map is loaded if it is found to have no error.
 */
#include "../unit/twins.h"

#include "event/findings.h"
#include "event/map.h"
#include "event/mapper.h"
#include "format/registry.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* No key is there twice, none is empty, and no value is missing. */
static void check_fields(const struct event *event)
{
	for (size_t i = 0; i < event->count; i++) {
		const struct field *f = &event->fields[i];

		if (f->key.len == 0 || value_is_missing(f->value))
			__builtin_trap();
		for (size_t j = 0; j < i && event->count < 200; j++)
			if (slice_is(f->key, event->fields[j].key))
				__builtin_trap();
	}
}

static void map_record(struct twins *t, struct slice record)
{
	struct mapper *m = t->quick;
	struct buf out = BUF_INIT(1 << 20);
	struct event event;
	struct slice text;
	struct err e;

	if (!twins_agree(t, record))
		__builtin_trap();
	if (mapper_read(m, record, &event, &e) == 0) {
		check_fields(&event);
		for (size_t i = 0; i < event.count; i++)
			if (!mapper_text(m, event.fields[i].value, &text))
				__builtin_trap();
		mapper_explain(m, &event, NULL, &out);
	} else if (e.kind != ERR_DATA) {
		__builtin_trap();
	}
	buf_free(&out);
}

/* Mappers by the built-in maps, for a format, made once. */
static struct twins *builtin_mappers(size_t format,
				     const struct map_shape *shape)
{
	static struct twins made[16];

	if (made[format].maps == NULL)
		made[format] = twins_begin("auto", shape);
	return &made[format];
}

static void check_map(const char *path, const struct map_shape *shape,
		      bool loads)
{
	struct findings f = FINDINGS_NONE;
	struct map_section section;
	struct map_rules rules;
	struct err e = { 0 };
	int rc = map_check(path, &shape, 1, &section, &rules, &f, &e);

	if (rc < 0 && e.kind != ERR_USAGE)
		__builtin_trap();
	if (loads != (rc == 0 && f.errors == 0))
		__builtin_trap();
	findings_free(&f);
}

/* Map a record by the map in a file, if it is one, and by the others. */
static void try_map(const char *path, size_t format, struct slice record)
{
	static const char *const variants[] = { "sd", "kv", "" };
	const struct map_shape *shape =
		formats[format]->shape(variants[format % 3]);
	struct err e = { 0 };
	struct maps *maps = maps_load(path, shape, &e);

	check_map(path, shape, maps != NULL);
	if (maps != NULL) {
		struct twins t = twins_of(maps, shape, 1 << 16);

		map_record(&t, record);
		twins_end(&t);
	} else if (e.kind != ERR_USAGE) {
		__builtin_trap();
	}
	map_record(builtin_mappers(format, shape), record);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const uint8_t *end = n > 0 ? memchr(bytes, '\n', n) : NULL;
	size_t len = end != NULL ? (size_t)(end - bytes) : n;
	struct slice record = { (const char *)bytes + len, n - len };
	int fd = memfd_create("map", MFD_CLOEXEC);
	char path[64];

	if (end != NULL)
		record = slice_from(record, 1);
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	try_map(path, n % format_count, record);
	close(fd);
	return 0;
}

/*
 * Any bytes as a map, which is loaded or refused for what it says; and, where
 * they hold a line feed, what follows it as a record, mapped by that map and
 * by the built-in ones. Their number decides for which format.
 */
#include "event/event.h"
#include "event/map.h"
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

static struct mapper *new_mapper(const struct maps *maps,
				 const struct map_shape *shape)
{
	struct mapper *m = mapper_new(maps, shape, 1 << 16);

	if (m == NULL)
		abort();
	return m;
}

static void map_record(struct mapper *m, struct slice record)
{
	struct buf out = BUF_INIT(1 << 20);
	struct event event;
	struct slice text;
	struct err e;

	if (mapper_read(m, record, &event, &e) == 0) {
		check_fields(&event);
		for (size_t i = 0; i < event.count; i++)
			if (!mapper_text(m, event.fields[i].value, &text))
				__builtin_trap();
		mapper_explain(m, &event, &out);
	} else if (e.kind != ERR_DATA) {
		__builtin_trap();
	}
	buf_free(&out);
}

/* A mapper by the built-in maps, for a format, made once. */
static struct mapper *builtin_mapper(size_t format,
				     const struct map_shape *shape)
{
	static struct mapper *made[16];
	struct err e;

	if (made[format] == NULL) {
		struct maps *maps = maps_load("auto", shape, &e);

		if (maps == NULL)
			abort();
		made[format] = new_mapper(maps, shape);
	}
	return made[format];
}

/* Map a record by the map in a file, if it is one, and by the others. */
static void try_map(const char *path, size_t format, struct slice record)
{
	static const char *const variants[] = { "sd", "kv", "" };
	const struct map_shape *shape =
		formats[format]->shape(variants[format % 3]);
	struct err e = { 0 };
	struct maps *maps = maps_load(path, shape, &e);

	if (maps != NULL) {
		struct mapper *m = new_mapper(maps, shape);

		map_record(m, record);
		mapper_free(m);
	} else if (e.kind != ERR_USAGE) {
		__builtin_trap();
	}
	maps_free(maps);
	map_record(builtin_mapper(format, shape), record);
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

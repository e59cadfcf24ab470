/*
 * Any bytes as a test on records, up to a line feed, and what follows as a
 * record: the test is refused for what it says, or the record passes it or not,
 * with recipes as without them and each time the same.
 */
#include "event/map.h"
#include "event/mapper.h"
#include "event/select.h"
#include "format/registry.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* -1: it is no record; or does it pass? */
static int passes(struct mapper *m, struct slice record)
{
	struct event event;
	struct err e;

	return mapper_read(m, record, &event, &e) < 0 ? -1 : event.selected;
}

static void try_record(struct maps *maps, const struct map_shape *shape,
		       const struct select *select, struct slice record)
{
	struct mapper *quick = mapper_new(maps, shape, 1 << 16);
	struct mapper *plain = mapper_new(maps, shape, 1 << 16);

	if (quick == NULL || plain == NULL)
		abort();
	mapper_use(plain, MAPPER_APPLIES);
	mapper_select(quick, select);
	mapper_select(plain, select);
	int passed = passes(plain, record);
	for (int i = 0; i < 3; i++)
		if (passes(quick, record) != passed)
			__builtin_trap();
	mapper_free(quick);
	mapper_free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct map_shape *shape = format_find("cef")->shape("");
	const uint8_t *end = n > 0 ? memchr(bytes, '\n', n) : NULL;
	size_t len = end != NULL ? (size_t)(end - bytes) : n;
	char *test = strndup((const char *)bytes, len);
	const char *const tests[] = { test };
	struct select select = SELECT_ALL;
	struct err e = { 0 };
	struct maps *maps = maps_load("gatekit", shape, &e);

	if (test == NULL || maps == NULL)
		abort();
	// What the bounds on time are does not matter: some are within.
	select.has_since = n % 2 == 0;
	select.since.sec = 1759963500;
	if (select_where(&select, maps, tests, 1, &e) < 0) {
		if (e.kind != ERR_USAGE)
			__builtin_trap();
	} else if (end != NULL) {
		try_record(maps, shape, &select,
			   (struct slice){ (const char *)end + 1,
					   n - len - 1 });
	}
	maps_free(maps);
	free(test);
	return 0;
}

/*
 * How far each of many sources has come, sorted by source: what a checkpoint
 * holds. Each is kept as its line there, in one piece of memory.
 */
#ifndef SIEM_STREAM_BOOKMARKS_H
#define SIEM_STREAM_BOOKMARKS_H

#include "core/attr.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>

struct bookmark {
	char *line; // SOURCE POSITION, and an LF
	size_t source_len, position_len;
	size_t room; // bytes allocated
};

struct bookmarks {
	struct bookmark *items; // sorted by source
	size_t count, cap;
	size_t bytes; // of all lines
};

/* Borrowed until the bookmark is set or removed. */
struct slice bookmark_source(const struct bookmark *item);
struct slice bookmark_position(const struct bookmark *item);
struct slice bookmark_line(const struct bookmark *item);

/* Where a source stands, or would; true: it is there. */
bool bookmarks_find(const struct bookmarks *b, struct slice source, size_t *at);

/*
 * Note a position, for a source that is there or a new one. -1 with errno:
 * everything is as it was.
 */
int bookmarks_set(struct bookmarks *b, struct slice source,
		  struct slice position) MUST_CHECK;

/* Forget the one at a place in items. */
void bookmarks_remove(struct bookmarks *b, size_t at);

void bookmarks_free(struct bookmarks *b);

#endif

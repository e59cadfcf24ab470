#include "stream/bookmarks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { GROWTH = 16 }; // bytes that a position may grow by where it is

static size_t line_len(const struct bookmark *item)
{
	return item->source_len + item->position_len + 2;
}

struct slice bookmark_source(const struct bookmark *item)
{
	return (struct slice){ item->line, item->source_len };
}

struct slice bookmark_position(const struct bookmark *item)
{
	return (struct slice){ item->line + item->source_len + 1,
			       item->position_len };
}

struct slice bookmark_line(const struct bookmark *item)
{
	return (struct slice){ item->line, line_len(item) };
}

static int compare(struct slice a, struct slice b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n > 0 ? memcmp(a.data, b.data, n) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool bookmarks_find(const struct bookmarks *b, struct slice source, size_t *at)
{
	size_t low = 0;
	size_t high = b->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = compare(bookmark_source(&b->items[mid]), source);

		if (order == 0) {
			*at = mid;
			return true;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*at = low;
	return false;
}

/* Put a position behind the source of a line that has room for it. */
static void put_position(struct bookmark *item, struct slice position)
{
	char *end = item->line + item->source_len;

	*end++ = ' ';
	if (position.len > 0)
		memcpy(end, position.data, position.len);
	end[position.len] = '\n';
	item->position_len = position.len;
}

static int move_on(struct bookmarks *b, struct bookmark *item,
		   struct slice position)
{
	size_t need = item->source_len + position.len + 2;

	if (need > item->room) {
		char *line = realloc(item->line, need + GROWTH);

		if (line == NULL)
			return -1;
		item->line = line;
		item->room = need + GROWTH;
	}
	b->bytes = b->bytes - line_len(item) + need;
	put_position(item, position);
	return 0;
}

static int insert(struct bookmarks *b, size_t at, struct slice source,
		  struct slice position)
{
	if (b->count == b->cap) {
		size_t cap = b->cap == 0 ? 8 : b->cap + b->cap / 2;
		struct bookmark *items =
			reallocarray(b->items, cap, sizeof(*items));

		if (items == NULL)
			return -1;
		b->items = items;
		b->cap = cap;
	}

	struct bookmark made = { .source_len = source.len,
				 .room = source.len + position.len + 2 +
					 GROWTH };
	made.line = malloc(made.room);
	if (made.line == NULL)
		return -1;
	memcpy(made.line, source.data, source.len);
	put_position(&made, position);
	memmove(&b->items[at + 1], &b->items[at],
		(b->count++ - at) * sizeof(made));
	b->items[at] = made;
	b->bytes += line_len(&made);
	return 0;
}

int bookmarks_set(struct bookmarks *b, struct slice source,
		  struct slice position)
{
	size_t at;

	assert(source.len > 0);
	return bookmarks_find(b, source, &at)
		       ? move_on(b, &b->items[at], position)
		       : insert(b, at, source, position);
}

void bookmarks_remove(struct bookmarks *b, size_t at)
{
	assert(at < b->count);
	b->bytes -= line_len(&b->items[at]);
	free(b->items[at].line);
	memmove(&b->items[at], &b->items[at + 1],
		(--b->count - at) * sizeof(*b->items));
}

void bookmarks_free(struct bookmarks *b)
{
	for (size_t i = 0; i < b->count; i++)
		free(b->items[i].line);
	free(b->items);
	*b = (struct bookmarks){ 0 };
}

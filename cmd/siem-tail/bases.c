#include "bases.h"

#include "sibling.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int compare(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len > 0 ? memcmp(a.data, b.data, len) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_key(const void *one, const void *other)
{
	const struct base *a = one;
	const struct base *b = other;
	int order = compare(a->key, b->key);

	if (order == 0)
		order = compare(a->name, b->name);
	return order != 0 ? order : compare(a->path, b->path);
}

static int add(struct bases *b, struct base base)
{
	if (b->count == b->cap) {
		size_t cap = b->cap != 0 ? 2 * b->cap : 32;
		struct base *items = realloc(b->items, cap * sizeof(*items));

		if (items == NULL)
			return -1;
		b->items = items;
		b->cap = cap;
	}
	b->items[b->count++] = base;
	return 0;
}

int bases_add(struct bases *b, struct base base)
{
	struct slice name = base.name;
	const char *dot = memrchr(name.data, '.', name.len);

	base.key = name;
	// What is longer is the name of no file.
	if (name.len == 0 || name.len > NAME_MAX)
		return 0;
	if (add(b, base) < 0)
		return -1;
	if (dot == NULL || dot == name.data)
		return 0;
	base.key.len = (size_t)(dot - name.data);
	return add(b, base);
}

void bases_sort(struct bases *b)
{
	size_t kept = 0;

	if (b->count == 0)
		return;
	qsort(b->items, b->count, sizeof(*b->items), by_key);
	// Of each generation of a log that is known, its name.
	for (size_t i = 1; i < b->count; i++) {
		if (by_key(&b->items[kept], &b->items[i]) != 0)
			b->items[++kept] = b->items[i];
		else
			b->items[kept].known &= b->items[i].known;
	}
	b->count = kept + 1;
}

static size_t place_of(const struct bases *b, struct slice key)
{
	size_t low = 0;
	size_t high = b->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(b->items[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_better(const struct base *base, const struct base *best)
{
	if (best == NULL || base->name.len != best->name.len)
		return best == NULL || base->name.len < best->name.len;
	return base->path.len == 0 && best->path.len > 0;
}

struct search {
	const struct bases *bases;
	const char *name;
	bool (*is_log)(const struct base *base, const char *name,
		       const void *data);
	const void *data;
	const struct base *best;
};

/* Is one with this key better than what was found by others? */
static void find_by(struct search *s, struct slice key)
{
	const struct bases *b = s->bases;
	char whole[NAME_MAX + 1];

	for (size_t i = place_of(b, key);
	     i < b->count && compare(b->items[i].key, key) == 0; i++) {
		const struct base *base = &b->items[i];

		if (!is_better(base, s->best))
			continue;
		memcpy(whole, base->name.data, base->name.len);
		whole[base->name.len] = '\0';
		if (sibling_is(whole, s->name) &&
		    s->is_log(base, s->name, s->data))
			s->best = base;
	}
}

const struct base *bases_find(const struct bases *b, const char *name,
			      bool (*is_log)(const struct base *base,
					     const char *name,
					     const void *data),
			      const void *data)
{
	struct search s = { b, name, is_log, data, NULL };
	size_t len = strlen(name);

	if (sibling_is_packed(name))
		len -= strlen(".gz");
	// It begins with all of the name, or what precedes its suffix, or ends
	// with all of it.
	for (size_t n = 1; b->count > 0 && n <= len; n++) {
		find_by(&s, (struct slice){ name, n });
		if (n < len)
			find_by(&s, (struct slice){ name + len - n, n });
	}
	return s.best;
}

void bases_free(struct bases *b)
{
	free(b->items);
	*b = (struct bases){ 0 };
}

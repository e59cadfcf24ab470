#include "spans.h"

#include "entry.h"

#include <stdbool.h>
#include <stdlib.h>

int spans_add(struct spans *s, struct span span, struct err *e)
{
	if (span.to <= span.from)
		return 0;
	// Most of them follow each other.
	struct span *last = s->count > 0 ? &s->items[s->count - 1] : NULL;
	if (last != NULL && span.count == 0 && last->count == 0 &&
	    span.source == last->source && span.from >= last->from &&
	    span.from <= last->to) {
		if (span.to > last->to)
			last->to = span.to;
		return 0;
	}
	if (s->items == NULL || s->count == s->cap) {
		size_t cap = s->cap != 0 ? 2 * s->cap : 64;
		struct span *items = realloc(s->items, cap * sizeof(*items));

		if (items == NULL)
			return err_sys(e, "receipts");
		s->items = items;
		s->cap = cap;
	}
	s->items[s->count++] = span;
	return 0;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_from(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	return x->from != y->from ? order(x->from, y->from)
	       : x->to != y->to   ? order(x->to, y->to)
				  : order(x->receipt, y->receipt);
}

/* Does a receipt that was given twice say it again? */
static bool is_again(const struct span *span, const struct span *before)
{
	return span->count > 0 && by_from(span, before) == 0;
}

static void drop_repeats(struct spans *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++)
		if (kept == 0 || !is_again(&s->items[i], &s->items[kept - 1]))
			s->items[kept++] = s->items[i];
	s->count = kept;
}

void spans_place(struct spans *s, const size_t *files)
{
	uint64_t reaches = 0;
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct span span = s->items[i];

		if (files[span.source] == FILE_NONE)
			continue;
		span.from = place_in(files[span.source], span.from);
		span.to = place_in(files[span.source], span.to);
		s->items[kept++] = span;
	}
	s->count = kept;
	if (kept > 0)
		qsort(s->items, kept, sizeof(*s->items), by_from);
	drop_repeats(s);
	for (size_t i = 0; i < s->count; i++) {
		if (s->items[i].to > reaches)
			reaches = s->items[i].to;
		s->items[i].reaches = reaches;
	}
}

/* The last span that begins at or before place holds it, or one before. */
static struct span *find(const struct spans *s, uint64_t place, bool with_count)
{
	size_t low = 0;
	size_t high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->items[middle].from <= place)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0 && s->items[low].reaches > place)
		if (s->items[low].to > place &&
		    (!with_count || s->items[low].count > 0))
			return &s->items[low];
	return NULL;
}

const struct span *spans_find(const struct spans *s, uint64_t place)
{
	return find(s, place, false);
}

const struct span *spans_take(struct spans *s, uint64_t place)
{
	struct span *span = find(s, place, true);

	if (span != NULL)
		span->count--;
	return span;
}

void spans_free(struct spans *s)
{
	free(s->items);
	*s = (struct spans){ 0 };
}

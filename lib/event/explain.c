#include "event/explain.h"

#include <stdlib.h>

enum { WIDEST = 40 }; // column of paths

bool trace_add(struct trace *t, uint32_t member, enum trace_kind kind,
	       struct slice name)
{
	if (t->count == t->cap) {
		size_t cap = t->cap != 0 ? 2 * t->cap : 64;
		void *list = realloc(t->list, cap * sizeof(*t->list));

		if (list == NULL)
			return false;
		t->list = list;
		t->cap = cap;
	}
	t->list[t->count++] = (struct trace_entry){ member, kind, name };
	return true;
}

void trace_free(struct trace *t)
{
	free(t->list);
	*t = (struct trace){ 0 };
}

static void put_path(const struct scan *s, uint32_t member, struct buf *out)
{
	uint32_t path[SCAN_DEPTH];
	size_t depth = 0;

	for (; member != SCAN_ROOT; member = s->members[member].parent)
		path[depth++] = member;
	while (depth > 0) {
		buf_put_slice(out, s->members[path[--depth]].key);
		if (depth > 0)
			buf_putc(out, '.');
	}
}

static void put_place(const struct trace_entry *entry, struct buf *out)
{
	switch (entry->kind) {
	case TRACE_FIELD:
		buf_put_slice(out, entry->name);
		break;
	case TRACE_ATTRIBUTE:
		buf_puts(out, "header (");
		buf_put_slice(out, entry->name);
		buf_putc(out, ')');
		break;
	case TRACE_TIME:
		buf_puts(out, "header (time)");
		break;
	case TRACE_SEVERITY:
		buf_puts(out, "header (severity)");
		break;
	case TRACE_REST:
		buf_put_slice(out, entry->name);
		buf_puts(out, " (no row names it)");
		break;
	case TRACE_LEFT_OUT:
		buf_puts(out, "left out by the map");
		break;
	}
}

/* Append the places that a member went to; returns how many. */
static size_t put_places(const struct trace *t, uint32_t member,
			 struct buf *out)
{
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++) {
		if (t->list[i].member != member)
			continue;
		if (count++ > 0)
			buf_puts(out, ", ");
		put_place(&t->list[i], out);
	}
	return count;
}

static bool is_inside(const struct scan *s, uint32_t member,
		      bool (*what)(const struct member *m))
{
	for (; member != SCAN_ROOT; member = s->members[member].parent)
		if (what(&s->members[member]))
			return true;
	return false;
}

static bool is_superseded(const struct member *m)
{
	return m->superseded;
}

static bool is_used(const struct member *m)
{
	return m->used;
}

/* Why a member went nowhere by itself. */
static const char *reason(const struct scan *s, uint32_t i,
			  const struct map_shape *shape)
{
	const struct member *m = &s->members[i];

	if (is_inside(s, i, is_superseded))
		return "left out: a later member has its name";
	if (m->parent != SCAN_ROOT && is_inside(s, m->parent, is_used))
		return "with the object it is in";
	if (m->value.type == VALUE_NULL)
		return "left out: null";
	if (m->value.len == 0 && shape->drops_empty)
		return "left out: empty";
	return "left out";
}

void explain_members(const struct trace *t, const struct scan *s,
		     const struct map_shape *shape, struct buf *out)
{
	bool as_it_came = shape->rest_names == REST_NONE;

	for (uint32_t i = 0; i < s->count; i++) {
		bool object = s->members[i].next > i + 1;
		size_t start = out->len;

		put_path(s, i, out);
		size_t width = out->len - start;
		do
			buf_putc(out, ' ');
		while (width++ < WIDEST && buf_status(out) == 0);
		size_t places = put_places(t, i, out);
		if (as_it_came && !object) {
			buf_puts(out, places > 0 ? ", " : "");
			buf_puts(out, "with the record as it came");
		} else if (places == 0) {
			if (object) { // its members tell
				buf_cut(out, start);
				continue;
			}
			buf_puts(out, reason(s, i, shape));
		}
		buf_putc(out, '\n');
	}
}

#include "json/scan.h"

#include "core/utf8.h"
#include "json/backslash.h"
#include "json/walk.h"
#include "json/write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)SCAN_DEPTH == (int)WALK_DEPTH,
	       "arrays and objects count alike");

static const size_t longest_record = (size_t)1 << 30;

/* An object of the record that is open. */
struct level {
	uint32_t member;   // whose value it is
	uint16_t slot;     // of that member; 0 is the record itself
	bool has_children; // paths may go on from here
};

/* The scan of one record. */
struct task {
	struct walk walk;
	struct scan *scan;
	bool out_of_memory;
	struct level levels[SCAN_DEPTH];
};

/* Make room for one more member; p is where it begins. */
static bool grow(struct task *t, const char *p)
{
	struct scan *s = t->scan;

	if (s->cap == SCAN_MEMBERS) {
		_Static_assert(SCAN_MEMBERS == 12288, "as the message says");
		walk_fail(&t->walk, p, "more than 12288 members");
		return false;
	}

	size_t cap = s->cap != 0 ? 2 * s->cap : 64;
	if (cap > SCAN_MEMBERS)
		cap = SCAN_MEMBERS;
	struct member *members = realloc(s->members, cap * sizeof(*members));
	if (members != NULL)
		s->members = members;
	uint32_t *shape = realloc(s->own_shape, cap * sizeof(*shape));
	if (shape != NULL)
		s->own_shape = shape;
	t->out_of_memory = members == NULL || shape == NULL;
	if (t->out_of_memory)
		return false;
	s->cap = cap;
	return true;
}

/*
 * Decode the inside of a string to out, of max bytes. The result has no data
 * where that is not enough, which it may not be with less than 4 to spare.
 */
static struct slice decode_short(struct slice string, char *out, size_t max)
{
	const char *p = string.data;
	const char *end = p + string.len;
	size_t len = 0;

	while (p < end) {
		if (max - len < 4)
			return (struct slice){ NULL, 0 };
		if (*p == '\\')
			len += utf8_encode(backslash_take(&p, end), out + len);
		else
			out[len++] = *p++;
	}
	return (struct slice){ out, len };
}

/* The child of a node by a name that has escapes in it, or 0. */
static uint16_t escaped_child(const struct paths *p, uint16_t parent,
			      struct slice name)
{
	char text[256];
	struct slice decoded = decode_short(name, text, sizeof(text));
	uint16_t i = p->nodes[parent].first_child;

	if (decoded.data != NULL)
		return paths_child(p, parent, decoded, text + decoded.len);
	for (; i != 0; i = p->nodes[i].next_sibling) {
		const struct paths_node *n = &p->nodes[i];

		if (scan_is(name, true, (struct slice){ n->name, n->len }))
			break;
	}
	return i;
}

/* Read a name; returns what follows its quote. */
IN_LINE const char *scan_name(struct task *t, const struct level *level,
			      const char *p, struct member *m)
{
	struct walk *w = &t->walk;
	struct scan *s = t->scan;

	p = walk_space(w, p);
	if (UNLIKELY(*p != '"'))
		return walk_fail(w, p, "expected a member name");
	m->key.data = p + 1;
	p = walk_string(w, p + 1, &m->key_escaped);
	if (UNLIKELY(p == NULL))
		return NULL;
	m->key.len = (size_t)(p - m->key.data);
	m->slot = SCAN_NO_SLOT;
	if (level->has_children)
		m->slot =
			LIKELY(!m->key_escaped)
				? paths_child(s->paths, level->slot, m->key,
					      w->end)
				: escaped_child(s->paths, level->slot, m->key);
	s->irregular |= m->key_escaped;
	s->unnamed += m->slot == SCAN_NO_SLOT;
	return p + 1;
}

/* The last member wins: forget the one before it, and what is in it. */
static NEVER_INLINE void supersede(struct scan *s, uint32_t before)
{
	s->irregular = true;
	s->members[before].superseded = true;
	for (uint32_t i = before; i < s->members[before].next; i++)
		s->by_slot[s->members[i].slot] = 0;
}

/* Enter the last of count members under its slot. */
IN_LINE void fill_slot(struct scan *s, uint16_t slot, uint32_t count)
{
	if (slot == SCAN_NO_SLOT)
		return;
	if (UNLIKELY(s->by_slot[slot] != 0))
		supersede(s, s->by_slot[slot] - 1);
	s->by_slot[slot] = (uint16_t)count;
}

/*
 * Open an object, the value of a member. The number of a path's node is its
 * slot, and that of the record 0, which is also what members without a path
 * have: root tells them apart.
 */
IN_LINE void open_level(const struct scan *s, struct level *level,
			uint32_t member, uint16_t slot)
{
	bool root = member == SCAN_ROOT;

	level->member = member;
	level->slot = slot;
	level->has_children = (root || slot != SCAN_NO_SLOT) &&
			      s->paths->nodes[slot].first_child != 0;
}

/* Close an object that ends before end; count members are there by now. */
IN_LINE void close_level(struct task *t, const struct level *level,
			 const char *end, uint32_t count)
{
	struct member *m = &t->scan->members[level->member];

	walk_close(&t->walk, &m->value, end);
	m->next = count;
}

/* Scan the record, whose brace is at p; returns what follows it. */
static const char *scan_object(struct task *t, const char *p)
{
	struct walk *w = &t->walk;
	struct scan *s = t->scan;
	struct level *level = t->levels;
	uint32_t count = 0;

	open_level(s, level, SCAN_ROOT, 0);
	p = walk_space(w, p + 1);
	if (*p == '}')
		return p + 1;
	for (;;) {
		if (UNLIKELY(count == s->cap) && !grow(t, p))
			return NULL;

		struct member *m = &s->members[count++];
		m->parent = level->member;
		m->next = count;
		m->superseded = false;
		m->used = false;
		p = scan_name(t, level, p, m);
		if (UNLIKELY(p == NULL))
			return NULL;
		fill_slot(s, m->slot, count);
		p = walk_colon(w, p);
		if (UNLIKELY(p == NULL))
			return NULL;

		if (UNLIKELY(*p == '{')) {
			if (level == t->levels + SCAN_DEPTH - 1)
				return walk_fail(w, p, WALK_TOO_DEEP);
			m->value = (struct value){ .data = p, .len = 1,
						   .type = VALUE_OBJECT };
			s->own_shape[count - 1] = scan_shape(
				m->slot, (size_t)(level - t->levels), m->value);
			open_level(s, ++level, count - 1, m->slot);
			p = walk_space(w, p + 1);
			if (*p != '}')
				continue;
		} else {
			p = walk_value(w, p, (size_t)(level - t->levels) + 1,
				       &m->value);
			if (UNLIKELY(p == NULL))
				return NULL;
			s->own_shape[count - 1] = scan_shape(
				m->slot, (size_t)(level - t->levels), m->value);
		}

		if (*p != ',') {
			p = walk_space(w, p);
			while (*p == '}') {
				p++;
				if (level == t->levels) {
					s->count = count;
					return p;
				}
				close_level(t, level--, p, count);
				if (p == w->end)
					return walk_fail(w, p, WALK_CUT_OFF);
				p = walk_space(w, p);
			}
			if (UNLIKELY(*p != ','))
				return walk_fail_between(w, p, '}');
		}
		p++;
	}
}

/* What is wrong with a record that does not begin with a brace. */
static const char *not_an_object(char c)
{
	switch (c) {
	case '[':
		return "an array, not an object";
	case '"':
		return "a string, not an object";
	case 't':
	case 'f':
	case 'n':
		return "a word, not an object";
	default:
		return walk_is_digit(c) || c == '-' ? "a number, not an object"
						    : "not a JSON object";
	}
}

/* Scan a text that ends in a closing brace. */
static bool scan_text(struct task *t, struct slice text)
{
	struct walk *w = &t->walk;
	const char *p;

	walk_start(w, text);
	t->scan->count = 0;
	t->scan->unnamed = 0;
	t->scan->irregular = false;
	p = walk_space(w, w->start);
	if (*p != '{')
		p = walk_fail(w, p, not_an_object(*p));
	else
		p = scan_object(t, p);
	if (p == NULL || p == w->end)
		return p != NULL;
	p = walk_space(w, p);
	walk_fail(w, p, "more text behind the object");
	return false;
}

static int report(const struct task *t, size_t column, const char *why,
		  struct err *e)
{
	if (t->out_of_memory)
		return err_sys(e, "scan");
	t->scan->bad_utf8 = t->walk.bad_utf8;
	return err_data(e, column, "%s", why);
}

/*
 * Say what is wrong with a record that does not end in a brace: scan a copy
 * that does. If only that brace is wrong, or nothing, the record was cut off.
 */
static int explain(struct task *t, struct slice record, struct err *e)
{
	struct slice copy = { NULL, record.len + 1 };
	char *bytes = malloc(copy.len);

	if (bytes == NULL)
		return err_sys(e, "scan");
	if (record.len > 0)
		memcpy(bytes, record.data, record.len);
	bytes[record.len] = '}';
	copy.data = bytes;

	size_t column = record.len + 1;
	const char *why = WALK_CUT_OFF;
	if (!scan_text(t, copy) && t->walk.at < bytes + record.len) {
		column = (size_t)(t->walk.at - bytes) + 1;
		why = t->walk.failure;
	}
	t->scan->count = 0; // its members would point into the copy
	free(bytes);
	return report(t, column, why, e);
}

/* Get ready for these paths. */
static bool bind_paths(struct scan *s, const struct paths *paths)
{
	uint16_t *by_slot = calloc(paths->count, sizeof(*by_slot));

	if (by_slot == NULL)
		return false;
	free(s->by_slot);
	s->by_slot = by_slot;
	s->paths = paths;
	s->slots = paths->count;
	layouts_forget(&s->layouts);
	return true;
}

/* Find the members by the record's layout; false where that is not known. */
static bool follow_layout(struct scan *s, struct slice text)
{
	struct walk w;

	walk_start(&w, text);

	const struct layout *layout =
		layouts_follow(&s->layouts, &w, s->members, s->by_slot);
	if (layout == NULL)
		return false;
	s->count = layout->count;
	s->unnamed = layout->unnamed;
	s->shape = layout->shape;
	s->layout = layout->number;
	s->irregular = false;
	return true;
}

static void learn_layout(struct scan *s, struct slice text)
{
	struct layout layout = { .count = (uint32_t)s->count,
				 .unnamed = (uint32_t)s->unnamed,
				 .shape = s->own_shape };

	if (!s->parses && !s->irregular)
		layouts_learn(&s->layouts, text, &layout, s->members);
}

static void clear_slots(struct scan *s)
{
	memset(s->by_slot, 0, s->slots * sizeof(*s->by_slot));
}

int scan_record(struct scan *s, const struct paths *paths, struct slice record,
		struct err *e)
{
	struct slice text = record;
	struct task t;

	s->count = 0;
	s->bad_utf8 = false;
	if (record.len > longest_record)
		return err_data(e, longest_record + 1, "longer than 1 GiB");
	if (s->paths != paths || s->slots != paths->count) {
		if (!bind_paths(s, paths))
			return err_sys(e, "scan");
	}
	clear_slots(s);
	while (text.len > 0 && walk_is_space(text.data[text.len - 1]))
		text.len--;

	t.scan = s;
	t.out_of_memory = false;
	if (text.len == 0 || text.data[text.len - 1] != '}')
		return explain(&t, record, e);
	if (!s->parses && LIKELY(follow_layout(s, text)))
		return 0;
	clear_slots(s);
	if (LIKELY(scan_text(&t, text))) {
		s->shape = s->own_shape;
		s->layout = 0;
		learn_layout(s, text);
		return 0;
	}
	return report(&t, (size_t)(t.walk.at - t.walk.start) + 1,
		      t.walk.failure, e);
}

void scan_free(struct scan *s)
{
	free(s->members);
	free(s->own_shape);
	free(s->by_slot);
	layouts_free(&s->layouts);
	*s = SCAN_INIT;
}

bool scan_next(struct slice *rest, struct value *key, struct value *value)
{
	struct walk w;
	const char *p;
	struct slice name = { NULL, 0 };
	bool escaped = false;

	// What is left begins with the opening bracket or a comma; nothing is
	// left where it is the closing bracket alone.
	if (rest->len < 2)
		return false;
	walk_start(&w, *rest);
	p = walk_space(&w, w.start + 1);
	if (p + 1 == w.end) {
		*rest = slice_from(*rest, rest->len - 1);
		return false;
	}
	if (w.end[-1] == '}') {
		p = walk_name(&w, p, &name, &escaped);
		if (key != NULL) {
			*key = value_text(name);
			key->flags = escaped ? VALUE_ESCAPED : 0;
		}
	}
	p = walk_space(&w, walk_value(&w, p, 0, value));
	*rest = slice_from(*rest, (size_t)(p - w.start));
	return true;
}

struct value scan_member(struct value object, struct slice name)
{
	struct value found = { 0 };
	struct value key = { 0 };
	struct value value;

	if (object.type != VALUE_OBJECT)
		return found;

	struct slice rest = value_slice(object);
	while (scan_next(&rest, &key, &value))
		if (scan_is(value_slice(key), (key.flags & VALUE_ESCAPED) != 0,
			    name))
			found = value;
	return found;
}

void scan_decode(struct slice string, struct buf *out)
{
	const char *p = string.data;
	const char *end = p + string.len;

	while (p < end) {
		const char *stop = memchr(p, '\\', (size_t)(end - p));
		char bytes[4];

		if (stop == NULL)
			stop = end;
		buf_put(out, p, (size_t)(stop - p));
		p = stop;
		if (p < end)
			buf_put(out, bytes,
				utf8_encode(backslash_take(&p, end), bytes));
	}
}

bool scan_is(struct slice string, bool escaped, struct slice text)
{
	const char *p = string.data;
	const char *end = p + string.len;

	if (!escaped)
		return slice_is(string, text);
	while (p < end) {
		char bytes[4] = { *p };
		size_t n = 1;

		if (*p == '\\')
			n = utf8_encode(backslash_take(&p, end), bytes);
		else
			p++;
		if (text.len < n || memcmp(text.data, bytes, n) != 0)
			return false;
		text = slice_from(text, n);
	}
	return text.len == 0;
}

/* Append a character of a string in the shortest form that JSON allows. */
static void put_shortest(struct buf *out, uint32_t scalar)
{
	char bytes[4];

	if (scalar < 0x20 || scalar == '"' || scalar == '\\')
		json_put_escape(out, (char)scalar);
	else
		buf_put(out, bytes, utf8_encode(scalar, bytes));
}

void scan_compact(struct value container, struct buf *out)
{
	const char *p = container.data;
	const char *end = p + container.len;
	const char *from = p; // what is not written yet
	bool in_string = false;

	if ((container.flags & VALUE_LOOSE) == 0)
		p = end;
	while (p < end) {
		if (in_string && *p == '\\') {
			buf_put(out, from, (size_t)(p - from));
			put_shortest(out, backslash_take(&p, end));
			from = p;
		} else if (!in_string && walk_is_space(*p)) {
			buf_put(out, from, (size_t)(p - from));
			from = ++p;
		} else {
			in_string ^= *p++ == '"';
		}
	}
	buf_put(out, from, (size_t)(p - from));
}

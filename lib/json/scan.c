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

/*
 * What is known of a path besides its slot: how its name looks in a record,
 * and which paths the next member had lately. Events of a kind have their
 * members in the same order, so most names are compared with the one that is
 * expected, and need neither a look for their end nor one into the table of
 * paths.
 */
struct scan_path {
	// The name in its quotes, and a bit for each byte of that; what does
	// not fit needs a bit that is never set.
	char quoted[32];
	uint32_t needed[2];
	uint32_t len; // of the name
	uint16_t slot;
	bool has_children; // a path may go on from here
	// What came last time, and what had come before that changed: as the
	// first member of the object that this is, and behind this member.
	struct scan_path *first[2], *next[2];
};

enum { NEVER_SET = 1 << 16 };

/* An object of the record that is open. */
struct level {
	const struct scan_path *path;
	struct scan_path **guess; // what the next member may be, two of them
	uint32_t member;          // whose value it is
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
	uint32_t *shape = realloc(s->shape, cap * sizeof(*shape));
	if (shape != NULL)
		s->shape = shape;
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

/* Do these 16 bytes agree wherever one is needed? */
IN_LINE bool agree(const char *p, const char *quoted, uint32_t needed)
{
	// needed is 0xffff or the bits of the first few bytes, or NEVER_SET.
#ifdef __SSE2__
	__m128i equal =
		_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p),
			       _mm_loadu_si128((const __m128i *)quoted));

	return ((uint32_t)_mm_movemask_epi8(equal) & needed) == needed;
#else
	for (int i = 0; i < 16 && needed >> i != 0; i++)
		if (p[i] != quoted[i])
			return false;
	return needed < NEVER_SET;
#endif
}

/* Does the name of a path, in its quotes, stand at p as it is? */
IN_LINE bool stands_at(const struct scan_path *path, const char *p,
		       const char *last_block)
{
	if (UNLIKELY(p > last_block) ||
	    !agree(p, path->quoted, path->needed[0]))
		return false;
	return LIKELY(path->needed[1] == 0) ||
	       (p + 16 <= last_block &&
		agree(p + 16, path->quoted + 16, path->needed[1]));
}

/* Expect a path the next time that a member stands here. */
IN_LINE void expect(struct level *level, struct scan_path *path)
{
	level->guess[1] = level->guess[0];
	level->guess[0] = path;
}

/* Read a name that was not expected here. */
static NEVER_INLINE const char *read_name(struct task *t, struct level *level,
					  const char *p, struct member *m)
{
	struct walk *w = &t->walk;
	struct scan *s = t->scan;

	p = walk_space(w, p);
	if (*p != '"')
		return walk_fail(w, p, "expected a member name");
	m->key.data = p + 1;
	p = walk_string(w, p + 1, &m->key_escaped);
	if (p == NULL)
		return NULL;
	m->key.len = (size_t)(p - m->key.data);
	m->slot = SCAN_NO_SLOT;
	if (level->path->has_children)
		m->slot = LIKELY(!m->key_escaped)
				  ? paths_child(s->paths, level->path->slot,
						m->key, w->end)
				  : escaped_child(s->paths, level->path->slot,
						  m->key);
	s->irregular |= m->key_escaped;
	if (m->slot == SCAN_NO_SLOT) {
		s->unnamed++;
	} else {
		expect(level, &s->known[m->slot]);
		level->guess = s->known[m->slot].next;
	}
	return p + 1;
}

/* Read a name; returns what follows its quote. */
IN_LINE const char *scan_name(struct task *t, struct level *level,
			      const char *p, struct member *m)
{
	struct scan_path *path = level->guess[0];

	if (UNLIKELY(!stands_at(path, p, t->walk.last_block))) {
		path = level->guess[1];
		if (!stands_at(path, p, t->walk.last_block))
			return read_name(t, level, p, m);
		expect(level, path);
	}
	level->guess = path->next;
	m->key.data = p + 1;
	m->key.len = path->len;
	m->slot = path->slot;
	m->key_escaped = false;
	return p + path->len + 2;
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
	s->by_slot[slot] = count;
}

/* Open an object, the value of a member. */
IN_LINE void open_level(struct level *level, uint32_t member,
			struct scan_path *path)
{
	level->member = member;
	level->path = path;
	level->guess = path->first;
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

	open_level(level, SCAN_ROOT, &s->known[s->slots]);
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
			s->shape[count - 1] = scan_shape(
				m->slot, (size_t)(level - t->levels), m->value);
			open_level(++level, count - 1, &s->known[m->slot]);
			p = walk_space(w, p + 1);
			if (*p != '}')
				continue;
		} else {
			p = walk_value(w, p, (size_t)(level - t->levels) + 1,
				       &m->value);
			if (UNLIKELY(p == NULL))
				return NULL;
			s->shape[count - 1] = scan_shape(
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

/* May the name stand in a record as it is? */
static bool is_plain(const struct paths_node *n)
{
	for (size_t i = 0; i < n->len; i++)
		if ((unsigned char)n->name[i] < 0x20 || n->name[i] == '"' ||
		    n->name[i] == '\\')
			return false;
	return utf8_valid((struct slice){ n->name, n->len }) == n->len;
}

/* What the name of a path looks like in a record. */
static void set_quoted(struct scan_path *path, const struct paths_node *n)
{
	size_t len = n->len + 2;

	path->len = (uint32_t)n->len;
	if (len > sizeof(path->quoted) || !is_plain(n))
		return;
	path->quoted[0] = '"';
	memcpy(path->quoted + 1, n->name, n->len);
	path->quoted[n->len + 1] = '"';
	path->needed[0] = (1U << (len < 16 ? len : 16)) - 1;
	path->needed[1] = len > 16 ? (1U << (len - 16)) - 1 : 0;
}

/*
 * Get ready for these paths. What is known of each is at the index of its
 * slot; at 0 of what no path names, and behind all others of the record.
 */
static bool bind_paths(struct scan *s, const struct paths *paths)
{
	size_t count = paths->count;
	struct scan_path *known = calloc(count + 1, sizeof(*known));
	uint32_t *by_slot = calloc(count, sizeof(*by_slot));

	if (known == NULL || by_slot == NULL) {
		free(known);
		free(by_slot);
		return false;
	}
	for (size_t i = 0; i <= count; i++) {
		// Node 0 of the paths is the record.
		const struct paths_node *n = &paths->nodes[i % count];

		known[i].first[0] = known[i].first[1] = &known[0];
		known[i].next[0] = known[i].next[1] = &known[0];
		known[i].slot = (uint16_t)(i % count);
		known[i].has_children = i != 0 && n->first_child != 0;
		known[i].needed[0] = NEVER_SET;
		if (i % count != 0)
			set_quoted(&known[i], n);
	}
	free(s->known);
	free(s->by_slot);
	s->known = known;
	s->by_slot = by_slot;
	s->paths = paths;
	s->slots = count;
	return true;
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
	memset(s->by_slot, 0, s->slots * sizeof(*s->by_slot));
	while (text.len > 0 && walk_is_space(text.data[text.len - 1]))
		text.len--;

	t.scan = s;
	t.out_of_memory = false;
	if (text.len == 0 || text.data[text.len - 1] != '}')
		return explain(&t, record, e);
	if (LIKELY(scan_text(&t, text)))
		return 0;
	return report(&t, (size_t)(t.walk.at - t.walk.start) + 1,
		      t.walk.failure, e);
}

void scan_free(struct scan *s)
{
	free(s->members);
	free(s->shape);
	free(s->by_slot);
	free(s->known);
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

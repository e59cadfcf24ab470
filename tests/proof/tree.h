/*
 * JSON as a tree: what a record has, and what a document says. It is read
 * strictly, by RFC 8259 and with nothing of lib/json.
 */
#ifndef SIEM_TESTS_PROOF_TREE_H
#define SIEM_TESTS_PROOF_TREE_H

#include "expect.h"

#include "core/arena.h"

#include <stdbool.h>

enum { TREE_DEEPEST = 1000 };

struct tree {
	enum value_type type;
	struct slice name; // of a member, decoded
	struct slice text; // a string decoded; else as it stands
	struct tree *parent, *first, *last, *next;
	bool used;  // of a record: something has been put of it
	bool again; // a later member of the same object has the same name
};

struct tree_reader {
	struct arena *arena;
	struct slice left;
	size_t depth;
};

static inline void *tree_take(struct arena *arena, size_t n)
{
	void *taken = arena_take(arena, n);

	if (taken == NULL)
		abort();
	return taken;
}

static inline struct slice tree_keep(struct arena *arena, struct slice text)
{
	char *copy = tree_take(arena, text.len + 1);

	memcpy(copy, text.len > 0 ? text.data : "", text.len);
	copy[text.len] = '\0';
	return (struct slice){ copy, text.len };
}

static inline struct tree *tree_new(struct arena *arena, enum value_type type,
				    struct slice text)
{
	struct tree *t = tree_take(arena, sizeof(*t));

	*t = (struct tree){ .type = type, .text = text };
	return t;
}

static inline void tree_add(struct tree *parent, struct tree *child)
{
	child->parent = parent;
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
}

/* What comes next, behind white space; NUL: nothing. */
static inline char tree_peek(struct tree_reader *r)
{
	while (r->left.len > 0 && memchr(" \t\r\n", r->left.data[0], 4) != NULL)
		r->left = slice_from(r->left, 1);
	return r->left.len > 0 ? r->left.data[0] : '\0';
}

static inline bool tree_is_hex(char c)
{
	return (c >= '0' && c <= '9') ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* The bytes of an escape, at its backslash; 0: it is none. */
static inline size_t tree_escape(const char *s, const char *end)
{
	if (end - s < 2 || s[1] == '\0' || strchr("\"\\/bfnrtu", s[1]) == NULL)
		return 0;
	if (s[1] != 'u')
		return 2;
	for (size_t i = 2; i < 6; i++)
		if (s + i >= end || !tree_is_hex(s[i]))
			return 0;
	return 6;
}

/* Take a string off the front, decoded; false: there is none. */
static inline bool tree_read_string(struct tree_reader *r, struct slice *text)
{
	const char *s = r->left.data + 1;
	const char *end = r->left.data + r->left.len;
	struct buf decoded = BUF_INIT(r->left.len * 3 + 1);
	bool plain = true;

	if (tree_peek(r) != '"')
		return false;
	s = r->left.data + 1;
	while (s < end && *s != '"') {
		size_t n = *s == '\\' ? tree_escape(s, end) : 1;

		if (n == 0 || (unsigned char)*s < 0x20)
			return false;
		plain = plain && n == 1;
		s += n;
	}
	if (s == end)
		return false;
	*text = (struct slice){ r->left.data + 1,
				(size_t)(s - r->left.data - 1) };
	r->left = slice_from(r->left, text->len + 2);
	if (plain)
		return true;
	expect_decoded(&decoded, *text);
	*text = tree_keep(r->arena, buf_slice(&decoded));
	buf_free(&decoded);
	return true;
}

static inline size_t tree_digits(struct slice s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && s.data[at + n] >= '0' && s.data[at + n] <= '9')
		n++;
	return n;
}

/* The bytes of the number that a text begins with; 0: none. */
static inline size_t tree_number(struct slice s)
{
	size_t at = s.len > 0 && s.data[0] == '-';
	size_t whole = tree_digits(s, at);
	size_t more;

	if (whole == 0 || (whole > 1 && s.data[at] == '0'))
		return 0;
	at += whole;
	if (at < s.len && s.data[at] == '.') {
		more = tree_digits(s, at + 1);
		if (more == 0)
			return 0;
		at += 1 + more;
	}
	if (at < s.len && (s.data[at] | 0x20) == 'e') {
		size_t sign = at + 1 < s.len &&
			      (s.data[at + 1] == '+' || s.data[at + 1] == '-');
		more = tree_digits(s, at + 1 + sign);
		if (more == 0)
			return 0;
		at += 1 + sign + more;
	}
	return at;
}

static inline struct tree *tree_read_word(struct tree_reader *r)
{
	static const struct {
		struct slice word;
		enum value_type type;
	} words[] = { { SLICE("null"), VALUE_NULL },
		      { SLICE("false"), VALUE_FALSE },
		      { SLICE("true"), VALUE_TRUE } };
	enum value_type type = VALUE_NUMBER;
	size_t len = tree_number(r->left);

	for (size_t i = 0; i < 3 && len == 0; i++)
		if (slice_has_prefix(r->left, words[i].word)) {
			len = words[i].word.len;
			type = words[i].type;
		}
	if (len == 0)
		return NULL;
	return tree_new(r->arena, type, slice_take_n(&r->left, len));
}

static inline struct tree *tree_read_value(struct tree_reader *r);

/* The elements or members of what has just been opened. */
static inline bool tree_read_parts(struct tree_reader *r, struct tree *t)
{
	const char close = t->type == VALUE_OBJECT ? '}' : ']';

	if (tree_peek(r) == close) {
		r->left = slice_from(r->left, 1);
		return true;
	}
	for (;;) {
		struct slice name = { 0 };
		struct tree *part;

		if (t->type == VALUE_OBJECT) {
			if (!tree_read_string(r, &name) || tree_peek(r) != ':')
				return false;
			r->left = slice_from(r->left, 1);
		}
		part = tree_read_value(r);
		if (part == NULL)
			return false;
		part->name = name;
		tree_add(t, part);
		char next = tree_peek(r);
		if (next != ',' && next != close)
			return false;
		r->left = slice_from(r->left, 1);
		if (next == close)
			return true;
	}
}

static inline struct tree *tree_read_value(struct tree_reader *r)
{
	const char c = tree_peek(r);
	const char *start = r->left.data;
	struct tree *t;

	if (c == '"') {
		t = tree_new(r->arena, VALUE_STRING, (struct slice){ 0 });
		return tree_read_string(r, &t->text) ? t : NULL;
	}
	if (c != '{' && c != '[')
		return tree_read_word(r);
	if (r->depth == TREE_DEEPEST)
		return NULL;
	t = tree_new(r->arena, c == '{' ? VALUE_OBJECT : VALUE_ARRAY,
		     (struct slice){ 0 });
	r->left = slice_from(r->left, 1);
	r->depth++;
	if (!tree_read_parts(r, t))
		return NULL;
	r->depth--;
	t->text = (struct slice){ start, (size_t)(r->left.data - start) };
	return t;
}

/* The tree of a text, which it borrows from; NULL: it is no JSON. */
static inline struct tree *tree_read(struct arena *arena, struct slice text)
{
	struct tree_reader r = { .arena = arena, .left = text };
	struct tree *t = tree_read_value(&r);

	return t != NULL && tree_peek(&r) == '\0' && r.left.len == 0 ? t : NULL;
}

/* The last member of that name, or NULL. */
static inline struct tree *tree_member(const struct tree *object,
				       struct slice name)
{
	struct tree *found = NULL;

	if (object->type != VALUE_OBJECT)
		return NULL;
	for (struct tree *t = object->first; t != NULL; t = t->next)
		if (slice_is(t->name, name))
			found = t;
	return found;
}

static inline size_t tree_count(const struct tree *t)
{
	size_t n = 0;

	for (const struct tree *part = t->first; part != NULL;
	     part = part->next)
		n++;
	return n;
}

/* Note which members of objects, at any depth, have been said again. */
static inline void tree_note_again(struct tree *t)
{
	for (struct tree *part = t->first; part != NULL; part = part->next) {
		part->again = t->type == VALUE_OBJECT &&
			      tree_member(t, part->name) != part;
		tree_note_again(part);
	}
}

static inline bool tree_is_container(const struct tree *t)
{
	return t->type == VALUE_ARRAY || t->type == VALUE_OBJECT;
}

/* Its text: strings decoded, arrays and objects as compact JSON. */
static inline struct slice tree_text(struct arena *arena, const struct tree *t)
{
	struct buf compact = BUF_INIT(t->text.len * 6 + 1);
	struct slice text = t->text;

	if (tree_is_container(t)) {
		expect_compact(&compact, t->text);
		text = tree_keep(arena, buf_slice(&compact));
		buf_free(&compact);
	}
	return text;
}

#endif

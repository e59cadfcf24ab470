/*
 * Some bytes that somebody else owns: a pointer and a length.
 *
 * A slice may hold any byte, NUL included, and is never assumed to end in one.
 */
#ifndef SIEM_CORE_SLICE_H
#define SIEM_CORE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
	const char *data; // may be NULL where len is 0
	size_t len;
};

/* A slice of a string literal, and of a C string. */
#define SLICE(literal) ((struct slice){ (literal), sizeof(literal) - 1 })

static inline struct slice slice_of(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

static inline bool slice_is(struct slice a, struct slice b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Are they the same but for which letters of ASCII are capitals? */
static inline bool slice_is_like(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		char lower = (char)(a.data[i] | 0x20);

		if (a.data[i] != b.data[i] &&
		    (lower != (b.data[i] | 0x20) || lower < 'a' || lower > 'z'))
			return false;
	}
	return true;
}

static inline bool slice_has_prefix(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len &&
	       (prefix.len == 0 ||
		memcmp(s.data, prefix.data, prefix.len) == 0);
}

/* s without its first n bytes; n <= s.len. */
static inline struct slice slice_from(struct slice s, size_t n)
{
	return (struct slice){ n == 0 ? s.data : s.data + n, s.len - n };
}

/* Take prefix off the front of s, if it is there. */
static inline bool slice_take(struct slice *s, struct slice prefix)
{
	if (!slice_has_prefix(*s, prefix))
		return false;
	*s = slice_from(*s, prefix.len);
	return true;
}

/* Take the first n bytes off the front of s; n <= s->len. */
static inline struct slice slice_take_n(struct slice *s, size_t n)
{
	struct slice front = { s->data, n };

	*s = slice_from(*s, n);
	return front;
}

/* Take what stands before the divider, or all; the divider goes with it. */
static inline struct slice slice_take_until(struct slice *s, char divider)
{
	const char *end = s->len == 0 ? NULL : memchr(s->data, divider, s->len);
	struct slice front =
		slice_take_n(s, end == NULL ? s->len : (size_t)(end - s->data));

	if (end != NULL)
		*s = slice_from(*s, 1);
	return front;
}

/* Take a word, and the one space behind it or the end; false if it is empty. */
static inline bool slice_take_word(struct slice *s, struct slice *word)
{
	*word = slice_take_until(s, ' ');
	return word->len > 0;
}

/* A space, a tab, CR or LF: what is blank in JSON, and around a header's value.
 */
static inline bool slice_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Can it stand in a header: is it printable ASCII without blanks, not empty? */
static inline bool slice_is_word(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] <= ' ' || s.data[i] > '~')
			return false;
	return s.len > 0;
}

/* s without the blanks at both ends. */
static inline struct slice slice_trim(struct slice s)
{
	while (s.len > 0 && slice_is_blank(s.data[s.len - 1]))
		s.len--;
	while (s.len > 0 && slice_is_blank(s.data[0]))
		s = slice_from(s, 1);
	return s;
}

#endif

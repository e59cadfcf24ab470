/*
 * Walking over JSON text, token by token, and validating it (RFC 8259).
 *
 * The text ends in a closing bracket. So every token but a closing bracket has
 * another byte behind it, which may be read without a look at where the text
 * ends; what comes after a closing bracket has to be looked at first.
 *
 * Each function takes the place where its token begins, returns what follows
 * the token, and fails with NULL.
 */
#ifndef SIEM_JSON_WALK_H
#define SIEM_JSON_WALK_H

#include "core/attr.h"
#include "core/slice.h"
#include "json/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { WALK_DEPTH = 512 }; // arrays and objects within one another

struct walk {
	const char *start, *end;
	const char *last_block; // where the last 16 bytes begin; NULL: too few
	const char *loose;      // the last place that is not compact, or start
	const char *failure;    // why it failed, and where
	const char *at;
	bool bad_utf8; // it failed because of that
	bool escaped;  // walk_string_slowly() met an escape
};

static inline void walk_start(struct walk *w, struct slice text)
{
	// Field by field: the fields are read at once, and a copy of the whole
	// would still be on its way.
	w->start = text.data;
	w->end = text.data + text.len;
	w->last_block = text.len < 16 ? NULL : text.data + (text.len - 16);
	w->loose = text.data;
	w->failure = NULL;
	w->at = text.data;
	w->bad_utf8 = false;
}

_Static_assert(WALK_DEPTH == 512, "as the message says");
#define WALK_TOO_DEEP "nested deeper than 512 levels"
#define WALK_CUT_OFF "cut off"

/* Fail: both return NULL. The latter is for what comes behind a value. */
const char *walk_fail(struct walk *w, const char *at, const char *why);
const char *walk_fail_between(struct walk *w, const char *at, char closing);

/* Skip the array or object at p, depth others being open around it. */
const char *walk_container(struct walk *w, const char *p, size_t depth);

/*
 * Is text one JSON object, without a blank around it, and nothing else? What
 * will stand among others has to be: what only begins like one could end it and
 * begin another.
 */
bool walk_is_object(struct slice text) MUST_CHECK;

/* What few tokens need, of the functions that follow. */
const char *walk_space_slowly(struct walk *w, const char *p);
const char *walk_string_slowly(struct walk *w, const char *begin,
			       const char *from);
const char *walk_exponent(struct walk *w, const char *p);
const char *walk_misspelt(struct walk *w, const char *p, const char *word);

static inline bool walk_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Skip white space. */
IN_LINE const char *walk_space(struct walk *w, const char *p)
{
	return LIKELY(*p > ' ') ? p : walk_space_slowly(w, p);
}

/*
 * Skip the string whose text is at begin, behind its quote; returns its
 * closing quote. escaped: are there escapes in it?
 */
IN_LINE const char *walk_string(struct walk *w, const char *begin,
				bool *escaped)
{
	const char *p = begin;

	*escaped = false;
#ifdef __SSE2__
	while (LIKELY(p <= w->last_block)) {
		__m128i block = _mm_loadu_si128((const __m128i *)p);
		// Negative: control characters, and what is not ASCII.
		__m128i stop = _mm_subs_epi8(block, _mm_set1_epi8(' '));

		stop = _mm_or_si128(stop,
				    _mm_cmpeq_epi8(block, _mm_set1_epi8('"')));
		stop = _mm_or_si128(stop,
				    _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
		unsigned bits = (unsigned)_mm_movemask_epi8(stop);

		if (bits != 0) {
			p += (unsigned)__builtin_ctz(bits);
			if (LIKELY(*p == '"'))
				return p;
			break;
		}
		p += 16;
	}
#endif
	p = walk_string_slowly(w, begin, p);
	*escaped = w->escaped;
	return p;
}

IN_LINE bool walk_is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* Skip digits, at least one. */
IN_LINE const char *walk_digits(struct walk *w, const char *p)
{
	if (UNLIKELY(!walk_is_digit(*p)))
		return walk_fail(w, p, "expected a digit");
	do
		p++;
	while (walk_is_digit(*p));
	return p;
}

/* Skip a number, at its first digit or minus (RFC 8259 section 6). */
IN_LINE const char *walk_number(struct walk *w, const char *p)
{
	if (*p == '-')
		p++;
	if (UNLIKELY(*p == '0' && walk_is_digit(p[1])))
		return walk_fail(w, p, "a number with a leading zero");
	p = walk_digits(w, p);
	if (p != NULL && *p == '.')
		p = walk_digits(w, p + 1);
	return p == NULL || LIKELY((*p | 0x20) != 'e') ? p
						       : walk_exponent(w, p);
}

/* Skip a word of len letters. */
IN_LINE const char *walk_word(struct walk *w, const char *p, const char *word,
			      size_t len)
{
	if (LIKELY(w->end - p > (ptrdiff_t)len && memcmp(p, word, len) == 0))
		return p + len;
	return walk_misspelt(w, p, word);
}

/* Skip what is neither an array nor an object, and say what it is. */
IN_LINE const char *walk_scalar(struct walk *w, const char *p, struct value *v)
{
	char c = *p;
	bool escaped;

	v->flags = 0;
	if (LIKELY(c == '"')) {
		v->type = VALUE_STRING;
		v->data = p + 1;
		p = walk_string(w, p + 1, &escaped);
		if (UNLIKELY(p == NULL))
			return NULL;
		v->len = (uint32_t)(p - v->data);
		if (escaped)
			v->flags = VALUE_ESCAPED;
		return p + 1;
	}

	v->data = p;
	if (walk_is_digit(c) || c == '-') {
		v->type = VALUE_NUMBER;
		p = walk_number(w, p);
	} else if (c == 't') {
		v->type = VALUE_TRUE;
		p = walk_word(w, p, "true", 4);
	} else if (c == 'f') {
		v->type = VALUE_FALSE;
		p = walk_word(w, p, "false", 5);
	} else if (c == 'n') {
		v->type = VALUE_NULL;
		p = walk_word(w, p, "null", 4);
	} else {
		return walk_fail(w, p, "expected a value");
	}
	if (UNLIKELY(p == NULL))
		return NULL;
	v->len = (uint32_t)(p - v->data);
	return p;
}

/* Skip the colon and the white space around it. */
IN_LINE const char *walk_colon(struct walk *w, const char *p)
{
	if (UNLIKELY(*p != ':')) {
		p = walk_space(w, p);
		if (*p != ':')
			return walk_fail(w, p, "expected a colon");
	}
	return walk_space(w, p + 1);
}

/* Skip a member's name and colon; returns where its value begins. */
IN_LINE const char *walk_name(struct walk *w, const char *p, struct slice *name,
			      bool *escaped)
{
	if (UNLIKELY(*p != '"'))
		return walk_fail(w, p, "expected a member name");
	name->data = p + 1;
	p = walk_string(w, p + 1, escaped);
	if (UNLIKELY(p == NULL))
		return NULL;
	name->len = (size_t)(p - name->data);
	return walk_colon(w, p + 1);
}

/* The value that begins at v->data is a container and ends before end. */
static inline void walk_close(const struct walk *w, struct value *v,
			      const char *end)
{
	v->len = (uint32_t)(end - v->data);
	v->type = *v->data == '[' ? VALUE_ARRAY : VALUE_OBJECT;
	v->flags = w->loose > v->data ? VALUE_LOOSE : 0;
}

/* Skip any value, depth arrays and objects being open around it. */
IN_LINE const char *walk_value(struct walk *w, const char *p, size_t depth,
			       struct value *v)
{
	if (LIKELY(*p == '"') || (*p != '[' && *p != '{'))
		return walk_scalar(w, p, v);
	v->data = p;
	p = walk_container(w, p, depth);
	if (p != NULL)
		walk_close(w, v, p);
	return p;
}

/*
 * Skip a member of the outermost object, at its name; returns where the next
 * one begins, or the closing brace.
 */
IN_LINE const char *walk_member(struct walk *w, const char *p,
				struct slice *name, bool *escaped,
				struct value *v)
{
	p = walk_name(w, p, name, escaped);
	if (p != NULL)
		p = walk_value(w, p, 1, v);
	if (UNLIKELY(p == NULL))
		return NULL;
	if (UNLIKELY(p == w->end))
		return walk_fail(w, p, WALK_CUT_OFF);
	p = walk_space(w, p);
	if (*p == '}')
		return p;
	if (UNLIKELY(*p != ','))
		return walk_fail_between(w, p, '}');
	p = walk_space(w, p + 1);
	return LIKELY(*p == '"') ? p
				 : walk_fail(w, p, "expected a member name");
}

#endif

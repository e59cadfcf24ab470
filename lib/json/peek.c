#include "json/peek.h"

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static struct slice skip_space(struct slice s)
{
	size_t n = 0;

	while (n < s.len && slice_is_blank(s.data[n]))
		n++;
	return slice_from(s, n);
}

/* Take one byte off the front of s, if it is c. */
static bool take(struct slice *s, char c)
{
	if (s->len == 0 || s->data[0] != c)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

bool peek_object(struct slice s, struct slice *inside)
{
	*inside = skip_space(s);
	return take(inside, '{');
}

#ifdef __SSE2__
/* A bit for each of 16 bytes that is c. */
static uint64_t bits_of(__m128i block, char c)
{
	__m128i found = _mm_cmpeq_epi8(block, _mm_set1_epi8(c));

	return (unsigned)_mm_movemask_epi8(found);
}
#endif

/* The first quote or backslash at or behind i, or the end. */
static size_t find_quote(struct slice s, size_t i)
{
#ifdef __SSE2__
	for (; s.len - i >= 16; i += 16) {
		const void *here = s.data + i;
		__m128i block = _mm_loadu_si128(here);
		uint64_t bits = bits_of(block, '"') | bits_of(block, '\\');

		if (bits != 0)
			return i + (unsigned)__builtin_ctzll(bits);
	}
#endif
	while (i < s.len && s.data[i] != '"' && s.data[i] != '\\')
		i++;
	return i;
}

/* The length of the string that s begins with, quotes included; 0: none. */
static size_t string_len(struct slice s)
{
	size_t i = 1;

	if (s.len == 0 || s.data[0] != '"')
		return 0;
	while ((i = find_quote(s, i)) < s.len) {
		if (s.data[i] == '"')
			return i + 1;
		i += i + 1 < s.len ? 2 : 1;
	}
	return 0;
}

/* What matters among the bytes of a block, a bit for each of them. */
enum { BLOCK = 64 };

struct marks {
	uint64_t quotes, backslashes;
	uint64_t opening, closing; // brackets of any kind
};

static void mark(const char *block, struct marks *m)
{
	*m = (struct marks){ 0 };
#ifdef __SSE2__
	// One bit is all that square brackets lack to be braces.
	const __m128i bit = _mm_set1_epi8('{' ^ '[');

	for (unsigned i = 0; i < BLOCK; i += 16) {
		const void *here = block + i;
		__m128i b = _mm_loadu_si128(here);
		__m128i braces = _mm_or_si128(b, bit);

		m->quotes |= bits_of(b, '"') << i;
		m->backslashes |= bits_of(b, '\\') << i;
		m->opening |= bits_of(braces, '{') << i;
		m->closing |= bits_of(braces, '}') << i;
	}
#else
	for (unsigned i = 0; i < BLOCK; i++) {
		const char c = block[i];

		m->quotes |= (uint64_t)(c == '"') << i;
		m->backslashes |= (uint64_t)(c == '\\') << i;
		m->opening |= (uint64_t)(c == '{' || c == '[') << i;
		m->closing |= (uint64_t)(c == '}' || c == ']') << i;
	}
#endif
}

/*
 * Those behind a backslash that is not behind one itself. *behind: is the first
 * byte of the block; then: that of the next.
 */
static uint64_t find_escaped(uint64_t backslashes, bool *behind)
{
	uint64_t escaped = *behind;

	*behind = false;
	backslashes &= ~escaped;
	while (backslashes != 0) {
		uint64_t first = backslashes & -backslashes;

		escaped |= first << 1;
		*behind = first >> (BLOCK - 1);
		backslashes &= ~(first | first << 1);
	}
	return escaped;
}

/* From each quote that opens a string up to the one that closes it. */
static uint64_t find_strings(uint64_t quotes, bool *inside)
{
	for (unsigned n = 1; n < BLOCK; n *= 2)
		quotes ^= quotes << n;
	if (*inside)
		quotes = ~quotes;
	*inside = quotes >> (BLOCK - 1);
	return quotes;
}

/* The same for an array or object: brackets of any kind are only counted. */
static size_t container_len(struct slice s)
{
	bool inside = false; // a string
	bool behind = false; // a backslash
	size_t depth = 0;

	for (size_t at = 0; at < s.len; at += BLOCK) {
		char last[BLOCK] = { 0 };
		const char *block = s.data + at;
		struct marks m;

		if (s.len - at < BLOCK)
			block = memcpy(last, block, s.len - at);
		mark(block, &m);
		m.quotes &= ~find_escaped(m.backslashes, &behind);

		uint64_t outside = ~find_strings(m.quotes, &inside);
		uint64_t brackets = (m.opening | m.closing) & outside;
		for (; brackets != 0; brackets &= brackets - 1) {
			if ((m.opening & brackets & -brackets) != 0)
				depth++;
			else if (--depth == 0)
				return at + 1 +
				       (unsigned)__builtin_ctzll(brackets);
		}
	}
	return 0;
}

static size_t value_len(struct slice s)
{
	size_t n = 0;

	if (s.len > 0 && s.data[0] == '"')
		return string_len(s);
	if (s.len > 0 && (s.data[0] == '{' || s.data[0] == '['))
		return container_len(s);
	while (n < s.len && s.data[n] != ',' && s.data[n] != '}' &&
	       !slice_is_blank(s.data[n]))
		n++;
	return n;
}

bool peek_member(struct slice *rest, struct slice *key, struct slice *value)
{
	*rest = skip_space(*rest);
	if (take(rest, ','))
		*rest = skip_space(*rest);

	size_t n = string_len(*rest);
	if (n == 0)
		return false;
	*key = slice_take_n(rest, n);
	*key = (struct slice){ key->data + 1, n - 2 };

	*rest = skip_space(*rest);
	if (!take(rest, ':'))
		return false;
	*rest = skip_space(*rest);
	n = value_len(*rest);
	*value = slice_take_n(rest, n);
	return n > 0;
}

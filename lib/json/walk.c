#include "json/walk.h"

#include "core/utf8.h"
#include "json/backslash.h"

#include <assert.h>

const char *walk_fail(struct walk *w, const char *at, const char *why)
{
	w->failure = why;
	w->at = at;
	return NULL;
}

const char *walk_fail_between(struct walk *w, const char *at, char closing)
{
	return walk_fail(w, at,
			 closing == '}'
				 ? "expected a comma or a closing brace"
				 : "expected a comma or a closing bracket");
}

const char *walk_space_slowly(struct walk *w, const char *p)
{
	const char *begin = p;

	while (walk_is_space(*p))
		p++;
	if (p > begin)
		w->loose = p - 1;
	return p;
}

#ifdef __SSE2__
/*
 * A bit for each of 16 bytes that no string holds as it stands: quotes,
 * backslashes, control characters. *high: a bit for each that is not ASCII.
 */
static unsigned special_bits(const char *p, unsigned *high)
{
	__m128i block = _mm_loadu_si128((const __m128i *)p);
	__m128i special =
		_mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
			     _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
	__m128i no_more_than_1f =
		_mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);

	*high = (unsigned)_mm_movemask_epi8(block);
	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(special, no_more_than_1f));
}
#endif

/*
 * The first byte at or behind p that no string holds as it stands, or the end
 * of the text. *high is set where one before it is not ASCII.
 */
static const char *find_special(const struct walk *w, const char *p, bool *high)
{
#ifdef __SSE2__
	while (w->end - p >= 16) {
		unsigned high_bits;
		unsigned bits = special_bits(p, &high_bits);

		if (bits != 0) {
			*high |= (high_bits & (bits ^ (bits - 1))) != 0;
			return p + __builtin_ctz(bits);
		}
		*high |= high_bits != 0;
		p += 16;
	}
#endif
#ifdef __SSE2__
	if (w->last_block != NULL) {
		// Of the last 16 bytes, those that are not behind us.
		unsigned behind = (unsigned)(p - w->last_block), high_bits;
		unsigned bits =
			special_bits(w->last_block, &high_bits) >> behind;

		high_bits >>= behind;
		*high |= (high_bits & (bits ^ (bits - 1))) != 0;
		return bits != 0 ? p + __builtin_ctz(bits) : w->end;
	}
#endif
	while (p < w->end && (unsigned char)*p >= 0x20 && *p != '"' &&
	       *p != '\\')
		*high |= (unsigned char)*p++ >= 0x80;
	return p;
}

const char *walk_string_slowly(struct walk *w, const char *begin,
			       const char *from)
{
	bool high = false;
	const char *p = find_special(w, from, &high);

	w->escaped = false;
	while (p < w->end && *p == '\\') {
		const char *wrong;
		const char *next = backslash_skip(p, &wrong);

		if (next == NULL)
			return walk_fail(w, wrong,
					 wrong == p + 1
						 ? "no such escape"
						 : "expected four hex digits");
		if (!backslash_is_shortest(p))
			w->loose = p;
		w->escaped = true;
		p = find_special(w, next, &high);
	}
	if (p == w->end)
		return walk_fail(w, begin - 1, "unterminated string");
	if (*p != '"')
		return walk_fail(w, p, "control character in a string");
	if (!high)
		return p;

	struct slice text = { begin, (size_t)(p - begin) };
	size_t good = utf8_valid(text);
	w->bad_utf8 = good < text.len;
	return w->bad_utf8 ? walk_fail(w, begin + good, "not UTF-8") : p;
}

const char *walk_exponent(struct walk *w, const char *p)
{
	p++;
	return walk_digits(w, p + (*p == '+' || *p == '-'));
}

const char *walk_misspelt(struct walk *w, const char *p, const char *word)
{
	while (*p == *word) {
		p++;
		word++;
	}
	return walk_fail(w, p, "expected true, false or null");
}

const char *walk_container(struct walk *w, const char *p, size_t depth)
{
	char outer[WALK_DEPTH]; // closing brackets of what is open here
	size_t open = 0;
	char closing = '\0'; // that of the innermost
	struct slice name;
	struct value v;
	bool escaped;

	assert(*p == '[' || *p == '{');
	for (;;) {
		// At a value.
		char c = *p;
		bool opens = c == '[' || c == '{';

		if (!opens) {
			p = walk_scalar(w, p, &v);
			if (UNLIKELY(p == NULL))
				return NULL;
		} else {
			if (depth + open == WALK_DEPTH)
				return walk_fail(w, p, WALK_TOO_DEEP);
			outer[open++] = closing;
			closing = c == '[' ? ']' : '}';
			p = walk_space(w, p + 1);
			opens = *p != closing;
		}

		if (!opens) {
			if (*p != ',') {
				p = walk_space(w, p);
				while (*p == closing) {
					p++;
					closing = outer[--open];
					if (open == 0)
						return p;
					if (p == w->end)
						return walk_fail(w, p,
								 WALK_CUT_OFF);
					p = walk_space(w, p);
				}
				if (UNLIKELY(*p != ','))
					return walk_fail_between(w, p, closing);
			}
			p = walk_space(w, p + 1);
		}
		if (closing == '}') {
			p = walk_name(w, p, &name, &escaped);
			if (UNLIKELY(p == NULL))
				return NULL;
		}
	}
}

bool walk_is_object(struct slice text)
{
	struct walk w;

	if (text.len < 2 || text.data[0] != '{' ||
	    text.data[text.len - 1] != '}')
		return false;
	walk_start(&w, text);
	return walk_container(&w, text.data, 0) == w.end;
}

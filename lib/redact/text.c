#include "redact/text.h"

#include <string.h>

enum { GLUED_MIN = 6 }; // letters of a word that no other word ends in

const uint8_t text_kinds[256] = {
	['\t'] = TEXT_BLANK,
	['\n'] = TEXT_BLANK,
	['\r'] = TEXT_BLANK,
	[' '] = TEXT_BLANK,
	['+'] = TEXT_PLUS,
	['/'] = TEXT_PLUS,
	['-'] = TEXT_URL,
	['_'] = TEXT_URL,
	['0' ... '9'] = TEXT_DIGIT | TEXT_HEX,
	['A' ... 'F'] = TEXT_UPPER | TEXT_HEX,
	['G' ... 'Z'] = TEXT_UPPER,
	['a' ... 'f'] = TEXT_LOWER | TEXT_HEX,
	['g' ... 'z'] = TEXT_LOWER,
	[128 ... 255] = TEXT_ABROAD,
};

size_t text_run(struct slice text, size_t i, unsigned kinds, size_t max)
{
	size_t n = 0;

	while (n < max && text_is(text, i + n, kinds))
		n++;
	return n;
}

size_t text_run_before(struct slice text, size_t i, unsigned kinds, size_t max)
{
	size_t n = 0;

	while (n < max && text_is(text, i - n - 1, kinds))
		n++;
	return n;
}

size_t text_divider(struct slice text, size_t i)
{
	// U+00A0, the space that does not break, U+2009 and U+202F, which are
	// narrow, and U+2010 to U+2013, hyphens and a dash.
	static const char *const wide[] = {
		"\xc2\xa0",     "\xe2\x80\x89", "\xe2\x80\xaf", "\xe2\x80\x90",
		"\xe2\x80\x91", "\xe2\x80\x92", "\xe2\x80\x93",
	};
	char c = text_at(text, i);

	if (c == ' ' || c == '-')
		return 1;
	if (!text_is(text, i, TEXT_ABROAD))
		return 0;
	for (size_t k = 0; k < sizeof(wide) / sizeof(wide[0]); k++)
		if (slice_has_prefix(slice_from(text, i), slice_of(wide[k])))
			return strlen(wide[k]);
	return 0;
}

static char lower(char c)
{
	if (c < 'A' || c > 'Z')
		return c;
	return (char)(c + ('a' - 'A'));
}

bool text_has(struct slice text, size_t i, const char *word)
{
	for (; *word != '\0'; i++, word++)
		if (lower(text_at(text, i)) != *word)
			return false;
	return true;
}

bool text_ends(struct slice s, struct slice word)
{
	// Mostly the last byte decides.
	return s.len >= word.len &&
	       lower(text_at(s, s.len - 1)) == word.data[word.len - 1] &&
	       text_has(s, s.len - word.len, word.data);
}

bool text_ends_name(struct slice name, struct slice word)
{
	if (!text_ends(name, word))
		return false;
	size_t i = name.len - word.len;
	return !text_is(name, i - 1, TEXT_LETTER) ||
	       (text_is(name, i, TEXT_UPPER) &&
		text_is(name, i - 1, TEXT_LOWER));
}

bool text_ends_in(struct slice name, const struct slice *words)
{
	for (; words->len > 0; words++)
		if (words->len >= GLUED_MIN ? text_ends(name, *words)
					    : text_ends_name(name, *words))
			return true;
	return false;
}

bool text_is_word(struct slice s, const struct slice *words)
{
	for (; words->len > 0; words++)
		if (s.len == words->len && text_has(s, 0, words->data))
			return true;
	return false;
}

/* How many bytes from the first on are of the name of a function. */
static size_t function_len(struct slice s)
{
	size_t n = 0;

	while (text_is(s, n, TEXT_LETTER) || text_among(text_at(s, n), "._:"))
		n++;
	return n;
}

bool text_is_function(struct slice s)
{
	return s.len > 0 && function_len(s) == s.len;
}

bool text_is_call(struct slice s)
{
	size_t n = function_len(s);

	return n > 0 && text_at(s, n) == '(' && text_at(s, s.len - 1) == ')';
}

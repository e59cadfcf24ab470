#include "redact/pair.h"

#include "redact/text.h"

#include <string.h>

enum {
	NAME_MAX_LEN = 48,
	SCHEME_MAX = 10,
	BARE_MAX = 256, // of a value without quotes, to know it by
};

static bool is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

/* Does an unquoted value end at i? */
static bool is_end(struct slice text, size_t i)
{
	return !text_is(text, i, TEXT_ALNUM) &&
	       text_among(text.data[i], " \t\r\n\"'`,;&<>(){}[]|\\");
}

struct slice pair_name(struct slice text)
{
	size_t n = 0;

	while (n < text.len && n < NAME_MAX_LEN) {
		char c = text.data[text.len - n - 1];

		if (!text_is(text, text.len - n - 1, TEXT_BASE64URL) &&
		    c != '.' && c != ' ')
			break;
		n++;
	}
	return slice_from(text, text.len - n);
}

/* The end of the value at i that the quote ends; what it escapes, it ends too.
 */
static size_t quoted_end(struct slice text, size_t i, char quote)
{
	while (i < text.len && text.data[i] != quote && text.data[i] != '"' &&
	       !(text.data[i] == '\\' && is_quote(text_at(text, i + 1))))
		i++;
	return i;
}

static size_t bare_end(struct slice text, size_t i)
{
	size_t end = i;

	while (end < text.len && end - i < BARE_MAX && text.data[end] != '=' &&
	       !is_end(text, end))
		end++;
	return end;
}

/* The end of a row of bytes at i, max at most, that holds no blank and no
   quote; a parenthesis that opens in it closes in it. */
static size_t row_end(struct slice text, size_t i, size_t max)
{
	size_t from = i, open = 0;

	for (; i < text.len && i - from < max; i++) {
		if (text.data[i] == '(')
			open++;
		else if (text.data[i] == ')' && open > 0)
			open--;
		else if (is_end(text, i))
			break;
	}
	return i;
}

/* Is the value at i, up to a parenthesis at to, what a function returns:
   get_password(), getenv('PASSWORD'), config.get(user, key)? */
static bool is_call(struct slice text, size_t i, size_t to)
{
	size_t end = row_end(text, to, BARE_MAX);

	if (text_is_call((struct slice){ text.data + i, end - i }))
		return true;
	return text_is_function((struct slice){ text.data + i, to - i }) &&
	       (text_among(text_at(text, end), "'`,") || end == to + 1);
}

bool pair_at(struct slice text, size_t at, struct pair *pair)
{
	size_t end = at + text_run(text, at, TEXT_BASE64URL, NAME_MAX_LEN);
	size_t i = end;

	while (i < text.len &&
	       (is_quote(text.data[i]) || text_among(text.data[i], "\\]")))
		i++;
	bool quoted = i > end;
	i += text_run(text, i, TEXT_BLANK, SIZE_MAX);
	if (text_at(text, i) != '=' && text_at(text, i) != ':')
		return false;
	pair->name = pair_name((struct slice){ text.data, end });
	pair->sign = i++;
	if (text_at(text, i) == '=' || text_at(text, i) == '>')
		i++;
	pair->behind = i;
	pair->tie = quoted || text.data[pair->sign] == '=' ||
				    !text_is(text, i, TEXT_BLANK)
			    ? TIE_CLOSE
			    : TIE_LOOSE;
	return true;
}

bool pair_of_option(struct slice text, size_t at, struct pair *pair)
{
	size_t n = text_run(text, at + 1, TEXT_BASE64URL, NAME_MAX_LEN);

	pair->name = (struct slice){ text.data + at + 1, n };
	pair->sign = at;
	pair->behind = at + 1 + n;
	pair->tie = TIE_CLOSE;
	// Another option is no value.
	return n > 0 && text_at(text, pair->behind) == ' ' &&
	       !text_has(text, pair->behind + 1, "--");
}

bool pair_value(struct slice text, struct pair *pair)
{
	static const struct slice header = TEXT_WORD("authorization");
	size_t i = pair->behind, quote, to;

	i += text_run(text, i, TEXT_BLANK, SIZE_MAX);
	quote = i;
	while (text_at(text, quote) == '\\')
		quote++;
	pair->quoted = quote < text.len && is_quote(text.data[quote]);
	if (pair->quoted) {
		i = quote + 1;
		to = quoted_end(text, i, text.data[quote]);
	} else {
		to = bare_end(text, i);
		// The scheme of a header, and then its value.
		if (to - i <= SCHEME_MAX && text_at(text, to) == ' ' &&
		    text_ends(pair->name, header))
			to = bare_end(text, to + 1);
		if (text_at(text, to) == '(' && is_call(text, i, to))
			return false;
	}
	pair->value = (struct span){ i, to };
	return to > i;
}

size_t pair_end(struct slice text, const struct pair *pair)
{
	return pair->quoted ? pair->value.to
			    : row_end(text, pair->value.to, SIZE_MAX);
}

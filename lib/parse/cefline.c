#include "parse/cefline.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const struct slice prefix = SLICE("CEF:");

bool cefline_is_it(struct slice text)
{
	if (!slice_take(&text, prefix))
		return false;
	while (slice_take(&text, SLICE(" ")))
		;
	return text.len > 0 && is_digit(text.data[0]);
}

/* What a key may have, besides what only stands further on in it. */
static bool is_of_key(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       c == '_';
}

static bool is_within_key(char c)
{
	return is_of_key(c) || c == '.' || c == ',' || c == '[' || c == ']';
}

static void split_header(struct slice text, struct cefline *c)
{
	size_t start = 0;
	size_t i = 0;

	for (; i < text.len && c->count < CEF_FIELDS; i++) {
		if (text.data[i] == '\\') {
			i++;
		} else if (text.data[i] == '|') {
			c->fields[c->count++] =
				(struct slice){ text.data + start, i - start };
			start = i + 1;
		}
	}
	c->closed = c->count == CEF_FIELDS;
	if (!c->closed)
		c->fields[c->count++] = slice_from(text, start);
	else
		c->extension = slice_from(text, start);
}

/* A severity that no pipe ends: does a word that can be one stand there? */
static void end_severity(struct cefline *c)
{
	struct slice *severity = &c->fields[CEF_SEVERITY];
	struct slice rest = *severity;
	struct slice word = slice_take_until(&rest, ' ');

	for (size_t i = 0; i < word.len; i++)
		if (!is_of_key(word.data[i]) && word.data[i] != '-')
			word.len = 0;
	if (word.len == 0 || word.len > strlen("Very-High"))
		c->count--;
	*severity = word;
	c->extension = rest;
}

/*
 * An equals sign at i: where the key before it begins, or i where there is
 * none. Whatever is before from belongs to another pair.
 */
static size_t key_before(struct slice text, size_t from, size_t i)
{
	size_t start = i;

	while (start > from && is_within_key(text.data[start - 1]))
		start--;
	if (start == i || !is_of_key(text.data[start]) ||
	    (start > 0 && text.data[start - 1] != ' ' &&
	     text.data[start - 1] != '\t'))
		return i;
	return start;
}

static bool split_extension(struct cefline *c, struct pairs *pairs)
{
	struct slice text = c->extension;
	const char *end = text.data + text.len;
	const char *at = text.data;
	struct slice key = { 0 };
	size_t value = 0; // where that of key begins

	for (;
	     text.len > 0 && (at = memchr(at, '=', (size_t)(end - at))) != NULL;
	     at++) {
		size_t i = (size_t)(at - text.data);
		size_t start = key_before(text, value, i);

		if (start == i) // a backslash is of no key either
			continue;
		// The one space before it divides.
		struct slice before = { text.data + value,
					start - value - (start > value) };
		if (key.len == 0)
			c->loose = slice_trim(before);
		else if (!pairs_add(pairs, key, before))
			return false;
		key = (struct slice){ text.data + start, i - start };
		value = i + 1;
	}
	if (key.len == 0) {
		c->loose = slice_trim(text);
		return true;
	}
	return pairs_add(pairs, key, slice_from(text, value));
}

bool cefline_split(struct slice text, struct cefline *c, struct pairs *pairs)
{
	*c = (struct cefline){ 0 };
	pairs_clear(pairs);
	split_header(slice_from(text, prefix.len), c);
	if (c->count == CEF_FIELDS && !c->closed)
		end_severity(c);
	if (c->count < CEF_FIELDS)
		return true;

	size_t all = c->extension.len;
	while (c->extension.len > 0 &&
	       c->extension.data[c->extension.len - 1] == ' ')
		c->extension.len--;
	c->spaces = all - c->extension.len;
	return split_extension(c, pairs) && pairs_link(pairs);
}

/* Append text; known says what an escaped byte is, or 0. */
static void decode(struct slice text, char (*known)(char c), struct buf *out)
{
	while (text.len > 0) {
		const char *at = memchr(text.data, '\\', text.len);
		size_t n = at == NULL ? text.len : (size_t)(at - text.data);

		buf_put_slice(out, slice_take_n(&text, n));
		if (text.len == 0)
			return;

		char c = '\0';
		if (text.len > 1)
			c = known(text.data[1]);
		buf_put(out, c != '\0' ? &c : "\\", 1);
		text = slice_from(text, c != '\0' ? 2 : 1);
	}
}

static char in_value(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case '\\':
	case '=':
		return c;
	default:
		return '\0';
	}
}

static char in_field(char c)
{
	if (c != '\\' && c != '|')
		return '\0';
	return c;
}

void cefline_decode_value(struct slice value, struct buf *out)
{
	decode(value, in_value, out);
}

void cefline_decode_field(struct slice field, struct buf *out)
{
	decode(field, in_field, out);
}

#include "parse/leefline.h"

#include "core/utf8.h"

#include <string.h>

static const struct slice prefix = SLICE("LEEF:");

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool leefline_is_it(struct slice text)
{
	if (!slice_take(&text, prefix))
		return false;
	while (slice_take(&text, SLICE(" ")))
		;
	return text.len > 0 && is_digit(text.data[0]);
}

static void set_delimiter(struct leefline *l, uint32_t scalar)
{
	l->delimiter_len = utf8_encode(scalar, l->delimiter);
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "x" or "0x" and one to four hexadecimal digits. */
static bool take_number(struct slice spec, struct leefline *l)
{
	uint32_t n = 0;

	slice_take(&spec, SLICE("0"));
	if (!slice_take(&spec, SLICE("x")) && !slice_take(&spec, SLICE("X")))
		return false;
	for (size_t i = 0; i < spec.len; i++) {
		int digit = hex_digit(spec.data[i]);

		if (digit < 0)
			return false;
		n = 16 * n + (uint32_t)digit;
	}
	if (spec.len == 0 || spec.len > 4 || n == '=' ||
	    (n >= 0xd800 && n < 0xe000))
		return false;
	set_delimiter(l, n);
	l->said = spec.len == 2 ? LEEF_DELIMITER_GIVEN : LEEF_DELIMITER_WIDE;
	return true;
}

/* A character by itself, of one byte or, as UTF-8, of more. */
static bool take_character(struct slice spec, struct leefline *l)
{
	if (spec.len > sizeof(l->delimiter) || spec.data[0] == '=' ||
	    utf8_valid(spec) != spec.len)
		return false;
	for (size_t i = 1; i < spec.len; i++)
		if ((spec.data[i] & 0xc0) != 0x80)
			return false;
	memcpy(l->delimiter, spec.data, spec.len);
	l->delimiter_len = spec.len;
	l->said = LEEF_DELIMITER_GIVEN;
	return true;
}

/*
 * The delimiter's field, if it is there: a few bytes up to the next pipe, with
 * no equals sign in it, or it would be the first attribute.
 */
static void take_delimiter(struct leefline *l)
{
	enum { LONGEST = 8 };
	struct slice rest = l->attributes;
	struct slice spec = slice_take_until(&rest, '|');
	bool is_field = rest.data != spec.data + spec.len;

	if (!is_field || spec.len > LONGEST ||
	    (spec.len > 1 && memchr(spec.data, '=', spec.len) != NULL))
		return;
	l->spec = spec;
	l->attributes = rest;
	if (spec.len > 0 && !take_number(spec, l) && !take_character(spec, l))
		l->said = LEEF_DELIMITER_WRONG;
}

void leefline_split(struct slice text, struct leefline *l)
{
	struct slice rest = slice_from(text, prefix.len);

	*l = (struct leefline){ .said = LEEF_DELIMITER_LEFT_OUT };
	set_delimiter(l, '\t');
	while (l->count < LEEF_FIELDS && (l->count == 0 || l->closed)) {
		struct slice field = slice_take_until(&rest, '|');

		l->closed = rest.data != field.data + field.len;
		l->fields[l->count++] = field;
	}
	l->attributes = rest;
	// Attributes, and no event id: something before them is missing.
	if (l->count == LEEF_FIELDS && !l->closed &&
	    memchr(l->fields[LEEF_EVENT_ID].data, '=',
		   l->fields[LEEF_EVENT_ID].len) != NULL)
		l->count--;
	if (l->closed && slice_has_prefix(l->fields[LEEF_VERSION], SLICE("2")))
		take_delimiter(l);
}

/* Where the delimiter stands in a text, or the length of it. */
static size_t find_delimiter(const struct leefline *l, struct slice text)
{
	const char *at = text.len == 0 ? NULL
				       : memmem(text.data, text.len,
						l->delimiter, l->delimiter_len);

	return at == NULL ? text.len : (size_t)(at - text.data);
}

bool leefline_next(const struct leefline *l, struct slice *rest,
		   struct slice *key, struct slice *value)
{
	if (rest->len == 0)
		return false;

	size_t n = find_delimiter(l, *rest);
	bool is_last = n == rest->len;
	*value = slice_take_n(rest, n);
	if (!is_last)
		*rest = slice_from(*rest, l->delimiter_len);

	*key = (struct slice){ 0 };
	const char *equals =
		value->len == 0 ? NULL : memchr(value->data, '=', value->len);
	if (equals != NULL) {
		*key = slice_take_n(value, (size_t)(equals - value->data));
		*value = slice_from(*value, 1);
	}
	return true;
}

#include "event/key.h"

#include <stdio.h>

enum { LONGEST_CHARACTER = 4 }; // of UTF-8, in bytes

static char upper(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c;
}

/*
 * Each of these writes what a key takes of a name to p, which has room for as
 * many bytes, and returns what follows.
 */

/* Words in camel case; the first of the key stays as it is. */
static char *put_camel(char *p, struct slice name, bool first)
{
	bool begins = !first;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!map_allows(REST_CAMEL, c)) {
			begins = !first;
			continue;
		}
		if (begins)
			c = upper(c);
		*p++ = c;
		begins = first = false;
	}
	return p;
}

/* The bytes that keys may have. */
static char *put_allowed(char *p, struct slice name, enum rest_names names)
{
	for (size_t i = 0; i < name.len; i++)
		if (map_allows(names, name.data[i]))
			*p++ = name.data[i];
	return p;
}

/* All of it, each character that keys may not have becoming one _. */
static char *put_replaced(char *p, struct slice name, enum rest_names names)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.data[i];

		if (map_allows(names, name.data[i]))
			*p++ = name.data[i];
		else if (c < 0x80 || c >= 0xc0) // not within a character
			*p++ = '_';
	}
	return p;
}

/* All of it, but for NUL, which not everybody can read in a name. */
static void put_whole(struct buf *key, struct slice name)
{
	while (name.len > 0) {
		const char *nul = memchr(name.data, '\0', name.len);
		size_t n = nul != NULL ? (size_t)(nul - name.data) : name.len;

		buf_put(key, name.data, n);
		if (nul != NULL)
			buf_puts(key, "\xef\xbf\xbd");
		name = slice_from(name, nul != NULL ? n + 1 : n);
	}
}

void key_begin(struct buf *key, const struct key_style *style)
{
	buf_clear(key);
	buf_put_slice(key, style->prefix);
}

/* What of a name can become part of a key: each character is a byte there. */
static struct slice useful(const struct key_style *style, struct slice name)
{
	size_t most = style->max * LONGEST_CHARACTER;

	if (most != 0 && name.len > most)
		name.len = most;
	return name;
}

/* Does what a key takes of a name begin with something else than a letter? */
static bool lacks_letter(const struct key_style *style, struct slice name)
{
	enum rest_names names = style->given ? style->names : REST_CAMEL;

	for (size_t i = 0; i < name.len; i++)
		if (map_allows(names, name.data[i]))
			return !map_is_letter(name.data[i]);
	return false;
}

void key_add(struct buf *key, const struct key_style *style, struct slice name)
{
	if (style->max != 0 && key->len >= style->max)
		return;
	if (style->names == REST_WHOLE) {
		put_whole(key, name);
		return;
	}

	name = useful(style, name);
	if (style->names == REST_COLUMN && key->len == 0 &&
	    lacks_letter(style, name))
		buf_puts(key, "Member");
	char *start = buf_room(key, name.len + 1);
	char *p = start;

	if (start == NULL)
		return;
	if (style->names == REST_PATH || style->names == REST_DOTS ||
	    style->names == REST_LABEL) {
		if (key->len > style->prefix.len)
			*p++ = style->names == REST_LABEL ? '_' : '.';
		p = put_replaced(p, name, style->names);
	} else if (style->given) {
		p = put_allowed(p, name, style->names);
	} else {
		p = put_camel(p, name,
			      key->len == 0 && style->names == REST_CAMEL);
	}
	buf_grown(key, (size_t)(p - start));
}

void key_end(struct buf *key, const struct key_style *style)
{
	if (key->len == style->prefix.len && style->names != REST_WHOLE &&
	    buf_status(key) == 0)
		key_add(key, style, SLICE("member"));
	if (style->max != 0 && key->len > style->max && buf_status(key) == 0)
		buf_cut(key, style->max);
}

void key_number(struct buf *key, const struct key_style *style, size_t base,
		unsigned number)
{
	char digits[12];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%u", number);

	if (style->max != 0 && base + len > style->max)
		base = style->max - len;
	buf_cut(key, base);
	buf_put(key, digits, len);
}

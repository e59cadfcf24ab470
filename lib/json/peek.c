#include "json/peek.h"

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

/* The length of the string that s begins with, quotes included; 0: none. */
static size_t string_len(struct slice s)
{
	if (s.len == 0 || s.data[0] != '"')
		return 0;
	for (size_t i = 1; i < s.len; i++) {
		if (s.data[i] == '"')
			return i + 1;
		if (s.data[i] == '\\')
			i++;
	}
	return 0;
}

/* The same for an array or object: brackets of any kind are only counted. */
static size_t container_len(struct slice s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		if (c == '{' || c == '[')
			depth++;
		if ((c == '}' || c == ']') && --depth == 0)
			return i + 1;
		if (c == '"') {
			size_t n = string_len(slice_from(s, i));

			if (n == 0)
				return 0;
			i += n - 1;
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

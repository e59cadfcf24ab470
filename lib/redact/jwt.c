/*
 * jwt: a signed or encrypted token in compact form (RFC 7515 section 7.1, RFC
 * 7516 section 7.1): three parts, or five, of Base64 for URLs, the first a JSON
 * object that names an algorithm.
 */
#include "redact/class.h"
#include "redact/text.h"

#include <stdint.h>

enum { HEADER_MAX = 3072 };

/* Append what the next part stands for, as far as room goes. */
static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : 63;
}

/* Decode Base64 for URLs, all of which is; out has room for 3 of 4 bytes. */
static struct slice decode(struct slice part, char *out)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t len = 0;

	for (size_t i = 0; i < part.len; i++) {
		bits = bits << 6 | (uint32_t)value_of(part.data[i]);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[len++] = (char)(bits >> have);
		}
	}
	return (struct slice){ out, len };
}

/* Is it an object with a member "alg"? */
static bool is_header(struct slice part)
{
	char bytes[HEADER_MAX / 4 * 3 + 3];

	if (part.len > HEADER_MAX || part.len % 4 == 1)
		return false;
	struct slice json = slice_trim(decode(part, bytes));
	if (text_at(json, 0) != '{' || text_at(json, json.len - 1) != '}')
		return false;
	struct slice name = SLICE("\"alg\"");
	const char *p = memmem(json.data, json.len, name.data, name.len);
	if (p == NULL)
		return false;
	size_t i = (size_t)(p - json.data) + name.len;
	i += text_run(json, i, TEXT_BLANK, SIZE_MAX);
	return text_at(json, i) == ':';
}

static bool find(struct slice text, size_t at, struct span *found)
{
	size_t from = at - 1, parts = 1, end, to;

	if (text_is(text, from - 1, TEXT_BASE64URL))
		return false;
	end = from + text_run(text, from, TEXT_BASE64URL, SIZE_MAX);
	if (!is_header((struct slice){ text.data + from, end - from }))
		return false;
	size_t header = end;
	to = end;
	while (parts < 5 && text_at(text, end) == '.') {
		end += 1 + text_run(text, end + 1, TEXT_BASE64URL, SIZE_MAX);
		parts++;
		// Three of a signed token, and five of one that is encrypted.
		to = parts == 3 || parts == 5 ? end : to;
	}
	// Nothing but dots behind the header is no token.
	if (parts < 3 || to - header < parts)
		return false;
	*found = (struct span){ from, to };
	return true;
}

static const struct lead leads[] = {
	{ "[e][y][J][-0-9A-Za-z_]", find },
	{ NULL },
};

const struct class class_jwt = {
	.name = "jwt",
	.summary = "JSON Web Tokens, their header readable",
	.leads = leads,
};

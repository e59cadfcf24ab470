#include "json/write.h"

#include "core/utf8.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

static inline void put(struct buf *out, const char *bytes, size_t n)
{
	char *room = buf_room(out, n);

	if (room == NULL)
		return;
	memcpy(room, bytes, n);
	buf_grown(out, n);
}

void json_put_escape(struct buf *out, char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[0x20] = { ['\b'] = 'b',
					    ['\t'] = 't',
					    ['\n'] = 'n',
					    ['\f'] = 'f',
					    ['\r'] = 'r' };
	const unsigned char u = (unsigned char)c;
	char letter = c;

	if (u < sizeof(letters))
		letter = letters[u];
	if (letter != '\0')
		put(out, (char[]){ '\\', letter }, 2);
	else
		put(out,
		    (char[]){ '\\', 'u', '0', '0', hex[u >> 4], hex[u & 0xf] },
		    6);
}

static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/*
 * The top bit of each byte of eight that is not plain. Above the lowest of
 * them, bits of others may be set as well: differences borrow from there.
 */
static uint64_t special_of(uint64_t eight)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t tops = UINT64_C(0x8080808080808080);
	uint64_t quote = eight ^ ones * '"';
	uint64_t backslash = eight ^ ones * '\\';

	return (((eight - ones * 0x20) & ~eight) | ((quote - ones) & ~quote) |
		((backslash - ones) & ~backslash)) &
	       tops;
}

/* How many bytes of s, from its start, a string holds as they are. */
static size_t plain_prefix(struct slice s)
{
	size_t i = 0;

	for (; s.len - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
		uint64_t eight, special;

		memcpy(&eight, s.data + i, sizeof(eight));
		special = special_of(le64toh(eight));
		if (special != 0)
			return i + (size_t)__builtin_ctzll(special) / 8;
	}
	while (i < s.len && is_plain(s.data[i]))
		i++;
	return i;
}

void json_put_string(struct buf *out, struct slice text)
{
	const bool is_valid = utf8_valid(text) == text.len;

	put(out, "\"", 1);
	for (;;) {
		size_t n = plain_prefix(text);

		if (!is_valid)
			utf8_repair((struct slice){ text.data, n }, out);
		else if (n > 0) // or there may be no bytes to point to
			put(out, text.data, n);
		if (n == text.len)
			break;
		json_put_escape(out, text.data[n]);
		text = slice_from(text, n + 1);
	}
	put(out, "\"", 1);
}

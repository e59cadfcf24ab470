#include "json/write.h"

#include "core/utf8.h"

void json_put_escape(struct buf *out, char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[] = "btn\0fr"; // of U+0008 to U+000D
	char escape[6] = { '\\', c };
	size_t len = 2;

	if (c >= '\b' && c <= '\r' && c != '\v') {
		escape[1] = letters[c - '\b'];
	} else if ((unsigned char)c < 0x20) {
		memcpy(escape + 1, "u00", 3);
		escape[4] = hex[c >> 4];
		escape[5] = hex[c & 0xf];
		len = sizeof(escape);
	}
	buf_put(out, escape, len);
}

/* How many bytes of s, from its start, a string holds as they are. */
static size_t plain_prefix(struct slice s)
{
	size_t i = 0;

	while (i < s.len && (unsigned char)s.data[i] >= 0x20 &&
	       s.data[i] != '"' && s.data[i] != '\\')
		i++;
	return i;
}

void json_put_string(struct buf *out, struct slice text)
{
	buf_putc(out, '"');
	for (;;) {
		size_t n = plain_prefix(text);

		utf8_repair((struct slice){ text.data, n }, out);
		if (n == text.len)
			break;
		json_put_escape(out, text.data[n]);
		text = slice_from(text, n + 1);
	}
	buf_putc(out, '"');
}

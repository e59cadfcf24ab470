#include "core/base64.h"

#include <openssl/evp.h>

void base64_put(struct buf *out, struct slice bytes)
{
	enum { TAKEN = 3 * 256, GIVEN = 4 * 256 + 1 };
	unsigned char text[GIVEN];

	while (bytes.len > 0) {
		size_t n = bytes.len < TAKEN ? bytes.len : TAKEN;
		int len = EVP_EncodeBlock(
			text, (const unsigned char *)bytes.data, (int)n);

		buf_put(out, text, (size_t)len);
		bytes = slice_from(bytes, n);
	}
}

static int digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '/')
		return c == '+' ? 62 : 63;
	return -1;
}

/* One group of four, of which n are digits. False: it is none. */
static bool read_group(const char *text, size_t n, struct buf *out)
{
	unsigned bits = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = i < n ? digit_of(text[i]) : 0;

		if (digit < 0)
			return false;
		bits = bits << 6 | (unsigned)digit;
	}
	// What does not fill a byte has to be nothing.
	if ((n == 2 && (bits & 0xffff) != 0) || (n == 3 && (bits & 0xff) != 0))
		return false;
	for (size_t i = 0; i + 1 < n; i++)
		buf_putc(out, (char)(bits >> (16 - 8 * i) & 0xff));
	return true;
}

bool base64_read(struct slice text, struct buf *out)
{
	const size_t start = out->len;

	if (text.len % 4 != 0)
		return false;
	for (; text.len > 0; text = slice_from(text, 4)) {
		size_t n = 4;

		if (text.len == 4 && text.data[3] == '=')
			n = text.data[2] == '=' ? 2 : 3;
		if (!read_group(text.data, n, out)) {
			out->len = start;
			return false;
		}
	}
	return buf_status(out) == 0;
}

#include "core/utf8.h"

#include <stdbool.h>
#include <string.h>

/*
 * The length of the well-formed sequence at p, or minus the length of the
 * maximal ill-formed one (the Unicode Standard, tables 3-7 and 3-8).
 */
static int sequence(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80;
	unsigned char high = 0xbf;
	int more;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		more = 1;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		more = 2;
		if (p[0] == 0xe0)
			low = 0xa0;
		else if (p[0] == 0xed)
			high = 0x9f;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		more = 3;
		if (p[0] == 0xf0)
			low = 0x90;
		else if (p[0] == 0xf4)
			high = 0x8f;
	} else {
		return -1;
	}

	for (int i = 1; i <= more; i++) {
		if ((size_t)i >= left || p[i] < low || p[i] > high)
			return -i;
		low = 0x80;
		high = 0xbf;
	}
	return 1 + more;
}

size_t utf8_valid(struct slice s)
{
	size_t i = 0;

	while (i < s.len) {
		uint64_t eight;

		if (s.len - i >= sizeof(eight)) {
			memcpy(&eight, s.data + i, sizeof(eight));
			if ((eight & UINT64_C(0x8080808080808080)) == 0) {
				i += sizeof(eight);
				continue;
			}
		}
		int n = sequence((const unsigned char *)s.data + i, s.len - i);
		if (n < 0)
			return i;
		i += (size_t)n;
	}
	return i;
}

void utf8_repair(struct slice s, struct buf *out)
{
	while (s.len > 0) {
		size_t good = utf8_valid(s);

		buf_put(out, s.data, good);
		s = slice_from(s, good);
		if (s.len > 0) {
			int n = sequence((const unsigned char *)s.data, s.len);

			buf_puts(out, "\xef\xbf\xbd");
			s = slice_from(s, (size_t)-n);
		}
	}
}

size_t utf8_cut(struct slice s, size_t max)
{
	if (s.len <= max)
		return s.len;
	while (max > 0 && ((unsigned char)s.data[max] & 0xc0) == 0x80)
		max--;
	return max;
}

size_t utf8_encode(uint32_t scalar, char out[4])
{
	if (scalar < 0x80) {
		out[0] = (char)scalar;
		return 1;
	}
	if (scalar < 0x800) {
		out[0] = (char)(0xc0 | scalar >> 6);
		out[1] = (char)(0x80 | (scalar & 0x3f));
		return 2;
	}
	if (scalar < 0x10000) {
		out[0] = (char)(0xe0 | scalar >> 12);
		out[1] = (char)(0x80 | (scalar >> 6 & 0x3f));
		out[2] = (char)(0x80 | (scalar & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | scalar >> 18);
	out[1] = (char)(0x80 | (scalar >> 12 & 0x3f));
	out[2] = (char)(0x80 | (scalar >> 6 & 0x3f));
	out[3] = (char)(0x80 | (scalar & 0x3f));
	return 4;
}

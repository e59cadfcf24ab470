/*
 * Escaping: text on its way into a line, in one pass.
 *
 * What becomes of a byte is a row of a table; bytes without a row, and all
 * from 0x80 on, are copied in runs. Nothing that was escaped is looked at
 * again.
 */
#ifndef SIEM_FORMAT_ESCAPE_H
#define SIEM_FORMAT_ESCAPE_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Eight bytes, so that a row is copied with one move. */
struct escape_row {
	char text[7];
	uint8_t len; // of text; 0: the byte stands for itself
};

struct escape {
	struct escape_row rows[128];
	char printable[3]; // the bytes from 0x20 to 0x7e that have a row; one
			   // of them again where there are fewer
	bool folds_crlf;   // of CR LF only the LF is looked up
};

#define ESCAPE_ROW(string) { .text = string, .len = sizeof(string) - 1 }

/*
 * The rows of the control bytes but TAB, LF and CR: the six characters \u00xx,
 * with the format's way to write a backslash.
 */
#define ESCAPE_CONTROLS(backslash)                 \
	[0x00] = ESCAPE_ROW(backslash "u0000"),    \
	[0x01] = ESCAPE_ROW(backslash "u0001"),    \
	[0x02] = ESCAPE_ROW(backslash "u0002"),    \
	[0x03] = ESCAPE_ROW(backslash "u0003"),    \
	[0x04] = ESCAPE_ROW(backslash "u0004"),    \
	[0x05] = ESCAPE_ROW(backslash "u0005"),    \
	[0x06] = ESCAPE_ROW(backslash "u0006"),    \
	[0x07] = ESCAPE_ROW(backslash "u0007"),    \
	[0x08] = ESCAPE_ROW(backslash "u0008"),    \
	[0x0b] = ESCAPE_ROW(backslash "u000b"),    \
	[0x0c] = ESCAPE_ROW(backslash "u000c"),    \
	[0x0e] = ESCAPE_ROW(backslash "u000e"),    \
	[0x0f] = ESCAPE_ROW(backslash "u000f"),    \
	[0x10] = ESCAPE_ROW(backslash "u0010"),    \
	[0x11] = ESCAPE_ROW(backslash "u0011"),    \
	[0x12] = ESCAPE_ROW(backslash "u0012"),    \
	[0x13] = ESCAPE_ROW(backslash "u0013"),    \
	[0x14] = ESCAPE_ROW(backslash "u0014"),    \
	[0x15] = ESCAPE_ROW(backslash "u0015"),    \
	[0x16] = ESCAPE_ROW(backslash "u0016"),    \
	[0x17] = ESCAPE_ROW(backslash "u0017"),    \
	[0x18] = ESCAPE_ROW(backslash "u0018"),    \
	[0x19] = ESCAPE_ROW(backslash "u0019"),    \
	[0x1a] = ESCAPE_ROW(backslash "u001a"),    \
	[0x1b] = ESCAPE_ROW(backslash "u001b"),    \
	[0x1c] = ESCAPE_ROW(backslash "u001c"),    \
	[0x1d] = ESCAPE_ROW(backslash "u001d"),    \
	[0x1e] = ESCAPE_ROW(backslash "u001e"),    \
	[0x1f] = ESCAPE_ROW(backslash "u001f"),    \
	[0x7f] = ESCAPE_ROW(backslash "u007f")

enum {
	ESCAPE_WORST = 7,    // bytes that one byte may become
	ESCAPE_SLACK = 16,   // bytes that a move may write too many
	ESCAPE_SHORT = 1024, // what is longer is escaped piece by piece
};

/*
 * Append text, escaped. Asks out for as much as the worst text would need, a
 * few KiB at a time: its ceiling is to leave that much.
 */
void escape_put(struct buf *out, struct slice text, const struct escape *how);

/* The room that n <= ESCAPE_SHORT bytes need, whatever they are. */
static inline size_t escape_room(size_t n)
{
	return ESCAPE_WORST * n + ESCAPE_SLACK;
}

/* Write the n bytes at s, escaped, where there is that room; any bytes. */
char *escape_slowly(char *at, const char *s, size_t n,
		    const struct escape *how);

/*
 * Copy a few bytes and return where the next go. For keys: most are shorter
 * than what a call of memcpy() costs.
 */
IN_LINE char *escape_copy_key(char *at, struct slice key)
{
	const char *from = key.data;
	size_t n = key.len;

	// Two moves that overlap cover every length between one and two.
	if (n > 32) {
		memcpy(at, from, n);
	} else if (n >= 16) {
		memcpy(at, from, 16);
		memcpy(at + n - 16, from + n - 16, 16);
	} else if (n >= 8) {
		memcpy(at, from, 8);
		memcpy(at + n - 8, from + n - 8, 8);
	} else if (n >= 4) {
		memcpy(at, from, 4);
		memcpy(at + n - 4, from + n - 4, 4);
	} else if (n > 0) {
		at[0] = from[0];
		at[n / 2] = from[n / 2];
		at[n - 1] = from[n - 1];
	}
	return at + n;
}

#ifdef __SSE2__

/* Which of the 16 bytes of v are control bytes or have a row. */
IN_LINE unsigned escape_mask(__m128i v, const struct escape *how)
{
	__m128i m = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);

	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
	for (size_t i = 0; i < sizeof(how->printable); i++)
		m = _mm_or_si128(
			m, _mm_cmpeq_epi8(v, _mm_set1_epi8(how->printable[i])));
	return (unsigned)_mm_movemask_epi8(m);
}

/*
 * Fewer than 16 bytes, by two moves that overlap. False where one of them is
 * touched; then nothing that was written counts.
 */
IN_LINE bool escape_copy_few(char *at, const char *s, size_t n,
				   const struct escape *how)
{
	__m128i v;

	if (n >= 8) {
		__m128i a = _mm_loadl_epi64((const __m128i *)s);
		__m128i b = _mm_loadl_epi64((const __m128i *)(s + n - 8));

		_mm_storel_epi64((__m128i *)at, a);
		_mm_storel_epi64((__m128i *)(at + n - 8), b);
		v = _mm_unpacklo_epi64(a, b);
	} else if (n >= 4) {
		uint32_t a, b;

		memcpy(&a, s, 4);
		memcpy(&b, s + n - 4, 4);
		memcpy(at, &a, 4);
		memcpy(at + n - 4, &b, 4);
		v = _mm_unpacklo_epi32(_mm_cvtsi32_si128((int)a),
				       _mm_cvtsi32_si128((int)b));
	} else {
		unsigned char a = (unsigned char)s[0];
		unsigned char b = (unsigned char)s[n / 2];
		unsigned char c = (unsigned char)s[n - 1];

		at[0] = (char)a;
		at[n / 2] = (char)b;
		at[n - 1] = (char)c;
		v = _mm_cvtsi32_si128(a | b << 8 | c << 16 | a << 24);
		return (escape_mask(v, how) & 0xf) == 0;
	}
	return (escape_mask(v, how) & (n >= 8 ? 0xffff : 0xff)) == 0;
}

/*
 * The same for text that is likely to need no escape, in line: how is then
 * known when this is compiled.
 */
IN_LINE char *escape_quickly(char *at, const char *s, size_t n,
				   const struct escape *how)
{
	size_t done = 0;

	if (UNLIKELY(n == 0))
		return at;
	if (n < 16)
		return LIKELY(escape_copy_few(at, s, n, how)) ?
			       at + n :
			       escape_slowly(at, s, n, how);
	while (done < n) {
		// The last move overlaps the one before it.
		size_t i = n - done >= 16 ? done : n - 16;
		__m128i v = _mm_loadu_si128((const __m128i *)(s + i));

		_mm_storeu_si128((__m128i *)(at + i), v);
		if (UNLIKELY(escape_mask(v, how) != 0))
			return escape_slowly(at + done, s + done, n - done,
					     how);
		done = i + 16;
	}
	return at + n;
}

#else

IN_LINE char *escape_quickly(char *at, const char *s, size_t n,
				   const struct escape *how)
{
	return escape_slowly(at, s, n, how);
}

#endif

#endif

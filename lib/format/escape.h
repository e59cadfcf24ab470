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
#include "core/short.h"
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
	ESCAPE_SLACK = SHORT_SLACK, // bytes that a move may write too many
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

/* Copy 16 bytes and return the mask of those that are to be escaped. */
IN_LINE unsigned escape_block(char *at, const char *s, const struct escape *how)
{
	__m128i v = _mm_loadu_si128((const __m128i *)s);

	_mm_storeu_si128((__m128i *)at, v);
	return escape_mask(v, how);
}

/*
 * Write the n bytes at s, escaped, where there is room. For text that is
 * likely to need no escape, in line, where the compiler knows the table.
 */
IN_LINE char *escape_quickly(char *at, const char *s, size_t n,
			     const struct escape *how)
{
	unsigned mask = 0;

	if (UNLIKELY(n == 0))
		return at;
	if (LIKELY(n <= 16)) {
		if (UNLIKELY(!short_may_read_16(s)))
			return escape_slowly(at, s, n, how);
		mask = escape_block(at, s, how) & ((2u << (n - 1)) - 1);
	} else { // the last block overlaps the one before it
		for (size_t i = 0; i < n - 16; i += 16)
			mask |= escape_block(at + i, s + i, how);
		mask |= escape_block(at + n - 16, s + n - 16, how);
	}
	return LIKELY(mask == 0) ? at + n : escape_slowly(at, s, n, how);
}

#else

IN_LINE char *escape_quickly(char *at, const char *s, size_t n,
				   const struct escape *how)
{
	return escape_slowly(at, s, n, how);
}

#endif

#endif

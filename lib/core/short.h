/*
 * Short texts, as names and most values are: to copy or compare one takes less
 * than what a call of memcpy() or memcmp() costs.
 */
#ifndef SIEM_CORE_SHORT_H
#define SIEM_CORE_SHORT_H

#include "core/attr.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SHORT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SHORT_SANITIZED 1
#endif
#endif
#ifndef SHORT_SANITIZED
#define SHORT_SANITIZED 0
#endif

enum { SHORT_SLACK = 16 }; // bytes that a copy may write too many

/*
 * May 16 bytes be read at p, of which the first belongs to us? What is behind
 * the end of an object is in the same page of memory, or it is not read. The
 * sanitizers do not know that this is harmless.
 */
IN_LINE bool short_may_read_16(const char *p)
{
	enum { PAGE = 4096 };

	return !SHORT_SANITIZED && ((uintptr_t)p & (PAGE - 1)) <= PAGE - 16;
}

/*
 * Copy text to where there is room for it and SHORT_SLACK bytes more, and
 * return what is behind it.
 */
IN_LINE char *short_copy(char *at, struct slice text)
{
	size_t n = text.len;

	if (LIKELY(n > 0 && n <= 16 && short_may_read_16(text.data))) {
		memcpy(at, text.data, 16);
	} else if (n >= 16 && n <= 32) { // two moves that overlap
		memcpy(at, text.data, 16);
		memcpy(at + n - 16, text.data + n - 16, 16);
	} else if (n > 0) {
		memcpy(at, text.data, n);
	}
	return at + n;
}

/* The bytes of a text of 16 at most, and zeros behind them. */
IN_LINE void short_load(struct slice text, uint64_t words[2])
{
	// From 16 - n on, it keeps n bytes.
	static const unsigned char masks[32] = { 255, 255, 255, 255, 255, 255,
						 255, 255, 255, 255, 255, 255,
						 255, 255, 255, 255 };
	uint64_t keep[2];

	words[0] = words[1] = 0;
	if (text.len > 0 && LIKELY(short_may_read_16(text.data))) {
		memcpy(keep, masks + 16 - text.len, 16);
		memcpy(words, text.data, 16);
		words[0] &= keep[0];
		words[1] &= keep[1];
	} else if (text.len > 0) {
		memcpy(words, text.data, text.len);
	}
}

/* As slice_is(). */
IN_LINE bool short_is(struct slice a, struct slice b)
{
#ifdef __SSE2__
	if (a.len != b.len || a.len == 0)
		return a.len == b.len;
	if (LIKELY(a.len <= 16 && short_may_read_16(a.data) &&
		   short_may_read_16(b.data))) {
		__m128i equal = _mm_cmpeq_epi8(
			_mm_loadu_si128((const __m128i *)a.data),
			_mm_loadu_si128((const __m128i *)b.data));
		unsigned differs = ~(unsigned)_mm_movemask_epi8(equal);

		return (differs & ((1U << a.len) - 1)) == 0;
	}
#endif
	return slice_is(a, b);
}

#endif

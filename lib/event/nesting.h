/*
 * Keys that are paths, with dots between names: "event.action" is the member
 * "action" of the object "event". What is written in the order of its keys
 * opens no object twice if the keys of each stand together.
 */
#ifndef SIEM_EVENT_NESTING_H
#define SIEM_EVENT_NESTING_H

#include "core/attr.h"
#include "core/short.h"
#include "core/slice.h"
#include "event/shape.h"

#include <stddef.h>

enum { NESTING_DEPTH = 8 }; // objects that a key opens, at most

/* What is wrong with a key as a path, in words; or NULL. */
const char *nesting_fault(struct slice key);

/*
 * count keys, at least two, in the order in which they are written; the first
 * is that of the shape. What is wrong with the last of them behind the others,
 * or NULL.
 */
const char *nesting_misplaced(const struct slice *keys, size_t count,
			      const struct map_shape *shape);

/* The objects that two keys have in common. */
struct nesting_shared {
	size_t len;   // bytes of their names, dots included
	size_t depth; // how many there are
};

/* The same, up to where two keys of len bytes begin to differ. */
IN_LINE struct nesting_shared nesting_slowly(const char *a, const char *b,
					     size_t len)
{
	struct nesting_shared shared = { 0 };

	for (size_t i = 0; i < len && a[i] == b[i]; i++)
		if (a[i] == '.') {
			shared.len = i + 1;
			shared.depth++;
		}
	return shared;
}

/* Mostly the first 16 bytes tell. */
IN_LINE struct nesting_shared nesting_shared(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
#ifdef __SSE2__
	if (LIKELY(short_may_read_16(a.data) && short_may_read_16(b.data))) {
		__m128i key = _mm_loadu_si128((const __m128i *)b.data);
		__m128i other = _mm_loadu_si128((const __m128i *)a.data);
		unsigned differ = ~(unsigned)_mm_movemask_epi8(
			_mm_cmpeq_epi8(key, other));
		unsigned dots = (unsigned)_mm_movemask_epi8(
			_mm_cmpeq_epi8(key, _mm_set1_epi8('.')));
		unsigned same = (unsigned)__builtin_ctz(differ);
		struct nesting_shared shared = { 0 };

		if (LIKELY(same < 16 || len <= 16)) {
			dots &= (1U << (same < len ? same : len)) - 1;
			for (; dots != 0; dots &= dots - 1) {
				shared.len = (size_t)__builtin_ctz(dots) + 1;
				shared.depth++;
			}
			return shared;
		}
	}
#endif
	return nesting_slowly(a.data, b.data, len);
}

#endif

/*
 * Hashes of what comes from outside. Each step multiplies by what only this
 * process knows, and takes both halves of the product, so that nobody can
 * choose texts that meet.
 */
#ifndef SIEM_CORE_HASH_H
#define SIEM_CORE_HASH_H

#include "core/slice.h"

#include <stdint.h>
#include <string.h>

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The same as hash_text() of a text in each eight bytes of which more bits are
   set. */
static inline uint64_t hash_text_with(uint64_t h, struct slice text,
				      uint64_t seed, uint64_t more)
{
	uint64_t word;

	h ^= text.len;
	for (; text.len >= sizeof(word);
	     text = slice_from(text, sizeof(word))) {
		memcpy(&word, text.data, sizeof(word));
		h = hash_mix(h ^ (word | more), seed);
	}
	word = 0;
	for (size_t i = 0; i < text.len; i++)
		word = word << 8 | (unsigned char)text.data[i];
	return hash_mix(h ^ (word | more), seed);
}

/* The hash h of something, followed by a text; seed is odd. */
static inline uint64_t hash_text(uint64_t h, struct slice text, uint64_t seed)
{
	return hash_text_with(h, text, seed, 0);
}

/* One that does not depend on whether letters of ASCII are capitals. */
static inline uint64_t hash_folded(uint64_t h, struct slice text, uint64_t seed)
{
	return hash_text_with(h, text, seed, UINT64_C(0x2020202020202020));
}

#endif

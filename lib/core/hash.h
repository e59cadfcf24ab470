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

/* The hash h of something, followed by a text; seed is odd. */
static inline uint64_t hash_text(uint64_t h, struct slice text, uint64_t seed)
{
	uint64_t word;

	h ^= text.len;
	for (; text.len >= sizeof(word);
	     text = slice_from(text, sizeof(word))) {
		memcpy(&word, text.data, sizeof(word));
		h = hash_mix(h ^ word, seed);
	}
	word = 0;
	for (size_t i = 0; i < text.len; i++)
		word = word << 8 | (unsigned char)text.data[i];
	return hash_mix(h ^ word, seed);
}

#endif

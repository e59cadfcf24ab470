/*
 * Whether it makes sense to go on sending: a breaker opens after repeated
 * failures in a row, or at once where it is certain that the next try fails as
 * well. While it is open one probe at a time goes out.
 */
#ifndef SIEM_DELIVERY_BREAKER_H
#define SIEM_DELIVERY_BREAKER_H

#include <stdbool.h>

enum { BREAKER_OPENS_AFTER = 3 };

struct breaker {
	unsigned failures; // in a row
};

static inline void breaker_failed(struct breaker *b, bool is_certain)
{
	if (is_certain && b->failures < BREAKER_OPENS_AFTER)
		b->failures = BREAKER_OPENS_AFTER;
	else if (b->failures < BREAKER_OPENS_AFTER)
		b->failures++;
}

static inline bool breaker_is_open(const struct breaker *b)
{
	return b->failures >= BREAKER_OPENS_AFTER;
}

/* It worked. */
static inline void breaker_reset(struct breaker *b)
{
	b->failures = 0;
}

#endif

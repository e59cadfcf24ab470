#include "delivery/backoff.h"

unsigned backoff_next(struct backoff *b, uint64_t random)
{
	if (b->most_ms == 0)
		b->most_ms = BACKOFF_FIRST_MS;
	else if (b->most_ms < BACKOFF_MOST_MS / 2)
		b->most_ms *= 2;
	else
		b->most_ms = BACKOFF_MOST_MS;
	return (unsigned)(random % (b->most_ms + 1));
}

void backoff_reset(struct backoff *b)
{
	b->most_ms = 0;
}

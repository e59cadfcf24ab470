#include "delivery/backoff.h"

#include <sys/random.h>

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

unsigned backoff_pause(struct backoff *b)
{
	uint64_t random = 0;

	// Without an entropy source there is no jitter, which does no harm.
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	return backoff_next(b, random);
}

void backoff_reset(struct backoff *b)
{
	b->most_ms = 0;
}

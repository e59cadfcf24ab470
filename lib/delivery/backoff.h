/*
 * How long to wait before the next try: twice as long each time, thirty
 * seconds at most, and any part of that (full jitter), so that many senders
 * that lost the same receiver do not come back all at once.
 */
#ifndef SIEM_DELIVERY_BACKOFF_H
#define SIEM_DELIVERY_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_FIRST_MS = 100, BACKOFF_MOST_MS = 30000 };

struct backoff {
	unsigned most_ms; // of the next wait; 0 at first
};

/* The wait after another failure; random is any number. */
unsigned backoff_next(struct backoff *b, uint64_t random);

/* The same, with a number of the kernel's. */
unsigned backoff_pause(struct backoff *b);

/* It worked. */
void backoff_reset(struct backoff *b);

#endif

/*
 * Time that only ever goes forward, whatever happens to the wall clock.
 */
#ifndef SIEM_CORE_CLOCK_H
#define SIEM_CORE_CLOCK_H

#include <stdint.h>
#include <time.h>

enum { NS_PER_MS = 1000000, NS_PER_SEC = 1000000000 };

/* Nanoseconds since some moment of the past: good for differences. */
static inline int64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

#endif

/*
 * How long things took: a count for each of some fixed spans.
 *
 * Cheap enough for every record: those that come one after the other mostly
 * took as long as each other, and then noting one is a comparison and two
 * additions.
 */
#ifndef SIEM_CORE_HISTOGRAM_H
#define SIEM_CORE_HISTOGRAM_H

#include "core/attr.h"

#include <stddef.h>
#include <stdint.h>

/* Where the spans end, in milliseconds; the last one has no end. */
#define HISTOGRAM_ENDS_MS                                                   \
	1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 30000, \
		60000, 300000, 1800000, 7200000, 43200000, 86400000

enum { HISTOGRAM_ENDS = sizeof((int[]){ HISTOGRAM_ENDS_MS }) / sizeof(int) };

struct histogram {
	uint64_t counts[HISTOGRAM_ENDS + 1]; // of each span, not of all before
	uint64_t sum_ns;

	// private
	size_t span;                // of the one before
	int64_t after_ns, up_to_ns; // what it holds
};

/* Where a span ends, in nanoseconds, its end included; that of the last: the
   largest number there is. */
int64_t histogram_end_ns(size_t span);

/* As histogram_note(), which is the part of it that mostly is enough. */
void histogram_note_elsewhere(struct histogram *h, int64_t ns);

/* One took so long. Less than nothing, of a clock that was set, is nothing. */
static inline void histogram_note(struct histogram *h, int64_t ns)
{
	if (UNLIKELY(ns <= h->after_ns || ns > h->up_to_ns)) {
		histogram_note_elsewhere(h, ns);
		return;
	}
	h->counts[h->span]++;
	h->sum_ns += (uint64_t)ns;
}

#endif

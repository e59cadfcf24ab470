#include "core/histogram.h"

#include "core/clock.h"

static const int64_t ends_ms[] = { HISTOGRAM_ENDS_MS };

int64_t histogram_end_ns(size_t span)
{
	return span < HISTOGRAM_ENDS ? ends_ms[span] * NS_PER_MS : INT64_MAX;
}

void histogram_note_elsewhere(struct histogram *h, int64_t ns)
{
	size_t span = 0;

	if (ns < 0)
		ns = 0;
	while (ns > histogram_end_ns(span))
		span++;
	h->span = span;
	h->after_ns = span > 0 ? histogram_end_ns(span - 1) : -1;
	h->up_to_ns = histogram_end_ns(span);
	h->counts[span]++;
	h->sum_ns += (uint64_t)ns;
}

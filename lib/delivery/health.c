#include "delivery/health.h"

void health_succeeded(struct health *h)
{
	breaker_reset(&h->breaker);
	backoff_reset(&h->backoff);
	h->progress = true;
	h->well = true;
	h->failing = false;
}

void health_answered(struct health *h)
{
	breaker_reset(&h->breaker);
	h->failing = false;
}

void health_failed(struct health *h, int64_t now_ms, int64_t wait_ms,
		   const struct err *e)
{
	int64_t retry_ms = now_ms;

	breaker_failed(&h->breaker, e->kind != ERR_TEMPORARY);
	if (wait_ms >= 0)
		retry_ms = now_ms + wait_ms;
	else if (health_is_open(h))
		retry_ms = now_ms + backoff_pause(&h->backoff);
	if (retry_ms > h->retry_ms)
		h->retry_ms = retry_ms;
	h->failed = *e;
	h->well = false;
	h->failing = true;
}

enum health_try health_count_try(struct health *h, uint32_t round)
{
	bool stale = round != h->round;
	bool of_all = stale ? h->counted_all : !h->progress;

	if (!stale) {
		h->counted_all = of_all;
		h->round++;
	}
	h->progress = false;
	if (!of_all)
		return TRY_OF_BATCH;
	return stale ? TRY_OF_NONE : TRY_OF_ALL;
}

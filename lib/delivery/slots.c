#include "delivery/slots.h"

enum { BODY_LEAST = 4 << 10 }; // bytes that the best size is

void slots_init(struct slots *s, struct dest_limits *limits, size_t memory)
{
	const size_t bodies = limits->in_flight + 1; // one of them grows
	const size_t share = memory / 2 / bodies;
	size_t size = BODY_LEAST;

	// Buffers grow to powers of two.
	while (size <= limits->best_bytes && 2 * size <= share)
		size *= 2;
	if (limits->best_bytes >= size)
		limits->best_bytes = size - 1;
	*s = (struct slots){ .count = limits->in_flight,
			     .each = size,
			     .reserve = bodies * size };
	for (size_t i = 0; i < SLOTS_MAX; i++)
		errand_init(&s->items[i]);
}

bool slots_have_memory(const struct slots *s)
{
	size_t wanted = 2 * s->each;

	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].use == ERRAND_BATCH)
			wanted += errand_memory(&s->items[i]);
	return s->busy == 0 || wanted <= s->reserve;
}

struct errand *slots_find(struct slots *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].use == ERRAND_NONE)
			return &s->items[i];
	return NULL;
}

void slots_begin(struct slots *s, struct errand *x, struct batch *b)
{
	errand_begin(x, ERRAND_BATCH);
	x->batch = b;
	s->busy++;
}

void slots_end(struct slots *s, struct errand *x)
{
	x->batch = NULL;
	errand_end(x, s->each);
	s->busy--;
}

uint64_t slots_oldest(const struct slots *s)
{
	uint64_t oldest = UINT64_MAX;

	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].use == ERRAND_BATCH &&
		    s->items[i].sending.number < oldest)
			oldest = s->items[i].sending.number;
	return oldest;
}

size_t slots_memory(const struct slots *s)
{
	size_t used = 0;

	for (size_t i = 0; i < s->count; i++)
		used += s->items[i].request.body.cap;
	return used;
}

void slots_free(struct slots *s)
{
	for (size_t i = 0; i < SLOTS_MAX; i++)
		errand_free(&s->items[i]);
}

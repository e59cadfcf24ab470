/*
 * The requests with batches that may be under way at once: a slot for each, and
 * the memory that they may take together.
 */
#ifndef SIEM_DELIVERY_SLOTS_H
#define SIEM_DELIVERY_SLOTS_H

#include "core/attr.h"
#include "delivery/batch.h"
#include "delivery/errand.h"
#include "dest/dest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SLOTS_MAX = 64 };

struct slots {
	struct errand items[SLOTS_MAX];
	size_t count;   // that may be busy
	size_t busy;    // whose use is ERRAND_BATCH
	size_t each;    // bytes of memory that a body of the best size takes
	size_t reserve; // that all of them may take, and the body that grows
};

/*
 * limits->in_flight slots, within half of the memory that there is for records
 * and requests. Where that is not enough for bodies of limits->best_bytes, this
 * is made less.
 */
void slots_init(struct slots *s, struct dest_limits *limits, size_t memory);

/* Is there memory for one more, and for the body that grows? */
bool slots_have_memory(const struct slots *s);

/* One that is free, or NULL. */
struct errand *slots_find(struct slots *s) MUST_CHECK;

/* It is busy with that batch, which is borrowed; it is over. */
void slots_begin(struct slots *s, struct errand *x, struct batch *b);
void slots_end(struct slots *s, struct errand *x);

/* The number of the oldest request without an answer, or the largest. */
uint64_t slots_oldest(const struct slots *s);

/* What their bodies take. */
size_t slots_memory(const struct slots *s);

void slots_free(struct slots *s);

#endif

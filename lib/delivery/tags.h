/*
 * Numbers for what is under way with somebody who hands them back with the
 * acknowledgement, in any order: finding what a number stands for takes no
 * search.
 */
#ifndef SIEM_DELIVERY_TAGS_H
#define SIEM_DELIVERY_TAGS_H

#include "core/attr.h"
#include "delivery/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tag {
	struct queue_item *item; // NULL: it is free
	uint32_t turn; // how often it was given out, of 256: of another turn,
		       // a number says nothing
	uint32_t next; // where it is free: one more than that of the next free
		       // one, or 0
};

struct tags {
	struct tag *slots;
	size_t cap;
	uint32_t free; // one more than that of the first free one, or 0
};

/* A number for an item, of 32 bits. False: out of memory. */
bool tags_give(struct tags *t, struct queue_item *item,
	       uint64_t *number) MUST_CHECK;

/* The item that a number was given to, and no longer; NULL: it has none. */
struct queue_item *tags_take(struct tags *t, uint64_t number);

/* No number says anything any more. */
void tags_forget(struct tags *t);

static inline size_t tags_memory(const struct tags *t)
{
	return t->cap * sizeof(*t->slots);
}

void tags_free(struct tags *t);

#endif

#include "delivery/tags.h"

#include <stdlib.h>

enum { INDEX_BITS = 24, TURNS = 256 };

static void release(struct tags *t, uint32_t i)
{
	t->slots[i].item = NULL;
	t->slots[i].turn = (t->slots[i].turn + 1) % TURNS;
	t->slots[i].next = t->free;
	t->free = i + 1;
}

static bool grow(struct tags *t)
{
	const size_t cap = t->cap > 0 ? 2 * t->cap : 64;

	if (cap > (size_t)1 << INDEX_BITS)
		return false;
	struct tag *slots = realloc(t->slots, cap * sizeof(*slots));
	if (slots == NULL)
		return false;
	t->slots = slots;
	// The first of the new ones is to be the first that is given out.
	for (size_t i = cap; i-- > t->cap;) {
		slots[i] = (struct tag){ 0 };
		release(t, (uint32_t)i);
	}
	t->cap = cap;
	return true;
}

bool tags_give(struct tags *t, struct queue_item *item, uint64_t *number)
{
	if (t->free == 0 && !grow(t))
		return false;

	const uint32_t i = t->free - 1;
	t->free = t->slots[i].next;
	t->slots[i].item = item;
	*number = t->slots[i].turn << INDEX_BITS | i;
	return true;
}

struct queue_item *tags_take(struct tags *t, uint64_t number)
{
	const uint64_t i = number % (1 << INDEX_BITS);

	if (i >= t->cap || t->slots[i].turn != number >> INDEX_BITS)
		return NULL;

	struct queue_item *item = t->slots[i].item;
	if (item != NULL)
		release(t, (uint32_t)i);
	return item;
}

void tags_forget(struct tags *t)
{
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i].item != NULL)
			release(t, (uint32_t)i);
}

void tags_free(struct tags *t)
{
	free(t->slots);
	*t = (struct tags){ 0 };
}

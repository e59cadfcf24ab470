#include "core/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

static const size_t block_size = (size_t)32 << 10;

struct arena_block {
	struct arena_block *next;
	size_t cap, len;
	alignas(max_align_t) char data[];
};

static struct arena_block *add_block(struct arena *a, size_t n)
{
	size_t cap = n > block_size ? n : block_size;
	struct arena_block *b = malloc(sizeof(*b) + cap);

	if (b == NULL)
		return NULL;
	*b = (struct arena_block){ .cap = cap };
	if (a->last == NULL)
		a->first = b;
	else
		a->last->next = b;
	a->last = b;
	return b;
}

void *arena_take(struct arena *a, size_t n)
{
	const size_t align = alignof(max_align_t);

	assert(a->max < SIZE_MAX / 2);
	if (n > a->max - a->taken)
		return NULL;

	struct arena_block *b = a->last;
	size_t start = b != NULL ? (b->len + align - 1) / align * align : 0;
	if (b == NULL || start > b->cap || n > b->cap - start) {
		b = add_block(a, n);
		start = 0;
	}
	if (b == NULL)
		return NULL;
	b->len = start + n;
	a->taken += n;
	return b->data + start;
}

/* Release every block after b. */
static void free_after(struct arena_block *b)
{
	struct arena_block *next = b->next;

	b->next = NULL;
	while (next != NULL) {
		struct arena_block *gone = next;

		next = gone->next;
		free(gone);
	}
}

void arena_clear(struct arena *a)
{
	a->taken = 0;
	if (a->first == NULL)
		return;

	free_after(a->first);
	a->last = a->first;
	a->first->len = 0;
	if (a->first->cap > block_size) { // one outsized record came first
		free(a->first);
		a->first = a->last = NULL;
	}
}

void arena_free(struct arena *a)
{
	if (a->first != NULL) {
		free_after(a->first);
		free(a->first);
	}
	*a = ARENA_INIT(a->max);
}

#include "event/names.h"

#include "core/hash.h"

#include <stdlib.h>

enum { SMALLEST = 32 }; // places, a power of two

static size_t hash(const struct names *n, struct slice name, uint32_t owner)
{
	uint64_t h = hash_mix(n->seed, UINT64_C(0x9e3779b97f4a7c15) ^ owner);

	if (n->folds)
		return (size_t)hash_folded(h, name, n->seed | 1);
	return (size_t)hash_text(h, name, n->seed | 1);
}

static bool is_same(const struct names *n, const struct name *a, struct slice b)
{
	struct slice name = { a->data, a->len };

	return n->folds ? slice_is_like(name, b) : slice_is(name, b);
}

/* The place of a name, which has it or is free. */
static struct name *place_of(const struct names *n, struct slice name,
			     uint32_t owner)
{
	size_t i = hash(n, name, owner) & (n->size - 1);

	for (;; i = (i + 1) & (n->size - 1)) {
		struct name *here = &n->table[i];

		if (here->data == NULL ||
		    (here->owner == owner && is_same(n, here, name)))
			return here;
	}
}

bool names_begin(struct names *n)
{
	if (n->table == NULL) {
		n->table = malloc(SMALLEST * sizeof(*n->table));
		if (n->table == NULL)
			return false;
	}
	n->size = SMALLEST;
	n->count = 0;
	n->folds = false;
	for (size_t i = 0; i < n->size; i++)
		n->table[i].data = NULL;
	return true;
}

void names_free(struct names *n)
{
	free(n->table);
	*n = (struct names){ .seed = n->seed };
}

/* Let the table be twice as large. */
static bool grow(struct names *n)
{
	struct name *old = n->table;
	size_t old_size = n->size;

	n->table = calloc(2 * old_size, sizeof(*n->table));
	if (n->table == NULL) {
		n->table = old;
		return false;
	}
	n->size = 2 * old_size;
	for (size_t i = 0; i < old_size; i++)
		if (old[i].data != NULL)
			*place_of(n, (struct slice){ old[i].data, old[i].len },
				  old[i].owner) = old[i];
	free(old);
	return true;
}

struct name *names_find(const struct names *n, struct slice name,
			uint32_t owner)
{
	struct name *here = place_of(n, name, owner);

	return here->data != NULL ? here : NULL;
}

struct name *names_enter(struct names *n, struct slice name, uint32_t owner)
{
	struct name *here = place_of(n, name, owner);

	if (here->data != NULL)
		return here;
	if (n->count + 1 > n->size / 4 * 3) {
		if (!grow(n))
			return NULL;
		here = place_of(n, name, owner);
	}
	*here = (struct name){ .data = name.data,
			       .len = (uint32_t)name.len,
			       .owner = owner };
	n->count++;
	return here;
}

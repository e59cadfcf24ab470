#include "store.h"

#include "core/hash.h"

#include <stdlib.h>
#include <string.h>

struct store_entry {
	uint64_t hash;
	size_t index_len, id_len;
	char text[]; // the index, and the _id behind it
};

static uint64_t hash_of(struct slice index, struct slice id)
{
	const uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

	return hash_text(hash_text(0, index, seed), id, seed);
}

static bool is_it(const struct store_entry *e, uint64_t hash,
		  struct slice index, struct slice id)
{
	return e->hash == hash &&
	       slice_is((struct slice){ e->text, e->index_len }, index) &&
	       slice_is((struct slice){ e->text + e->index_len, e->id_len },
			id);
}

static void put(struct store_entry **slots, size_t cap, struct store_entry *e)
{
	size_t i = e->hash & (cap - 1);

	while (slots[i] != NULL)
		i = (i + 1) & (cap - 1);
	slots[i] = e;
}

/* Room for one more, with half of the slots free. */
static bool grow(struct store *s)
{
	size_t cap = s->cap > 0 ? 2 * s->cap : 1024;
	struct store_entry **slots;

	if (2 * (s->count + 1) <= s->cap)
		return true;
	slots = calloc(cap, sizeof(struct store_entry *));
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < s->cap; i++)
		if (s->slots[i] != NULL)
			put(slots, cap, s->slots[i]);
	free(s->slots);
	s->slots = slots;
	s->cap = cap;
	return true;
}

int store_add(struct store *s, struct slice index, struct slice id)
{
	const uint64_t hash = hash_of(index, id);
	struct store_entry *e;

	if (!grow(s))
		return -1;
	for (size_t i = hash & (s->cap - 1); s->slots[i] != NULL;
	     i = (i + 1) & (s->cap - 1))
		if (is_it(s->slots[i], hash, index, id))
			return 0;
	e = malloc(sizeof(*e) + index.len + id.len);
	if (e == NULL)
		return -1;
	*e = (struct store_entry){ .hash = hash,
				   .index_len = index.len,
				   .id_len = id.len };
	memcpy(e->text, index.data, index.len);
	memcpy(e->text + index.len, id.data, id.len);
	put(s->slots, s->cap, e);
	s->count++;
	return 1;
}

void store_free(struct store *s)
{
	for (size_t i = 0; i < s->cap; i++)
		free(s->slots[i]);
	free(s->slots);
	*s = (struct store){ 0 };
}

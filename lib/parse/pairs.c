#include "parse/pairs.h"

#include "core/hash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

/* Of the random bytes that the kernel gave this process; odd (hash.h). */
static uint64_t seed_of_process(void)
{
	const char *random = (const char *)getauxval(AT_RANDOM);
	uint64_t seed = 0;

	if (random != NULL)
		memcpy(&seed, random, sizeof(seed));
	return seed | 1;
}

bool pairs_add(struct pairs *p, struct slice key, struct slice value)
{
	if (UNLIKELY(p->count == p->cap)) {
		size_t cap = p->cap != 0 ? 2 * p->cap : 64;
		struct pair *items =
			cap > UINT32_MAX / 2 ?
				NULL :
				reallocarray(p->items, cap, sizeof(*items));

		if (items == NULL)
			return false;
		p->items = items;
		p->cap = cap;
	}
	p->items[p->count++] = (struct pair){ .key = key, .value = value };
	return true;
}

/* The slot of the first pair of that key, or the free one where it would be. */
static size_t slot_of(const struct pairs *p, struct slice key)
{
	size_t slot = hash_text(0, key, p->seed) & (p->slots - 1);

	while (p->table[slot] != 0 &&
	       !slice_is(p->items[p->table[slot] - 1].key, key))
		slot = (slot + 1) & (p->slots - 1);
	return slot;
}

/* At least twice as many slots as there are pairs, all of them free. */
static bool clear_table(struct pairs *p)
{
	size_t slots = 64;

	while (slots < 2 * p->count)
		slots *= 2;
	if (slots > p->table_cap) {
		uint32_t *table =
			reallocarray(p->table, slots, sizeof(*table));

		if (table == NULL)
			return false;
		p->table = table;
		p->table_cap = slots;
		p->seed = seed_of_process();
	}
	p->slots = slots;
	memset(p->table, 0, slots * sizeof(*p->table));
	return true;
}

/* Add pair i to those of the same key, of which first is the first. */
static void append(struct pairs *p, struct pair *first, size_t i)
{
	size_t last = first->last;

	if (last == 0)
		first->next = (uint32_t)i;
	else
		p->items[last].next = (uint32_t)i;
	first->last = (uint32_t)i;
	p->items[i].again = true;
}

bool pairs_link(struct pairs *p)
{
	if (!clear_table(p))
		return false;
	for (size_t i = 0; i < p->count; i++) {
		uint32_t *place = &p->table[slot_of(p, p->items[i].key)];

		if (*place == 0)
			*place = (uint32_t)i + 1;
		else
			append(p, &p->items[*place - 1], i);
	}
	return true;
}

const struct pair *pairs_find(const struct pairs *p, struct slice key)
{
	uint32_t i = p->table[slot_of(p, key)];

	return i != 0 ? &p->items[i - 1] : NULL;
}

void pairs_free(struct pairs *p)
{
	free(p->items);
	free(p->table);
	*p = (struct pairs){ 0 };
}

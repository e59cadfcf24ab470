#include "event/program.h"

#include <stdlib.h>

void program_free(struct program *p)
{
	paths_free(p->paths);
	free(p->exprs);
	free(p->conds);
	free(p->links);
	free(p->words);
	free(p->cases);
	free(p->parts);
	free(p->slots);
	arena_free(&p->texts);
	*p = (struct program){ 0 };
}

bool program_keep(struct program *p, struct slice *text)
{
	char *copy = arena_take(&p->texts, text->len + SHORT_SLACK);

	if (copy == NULL)
		return false;
	if (text->len > 0)
		memcpy(copy, text->data, text->len);
	copy[text->len] = '\0';
	text->data = copy;
	return true;
}

/* array with room for one more entry of that size, or NULL. */
static void *grow(void *array, struct list *list, size_t size)
{
	if (list->count < list->cap)
		return array;

	uint32_t cap = list->cap != 0 ? 2 * list->cap : 32;
	if (cap >= PROGRAM_NONE / 2)
		return NULL;
	void *larger = realloc(array, cap * size);
	if (larger != NULL)
		list->cap = cap;
	return larger;
}

/* Each array has a function like this. */
#define ADD(name, entry, array, list)                                       \
	uint32_t name(struct program *p, entry new_entry)                   \
	{                                                                   \
		void *larger = grow(p->array, &p->list, sizeof(new_entry)); \
                                                                            \
		if (larger == NULL)                                         \
			return PROGRAM_NONE;                                \
		p->array = larger;                                          \
		p->array[p->list.count] = new_entry;                        \
		return p->list.count++;                                     \
	}

ADD(program_add_expr, struct expr, exprs, expr_list)
ADD(program_add_cond, struct cond, conds, cond_list)
ADD(program_add_link, uint32_t, links, link_list)
ADD(program_add_word, struct slice, words, word_list)
ADD(program_add_case, struct table_case, cases, case_list)
ADD(program_add_part, struct part, parts, part_list)
static ADD(add_slot, struct slot, slots, slot_list)

bool program_init(struct program *p)
{
	*p = (struct program){ .texts = ARENA_INIT((size_t)64 << 20) };
	p->paths = paths_new();
	return p->paths != NULL &&
	       add_slot(p, (struct slot){ 0 }) != PROGRAM_NONE;
}

uint16_t program_add_path(struct program *p, const struct slice *names,
			  size_t count)
{
	uint16_t slot = SCAN_NO_SLOT;

	// Each path that leads to it has a slot of its own, the next if new.
	for (size_t i = 1; i <= count; i++) {
		struct slot path = { .name = names[i - 1], .parent = slot };

		slot = paths_add(p->paths, names, i);
		if (slot == SCAN_NO_SLOT)
			return SCAN_NO_SLOT;
		if (slot == p->slot_list.count &&
		    (!program_keep(p, &path.name) ||
		     add_slot(p, path) == PROGRAM_NONE))
			return SCAN_NO_SLOT;
	}
	return slot;
}

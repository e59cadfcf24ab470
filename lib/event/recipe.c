#include "event/recipe.h"

#include "core/hash.h"
#include "core/short.h"

#include <stdlib.h>
#include <string.h>

enum {
	SHAPES = 256, // places of the table of shapes, a power of two
	RECIPES = 1024,
	LAYOUTS = 256,
	CHAIN = 16,  // entries of a place
	GROUPS = 4,  // lists of guards of a shape
	NAME = 64,   // bytes of a name that no path names
	COST = 256,  // records that must come for each recipe that is learned,
		     // on average: a power of two
	CREDIT = 512 // recipes that may be learned at once
};

/* The recipes of a shape that have the same members as guards. */
struct recipe_group {
	uint32_t guards[EVAL_GUARDS];
	size_t count;
};

struct recipe_shape {
	struct recipe_shape *next;
	uint64_t hash;
	const uint32_t *shape; // count of them
	size_t count;
	const struct slice *unnamed; // names
	size_t unnamed_count;
	struct recipe_group groups[GROUPS];
	size_t group_count;
};

/* The shape that the records of a layout have. */
struct recipe_layout {
	uint64_t number; // of the layout; 0: nothing is known
	const struct recipe_shape *shape;
};

static void forget_all(struct recipes *r)
{
	memset(r->layouts, 0, LAYOUTS * sizeof(struct recipe_layout));
	memset(r->shapes, 0, SHAPES * sizeof(struct recipe_shape *));
	memset(r->table, 0, RECIPES * sizeof(const struct recipe *));
	r->taken = 0;
}

bool recipes_init(struct recipes *r, uint64_t seed)
{
	*r = (struct recipes){ .seed = seed | 1,
			       .other_seed = hash_mix(seed, ~seed),
			       .credit = (size_t)CREDIT * COST };
	r->memory = malloc(RECIPE_MEMORY);
	r->shapes = calloc(SHAPES, sizeof(struct recipe_shape *));
	r->table = calloc(RECIPES, sizeof(const struct recipe *));
	r->layouts = calloc(LAYOUTS, sizeof(struct recipe_layout));
	return r->memory != NULL && r->shapes != NULL && r->table != NULL &&
	       r->layouts != NULL;
}

void recipes_free(struct recipes *r)
{
	free(r->memory);
	free(r->shapes);
	free(r->table);
	free(r->layouts);
	*r = (struct recipes){ 0 };
}

static void *take(struct recipes *r, size_t n)
{
	void *taken = r->memory + r->taken;

	n = (n + 7) & ~(size_t)7;
	if (n > RECIPE_MEMORY - r->taken) {
		forget_all(r);
		return NULL;
	}
	r->taken += n;
	return taken;
}

void *recipes_keep(struct recipes *r, const void *bytes, size_t n)
{
	char *copy = take(r, n + SHORT_SLACK);

	if (copy != NULL && n > 0)
		memcpy(copy, bytes, n);
	return copy;
}

/* Number of the first member from i on that no path names, or count. */
static size_t next_unnamed(const struct scan *s, size_t i)
{
	while (i < s->count && scan_shape_slot(s->shape[i]) != SCAN_NO_SLOT)
		i++;
	return i;
}

static uint64_t hash_shape(const struct recipes *r, const struct scan *s)
{
	const uint32_t *shape = s->shape;
	uint64_t h = r->seed ^ s->count;
	uint64_t words[2];
	size_t left = s->count;
	size_t i;

	for (; left >= 4; left -= 4, shape += 4) {
		memcpy(words, shape, sizeof(words));
		h = hash_mix(h ^ words[0], r->other_seed ^ words[1]);
	}
	for (; left > 0; left--)
		h = hash_mix(h ^ *shape++, r->seed);
	if (UNLIKELY(s->unnamed > 0))
		for (i = next_unnamed(s, 0); i < s->count;
		     i = next_unnamed(s, i + 1))
			h = hash_text(h, s->members[i].key, r->seed);
	return h;
}

static bool has_names(const struct recipe_shape *shape, const struct scan *s)
{
	size_t i = 0;

	if (shape->unnamed_count != s->unnamed)
		return false;
	for (size_t n = 0; n < shape->unnamed_count; n++, i++) {
		i = next_unnamed(s, i);
		if (!short_is(s->members[i].key, shape->unnamed[n]))
			return false;
	}
	return true;
}

static struct recipe_shape *find_shape(const struct recipes *r,
				       const struct scan *s, uint64_t hash)
{
	struct recipe_shape *shape = r->shapes[hash & (SHAPES - 1)];

	for (; shape != NULL; shape = shape->next)
		if (shape->hash == hash && shape->count == s->count &&
		    memcmp(shape->shape, s->shape,
			   s->count * sizeof(*s->shape)) == 0 &&
		    has_names(shape, s))
			return shape;
	return NULL;
}

static bool may_have(const struct scan *s)
{
	return !s->irregular && s->count <= RECIPE_MEMBERS &&
	       s->unnamed <= RECIPE_UNNAMED;
}

/* The shape of a record; NULL where no recipe is known for it. */
static const struct recipe_shape *shape_of(struct recipes *r,
					   const struct scan *s)
{
	struct recipe_layout *known = &r->layouts[s->layout & (LAYOUTS - 1)];

	if (LIKELY(s->layout != 0 && s->layout == known->number))
		return known->shape;
	if (!may_have(s))
		return NULL;

	const struct recipe_shape *shape = find_shape(r, s, hash_shape(r, s));
	if (s->layout != 0 && shape != NULL)
		*known = (struct recipe_layout){ s->layout, shape };
	return shape;
}

static bool may_guard(struct value value)
{
	return value.flags == 0 && value.len <= EVAL_GUARD_TEXT;
}

/* The hash h of something, followed by a text that is mostly short. */
IN_LINE uint64_t hash_short(const struct recipes *r, uint64_t h,
			    struct slice text)
{
	uint64_t words[2];

	if (UNLIKELY(text.len > sizeof(words)))
		return hash_text(h, text, r->seed);
	short_load(text, words);
	return hash_mix(h ^ text.len ^ words[0], r->other_seed ^ words[1]);
}

/* The hash of the texts of a group's guards, followed by *hash. */
static bool hash_guards(const struct recipes *r, const struct scan *s,
			const struct recipe_group *group, uint64_t *hash)
{
	for (size_t i = 0; i < group->count; i++) {
		struct value value = s->members[group->guards[i]].value;

		if (!may_guard(value))
			return false;
		*hash = hash_short(r, *hash, value_slice(value));
	}
	return true;
}

/* Have the guards the texts that they had for this recipe? */
static bool is_guarded(const struct recipe *recipe, const struct scan *s)
{
	const struct recipe_group *group = recipe->group;

	for (size_t i = 0; i < group->count; i++) {
		struct value value = s->members[group->guards[i]].value;

		if (!short_is(value_slice(value), recipe->guards[i]))
			return false;
	}
	return true;
}

static const struct recipe *find_in(const struct recipes *r,
				    const struct scan *s,
				    const struct recipe_group *group,
				    uint64_t hash)
{
	if (!hash_guards(r, s, group, &hash))
		return NULL;

	const struct recipe *recipe = r->table[hash & (RECIPES - 1)];
	for (; recipe != NULL; recipe = recipe->next)
		if (recipe->hash == hash && recipe->group == group &&
		    is_guarded(recipe, s))
			return recipe;
	return NULL;
}

const struct recipe *recipes_find(struct recipes *r, const struct scan *s)
{
	const struct recipe *found = NULL;

	if (r->credit < (size_t)CREDIT * COST)
		r->credit++;

	const struct recipe_shape *shape = shape_of(r, s);
	for (size_t i = 0;
	     shape != NULL && found == NULL && i < shape->group_count; i++)
		found = find_in(r, s, &shape->groups[i], shape->hash);
	return found;
}

/* Are there two members of the same name in one object that no path names? */
static bool has_twins(const struct scan *s)
{
	const struct member *m = s->members;

	for (size_t i = next_unnamed(s, 0); i < s->count;
	     i = next_unnamed(s, i + 1))
		for (size_t j = next_unnamed(s, i + 1); j < s->count;
		     j = next_unnamed(s, j + 1))
			if (m[i].parent == m[j].parent &&
			    slice_is(m[i].key, m[j].key))
				return true;
	return false;
}

bool recipes_may_learn(struct recipes *r, const struct scan *s)
{
	if (r->credit < r->cost || !may_have(s))
		return false;
	r->credit -= r->cost;
	// At random, or of records that take turns some would never be learned.
	r->random = hash_mix(r->random ^ r->seed, r->seed);
	r->cost = 1 + (r->random & (2 * COST - 1));
	for (size_t i = next_unnamed(s, 0); i < s->count;
	     i = next_unnamed(s, i + 1))
		if (s->members[i].key.len > NAME)
			return false;
	return !has_twins(s);
}

/* Copy the names that no path names; false where memory is used up. */
static bool keep_names(struct recipes *r, const struct scan *s,
		       struct recipe_shape *shape)
{
	struct slice names[RECIPE_UNNAMED];
	size_t count = 0;

	for (size_t i = next_unnamed(s, 0); i < s->count;
	     i = next_unnamed(s, i + 1)) {
		struct slice name = s->members[i].key;

		name.data = recipes_keep(r, name.data, name.len);
		if (name.data == NULL)
			return false;
		names[count++] = name;
	}
	shape->unnamed = recipes_keep(r, names, count * sizeof(*names));
	shape->unnamed_count = count;
	return shape->unnamed != NULL;
}

static struct recipe_shape *new_shape(struct recipes *r, const struct scan *s,
				      uint64_t hash)
{
	struct recipe_shape **place = &r->shapes[hash & (SHAPES - 1)];
	size_t entries = 0;

	for (const struct recipe_shape *i = *place; i != NULL; i = i->next)
		entries++;
	if (entries == CHAIN)
		return NULL;

	struct recipe_shape *shape = take(r, sizeof(*shape));
	if (shape == NULL)
		return NULL;
	*shape = (struct recipe_shape){ .hash = hash, .count = s->count };
	shape->shape = recipes_keep(r, s->shape, s->count * sizeof(*s->shape));
	if (shape->shape == NULL || !keep_names(r, s, shape))
		return NULL;
	shape->next = *place;
	*place = shape;
	return shape;
}

/* The group of a shape with these guards; NULL where there are too many. */
static const struct recipe_group *group_of(struct recipe_shape *shape,
					   const uint32_t *guards, size_t count)
{
	size_t size = count * sizeof(*guards);

	for (size_t i = 0; i < shape->group_count; i++)
		if (shape->groups[i].count == count &&
		    memcmp(shape->groups[i].guards, guards, size) == 0)
			return &shape->groups[i];
	if (shape->group_count == GROUPS)
		return NULL;

	struct recipe_group *group = &shape->groups[shape->group_count++];
	memcpy(group->guards, guards, size);
	group->count = count;
	return group;
}

/* Copy the texts of the guards; NULL where memory is used up. */
static const struct slice *keep_guards(struct recipes *r, const struct scan *s,
				       const struct recipe_group *group)
{
	struct slice texts[EVAL_GUARDS];

	for (size_t i = 0; i < group->count; i++) {
		struct value value = s->members[group->guards[i]].value;

		texts[i].data = recipes_keep(r, value.data, value.len);
		texts[i].len = value.len;
		if (texts[i].data == NULL)
			return NULL;
	}
	return recipes_keep(r, texts, group->count * sizeof(*texts));
}

const struct recipe *recipe_enter(struct recipes *r, const struct scan *s,
				  const struct watch *watch,
				  const struct recipe *recipe)
{
	uint64_t hash = hash_shape(r, s);
	struct recipe_shape *shape = find_shape(r, s, hash);
	size_t entries = 0;

	if (shape == NULL)
		shape = new_shape(r, s, hash);
	if (shape == NULL)
		return NULL;

	const struct recipe_group *group =
		group_of(shape, watch->guards, watch->guard_count);
	if (group == NULL || !hash_guards(r, s, group, &hash))
		return NULL;

	const struct recipe **place = &r->table[hash & (RECIPES - 1)];
	for (const struct recipe *i = *place; i != NULL; i = i->next)
		entries++;
	if (entries == CHAIN)
		return NULL;

	const struct slice *guards = keep_guards(r, s, group);
	struct recipe *made = guards != NULL ? take(r, sizeof(*made)) : NULL;
	if (made == NULL)
		return NULL;
	*made = *recipe;
	made->next = *place;
	made->group = group;
	made->hash = hash;
	made->guards = guards;
	*place = made;
	return made;
}

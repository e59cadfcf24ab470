/*
 * A mapper that has recipes and one that has none: whatever the records, what
 * they make of them is the same.
 */
#ifndef SIEM_TESTS_UNIT_TWINS_H
#define SIEM_TESTS_UNIT_TWINS_H

#include "event/mapper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct twins {
	const struct map_shape *shape;
	struct maps *maps;
	struct mapper *quick, *plain;
	size_t followed; // records that quick mapped by a recipe
};

static inline struct twins twins_of(struct maps *maps,
				    const struct map_shape *shape,
				    size_t max_record)
{
	struct twins t = { .shape = shape, .maps = maps };

	if (maps == NULL)
		abort();
	t.quick = mapper_new(maps, shape, max_record);
	t.plain = mapper_new(maps, shape, max_record);
	if (t.quick == NULL || t.plain == NULL)
		abort();
	mapper_use(t.plain, MAPPER_APPLIES);
	return t;
}

static inline struct twins twins_begin(const char *which,
				       const struct map_shape *shape)
{
	struct err e = { 0 };
	struct maps *maps = maps_load(which, shape, &e);

	if (maps == NULL)
		printf("# %s\n", e.text);
	return twins_of(maps, shape, 1 << 16);
}

static inline void twins_end(struct twins *t)
{
	mapper_free(t->quick);
	mapper_free(t->plain);
	maps_free(t->maps);
}

static inline bool twins_value(struct value a, struct value b)
{
	return a.type == b.type && a.flags == b.flags &&
	       slice_is(value_slice(a), value_slice(b));
}

static inline bool twins_field(const struct field *a, const struct field *b)
{
	return slice_is(a->key, b->key) && slice_is(a->label, b->label) &&
	       slice_is(a->lead, b->lead) && twins_value(a->value, b->value) &&
	       a->max == b->max;
}

static inline bool twins_time(const struct event *a, const struct event *b)
{
	if (a->has_time != b->has_time)
		return false;
	return !a->has_time ||
	       (a->time.sec == b->time.sec && a->time.nsec == b->time.nsec &&
		a->time.digits == b->time.digits &&
		a->time.zulu == b->time.zulu &&
		a->time.offset_min == b->time.offset_min);
}

/* NULL, or in what two events are not the same. */
static inline const char *twins_differ(const struct twins *t,
				       const struct event *a,
				       const struct event *b)
{
	if (strcmp(a->map, b->map) != 0)
		return "map";
	if (!twins_time(a, b))
		return "time";
	if (a->severity != b->severity || a->emergency != b->emergency)
		return "severity";
	for (size_t i = 0; t->shape->attributes[i] != NULL; i++)
		if (!twins_value(a->attributes[i], b->attributes[i]))
			return t->shape->attributes[i];
	if (a->count != b->count || a->rest != b->rest)
		return "number of fields";
	for (size_t i = 0; i < a->count; i++)
		if (!twins_field(&a->fields[i], &b->fields[i]))
			return "field";
	return a->taken == b->taken ? NULL : "memory";
}

/* Do they make the same of a record? */
static inline bool twins_agree(struct twins *t, struct slice record)
{
	struct event a, b;
	struct err ea = { 0 }, eb = { 0 };
	int ra = mapper_read(t->quick, record, &a, &ea);
	int rb = mapper_read(t->plain, record, &b, &eb);
	const char *what = NULL;

	if (ra != rb || (ra < 0 && (ea.kind != eb.kind ||
				    ea.column != eb.column ||
				    strcmp(ea.text, eb.text) != 0)))
		what = "error";
	else if (ra == 0)
		what = twins_differ(t, &a, &b);
	t->followed = mapper_followed(t->quick);
	if (what != NULL)
		printf("# %s, %s: %s differs for %.*s\n", a.map,
		       t->shape->section != NULL ? t->shape->section : "-",
		       what, (int)record.len, record.data);
	return what == NULL;
}

#endif

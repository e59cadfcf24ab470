/*
 * What maps are compiled to: the plan by which records become events of one
 * format.
 */
#ifndef SIEM_EVENT_PLAN_H
#define SIEM_EVENT_PLAN_H

#include "core/slice.h"
#include "event/field.h"
#include "event/program.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_shape;
struct policy;

enum {
	PLAN_SEVERITY = 2, // of an event whose map knows no better
	PLAN_SEVERITY_MOST = 10,
	PLAN_ATTRIBUTES = 16, // of a format, at most
	PLAN_TARGETS = 8,     // of a row, at most
};

/* Where the value of a row can go. */
struct target {
	struct slice key;
	struct slice label;
	struct slice lead; // as in struct field
	enum field_type type;
	uint32_t max;
	bool shared; // others have the same key, at the same address
};

/* Make a field of a target. */
static inline void target_put(const struct target *t, const struct value *value,
			      struct field *f)
{
	f->key = t->key;
	f->label = t->label;
	f->lead = t->lead;
	f->value = *value;
	f->max = t->max;
}

/*
 * A value and where it goes: the first target whose type it fits. Most rows
 * have a value only where the record has a member of slot or of other, which
 * is SCAN_NO_SLOT where one slot is enough; of those, most are plain: that
 * member is the value and goes as text to the only target, which no other row
 * has.
 */
struct row {
	uint32_t expr;
	uint32_t target_count;
	struct target *targets;
	uint16_t slot, other; // both SCAN_NO_SLOT: they say nothing
	bool is_plain;
};

/* What becomes of members that no row uses. */
struct rest {
	struct slice prefix;
	bool given; // members of the record keep their names, and their shape
	bool all;   // those that are used elsewhere, too
	const uint16_t *leave_out; // slots of those that are not wanted
	size_t leave_out_count;
};

/* A severity is raised to level where the condition holds, or to the number
   that the expression has, from 0 to out_of. */
struct raise {
	uint32_t cond;  // PROGRAM_NONE: it is the expression
	uint32_t score; // expression
	uint32_t level; // or out_of
};

/* A map, for one format. */
struct plan {
	const char *name;
	uint32_t match; // condition, or PROGRAM_NONE: it takes every record

	const uint32_t *times; // expressions: the first that is a time counts
	size_t time_count;
	const uint32_t *levels; // the first that is a severity counts
	size_t level_count;
	const struct raise *raises;
	size_t raise_count;

	uint32_t attributes[PLAN_ATTRIBUTES]; // expressions or PROGRAM_NONE
	const struct row *rows;
	size_t row_count;
	struct rest rest;
};

struct maps {
	const struct map_shape *shape; // borrowed
	struct program program;
	struct plan *plans;
	struct policy *policies; // of each
	size_t count;
};

#endif

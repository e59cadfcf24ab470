/*
 * The section of a map for a format: its attributes, its rows and the rest.
 */
#ifndef SIEM_EVENT_SECTION_H
#define SIEM_EVENT_SECTION_H

#include "core/attr.h"
#include "core/err.h"
#include "event/compile.h"
#include "event/plan.h"
#include "event/program.h"
#include "event/shape.h"
#include "event/source.h"

#include <stddef.h>

struct policy;

/* A map on its way from JSON to a plan. */
struct loader {
	struct program *program;
	const struct map_shape *shape;
	struct compiler compiler;
	struct source source;
	struct plan *plan;
	struct policy *policy;
};

/*
 * Read something of the value at a place, step by step, the last being NULL.
 * Where findings are collected, one that fails does not stop the others. -1
 * with e filled.
 */
typedef int loader_step(struct loader *l, const struct place *at,
			struct err *e);
int loader_take(struct loader *l, loader_step *const *steps,
		const struct place *at, struct err *e) MUST_CHECK;

/* Zeroed room for count things of a size, for as long as the plan lives. NULL:
   out of memory. */
void *loader_room(struct loader *l, size_t count, size_t size) MUST_CHECK;

/* Read the section at a place into l->plan. -1 with e filled. */
int section_read(struct loader *l, const struct place *at,
		 struct err *e) MUST_CHECK;

#endif

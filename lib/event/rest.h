/*
 * The rest: members of a record that no row of its map used. They are kept,
 * under keys made of their paths.
 */
#ifndef SIEM_EVENT_REST_H
#define SIEM_EVENT_REST_H

#include "core/attr.h"
#include "core/buf.h"
#include "event/eval.h"
#include "event/explain.h"
#include "event/field.h"
#include "event/map.h"
#include "event/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of an event; the list keeps its memory between records. */
struct fields {
	struct field *list;
	size_t count, cap;
};

/* Make room for n more. False out of memory. */
bool fields_reserve(struct fields *f, size_t n) MUST_CHECK;
void fields_free(struct fields *f);

struct name;

/* What is kept between records, to be used again. */
struct rest_work {
	struct name *names; // a hash table
	size_t cap;         // of it, as allocated
	size_t size, count; // of it, as in use
	uint64_t seed;
	struct buf key; // the key that is being made
};

/* The bound is on one key. */
#define REST_WORK_INIT(max, random) \
	((struct rest_work){ .seed = (random), .key = BUF_INIT(max) })

void rest_work_free(struct rest_work *w);

/*
 * Append a field for every member that is neither used nor null, objects as
 * their members. Of those that have the same name in the same object the last
 * one counts. trace, which may be NULL, is told what became of each. False
 * where v has noted that memory did not suffice.
 */
bool rest_collect(struct rest_work *w, struct eval *v,
		  const struct map_shape *shape, const struct rest *rest,
		  struct fields *fields, struct trace *trace) MUST_CHECK;

#endif

/*
 * The rest: members of a record that no row of its map used. They are kept,
 * under keys made of their paths.
 */
#ifndef SIEM_EVENT_REST_H
#define SIEM_EVENT_REST_H

#include "core/arena.h"
#include "core/attr.h"
#include "core/buf.h"
#include "event/eval.h"
#include "event/explain.h"
#include "event/field.h"
#include "event/names.h"
#include "event/plan.h"
#include "event/program.h"
#include "event/shape.h"

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

/*
 * The key of the members of a slot, made beforehand. Where it is free, nothing
 * that the map can put has it, and no member of another slot: it needs no look
 * at other fields.
 */
struct rest_key {
	struct slice key;
	bool free;
};

/* What is kept between records, to be used again. */
struct rest_work {
	struct names names; // of members, and then of keys
	struct buf key;     // the key that is being made
};

/* The bound is on one key. */
#define REST_WORK_INIT(max, random)                         \
	((struct rest_work){ .names = { .seed = (random) }, \
			     .key = BUF_INIT(max) })

void rest_work_free(struct rest_work *w);

/*
 * Make the keys for all slots of a program as a plan has them, which point to
 * memory of kept. False out of memory.
 */
bool rest_make_keys(struct rest_work *w, const struct program *program,
		    const struct map_shape *shape, const struct plan *plan,
		    struct arena *kept, struct rest_key *keys) MUST_CHECK;

/*
 * keys are those that rest_make_keys() has made for the plan.
 *
 * Append a field for every member that is neither used nor null, objects as
 * their members; with REST_WHOLE objects stay whole, those that have none of
 * these left out. Of those that have the same name in the same object the last
 * one counts. trace, which may be NULL, is told what became of each. False
 * where v has noted that memory did not suffice.
 */
bool rest_collect(struct rest_work *w, struct eval *v,
		  const struct map_shape *shape, const struct rest *rest,
		  const struct rest_key *keys, struct fields *fields,
		  struct trace *trace) MUST_CHECK;

/*
 * The key that a member of the rest has as long as no other one has the same,
 * for the life of the event. False where that is not all it depends on.
 */
bool rest_plain_key(struct rest_work *w, struct eval *v,
		    const struct map_shape *shape, const struct plan *plan,
		    const struct rest_key *keys, uint32_t member,
		    struct slice *key) MUST_CHECK;

/*
 * The first member from i on that is left over and can be shown; the number of
 * members where none is.
 */
uint32_t rest_next(const struct scan *s, uint32_t i, bool drops_empty);

/* Is member number i an object that its members stand for? */
static inline bool rest_opens(const struct rest *rest, const struct member *m,
			      uint32_t i)
{
	return m->value.type == VALUE_OBJECT && m->next > i + 1 && !rest->given;
}

/* Is anything left of member number i? Of an object, a member of it. */
bool rest_has_left(const struct scan *s, uint32_t i, bool drops_empty);

#endif

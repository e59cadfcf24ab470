/*
 * Running the expressions and conditions of a program over one record.
 *
 * An expression notes the members it reads; once its result has gone
 * somewhere, eval_commit() marks them as used. Conditions note nothing.
 */
#ifndef SIEM_EVENT_EVAL_H
#define SIEM_EVENT_EVAL_H

#include "core/arena.h"
#include "core/attr.h"
#include "core/buf.h"
#include "core/timestamp.h"
#include "event/field.h"
#include "event/program.h"
#include "json/scan.h"
#include "json/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The members that a value came from, kept for later. */
struct origin {
	uint32_t members[PROGRAM_NAMED];
	uint32_t count;
};

struct element;

struct eval {
	const struct program *program; // borrowed
	struct scan *scan;             // borrowed: the record
	struct arena *arena;           // borrowed: what values point to

	/* Of the event, for $time and $severity. */
	struct value time; // as the record writes it; VALUE_NONE: it has none
	struct timestamp timestamp;
	struct origin time_origin;
	struct value severity;
	struct origin severity_origin;

	/* The members read since the last commit; in an element, its parts. */
	uint32_t read[PROGRAM_READS];
	size_t read_count;

	bool too_large;     // a value did not fit the arena
	bool out_of_memory;

	// private
	const struct element *element; // that a join has come to
	struct buf one, other;         // decoded texts, to be compared
	struct buf joined;
	unsigned deciding; // conditions around what is evaluated
};

/* The bounds are on one value that is made of others. */
#define EVAL_INIT(max) \
	((struct eval){ .one = BUF_INIT(max), .other = BUF_INIT(max), \
			.joined = BUF_INIT(max) })

void eval_free(struct eval *v);

/* Begin with another record. */
void eval_begin(struct eval *v);

/*
 * The value of an expression, VALUE_NONE where it has none; what it read is
 * appended to v->read. A null member is none.
 */
struct value eval_expr(struct eval *v, uint32_t expr);
bool eval_cond(struct eval *v, uint32_t cond);

/* Mark what was read since the first count of v->read as used; or do not. */
void eval_commit(struct eval *v);
void eval_forget(struct eval *v, size_t count);

/* Keep what was read, and read it again. */
void eval_keep_origin(const struct eval *v, struct origin *origin);
void eval_read(struct eval *v, const struct origin *origin);

/*
 * The text of a value: strings decoded, containers as compact JSON. It may
 * stand in scratch, which is overwritten.
 */
struct slice eval_text(struct eval *v, struct value value, struct buf *scratch);

/* Copy bytes to the arena; of none a value that is none. */
struct value eval_keep(struct eval *v, struct slice text);

/* A value of the same text with nothing left to decode. */
struct value eval_plain(struct eval *v, struct value value);

/* Make value fit type; false where it does not. */
bool eval_fit(struct eval *v, enum field_type type, struct value *value);

/* Read a value as a time. */
bool eval_time(struct eval *v, struct value value, struct timestamp *t);

#endif

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
#include "core/short.h"
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

/*
 * What values depend on, noted while a recipe is made (recipe.h): beside what
 * the shape of a record tells, on the whole text of the guards; or on more.
 */
enum { EVAL_GUARDS = 8, EVAL_GUARD_TEXT = 64 };

struct watch {
	uint32_t guards[EVAL_GUARDS]; // members
	size_t guard_count;
	bool varies;          // on more, since somebody set it to false
	bool time_varies;     // v->time does
	bool severity_varies; // v->severity does
	bool refused;         // a text that was asked for can be no guard
};

struct eval {
	const struct program *program; // borrowed
	struct scan *scan;             // borrowed: the record
	struct arena *arena;           // borrowed: what values point to

	/* Of the event, for $time, $severity and $syslog. */
	struct value time; // as the record writes it; VALUE_NONE: it has none
	struct timestamp timestamp;
	struct origin time_origin;
	struct value severity;
	struct value syslog; // the same as syslog numbers it
	struct origin severity_origin;
	struct slice record; // for $record

	/* The members read since the last commit; in an element, its parts. */
	uint32_t read[PROGRAM_NAMED + PROGRAM_READS];
	size_t read_count;

	struct watch *watch; // NULL: nobody wants to know

	bool too_large; // a value did not fit the arena
	bool out_of_memory;

	// private
	const struct element *element; // that a join has come to
	struct buf one, other;         // decoded texts, to be compared
	struct buf joined;
	struct timestamp_last last_time;
	char *pool; // of the arena, for small values
	size_t pool_left;
};

/* The bound is on one value that is made of others. */
#define EVAL_INIT(max)                          \
	((struct eval){ .one = BUF_INIT(max),   \
			.other = BUF_INIT(max), \
			.joined = BUF_INIT(max) })

void eval_free(struct eval *v);

/* Begin with another record; the arena is empty. */
void eval_begin(struct eval *v);

/*
 * The value of an expression, VALUE_NONE where it has none; what it read is
 * appended to v->read. A null member is none.
 */
static inline struct value eval_expr(struct eval *v, uint32_t expr);
static inline bool eval_cond(struct eval *v, uint32_t cond);

/* Mark what was read since the first count of v->read as used; or do not. */
static inline void eval_commit(struct eval *v);
static inline void eval_forget(struct eval *v, size_t count);

/*
 * Of several alternatives value was taken, and other, if it has a value, is
 * there as well: where it says the same, nothing is lost with it; else forget
 * that it was read, since there were that many reads.
 */
void eval_claim(struct eval *v, struct value value, struct value other,
		size_t before);

/* The member of the record whose value it is, or SCAN_ROOT. */
uint32_t eval_find_member(const struct eval *v, struct value value);

/* Keep what was read, and read it again. */
void eval_keep_origin(const struct eval *v, struct origin *origin);
void eval_read(struct eval *v, const struct origin *origin);

/*
 * The text of a value: strings decoded, containers as compact JSON. It may
 * stand in scratch, which is overwritten.
 */
static inline struct slice eval_text(struct eval *v, struct value value,
				     struct buf *scratch);

/*
 * n bytes that last as long as the event, or NULL, which v notes. SHORT_SLACK
 * bytes behind them may be written until the next call.
 */
static inline char *eval_take(struct eval *v, size_t n);

/* Copy bytes to such memory; VALUE_NONE where there is none. */
struct value eval_keep(struct eval *v, struct slice text);
struct value eval_keep_number(struct eval *v, struct slice text);

/* A value of the same type and text with nothing left to decode. */
static inline struct value eval_plain(struct eval *v, struct value value);

/* Make value fit type; false where it does not. */
static inline bool eval_fit(struct eval *v, enum field_type type,
			    struct value *value);

/* Read a value as a time. */
bool eval_time(struct eval *v, struct value value, struct timestamp *t);

/*
 * What follows is how eval.c, decide.c and element.c work together, and what
 * of it runs for every field of every record.
 */

/* The functions that evaluate, by enum expr_op and by enum cond_op. */
extern struct value (*const eval_ops[])(struct eval *v,
					const struct expr *expr);
extern bool (*const eval_cond_ops[])(struct eval *v, const struct cond *cond);

struct value eval_join(struct eval *v, const struct expr *expr);
struct value eval_sum(struct eval *v, const struct expr *expr);
struct value eval_times(struct eval *v, const struct expr *expr);
struct value eval_element(struct eval *v, const struct expr *expr);
struct value eval_part(struct eval *v, const struct expr *expr);
bool eval_some(struct eval *v, const struct cond *cond);

/* Append a template to out; nothing, and false, where a piece is missing. */
bool eval_put_template(struct eval *v, const struct expr *expr,
		       struct buf *out);

/* Take the text that v->joined has from start on off it. */
struct value eval_take_joined(struct eval *v, size_t start);

void eval_give_up(struct eval *v, int error);
char *eval_take_slowly(struct eval *v, size_t n);
struct slice eval_text_slowly(struct eval *v, struct value value,
			      struct buf *scratch);
bool eval_fit_slowly(struct eval *v, enum field_type type, struct value *value);

/*
 * For the watch: something was decided by the text of a value; it was made a
 * part of another value, or something was decided that is as various as the
 * text itself; something is decided by more than the texts of members.
 */
void eval_note_text(struct eval *v, struct value value);
void eval_note_copy(struct eval *v, struct value value);
void eval_note_elements(struct eval *v, uint32_t of);

IN_LINE void eval_decided_by(struct eval *v, struct value value)
{
	if (UNLIKELY(v->watch != NULL))
		eval_note_text(v, value);
}

IN_LINE void eval_varies_with(struct eval *v, struct value value)
{
	if (UNLIKELY(v->watch != NULL))
		eval_note_copy(v, value);
}

/* The member of a slot, where there is one and it is not null. */
IN_LINE struct value eval_member(struct eval *v, uint32_t slot)
{
	uint32_t i = v->scan->by_slot[slot];

	if (i == 0)
		return (struct value){ .type = VALUE_NONE };

	struct value value = v->scan->members[i - 1].value;
	if (value_is_missing(value))
		return (struct value){ .type = VALUE_NONE };
	v->read[v->read_count++] = i - 1;
	return value;
}

IN_LINE struct value eval_expr(struct eval *v, uint32_t index)
{
	const struct expr *expr = &v->program->exprs[index];

	if (expr->op == EXPR_PATH)
		return eval_member(v, expr->slot);
	if (expr->op == EXPR_CONST)
		return expr->value;
	return eval_ops[expr->op](v, expr);
}

IN_LINE bool eval_cond(struct eval *v, uint32_t index)
{
	const struct cond *cond = &v->program->conds[index];

	return eval_cond_ops[cond->op](v, cond);
}

IN_LINE void eval_put(struct buf *out, struct slice text)
{
	char *room = buf_room(out, text.len + SHORT_SLACK);

	if (LIKELY(room != NULL)) {
		short_copy(room, text);
		buf_grown(out, text.len);
	}
}

IN_LINE void eval_commit(struct eval *v)
{
	for (size_t i = 0; i < v->read_count; i++)
		v->scan->members[v->read[i]].used = true;
	v->read_count = 0;
}

static inline void eval_forget(struct eval *v, size_t count)
{
	v->read_count = count;
}

static inline char *eval_take(struct eval *v, size_t n)
{
	if (UNLIKELY(n > v->pool_left))
		return eval_take_slowly(v, n);

	char *bytes = v->pool;
	v->pool += n;
	v->pool_left -= n;
	return bytes;
}

IN_LINE struct slice eval_text(struct eval *v, struct value value,
			       struct buf *scratch)
{
	if (LIKELY(value.flags == 0))
		return value_slice(value);
	return eval_text_slowly(v, value, scratch);
}

IN_LINE struct value eval_plain(struct eval *v, struct value value)
{
	if (LIKELY(value.flags == 0))
		return value;
	struct value plain = eval_keep(v, eval_text_slowly(v, value, &v->one));
	if (plain.type != VALUE_NONE)
		plain.type = value.type;
	return plain;
}

IN_LINE bool eval_fit(struct eval *v, enum field_type type, struct value *value)
{
	return type == FIELD_TEXT || eval_fit_slowly(v, type, value);
}

#endif

#include "event/apply.h"

#include "event/severity.h"

#include <stdlib.h>
#include <sys/random.h>

static const size_t most_kept = (size_t)64 << 20;

static bool make_keys(struct work *w)
{
	const struct maps *maps = w->maps;
	size_t slots = maps->program.slot_list.count;
	bool made = true;

	if (maps->shape->rest_names == REST_NONE)
		return true;
	w->keys = calloc(maps->count * slots, sizeof(*w->keys));
	if (w->keys == NULL)
		return false;
	for (size_t i = 0; i < maps->count && made; i++)
		made = rest_make_keys(&w->rest, &maps->program, maps->shape,
				      &maps->plans[i], &w->kept,
				      w->keys + i * slots);
	return made;
}

bool apply_init(struct work *w, const struct maps *maps, size_t most)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)(uintptr_t)w;
	w->maps = maps;
	w->scan = SCAN_INIT;
	w->arena = ARENA_INIT(most);
	w->eval = EVAL_INIT(most);
	w->eval.program = &maps->program;
	w->eval.scan = &w->scan;
	w->eval.arena = &w->arena;
	w->rest = REST_WORK_INIT(most, seed);
	w->kept = ARENA_INIT(most_kept);
	return make_keys(w);
}

void apply_free(struct work *w)
{
	scan_free(&w->scan);
	arena_free(&w->arena);
	eval_free(&w->eval);
	fields_free(&w->fields);
	rest_work_free(&w->rest);
	free(w->keys);
	arena_free(&w->kept);
	trace_free(&w->trace);
}

/* Note for mapper_explain() that what was read has gone to that place. */
static void trace(struct work *w, enum trace_kind kind, struct slice name,
		  struct slice label)
{
	for (size_t i = 0; i < w->eval.read_count; i++)
		if (!trace_add(&w->trace, w->eval.read[i], kind, name, label))
			w->eval.out_of_memory = true;
}

/* What was read has gone to that place. */
static inline void commit(struct work *w, enum trace_kind kind,
			  struct slice name, struct slice label)
{
	if (UNLIKELY(w->tracing))
		trace(w, kind, name, label);
	apply_commit(w);
}

const struct plan *apply_choose(struct work *w)
{
	const struct plan *plan = w->maps->plans;
	const struct plan *last = plan + w->maps->count - 1;

	while (plan < last && plan->match != PROGRAM_NONE &&
	       !eval_cond(&w->eval, plan->match))
		plan++;
	return plan;
}

/* Times from number i on that say the same as the one that was read. */
static void read_same_times(struct work *w, size_t i)
{
	struct eval *v = &w->eval;

	for (; i < w->plan->time_count && v->read_count < PROGRAM_NAMED; i++) {
		size_t before = v->read_count;

		eval_claim(v, v->time, eval_expr(v, w->plan->times[i]), before);
	}
}

void apply_time(struct work *w, struct event *event)
{
	struct eval *v = &w->eval;

	event->has_time = false;
	for (size_t i = 0; i < w->plan->time_count && !event->has_time; i++) {
		struct value value = eval_expr(v, w->plan->times[i]);

		event->has_time = eval_time(v, value, &v->timestamp);
		if (event->has_time) {
			v->time = value;
			read_same_times(w, i + 1);
			eval_keep_origin(v, &v->time_origin);
		}
		eval_forget(v, 0);
	}
	event->time = event->has_time ? v->timestamp : timestamp_now();
}

void apply_header_time(struct work *w)
{
	struct eval *v = &w->eval;

	// In full: even with rest.all it is not said again.
	if (!w->maps->shape->has_time || v->time.type == VALUE_NONE)
		return;
	eval_read(v, &v->time_origin);
	if (UNLIKELY(w->tracing))
		trace(w, TRACE_TIME, SLICE("time"), SLICE(""));
	eval_commit(v);
}

void apply_header_severity(struct work *w)
{
	if (!w->maps->shape->has_severity)
		return;
	eval_read(&w->eval, &w->eval.severity_origin);
	commit(w, TRACE_SEVERITY, SLICE("severity"), SLICE(""));
}

bool apply_shows(const struct work *w, const struct value *attributes,
		 size_t number)
{
	const struct map_shape *shape = w->maps->shape;

	return attributes[number].len > 0 &&
	       (shape->shows == NULL || shape->shows(attributes, number));
}

void apply_attribute(struct work *w, struct event *event, size_t number)
{
	const struct map_shape *shape = w->maps->shape;
	uint32_t expr = w->plan->attributes[number];
	struct value value = { .type = VALUE_NONE };

	if ((shape->written == 0 || number < shape->written) &&
	    expr != PROGRAM_NONE)
		value = eval_expr(&w->eval, expr);
	event->attributes[number] = eval_plain(&w->eval, value);
	if (!apply_shows(w, event->attributes, number))
		eval_forget(&w->eval, 0);
	if (w->eval.read_count > 0)
		commit(w, TRACE_ATTRIBUTE, slice_of(shape->attributes[number]),
		       SLICE(""));
}

bool apply_is_taken(const struct work *w, struct slice key)
{
	for (size_t i = 0; i < w->fields.count; i++)
		if (w->fields.list[i].key.data == key.data)
			return true;
	return false;
}

void apply_value(struct work *w, const struct row *row, struct value value)
{
	for (size_t i = 0; i < row->target_count && value.len > 0; i++) {
		const struct target *t = &row->targets[i];

		if ((t->shared && apply_is_taken(w, t->key)) ||
		    !eval_fit(&w->eval, t->type, &value))
			continue;
		apply_put(w, t, value);
		commit(w, TRACE_FIELD, t->key, t->label);
		return;
	}
	eval_forget(&w->eval, 0);
}

void apply_row(struct work *w, const struct row *row)
{
	struct value value = eval_expr(&w->eval, row->expr);

	if (value.type != VALUE_NONE)
		apply_value(w, row, value);
}

/*
 * The same for a row that needs a member, which is plain or has no value.
 * False: it takes a closer look.
 */
IN_LINE bool put_plain_row(struct work *w, const struct row *row)
{
	const struct scan *s = &w->scan;
	uint32_t i = s->by_slot[row->slot];
	uint32_t other = s->by_slot[row->other];

	if ((i | other) == 0)
		return true;
	if (!row->is_plain || (i != 0 && other != 0))
		return false;

	struct member *member = &s->members[(i | other) - 1];
	if (member->value.type != VALUE_NULL && member->value.len != 0) {
		apply_put(w, row->targets, member->value);
		member->used |= !w->plan->rest.all;
	}
	return true;
}

static void put_rows(struct work *w)
{
	const struct row *row = w->plan->rows;

	for (size_t left = w->plan->row_count; left > 0; left--, row++)
		if (UNLIKELY(w->tracing) || row->slot == SCAN_NO_SLOT ||
		    !put_plain_row(w, row))
			apply_row(w, row);
}

/* Mark the members that the map does not want. */
void apply_leave_out(struct work *w)
{
	const struct rest *rest = &w->plan->rest;

	for (size_t i = 0; i < rest->leave_out_count; i++) {
		uint32_t member = w->scan.by_slot[rest->leave_out[i]];

		if (member == 0)
			continue;
		w->eval.read[w->eval.read_count++] = member - 1;
		if (UNLIKELY(w->tracing))
			trace(w, TRACE_LEFT_OUT, SLICE(""), SLICE(""));
		eval_commit(&w->eval);
	}
}

bool apply_rest(struct work *w)
{
	return rest_collect(&w->rest, &w->eval, w->maps->shape, &w->plan->rest,
			    apply_keys(w), &w->fields,
			    w->tracing ? &w->trace : NULL);
}

static void put_fields(struct work *w, struct event *event)
{
	if (!fields_reserve(&w->fields, w->plan->row_count)) {
		w->eval.out_of_memory = true;
		return;
	}
	put_rows(w);
	apply_leave_out(w);
	event->rest = w->fields.count;
	apply_rest(w);
}

void apply_begin(struct work *w)
{
	arena_clear(&w->arena);
	eval_begin(&w->eval);
	w->fields.count = 0;
}

void apply_begin_again(struct work *w)
{
	for (size_t i = 0; i < w->scan.count; i++)
		w->scan.members[i].used = false;
	apply_begin(w);
}

void apply_map(struct work *w, struct event *event)
{
	const struct map_shape *shape = w->maps->shape;

	w->plan = apply_choose(w);
	event->map = w->plan->name;
	apply_time(w, event);
	if (!apply_is_selected(w, event))
		return;
	severity_read(&w->eval, w->plan, event);
	apply_header_time(w);
	apply_header_severity(w);
	for (size_t i = 0; shape->attributes[i] != NULL; i++)
		apply_attribute(w, event, i);
	event->head = SLICE("");
	event->rest = 0;
	if (shape->rest_names != REST_NONE)
		put_fields(w, event);
}

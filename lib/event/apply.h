/*
 * Applying a map to a record that has been scanned: what its expressions and
 * conditions say, evaluated one by one. This is what maps mean; recipes
 * (recipe.h) are a faster way to the same event.
 */
#ifndef SIEM_EVENT_APPLY_H
#define SIEM_EVENT_APPLY_H

#include "core/arena.h"
#include "core/attr.h"
#include "event/eval.h"
#include "event/event.h"
#include "event/explain.h"
#include "event/plan.h"
#include "event/rest.h"
#include "event/select.h"
#include "event/shape.h"
#include "json/scan.h"

#include <stdbool.h>
#include <stddef.h>

/* What it works with, used again for every record. */
struct work {
	const struct maps *maps;     // borrowed
	const struct select *select; // borrowed; NULL: every record is wanted
	const struct plan *plan; // of the last record
	struct scan scan;        // the record
	struct eval eval;
	struct arena arena; // what the event points to beside the record
	struct fields fields;
	struct rest_work rest;
	struct rest_key *keys; // for every slot, plan after plan
	struct arena kept;     // what they point to
	// The last time in milliseconds that a recipe wanted, and its second.
	char time_text[TIMESTAMP_MAX + SHORT_SLACK];
	size_t time_len;
	int64_t time_sec; // 0: none
	bool tracing; // for mapper_explain()
	struct trace trace;
};

/* False out of memory; end it all the same. Its address must not change. */
bool apply_init(struct work *w, const struct maps *maps,
		size_t most) MUST_CHECK;
void apply_free(struct work *w);

/* Begin with a record that has been scanned, or with the same once more. */
void apply_begin(struct work *w);
void apply_begin_again(struct work *w);

/*
 * Make an event of the record, but for what the mapper knows of it; of one that
 * turns out not to be selected no more than its time. w->eval says whether
 * memory sufficed.
 */
void apply_map(struct work *w, struct event *event);

/*
 * The steps of that, for records of which a recipe knows some already; they
 * come in this order.
 */
const struct plan *apply_choose(struct work *w);
void apply_time(struct work *w, struct event *event);
void apply_header_time(struct work *w);
void apply_header_severity(struct work *w);
void apply_attribute(struct work *w, struct event *event, size_t number);
bool apply_shows(const struct work *w, const struct value *attributes,
		 size_t number); // does its text show that attribute?
void apply_row(struct work *w, const struct row *row);
void apply_leave_out(struct work *w);
bool apply_rest(struct work *w); // w->eval, too, says whether it failed

/*
 * Put the value that a row has, not VALUE_NONE, into the first field that
 * takes it, and note that what was read for it is used; or forget it.
 */
void apply_value(struct work *w, const struct row *row, struct value value);

/* Has a row before put a field of that key? */
bool apply_is_taken(const struct work *w, struct slice key);

/* Note whether an event is wanted, of which the time is known. */
IN_LINE bool apply_is_selected(const struct work *w, struct event *event)
{
	if (LIKELY(w->select == NULL))
		return true;
	event->selected = select_takes_time(w->select, event);
	return event->selected;
}

/* The keys of the rest by slot, as the plan has them. */
static inline const struct rest_key *apply_keys(const struct work *w)
{
	size_t number = (size_t)(w->plan - w->maps->plans);

	return w->keys + number * w->maps->program.slot_list.count;
}

/* What was read is said elsewhere now. */
static inline void apply_commit(struct work *w)
{
	if (w->plan->rest.all)
		eval_forget(&w->eval, 0);
	else
		eval_commit(&w->eval);
}

/* Append a field of a target; there is room. */
IN_LINE void apply_put(struct work *w, const struct target *t,
		       struct value value)
{
	target_put(t, &value, &w->fields.list[w->fields.count++]);
}

#endif

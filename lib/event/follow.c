#include "event/follow.h"

#include "event/severity.h"

#include <string.h>

/* False where what should be a time is none. */
static bool follow_time(struct work *w, const struct recipe *r,
			struct event *event)
{
	struct eval *v = &w->eval;

	if (UNLIKELY(r->time != RECIPE_TIME)) {
		event->has_time = false;
		event->time = timestamp_now();
		if (r->time == RECIPE_TIME_VARIES) {
			apply_time(w, event);
			apply_header_time(w);
		}
		return true;
	}
	v->time = w->scan.members[r->time_member].value;
	v->time_origin = r->time_origin;
	if (!eval_time(v, v->time, &v->timestamp))
		return false;
	event->has_time = true;
	event->time = v->timestamp;
	return true;
}

static void follow_severity(struct work *w, const struct recipe *r,
			    struct event *event)
{
	struct eval *v = &w->eval;

	if (r->base_varies) {
		severity_read_base(v, r->plan, event);
	} else {
		event->severity = r->severity;
		event->emergency = r->emergency;
		v->severity_origin = r->severity_origin;
	}
	for (size_t i = 0; i < r->raise_count; i++)
		severity_raise(v, &r->plan->raises[r->raises[i]], event);
	severity_end(v, event);
	if (r->base_varies)
		apply_header_severity(w);
}

static void follow_attributes(struct work *w, const struct recipe *r,
			      struct event *event)
{
	memcpy(event->attributes, r->attributes,
	       r->attribute_count * sizeof(*event->attributes));
	for (size_t i = 0; i < r->other_attribute_count; i++) {
		const struct step_attribute *a = &r->other_attributes[i];

		if (a->member == SCAN_ROOT)
			apply_attribute(w, event, a->number);
		else
			event->attributes[a->number] = eval_plain(
				&w->eval, w->scan.members[a->member].value);
	}
}

static void put_time(struct work *w, const struct target *target)
{
	char text[TIMESTAMP_MAX];
	size_t len = timestamp_epoch_ms(&w->eval.timestamp, text);

	apply_put(w, target, eval_keep(&w->eval, (struct slice){ text, len }));
}

static void put_typed(struct work *w, const struct step *step)
{
	struct eval *v = &w->eval;

	v->read[v->read_count++] = step->member;
	apply_value(w, step->row, w->scan.members[step->member].value);
}

static void follow_steps(struct work *w, const struct recipe *r)
{
	const struct step *step = r->steps;

	for (size_t left = r->step_count; left > 0; left--, step++)
		switch ((enum step_kind)step->kind) {
		case STEP_MEMBER:
			apply_put(w, step->target,
				  w->scan.members[step->member].value);
			break;
		case STEP_CONST:
			apply_put(w, step->target, step->value);
			break;
		case STEP_TIME:
			put_time(w, step->target);
			break;
		case STEP_TYPED:
			put_typed(w, step);
			break;
		case STEP_ROW:
			apply_row(w, step->row);
			break;
		}
}

static void put_left(struct work *w, const struct recipe *r)
{
	const struct member *members = w->scan.members;

	for (size_t i = 0; i < r->left_count;) {
		const struct step_left *left = &r->left[i++];
		const struct member *m = &members[left->member];

		if (left->key.len == 0)
			i = m->used ? left->skip : i;
		else if (!m->used)
			w->fields.list[w->fields.count++] = (struct field){
				.key = left->key,
				.value = m->value,
			};
	}
}

static void follow_rest(struct work *w, const struct recipe *r)
{
	if (LIKELY(!r->collects_rest)) {
		put_left(w, r);
		return;
	}
	for (size_t i = 0; i < r->used_count; i++)
		w->scan.members[r->used[i]].used = true;
	apply_rest(w);
}

bool follow(struct work *w, const struct recipe *r, struct event *event)
{
	w->plan = r->plan;
	event->map = r->plan->name;
	if (!follow_time(w, r, event) ||
	    !fields_reserve(&w->fields, r->plan->row_count + r->left_count))
		return false;
	follow_severity(w, r, event);
	follow_attributes(w, r, event);
	follow_steps(w, r);
	event->rest = w->fields.count;
	follow_rest(w, r);
	return w->arena.taken <= RECIPE_TAKEN && !w->eval.too_large &&
	       !w->eval.out_of_memory;
}

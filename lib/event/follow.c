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
	event->head = r->head;
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
	const struct timestamp *t = &w->eval.timestamp;
	char *text = w->time_text;
	size_t len = w->time_len;

	// Mostly the second is that of the event before.
	if (t->sec == w->time_sec && t->sec > 0) {
		uint32_t ms = t->nsec / 1000000;

		text[len - 3] = (char)('0' + ms / 100);
		text[len - 2] = (char)('0' + ms / 10 % 10);
		text[len - 1] = (char)('0' + ms % 10);
	} else {
		len = timestamp_epoch_ms(t, text);
		w->time_len = len;
		w->time_sec = t->sec;
	}
	struct value ms = value_text((struct slice){ text, len });
	ms.type = VALUE_NUMBER;
	apply_put(w, target, ms);
}

/* Is it a number that fits all types of integers but ports, as they stand? */
static bool is_small(struct value value)
{
	if (value.type != VALUE_NUMBER || value.len > 9)
		return false;
	for (uint32_t i = 0; i < value.len; i++)
		if (value.data[i] < '0' || value.data[i] > '9')
			return false;
	return true;
}

static void put_typed(struct work *w, const struct step *step)
{
	const struct target *t = step->row->targets;
	struct member *m = &w->scan.members[step->member];
	struct eval *v = &w->eval;

	if ((t->type == FIELD_INT32 || t->type == FIELD_INT64) && !t->shared &&
	    is_small(m->value)) {
		apply_put(w, t, m->value);
		m->used |= !w->plan->rest.all;
		return;
	}
	v->read[v->read_count++] = step->member;
	apply_value(w, step->row, m->value);
}

/*
 * Take the steps that ask nothing; returns the first of another kind. Where a
 * value is found without a branch: members and constants come in any order.
 */
IN_LINE const struct step *follow_plain(struct work *w, const struct recipe *r,
					const struct step *step)
{
	const struct step *end = r->steps + r->step_count;
	const char *const values[] = {
		[STEP_MEMBER] = (const char *)w->scan.members,
		[STEP_CONST] = (const char *)r->constants,
	};

	if (step == end)
		return end; // there may be no list either

	struct field *f = w->fields.list + w->fields.count;
	for (; step < end && step->kind <= STEP_CONST; step++) {
		const void *value = values[step->kind] + step->place;

		target_put(step->target, value, f++);
	}
	w->fields.count = (size_t)(f - w->fields.list);
	return step;
}

static void follow_steps(struct work *w, const struct recipe *r)
{
	const struct step *step = r->steps;
	const struct step *end = step + r->step_count;

	for (; (step = follow_plain(w, r, step)) < end; step++)
		switch ((enum step_kind)step->kind) {
		case STEP_MEMBER:
		case STEP_CONST:
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

/* False where the rest has to be collected. */
static bool put_left(struct work *w, const struct recipe *r)
{
	const struct member *members = w->scan.members;

	for (size_t i = 0; i < r->left_count;) {
		const struct step_left *left = &r->left[i++];
		bool used = members[left->member].used;
		bool goes = left->key.len > 0;

		if (!used && !goes && left->skip == 0)
			return false;
		if (!used && goes)
			w->fields.list[w->fields.count++] = (struct field){
				.key = left->key,
				.value = members[left->shown].value,
			};
		if (used != goes && left->skip != 0)
			i = left->skip;
	}
	return true;
}

static void follow_rest(struct work *w, const struct recipe *r)
{
	size_t rows = w->fields.count;

	if (LIKELY(put_left(w, r)))
		return;
	w->fields.count = rows;
	for (size_t i = 0; i < r->used_count; i++)
		w->scan.members[r->used[i]].used = true;
	apply_rest(w);
}

bool follow(struct work *w, const struct recipe *r, struct event *event)
{
	w->plan = r->plan;
	event->map = r->plan->name;
	if (!follow_time(w, r, event))
		return false;
	if (!apply_is_selected(w, event))
		return true;
	if (!fields_reserve(&w->fields, r->plan->row_count + r->left_count))
		return false;
	follow_severity(w, r, event);
	follow_attributes(w, r, event);
	follow_steps(w, r);
	event->rest = w->fields.count;
	follow_rest(w, r);
	return w->arena.taken <= RECIPE_TAKEN && !w->eval.too_large &&
	       !w->eval.out_of_memory;
}

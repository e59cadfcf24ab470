#include "event/learn.h"

#include "event/severity.h"

#include <string.h>

enum {
	STEPS = 128,
	RAISES = 32,
	KEYS = 4 << 10, // bytes of all keys of the rest
};

/* A recipe in the making. */
struct draft {
	struct recipes *recipes;
	struct work *work;
	struct watch watch;
	size_t guards; // before what is looked at now
	bool failed;   // there is more than a recipe holds

	struct recipe recipe; // but for the lists:
	uint32_t raises[RAISES];
	struct value attributes[PLAN_ATTRIBUTES];
	struct value shown[PLAN_ATTRIBUTES]; // those and the others
	bool shown_varies;
	struct step_attribute other_attributes[PLAN_ATTRIBUTES];
	struct step steps[STEPS];
	struct value constants[STEPS];
	struct step_left left[RECIPE_MEMBERS];
	uint32_t used[RECIPE_MEMBERS];
};

/* Look at something: what it depends on is noted from here on. */
static void begin(struct draft *d)
{
	d->watch.varies = false;
	d->guards = d->watch.guard_count;
}

/* Did it depend on shape and guards only? If not, its guards are none. */
static bool is_settled(struct draft *d)
{
	if (d->watch.varies)
		d->watch.guard_count = d->guards;
	return !d->watch.varies;
}

/*
 * Is the time of the record that of a member, or is there none? Only that the
 * text is a time has to be seen each time.
 */
static bool learn_time(struct draft *d)
{
	struct eval *v = &d->work->eval;
	const struct plan *plan = d->work->plan;

	begin(d);
	for (size_t i = 0; i < plan->time_count; i++) {
		struct value value = eval_expr(v, plan->times[i]);

		if (value.type == VALUE_NONE)
			continue;
		// A second one may say the same, or something else.
		if (d->recipe.time != RECIPE_NO_TIME ||
		    !eval_time(v, value, &v->timestamp))
			return false;
		v->time = value;
		eval_keep_origin(v, &v->time_origin);
		d->recipe.time = RECIPE_TIME;
		d->recipe.time_member = eval_find_member(v, value);
		if (d->recipe.time_member == SCAN_ROOT)
			return false;
	}
	eval_forget(v, 0);
	return is_settled(d);
}

static void put_time(struct draft *d, struct event *event)
{
	struct work *w = d->work;

	d->recipe.time = RECIPE_NO_TIME;
	if (learn_time(d)) {
		d->recipe.time_origin = w->eval.time_origin;
		return;
	}
	d->watch.guard_count = d->guards;
	d->recipe.time = RECIPE_TIME_VARIES;
	eval_forget(&w->eval, 0);
	w->eval.time = (struct value){ .type = VALUE_NONE };
	w->eval.time_origin.count = 0;
	apply_time(w, event);
	d->watch.time_varies = true;
}

static bool learn_base(struct draft *d, struct event *event)
{
	begin(d);
	severity_read_base(&d->work->eval, d->work->plan, event);
	return is_settled(d);
}

/* Can a raise do more than what is known of it already? */
static bool raise_varies(struct draft *d, const struct raise *raise,
			 struct event *event)
{
	struct eval *v = &d->work->eval;
	bool varies;

	begin(d);
	if (raise->cond == PROGRAM_NONE) {
		varies = eval_expr(v, raise->score).type != VALUE_NONE;
		eval_forget(v, 0);
		return !is_settled(d) || varies;
	}
	if (!d->recipe.base_varies && (int)raise->level <= event->severity)
		return false;

	bool holds = eval_cond(v, raise->cond);
	if (!is_settled(d) || d->recipe.base_varies)
		return true;
	if (holds)
		event->severity = (int)raise->level;
	return false;
}

static void put_severity(struct draft *d, struct event *event)
{
	struct work *w = d->work;
	struct recipe *r = &d->recipe;

	r->base_varies = !learn_base(d, event);
	r->severity_origin = w->eval.severity_origin;
	for (size_t i = 0; i < w->plan->raise_count; i++) {
		if (!raise_varies(d, &w->plan->raises[i], event))
			continue;
		d->failed |= r->raise_count == RAISES;
		if (d->failed)
			return;
		d->raises[r->raise_count++] = (uint32_t)i;
	}
	r->severity = event->severity;
	r->emergency = event->emergency;
	d->watch.severity_varies = r->base_varies || r->raise_count > 0;
	severity_end(&w->eval, event);
}

/* Mark what the header says, unless that has to be seen each time. */
static void put_header(struct draft *d)
{
	if (d->recipe.time == RECIPE_TIME)
		apply_header_time(d->work);
	if (!d->recipe.base_varies)
		apply_header_severity(d->work);
}

static void put_attribute(struct draft *d, uint32_t number)
{
	struct work *w = d->work;
	const struct map_shape *shape = w->maps->shape;
	uint32_t expr = w->plan->attributes[number];
	struct value value = { .type = VALUE_NONE };
	uint32_t member = SCAN_ROOT;

	begin(d);
	if ((shape->written == 0 || number < shape->written) &&
	    expr != PROGRAM_NONE)
		value = eval_expr(&w->eval, expr);
	if (shape->shows != NULL && w->eval.read_count > 0) {
		eval_decided_by(&w->eval, value);
		d->watch.varies |= d->shown_varies;
	}

	bool settled = is_settled(d);
	d->shown[number] = value;
	d->shown_varies |= !settled;
	if (settled && value.type != VALUE_NONE)
		member = eval_find_member(&w->eval, value);
	if (!settled || !apply_shows(w, d->shown, number))
		eval_forget(&w->eval, 0);
	else if (w->eval.read_count > 0)
		apply_commit(w);
	if (!settled || member != SCAN_ROOT) {
		d->other_attributes[d->recipe.other_attribute_count++] =
			(struct step_attribute){ number, member };
		value.type = VALUE_NONE;
	}
	d->attributes[d->recipe.attribute_count++] = value;
}

static void put_step(struct draft *d, struct step step)
{
	if (d->recipe.step_count == STEPS)
		d->failed = true;
	else
		d->steps[d->recipe.step_count++] = step;
}

/* What was evaluated for the row is to be evaluated each time. */
static void put_row(struct draft *d, const struct row *row)
{
	eval_forget(&d->work->eval, 0);
	put_step(d, (struct step){ .kind = STEP_ROW, .row = row });
}

/* May a row before, of which that is not known, put a field of that key? */
static bool may_be_taken(const struct draft *d, struct slice key)
{
	for (size_t i = 0; i < d->recipe.step_count; i++) {
		const struct step *step = &d->steps[i];

		if (step->kind != STEP_TYPED && step->kind != STEP_ROW)
			continue;
		for (uint32_t j = 0; j < step->row->target_count; j++)
			if (step->row->targets[j].key.data == key.data)
				return true;
	}
	return false;
}

/* A value goes to a target, whatever the texts are. */
static void put_field(struct draft *d, const struct target *target,
		      struct step step, struct value value)
{
	step.target = target;
	put_step(d, step);
	apply_put(d->work, target, value);
	apply_commit(d->work);
}

static void put_constant(struct draft *d, const struct target *target,
			 struct value value)
{
	struct step step = { .kind = STEP_CONST,
			     .place = (uint32_t)(d->recipe.constant_count *
						 sizeof(value)) };

	// There are no more of them than of steps.
	if (d->recipe.step_count < STEPS)
		d->constants[d->recipe.constant_count++] = value;
	put_field(d, target, step, value);
}

static void put_member(struct draft *d, const struct target *target,
		       uint32_t member)
{
	const struct member *m = &d->work->scan.members[member];
	struct step step = { .kind = STEP_MEMBER,
			     .place = (uint32_t)(member * sizeof(*m) +
						 offsetof(struct member,
							  value)) };

	put_field(d, target, step, m->value);
}

/* Try one of a row's targets with its value; false where it does not fit. */
static bool try_target(struct draft *d, const struct row *row,
		       const struct target *target, struct value value)
{
	struct eval *v = &d->work->eval;
	uint32_t member = eval_find_member(v, value);

	if (member == SCAN_ROOT) {
		if (!eval_fit(v, target->type, &value))
			return false;
		put_constant(d, target, value);
	} else if (target->type == FIELD_TEXT) {
		put_member(d, target, member);
	} else if (value.type >= VALUE_ARRAY && target->type != FIELD_LIST &&
		   target->type != FIELD_JSON) {
		return false; // it has no text that a type could want
	} else if (target->type == FIELD_TIME_MS &&
		   value.data == v->time.data) {
		put_field(d, target, (struct step){ .kind = STEP_TIME }, value);
	} else if (v->read_count == 1 && v->read[0] == member) {
		eval_forget(v, 0);
		put_step(d, (struct step){ .kind = STEP_TYPED,
					   .member = (uint16_t)member,
					   .row = row });
	} else {
		put_row(d, row);
	}
	return true;
}

static void learn_row(struct draft *d, const struct row *row)
{
	struct eval *v = &d->work->eval;

	begin(d);
	struct value value = eval_expr(v, row->expr);
	if (!is_settled(d)) {
		put_row(d, row);
		return;
	}
	for (uint32_t i = 0;
	     i < row->target_count && value.len > 0 && value.type != VALUE_NONE;
	     i++) {
		const struct target *t = &row->targets[i];

		if (t->shared && may_be_taken(d, t->key)) {
			put_row(d, row);
			return;
		}
		if ((!t->shared || !apply_is_taken(d->work, t->key)) &&
		    try_target(d, row, t, value))
			return;
	}
	eval_forget(v, 0);
}

/* The key of a member of the rest, which no other one may have. */
static bool put_key(struct draft *d, uint32_t member, struct slice *key)
{
	struct work *w = d->work;
	size_t sum = 0;

	if (!rest_plain_key(&w->rest, &w->eval, w->maps->shape, w->plan,
			    apply_keys(w), member, key))
		return false;
	for (size_t i = 0; i < d->recipe.left_count; i++) {
		if (map_is_same_key(w->maps->shape, d->left[i].key, *key))
			return false;
		sum += d->left[i].key.len;
	}
	return sum + key->len <= KEYS;
}

/* The member of the record itself that a member is, or is in. */
static uint32_t outermost(const struct scan *s, uint32_t member)
{
	while (s->members[member].parent != SCAN_ROOT)
		member = s->members[member].parent;
	return member;
}

/* Is it put by that key already, for the sake of a member before? */
static bool is_shown(const struct draft *d, uint32_t shown, struct slice *key)
{
	for (size_t i = d->recipe.left_count; i > 0; i--) {
		const struct step_left *left = &d->left[i - 1];

		if (left->shown != shown)
			return false;
		*key = left->key;
		if (key->len > 0)
			return true;
	}
	return false;
}

/* List the members that are left over now. */
static void put_left(struct draft *d)
{
	const struct map_shape *shape = d->work->maps->shape;
	const struct scan *s = &d->work->scan;
	bool whole = shape->rest_names == REST_WHOLE;
	uint32_t i = 0;

	while ((i = rest_next(s, i, shape->drops_empty)) < s->count) {
		const struct member *m = &s->members[i];
		struct step_left *left = &d->left[d->recipe.left_count];
		bool opened = rest_opens(&d->work->plan->rest, m, i);
		uint32_t shown = whole ? outermost(s, i) : i;
		struct slice key = { NULL, 0 };

		if (!opened && !is_shown(d, shown, &key) &&
		    !put_key(d, shown, &key))
			key.len = 0;
		*left = (struct step_left){ .member = i,
					    .shown = shown,
					    .skip = opened ||
						    (key.len > 0 && shown != i),
					    .key = key };
		d->recipe.left_count++;
		i = opened ? i + 1 : m->next;
	}
	for (size_t n = 0; n < d->recipe.left_count; n++) {
		struct step_left *left = &d->left[n];
		uint32_t over = left->key.len > 0 ? left->shown : left->member;
		uint32_t skip = (uint32_t)n + 1;

		while (skip < d->recipe.left_count &&
		       d->left[skip].member < s->members[over].next)
			skip++;
		if (left->skip != 0)
			left->skip = skip;
	}
}

static void put_rest(struct draft *d)
{
	const struct scan *s = &d->work->scan;

	put_left(d);
	for (uint32_t i = 0; i < s->count; i++)
		if (s->members[i].used)
			d->used[d->recipe.used_count++] = i;
}

static void put_fields(struct draft *d)
{
	struct work *w = d->work;

	if (!fields_reserve(&w->fields, w->plan->row_count)) {
		d->failed = true;
		return;
	}
	for (size_t i = 0; i < w->plan->row_count; i++)
		learn_row(d, &w->plan->rows[i]);
	apply_leave_out(w);
	put_rest(d);
}

/* Note what is done with the record, as apply_map() does it. */
static bool watch(struct draft *d)
{
	struct work *w = d->work;
	const struct map_shape *shape = w->maps->shape;
	struct event event = { 0 };

	begin(d);
	w->plan = d->recipe.plan = apply_choose(w);
	if (!is_settled(d))
		return false;
	put_time(d, &event);
	put_severity(d, &event);
	put_header(d);
	for (uint32_t i = 0; shape->attributes[i] != NULL; i++)
		put_attribute(d, i);
	if (shape->rest_names != REST_NONE)
		put_fields(d);
	return !d->failed && !d->watch.refused && !w->eval.too_large &&
	       !w->eval.out_of_memory && w->arena.taken <= RECIPE_TAKEN;
}

/* Let a text outlive the record. */
static bool keep_text(struct recipes *r, const char **data, size_t len)
{
	*data = recipes_keep(r, *data, len);
	return *data != NULL;
}

/* Make the head of the line where all that it says is constant. */
static bool keep_head(struct draft *d)
{
	const struct map_shape *shape = d->work->maps->shape;
	struct buf *text = &d->work->eval.one;

	buf_clear(text);
	if (shape->put_head == NULL || d->recipe.other_attribute_count > 0 ||
	    !shape->put_head(text, d->attributes) || buf_status(text) != 0)
		return true;
	d->recipe.head = buf_slice(text);
	return keep_text(d->recipes, &d->recipe.head.data, text->len);
}

/* The same for all that the lists of the draft point to. */
static bool keep_texts(struct draft *d)
{
	struct recipes *r = d->recipes;

	if (!keep_head(d))
		return false;
	for (size_t i = 0; i < d->recipe.attribute_count; i++) {
		struct value *value = &d->attributes[i];

		if (value->type != VALUE_NONE &&
		    !keep_text(r, &value->data, value->len))
			return false;
	}
	for (size_t i = 0; i < d->recipe.constant_count; i++) {
		struct value *value = &d->constants[i];

		if (!keep_text(r, &value->data, value->len))
			return false;
	}
	for (size_t i = 0; i < d->recipe.left_count; i++) {
		struct slice *key = &d->left[i].key;

		if (key->len > 0 && !keep_text(r, &key->data, key->len))
			return false;
	}
	return true;
}

/* Copy a list of n entries. */
#define KEEP_LIST(d, list, n)                                      \
	(((d)->recipe.list = recipes_keep((d)->recipes, (d)->list, \
					  (n) * sizeof(*(d)->list))) != NULL)

static bool keep_lists(struct draft *d)
{
	const struct recipe *r = &d->recipe;

	return KEEP_LIST(d, raises, r->raise_count) &&
	       KEEP_LIST(d, attributes, r->attribute_count) &&
	       KEEP_LIST(d, other_attributes, r->other_attribute_count) &&
	       KEEP_LIST(d, steps, r->step_count) &&
	       KEEP_LIST(d, constants, r->constant_count) &&
	       KEEP_LIST(d, left, r->left_count) &&
	       KEEP_LIST(d, used, r->used_count);
}

const struct recipe *learn(struct recipes *r, struct work *w)
{
	struct draft d = { .recipes = r, .work = w };

	w->eval.watch = &d.watch;

	bool learned = watch(&d);
	w->eval.watch = NULL;
	if (!learned || !keep_texts(&d) || !keep_lists(&d))
		return NULL;
	return recipe_enter(r, &w->scan, &d.watch, &d.recipe);
}

#include "event/rest.h"

#include "event/key.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_NUMBER = 2 }; // of the second key that would be the same

/* Whose the names are while keys are made; before, a member's number. */
enum { OF_KEYS, OF_STEMS };

/* The collecting of one record. */
struct task {
	struct rest_work *work;
	struct eval *eval;
	const struct map_shape *shape;
	const struct rest *rest;
	struct fields *fields;
	const struct rest_key *keys;
	struct key_style style;
	struct trace *trace;
	size_t rows;  // fields that rows have put
	bool looking; // work->names has the keys of all fields behind them
};

bool fields_reserve(struct fields *f, size_t n)
{
	if (LIKELY(n <= f->cap - f->count))
		return true;

	size_t cap = f->cap != 0 ? f->cap : 64;
	while (cap - f->count < n)
		cap *= 2;
	struct field *list = realloc(f->list, cap * sizeof(*list));
	if (list == NULL)
		return false;
	f->list = list;
	f->cap = cap;
	return true;
}

void fields_free(struct fields *f)
{
	free(f->list);
	*f = (struct fields){ 0 };
}

void rest_work_free(struct rest_work *w)
{
	names_free(&w->names);
	buf_free(&w->key);
}

static struct key_style style_of(const struct map_shape *shape,
				 const struct rest *rest)
{
	return (struct key_style){ .names = shape->rest_names,
				   .given = rest->given,
				   .prefix = rest->prefix,
				   .max = shape->key_max };
}

static bool no_memory(struct task *t)
{
	t->eval->out_of_memory = true;
	return false;
}

/* The name of a member, decoded; the next call may overwrite it. */
static struct slice name_of(struct eval *v, const struct member *m)
{
	struct value key = value_text(m->key);

	if (LIKELY(!m->key_escaped))
		return m->key;
	key.flags = VALUE_ESCAPED;
	return eval_text(v, key, &v->one);
}

/* Copy a name to memory that lasts as long as the event. */
static bool keep(struct eval *v, struct slice *name)
{
	struct value kept = eval_keep(v, *name);

	*name = value_slice(kept);
	return kept.type != VALUE_NONE;
}

/* Of members that no path names, the scan left it to us to find the last. */
static bool supersede(struct task *t)
{
	struct scan *s = t->eval->scan;

	if (!names_begin(&t->work->names))
		return no_memory(t);
	for (uint32_t i = 0; i < s->count; i++) {
		struct slice name;

		if (s->members[i].slot != SCAN_NO_SLOT)
			continue;
		name = name_of(t->eval, &s->members[i]);
		if (s->members[i].key_escaped && !keep(t->eval, &name))
			return false;

		struct name *n = names_enter(&t->work->names, name,
					     s->members[i].parent);
		if (n == NULL)
			return no_memory(t);
		if (n->taken)
			s->members[n->number].superseded = true;
		n->taken = true;
		n->number = i;
	}
	return true;
}

/* Put in front of a key what the format has for those that are reserved. */
static void set_aside(struct buf *key, const struct map_shape *shape)
{
	const struct slice front =
		slice_of(shape->aside != NULL ? shape->aside : "");
	const struct field_rule *rule =
		front.len > 0 ? shape->find_rule(buf_slice(key)) : NULL;

	if (rule == NULL || rule->type != FIELD_RESERVED)
		return;
	buf_put_slice(key, front);
	if (buf_status(key) != 0)
		return;
	memmove(key->data + front.len, key->data, key->len - front.len);
	memcpy(key->data, front.data, front.len);
}

/* Make the key of a member from its path: t->work->key. */
static bool make_key(struct task *t, uint32_t member)
{
	const struct member *members = t->eval->scan->members;
	struct buf *key = &t->work->key;
	uint32_t path[SCAN_DEPTH];
	size_t depth = 0;

	for (; member != SCAN_ROOT; member = members[member].parent)
		path[depth++] = member;
	key_begin(key, &t->style);
	while (depth > 0)
		key_add(key, &t->style,
			name_of(t->eval, &members[path[--depth]]));
	key_end(key, &t->style);
	set_aside(key, t->shape);
	if (buf_status(key) != 0)
		eval_give_up(t->eval, buf_status(key));
	return !t->eval->too_large && !t->eval->out_of_memory;
}

/* Is it the key of a field, or that of its label, if it has one? */
static bool is_key_of(const struct map_shape *shape, struct slice key,
		      struct slice field, struct slice label)
{
	const struct slice end = SLICE("Label");

	if (key.len == field.len)
		return map_is_same_key(shape, key, field);
	if (label.len == 0 || key.len != field.len + end.len)
		return false;
	return map_is_same_key(shape, slice_take_n(&key, field.len), field) &&
	       map_is_same_key(shape, key, end);
}

/* Is it, as receivers see it, one of the format's own keys? */
static bool is_known(const struct map_shape *shape, struct slice key)
{
	if (map_folds_keys(shape))
		return shape->find_like(key) != NULL;
	return shape->find_rule != NULL && shape->find_rule(key) != NULL;
}

/* Has a row put a field of that key? */
static bool is_of_row(const struct task *t, struct slice key)
{
	for (size_t i = 0; i < t->rows; i++) {
		const struct field *f = &t->fields->list[i];

		if (is_key_of(t->shape, key, f->key, f->label))
			return true;
	}
	return false;
}

static bool is_taken(const struct task *t, struct slice key)
{
	const struct name *n = names_find(&t->work->names, key, OF_KEYS);

	return n != NULL && n->taken;
}

/*
 * Try a key. *max is set where it is one of the format's own, which only a map
 * that gives its members such names may take, and only with a value that fits.
 */
static bool may_take(struct task *t, struct slice key, bool own,
		     struct value *value, uint32_t *max)
{
	const struct field_rule *rule;

	if (is_of_row(t, key))
		return false;
	*max = 0;
	if (!is_known(t->shape, key))
		return true;
	rule = own && t->rest->given ? t->shape->find_rule(key) : NULL;
	if (rule == NULL)
		return false;
	*max = rule->max;
	return eval_fit(t->eval, rule->type, value);
}

/* The key that has been made is that of a field: copy it, and note that. */
static bool keep_key(struct task *t, struct slice *key)
{
	struct name *n;

	*key = buf_slice(&t->work->key);
	if (!keep(t->eval, key))
		return false;
	n = names_enter(&t->work->names, *key, OF_KEYS);
	if (n == NULL)
		return no_memory(t);
	return n->taken = true;
}

/*
 * The name that counts the numbers of so many digits: that of the key, or,
 * where the key must be cut to make room, of what is left of it. Keys that are
 * cut to the same share a counter, or each would try all that the others have.
 */
static struct name *counter_of(struct task *t, struct slice base, size_t digits)
{
	size_t most = t->style.max;

	if (most == 0 || base.len + digits <= most)
		return names_enter(&t->work->names, base, OF_KEYS);
	base.len = most - digits;
	return names_enter(&t->work->names, base, OF_STEMS);
}

/* The next number to try behind a key; 0 out of memory. */
static uint32_t next_number(struct task *t, struct slice base)
{
	uint32_t least = FIRST_NUMBER;
	uint32_t end = 10;

	for (size_t digits = 1;; digits++) {
		struct name *n = counter_of(t, base, digits);

		if (n == NULL)
			return 0;
		if (n->number < least)
			n->number = least;
		if (n->number < end)
			return n->number++;
		least = end;
		end *= 10;
	}
}

/*
 * Take the key that has been made, or one like it: with 2, 3, ... behind it
 * where it is not free.
 */
static bool take_key(struct task *t, struct value *value, struct slice *key,
		     uint32_t *max)
{
	struct buf *made = &t->work->key;
	struct slice base = buf_slice(made);

	if (!is_taken(t, base) && may_take(t, base, true, value, max))
		return keep_key(t, key);
	if (!keep(t->eval, &base))
		return false;
	do {
		uint32_t number = next_number(t, base);

		if (number == 0)
			return no_memory(t);
		key_number(made, &t->style, base.len, number);
	} while (is_taken(t, buf_slice(made)) ||
		 !may_take(t, buf_slice(made), false, value, max));
	return keep_key(t, key);
}

/* From here on keys are looked up: those of the fields so far are entered. */
static bool begin_looking(struct task *t)
{
	if (!names_begin(&t->work->names))
		return no_memory(t);
	t->work->names.folds = map_folds_keys(t->shape);
	for (size_t i = t->rows; i < t->fields->count; i++) {
		struct name *n =
			names_enter(&t->work->names, t->fields->list[i].key, 0);

		if (n == NULL)
			return no_memory(t);
		n->taken = true;
	}
	t->looking = true;
	return true;
}

/* Append the field of a member. */
static bool put_member(struct task *t, uint32_t i)
{
	const struct member *m = &t->eval->scan->members[i];
	struct field f = { .value = m->value };

	if (!t->looking && t->keys[m->slot].free) {
		f.key = t->keys[m->slot].key;
	} else {
		if (!t->looking && !begin_looking(t))
			return false;
		if (!make_key(t, i) || !take_key(t, &f.value, &f.key, &f.max))
			return false;
	}
	if (!fields_reserve(t->fields, 1))
		return no_memory(t);
	t->fields->list[t->fields->count++] = f;
	if (t->trace != NULL &&
	    !trace_add(t->trace, i, TRACE_REST, f.key, SLICE("")))
		return no_memory(t);
	return true;
}

uint32_t rest_next(const struct scan *s, uint32_t i, bool drops_empty)
{
	while (i < s->count) {
		const struct member *m = &s->members[i];

		if (!m->used && !m->superseded && m->value.type != VALUE_NULL &&
		    !(m->value.len == 0 && drops_empty))
			break;
		i = m->next;
	}
	return i;
}

bool rest_has_left(const struct scan *s, uint32_t i, bool drops_empty)
{
	const struct member *m = &s->members[i];

	if (m->value.type != VALUE_OBJECT || m->next == i + 1)
		return true;
	for (uint32_t j = i + 1; (j = rest_next(s, j, drops_empty)) < m->next;
	     j++)
		if (s->members[j].value.type != VALUE_OBJECT ||
		    s->members[j].next == j + 1)
			return true;
	return false;
}

/* Could two members that no path names have the same name? The one that counts
   may be null, or used. */
static bool has_unnamed(const struct scan *s)
{
	size_t unnamed = 0;

	for (uint32_t i = 0; i < s->count && unnamed < 2; i++)
		unnamed += s->members[i].slot == SCAN_NO_SLOT;
	return unnamed == 2;
}

static bool put_all(struct task *t)
{
	const struct scan *s = t->eval->scan;
	const bool whole = t->shape->rest_names == REST_WHOLE;
	bool seen = false; // one that no path names, or that holds such

	for (uint32_t i = 0;
	     (i = rest_next(s, i, t->shape->drops_empty)) < s->count;) {
		const struct member *m = &s->members[i];

		if (!seen && (m->slot == SCAN_NO_SLOT || whole)) {
			seen = true;
			if (!has_unnamed(s))
				continue;
			if (!supersede(t))
				return false;
			t->looking = false; // that took its names
		} else if (whole) {
			if (rest_has_left(s, i, t->shape->drops_empty) &&
			    !put_member(t, i))
				return false;
			i = m->next;
		} else if (rest_opens(t->rest, m, i)) {
			i++;
		} else {
			if (!put_member(t, i))
				return false;
			i = m->next;
		}
	}
	return true;
}

bool rest_collect(struct rest_work *w, struct eval *v,
		  const struct map_shape *shape, const struct rest *rest,
		  const struct rest_key *keys, struct fields *fields,
		  struct trace *trace)
{
	// Often nothing is.
	if (rest_next(v->scan, 0, shape->drops_empty) < v->scan->count) {
		struct task t = { .work = w,
				  .eval = v,
				  .shape = shape,
				  .rest = rest,
				  .fields = fields,
				  .keys = keys,
				  .style = style_of(shape, rest),
				  .trace = trace,
				  .rows = fields->count };

		if (!put_all(&t))
			return false;
	}
	return !v->too_large && !v->out_of_memory;
}

/* Make the key of a slot: w->key. */
static void make_slot_key(struct rest_work *w, const struct program *program,
			  const struct map_shape *shape,
			  const struct key_style *style, uint16_t slot)
{
	uint16_t path[SCAN_DEPTH];
	size_t depth = 0;

	for (; slot != SCAN_NO_SLOT; slot = program->slots[slot].parent)
		path[depth++] = slot;
	key_begin(&w->key, style);
	while (depth > 0)
		key_add(&w->key, style, program->slots[path[--depth]].name);
	key_end(&w->key, style);
	set_aside(&w->key, shape);
}

/* Could a row put a field of that key, or one whose label has it? */
static bool has_row(const struct map_shape *shape, const struct plan *plan,
		    struct slice key)
{
	for (size_t i = 0; i < plan->row_count; i++)
		for (size_t j = 0; j < plan->rows[i].target_count; j++) {
			const struct target *t = &plan->rows[i].targets[j];

			if (is_key_of(shape, key, t->key, t->label))
				return true;
		}
	return false;
}

/* Is it a key that nothing else has, as far as can be said beforehand? */
static bool is_free(const struct map_shape *shape, const struct plan *plan,
		    struct slice key)
{
	return !has_row(shape, plan, key) && !is_known(shape, key);
}

/* Of keys that are the same, none is free. */
static bool enter_key(struct names *names, struct rest_key *keys, uint32_t slot)
{
	struct name *n = names_enter(names, keys[slot].key, OF_KEYS);

	if (n == NULL)
		return false;
	if (n->taken)
		keys[slot].free = keys[n->number].free = false;
	n->taken = true;
	n->number = slot;
	return true;
}

bool rest_make_keys(struct rest_work *w, const struct program *program,
		    const struct map_shape *shape, const struct plan *plan,
		    struct arena *kept, struct rest_key *keys)
{
	struct key_style style = style_of(shape, &plan->rest);

	if (!names_begin(&w->names))
		return false;
	w->names.folds = map_folds_keys(shape);
	keys[SCAN_NO_SLOT] = (struct rest_key){ .free = false };
	for (uint32_t i = 1; i < program->slot_list.count; i++) {
		make_slot_key(w, program, shape, &style, (uint16_t)i);
		if (buf_status(&w->key) != 0)
			return false;

		struct slice key = buf_slice(&w->key);
		char *copy = arena_take(kept, key.len);
		if (copy == NULL)
			return false;
		memcpy(copy, key.data, key.len);
		keys[i].key = (struct slice){ copy, key.len };
		keys[i].free = is_free(shape, plan, key);
		if (!enter_key(&w->names, keys, i))
			return false;
	}
	return true;
}

bool rest_plain_key(struct rest_work *w, struct eval *v,
		    const struct map_shape *shape, const struct plan *plan,
		    const struct rest_key *keys, uint32_t member,
		    struct slice *key)
{
	const struct member *m = &v->scan->members[member];
	struct task t = { .work = w,
			  .eval = v,
			  .shape = shape,
			  .rest = &plan->rest,
			  .style = style_of(shape, &plan->rest) };

	if (m->slot != SCAN_NO_SLOT) {
		*key = keys[m->slot].key;
		return keys[m->slot].free;
	}
	if (!make_key(&t, member))
		return false;
	*key = buf_slice(&w->key);
	return is_free(shape, plan, *key) && keep(v, key);
}

#include "event/eval.h"

#include "json/walk.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What an expression read, where it was not a member of the record. */
enum {
	READ_PART = 1 << 30,    // and the number of the part
	READ_ELEMENT = 1 << 29, // the whole of it
};

static const struct value none = { .type = VALUE_NONE };

/* What a join, or "some", knows of the element it has come to. */
struct element {
	struct value value;
	struct value parts[PROGRAM_PARTS];
	uint32_t present; // a bit for each of the parts it has
};

struct value eval_element(struct eval *v, const struct expr *expr)
{
	(void)expr;
	v->read[v->read_count++] = READ_ELEMENT;
	return v->element->value;
}

struct value eval_part(struct eval *v, const struct expr *expr)
{
	if ((v->element->present >> expr->slot & 1) == 0)
		return none;
	v->read[v->read_count++] = READ_PART | (uint32_t)expr->slot;
	return v->element->parts[expr->slot];
}

/* Find the part of that name among those that first begins, or NULL. */
static const struct part *find_part(const struct eval *v, uint32_t first,
				    struct slice name, bool escaped)
{
	const struct part *parts = v->program->parts;

	for (uint32_t i = first; i != PROGRAM_NONE; i = parts[i].next) {
		struct slice wanted = parts[i].name;

		if (UNLIKELY(escaped) ? scan_is(name, true, wanted)
				      : short_is(name, wanted))
			return &parts[i];
	}
	return NULL;
}

/* Does the name of a part stand at p as it is mostly written? */
IN_LINE bool stands_at(struct slice quoted, const char *p, const char *end)
{
	return LIKELY((size_t)(end - p) > quoted.len) &&
	       short_is((struct slice){ p, quoted.len }, quoted);
}

/* The part among those that first begins whose name stands at p, or NULL. */
static const struct part *part_at(const struct eval *v, uint32_t first,
				  const char *p, const char *end)
{
	const struct part *parts = v->program->parts;

	for (uint32_t i = first; i != PROGRAM_NONE; i = parts[i].next)
		if (stands_at(parts[i].quoted, p, end))
			return &parts[i];
	return NULL;
}

/* Elements in the making: they are read as they are walked over. */
struct elements {
	const struct eval *eval;
	struct walk walk;
	const char *at;    // behind the last element; NULL: at the end
	struct value lone; // the only element, where there is no array
	uint32_t parts;    // what is read of objects
	bool complete;     // parts name all of the last element
	bool begun;        // one has been joined, of which nothing need be seen
};

static const char *read_object(struct elements *e, const char *p,
			       uint32_t first, struct element *element);

/*
 * Read the value at p of a member that part names, or none does; returns what
 * follows it.
 */
static const char *read_member(struct elements *e, const char *p,
			       const struct part *part, struct element *element)
{
	bool wanted = part != NULL && part->number != PROGRAM_NONE;
	struct value value;

	if (part != NULL && part->child != PROGRAM_NONE && *p == '{') {
		value = (struct value){ .data = p };
		p = read_object(e, p, part->child, element);
		walk_close(&e->walk, &value, p);
	} else {
		p = walk_value(&e->walk, p, 0, &value);
		if (!wanted)
			e->complete &= value.type == VALUE_NULL;
	}
	assert(p != NULL);
	if (wanted) {
		uint32_t bit = UINT32_C(1) << part->number;

		element->parts[part->number] = value;
		element->present |= bit;
		if (value.type == VALUE_NULL)
			element->present &= ~bit;
	}
	return p;
}

/*
 * Read the object at p, of whose members the parts from first on are to be
 * noted; returns what follows it.
 */
static const char *read_object(struct elements *e, const char *p,
			       uint32_t first, struct element *element)
{
	p = walk_space(&e->walk, p + 1);
	e->complete &= *p != '}'; // a value of its own, which no part has
	while (*p != '}') {
		const struct part *part =
			part_at(e->eval, first, p, e->walk.end);

		if (LIKELY(part != NULL)) {
			p = walk_space(&e->walk, p + part->quoted.len);
		} else {
			struct slice name = { 0 };
			bool escaped = false;

			p = walk_name(&e->walk, p, &name, &escaped);
			part = find_part(e->eval, first, name, escaped);
		}
		p = read_member(e, p, part, element);
		p = walk_space(&e->walk, p);
		if (*p == ',')
			p = walk_space(&e->walk, p + 1);
	}
	return p + 1;
}

/* Read the element at p; returns what follows it. */
static const char *read_element(struct elements *e, const char *p,
				struct element *element)
{
	element->value = none;
	element->present = 0; // the values of parts need no clearing then
	e->complete = *p == '{';
	if (!e->complete)
		return walk_value(&e->walk, p, 0, &element->value);
	element->value = (struct value){ .data = p };
	p = read_object(e, p, e->parts, element);
	walk_close(&e->walk, &element->value, p);
	return p;
}

/*
 * Begin with the elements of an array; anything else is the only element. The
 * text has been validated, so that walking over it cannot fail.
 */
static void begin(struct elements *e, const struct eval *v, struct value value,
		  uint32_t parts)
{
	e->eval = v;
	e->parts = parts;
	e->at = value.type != VALUE_NONE ? value.data : NULL;
	e->lone = value;
	e->begun = false;
	if (value.type >= VALUE_ARRAY)
		walk_start(&e->walk, value_slice(value));
}

/* Where the next element of an array begins, or its closing bracket. */
static inline const char *next_at(struct elements *e)
{
	const char *p = walk_space(&e->walk, e->at);

	// At the bracket, a comma, or the closing bracket.
	return *p == ']' ? p : walk_space(&e->walk, p + 1);
}

/* The next element that is not null; false at the end. */
static bool next(struct elements *e, struct element *element)
{
	if (e->at == NULL)
		return false;
	if (e->lone.type != VALUE_ARRAY) {
		e->at = NULL;
		element->value = e->lone;
		element->present = 0;
		e->complete = false;
		if (e->lone.type == VALUE_OBJECT)
			(void)read_element(e, e->lone.data, element);
		return true;
	}
	do {
		const char *p = next_at(e);

		if (*p == ']') {
			e->at = NULL;
			return false;
		}
		e->at = read_element(e, p, element);
	} while (element->value.type == VALUE_NULL);
	return true;
}

/*
 * Was all of the element read since before? named: all it has are parts that
 * the join names.
 */
static bool is_read(const struct eval *v, const struct element *element,
		    size_t before, bool named)
{
	uint32_t unread = element->present;

	for (size_t i = before; i < v->read_count; i++) {
		if (v->read[i] == READ_ELEMENT)
			return true;
		if (v->read[i] & READ_PART)
			unread &= ~(UINT32_C(1) << (v->read[i] - READ_PART));
	}
	return named && unread == 0;
}

/* Append the value of an expression to out; false where it has none. */
static bool put_value(struct eval *v, uint32_t index, struct buf *out)
{
	const struct expr *expr = &v->program->exprs[index];
	const uint32_t *links = v->program->links + expr->span.first;

	if (expr->op == EXPR_TEXT)
		return eval_put_template(v, expr, out);
	if (expr->op == EXPR_FIRST) {
		for (uint32_t i = 0; i < expr->span.count; i++)
			if (put_value(v, links[i], out))
				return true;
		return false;
	}

	struct value value = eval_expr(v, index);
	if (value.type == VALUE_NONE)
		return false;
	eval_put(out, eval_text(v, value, &v->one));
	return true;
}

/*
 * Append what a join makes of one element. False where something of it is
 * missing there.
 */
static bool join_element(struct eval *v, const struct expr *expr,
			 const struct element *element, struct elements *e)
{
	const struct element *outer = v->element;
	struct buf *out = &v->joined;
	size_t before = v->read_count;
	size_t end = out->len;

	if (e->begun)
		eval_put(out, value_slice(expr->value));
	if (expr->then == PROGRAM_NONE) {
		eval_put(out, eval_text(v, element->value, &v->one));
		return e->begun = true;
	}
	v->element = element;
	bool found = put_value(v, expr->then, out);
	v->element = outer;

	bool complete = found && is_read(v, element, before, e->complete);
	eval_forget(v, before);
	if (!found)
		buf_cut(out, end);
	e->begun |= found;
	return complete;
}

/* Where text goes that is short enough. */
struct room {
	char *at, *end;
};

IN_LINE bool put_short(struct room *room, struct slice text)
{
	if (UNLIKELY(text.len > (size_t)(room->end - room->at)))
		return false;
	room->at = short_copy(room->at, text);
	return true;
}

/* Append the value at p as it stands; NULL where it does not go as it is. */
IN_LINE const char *put_plainly(struct walk *w, const char *p,
				struct room *room)
{
	struct value value;

	p = walk_value(w, p, 0, &value);
	assert(p != NULL);
	if (value.len == 0 || value.flags != 0 || value.type == VALUE_NULL ||
	    !put_short(room, value_slice(value)))
		return NULL;
	return p;
}

/*
 * Append what a template makes of the element at p if that has what the
 * template names, in the same order, and nothing else; NULL where it has not.
 */
IN_LINE const char *put_in_order(struct elements *e, const char *p,
				 const struct expr *template, struct room *room)
{
	const struct program *program = e->eval->program;
	const uint32_t *links = program->links + template->span.first;
	struct walk *w = &e->walk;
	char before = '{'; // the next member

	for (uint32_t i = 0; i < template->span.count; i++) {
		const struct expr *piece = &program->exprs[links[i]];

		if (piece->op == EXPR_CONST) {
			if (!put_short(room, value_slice(piece->value)))
				return NULL;
			continue;
		}

		struct slice name = program->parts[piece->of].quoted;

		if (*p != before)
			return NULL;
		p = walk_space(w, p + 1);
		if (!stands_at(name, p, w->end))
			return NULL;
		p = put_plainly(w, walk_space(w, p + name.len), room);
		if (p == NULL)
			return NULL;
		p = walk_space(w, p);
		before = ',';
	}
	return *p == '}' ? p + 1 : NULL;
}

/*
 * Append what a join makes of the next elements as long as that is quick,
 * which it mostly is to the end.
 */
static void join_quickly(struct elements *e, const struct expr *expr,
			 struct buf *out)
{
	const struct expr *exprs = e->eval->program->exprs;
	size_t cap = out->cap < out->max ? out->cap : out->max;

	if (e->at == NULL || e->lone.type != VALUE_ARRAY ||
	    cap < out->len + SHORT_SLACK ||
	    (expr->then != PROGRAM_NONE && expr->otherwise == PROGRAM_NONE))
		return;

	struct room room = { .at = out->data + out->len,
			     .end = out->data + cap - SHORT_SLACK };
	for (;;) {
		const char *p = next_at(e);

		if (*p == ']' ||
		    (e->begun && !put_short(&room, value_slice(expr->value))))
			return;
		p = expr->then == PROGRAM_NONE
			    ? put_plainly(&e->walk, p, &room)
			    : put_in_order(e, p, &exprs[expr->otherwise],
					   &room);
		if (p == NULL)
			return;
		e->at = p;
		e->begun = true;
		out->len = (size_t)(room.at - out->data);
	}
}

struct value eval_join(struct eval *v, const struct expr *expr)
{
	size_t before = v->read_count;
	size_t start = v->joined.len;
	bool complete = true;
	struct elements elements;
	struct element element;

	begin(&elements, v, eval_expr(v, expr->of), expr->parts);
	for (;;) {
		join_quickly(&elements, expr, &v->joined);
		if (!next(&elements, &element))
			break;
		complete &= join_element(v, expr, &element, &elements);
	}

	struct value result = eval_take_joined(v, start);
	// What does not say everything leaves the member to the rest.
	if (result.type == VALUE_NONE || !complete)
		eval_forget(v, before);
	return result;
}

bool eval_some(struct eval *v, const struct cond *cond)
{
	const struct element *outer = v->element;
	size_t before = v->read_count;
	struct elements elements;
	struct element element;
	bool found = false;

	begin(&elements, v, eval_expr(v, cond->of), cond->parts);
	eval_forget(v, before);
	while (!found && next(&elements, &element)) {
		v->element = &element;
		found = eval_cond(v, cond->then);
		v->element = outer;
	}
	return found;
}

/* A sum that is a whole number as long as it can be. */
struct sum {
	size_t count;
	bool whole;
	int64_t integer;
	double real;
};

/* The number that a text is which fits FIELD_INT64. */
static int64_t integer_of(struct slice number)
{
	bool negative = number.data[0] == '-';
	uint64_t n = 0;

	for (size_t i = negative; i < number.len; i++)
		n = n * 10 + (uint64_t)(number.data[i] - '0');
	return (int64_t)(negative ? 0 - n : n);
}

static bool add(struct sum *sum, struct slice number)
{
	char copy[64];

	if (number.len == 0 || number.len >= sizeof(copy))
		return false;
	sum->count++;
	sum->whole = sum->whole && field_fits(FIELD_INT64, number);
	if (sum->whole) {
		int64_t integer = integer_of(number);

		sum->whole = !__builtin_add_overflow(sum->integer, integer,
						     &sum->integer);
		sum->real += (double)integer;
	} else {
		memcpy(copy, number.data, number.len);
		copy[number.len] = '\0';
		sum->real += strtod(copy, NULL);
	}
	return isfinite(sum->real);
}

static struct value text_of_sum(struct eval *v, const struct sum *sum)
{
	char text[32];
	int len = 0;

	if (sum->whole) {
		buf_clear(&v->one);
		buf_put_int(&v->one, sum->integer);
		if (buf_status(&v->one) != 0)
			eval_give_up(v, buf_status(&v->one));
		return eval_keep_number(v, buf_slice(&v->one));
	}
	// The shortest text that reads as the same double.
	for (int digits = 15; digits <= 17; digits++) {
		len = snprintf(text, sizeof(text), "%.*g", digits, sum->real);
		if (strtod(text, NULL) == sum->real)
			break;
	}
	return eval_keep_number(v, (struct slice){ text, (size_t)len });
}

struct value eval_sum(struct eval *v, const struct expr *expr)
{
	size_t before = v->read_count;
	struct value container = eval_expr(v, expr->of);
	struct slice rest = value_slice(container);
	struct sum sum = { .whole = true };
	struct value result = none;
	struct value key, value;
	bool good = container.type >= VALUE_ARRAY;

	if (container.type == VALUE_NUMBER)
		return container;
	while (good && scan_next(&rest, &key, &value))
		good = value.type == VALUE_NULL ||
		       (value.type == VALUE_NUMBER &&
			add(&sum, value_slice(value)));
	if (good && sum.count > 0)
		result = text_of_sum(v, &sum);
	if (result.type == VALUE_NONE)
		eval_forget(v, before);
	return result;
}

struct value eval_times(struct eval *v, const struct expr *expr)
{
	size_t before = v->read_count;
	struct value value = eval_expr(v, expr->of);
	struct sum sum = { .whole = true };
	struct value result = none;
	struct slice text = { 0 };

	if (value.type == VALUE_NUMBER || value.type == VALUE_STRING)
		text = eval_text(v, value, &v->one);
	if (field_fits(FIELD_DOUBLE, text) && add(&sum, text)) {
		sum.whole = sum.whole &&
			    !__builtin_mul_overflow(sum.integer, expr->factor,
						    &sum.integer);
		sum.real *= (double)expr->factor;
		if (isfinite(sum.real))
			result = text_of_sum(v, &sum);
	}
	if (result.type == VALUE_NONE)
		eval_forget(v, before);
	return result;
}

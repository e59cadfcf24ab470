#include "event/suspect.h"

#include "core/buf.h"

#include <string.h>

/* What is suspected, and of what. */
struct suspicion {
	const struct source *source;
	const struct place *at; // the list of rows
	const struct program *program;
	const struct map_shape *shape;
	const struct row *rows;
	size_t count;
};

static bool may_lack(const struct program *p, uint32_t index);
static bool may_be_empty(const struct program *p, uint32_t index);

/* Do all, or does one, of the links of an expression? */
static bool every(const struct program *p, struct span span,
		  bool (*what)(const struct program *p, uint32_t index))
{
	for (uint32_t i = 0; i < span.count; i++)
		if (!what(p, p->links[span.first + i]))
			return false;
	return true;
}

static bool one(const struct program *p, struct span span,
		bool (*what)(const struct program *p, uint32_t index))
{
	for (uint32_t i = 0; i < span.count; i++)
		if (what(p, p->links[span.first + i]))
			return true;
	return false;
}

static bool has_empty_case(const struct program *p, struct span span)
{
	for (uint32_t i = 0; i < span.count; i++) {
		const struct table_case *row = &p->cases[span.first + i];

		if (row->name.data != NULL && row->value.len == 0)
			return true;
	}
	return false;
}

/* Is there a record for which an expression has no value? */
static bool may_lack(const struct program *p, uint32_t index)
{
	const struct expr *expr;

	if (index == PROGRAM_NONE)
		return true;
	expr = &p->exprs[index];
	switch ((enum expr_op)expr->op) {
	case EXPR_CONST:
	case EXPR_SEVERITY:
	case EXPR_SYSLOG:
	case EXPR_RECORD:
		return false;
	case EXPR_PATHS:
	case EXPR_TABLE:
		return may_lack(p, expr->otherwise);
	case EXPR_FIRST:
		return every(p, expr->span, may_lack);
	case EXPR_IF:
		return may_lack(p, expr->then) || may_lack(p, expr->otherwise);
	case EXPR_PATH:
	case EXPR_TEXT:
	case EXPR_JOIN:
	case EXPR_SUM:
	case EXPR_TIMES:
	case EXPR_LIST:
	case EXPR_OBJECT:
	case EXPR_TIME:
	case EXPR_ELEMENT:
	case EXPR_PART:
		return true;
	}
	return true;
}

/* Is there one for which it has an empty one? */
static bool may_be_empty(const struct program *p, uint32_t index)
{
	const struct expr *expr;

	if (index == PROGRAM_NONE)
		return false;
	expr = &p->exprs[index];
	switch ((enum expr_op)expr->op) {
	case EXPR_CONST:
		return expr->value.len == 0;
	case EXPR_TABLE:
		return has_empty_case(p, expr->span) ||
		       may_be_empty(p, expr->otherwise);
	case EXPR_FIRST:
		return one(p, expr->span, may_be_empty);
	case EXPR_IF:
		return may_be_empty(p, expr->then) ||
		       may_be_empty(p, expr->otherwise);
	case EXPR_TEXT:
	case EXPR_JOIN:
	case EXPR_SUM:
	case EXPR_TIMES:
	case EXPR_LIST:
	case EXPR_OBJECT:
	case EXPR_TIME:
	case EXPR_SEVERITY:
	case EXPR_SYSLOG:
	case EXPR_RECORD:
		return false;
	case EXPR_PATH:
	case EXPR_PATHS:
	case EXPR_ELEMENT:
	case EXPR_PART:
		return true;
	}
	return true;
}

/* Does every value of an expression fit a type? */
static bool always_fits(const struct program *p, uint32_t index,
			enum field_type type)
{
	const struct expr *expr = &p->exprs[index];

	if (type == FIELD_TEXT)
		return true;
	if (expr->op == EXPR_CONST && type == FIELD_LIST)
		return true; // it becomes the only string of one
	if (expr->op == EXPR_CONST)
		return field_fits(type, value_slice(expr->value));
	return expr->op == EXPR_SEVERITY &&
	       (type == FIELD_INT32 || type == FIELD_INT64);
}

/* Does a row put a field of its first key, or find it put, whatever comes? */
static bool is_certain(const struct program *p, const struct row *row)
{
	return !may_lack(p, row->expr) && !may_be_empty(p, row->expr) &&
	       always_fits(p, row->expr, row->targets[0].type);
}

/* The row before number i after which there always is a field of that key. */
static const struct row *certain_before(const struct suspicion *s, size_t i,
					struct slice key)
{
	for (size_t k = 0; k < i; k++)
		if (slice_is(s->rows[k].targets[0].key, key) &&
		    is_certain(s->program, &s->rows[k]))
			return &s->rows[k];
	return NULL;
}

/* Is that the key of a row before number i? */
static bool is_put_before(const struct suspicion *s, size_t i, struct slice key)
{
	for (size_t k = 0; k < i; k++)
		for (size_t j = 0; j < s->rows[k].target_count; j++)
			if (slice_is(s->rows[k].targets[j].key, key))
				return true;
	return false;
}

static void suspect_taken(const struct suspicion *s, size_t i)
{
	const struct row *row = &s->rows[i];
	const struct row *other = NULL;
	struct place here = place_element(s->at, i);

	for (size_t j = 0; j < row->target_count; j++) {
		other = certain_before(s, i, row->targets[j].key);
		if (other == NULL)
			return;
	}
	if (other != NULL)
		source_warn(s->source, &here,
			    "this row can never put anything: row %zu always "
			    "puts \"%s\"",
			    (size_t)(other - s->rows) + 1,
			    other->targets[0].key.data);
}

/* A constant that fits none of the keys. */
static void suspect_constant(const struct suspicion *s, size_t i)
{
	const struct row *row = &s->rows[i];
	const struct expr *expr = &s->program->exprs[row->expr];
	struct place here = place_element(s->at, i);

	if (expr->op != EXPR_CONST)
		return;
	for (size_t j = 0; j < row->target_count; j++)
		if (expr->value.len > 0 &&
		    (row->targets[j].type == FIELD_TIME_MS ||
		     always_fits(s->program, row->expr, row->targets[j].type)))
			return;
	source_warn(s->source, &here,
		    "this row can never put anything: \"%.*s\" does not fit "
		    "\"%s\"",
		    (int)expr->value.len, expr->value.data,
		    row->targets[0].key.data);
}

/* A text fits, so that nothing but another row leads past it. */
static void suspect_else(const struct suspicion *s, size_t i)
{
	const struct row *row = &s->rows[i];
	struct place chain[PLAN_TARGETS + 1] = { place_element(s->at, i) };

	for (size_t j = 0; j + 1 < row->target_count; j++) {
		const struct target *t = &row->targets[j];

		chain[j + 1] = place_member(&chain[j], "else");
		if (t->type != FIELD_TEXT || is_put_before(s, i, t->key))
			continue;
		source_warn_key(s->source, &chain[j + 1],
				"this is never reached: every value fits "
				"\"%s\", and no row before puts it",
				t->key.data);
		return;
	}
}

/* Does the format have a key for the label of that one? */
static bool wants_label(const struct map_shape *shape, struct slice key)
{
	struct buf label = BUF_INIT(1 << 20);
	bool wants;

	if (shape->find_rule == NULL)
		return false;
	buf_put_slice(&label, key);
	buf_puts(&label, "Label");
	wants = buf_status(&label) == 0 &&
		shape->find_rule(buf_slice(&label)) != NULL;
	buf_free(&label);
	return wants;
}

/* Does a row put the label of that key as a field of its own? */
static bool puts_label(const struct suspicion *s, struct slice key)
{
	const struct slice end = SLICE("Label");

	for (size_t i = 0; i < s->count; i++)
		for (size_t j = 0; j < s->rows[i].target_count; j++) {
			struct slice other = s->rows[i].targets[j].key;

			if (other.len == key.len + end.len &&
			    slice_has_prefix(other, key) &&
			    slice_is(slice_from(other, key.len), end))
				return true;
		}
	return false;
}

static void suspect_label(const struct suspicion *s, size_t i)
{
	const struct row *row = &s->rows[i];
	struct place here = place_element(s->at, i);

	for (size_t j = 0; j < row->target_count; j++) {
		const struct target *t = &row->targets[j];

		if (t->label.len == 0 && wants_label(s->shape, t->key) &&
		    !puts_label(s, t->key))
			source_warn(s->source, &here,
				    "\"%s\" without a label: its key alone "
				    "does not say what it is",
				    t->key.data);
	}
}

void suspect_rows(const struct source *s, const struct place *at,
		  const struct program *p, const struct map_shape *shape,
		  const struct row *rows, size_t count)
{
	const struct suspicion suspicion = { s, at, p, shape, rows, count };

	for (size_t i = 0; i < count; i++) {
		suspect_taken(&suspicion, i);
		suspect_constant(&suspicion, i);
		suspect_else(&suspicion, i);
		suspect_label(&suspicion, i);
	}
}

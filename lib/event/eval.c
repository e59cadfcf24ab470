#include "event/eval.h"

#include "json/write.h"

#include <errno.h>

enum { POOL = 1024 }; // bytes that are taken of the arena at once

static const size_t kept_scratch = (size_t)64 << 10;

static const struct value none = { .type = VALUE_NONE };

void eval_free(struct eval *v)
{
	buf_free(&v->one);
	buf_free(&v->other);
	buf_free(&v->joined);
}

void eval_begin(struct eval *v)
{
	buf_trim(&v->one, kept_scratch);
	buf_trim(&v->other, kept_scratch);
	buf_trim(&v->joined, kept_scratch);
	v->pool_left = 0;
	v->time = none;
	v->severity = none;
	v->syslog = none;
	v->time_origin.count = 0;
	v->severity_origin.count = 0;
	v->read_count = 0;
	v->too_large = false;
	v->out_of_memory = false;
}

void eval_keep_origin(const struct eval *v, struct origin *origin)
{
	// Of more than these the others count as unused, which loses nothing.
	origin->count = v->read_count < PROGRAM_NAMED ? (uint32_t)v->read_count
						      : PROGRAM_NAMED;
	for (uint32_t i = 0; i < origin->count; i++)
		origin->members[i] = v->read[i];
}

void eval_read(struct eval *v, const struct origin *origin)
{
	for (uint32_t i = 0; i < origin->count; i++)
		v->read[v->read_count++] = origin->members[i];
}

uint32_t eval_find_member(const struct eval *v, struct value value)
{
	const struct scan *s = v->scan;
	size_t low = 0;
	size_t high = s->count;

	// They begin in the order in which they stand in the record.
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((uintptr_t)s->members[middle].value.data <
		    (uintptr_t)value.data)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == s->count || s->members[low].value.data != value.data ||
	    s->members[low].value.len != value.len ||
	    s->members[low].value.type != value.type)
		return SCAN_ROOT;
	return (uint32_t)low;
}

/*
 * Is the text of a value settled, since it is in the map, in the shape of the
 * record, or that of a guard, or made of such? *member is what it is otherwise,
 * or SCAN_ROOT.
 */
static bool is_settled(const struct eval *v, struct value value,
		       uint32_t *member)
{
	const struct watch *w = v->watch;

	*member = SCAN_ROOT;
	if (value.type < VALUE_NUMBER || value.len == 0)
		return true;
	if (v->time.type != VALUE_NONE && value.data == v->time.data)
		return false;
	*member = eval_find_member(v, value);
	if (*member == SCAN_ROOT)
		return true; // else what it was made of has been noted
	for (size_t i = 0; i < w->guard_count; i++)
		if (w->guards[i] == *member)
			return true;
	return false;
}

void eval_note_copy(struct eval *v, struct value value)
{
	uint32_t member;

	if (!is_settled(v, value, &member))
		v->watch->varies = true;
}

void eval_note_text(struct eval *v, struct value value)
{
	struct watch *w = v->watch;
	uint32_t member;

	if (v->element != NULL || is_settled(v, value, &member))
		return;
	if (member != SCAN_ROOT && (value.flags & VALUE_ESCAPED) != 0)
		w->refused = true;
	if (member == SCAN_ROOT || value.type >= VALUE_ARRAY ||
	    value.flags != 0 || value.len > EVAL_GUARD_TEXT ||
	    w->guard_count == EVAL_GUARDS)
		w->varies = true;
	else
		w->guards[w->guard_count++] = member;
}

void eval_note_elements(struct eval *v, uint32_t of)
{
	size_t before = v->read_count;

	if (v->watch == NULL)
		return;
	v->watch->varies |= eval_expr(v, of).type >= VALUE_NULL;
	eval_forget(v, before);
}

/* Remember why a value could not be made. */
void eval_give_up(struct eval *v, int error)
{
	if (error == ENOMEM)
		v->out_of_memory = true;
	else
		v->too_large = true;
}

char *eval_take_slowly(struct eval *v, size_t n)
{
	size_t most = n + SHORT_SLACK;
	size_t whole = most > POOL ? most : POOL;
	bool fits = whole <= v->arena->max - v->arena->taken;
	char *bytes = fits ? arena_take(v->arena, whole) : NULL;

	if (bytes == NULL) {
		eval_give_up(v, fits ? ENOMEM : EMSGSIZE);
		return NULL;
	}
	if (whole - most > v->pool_left) {
		v->pool = bytes + n;
		v->pool_left = whole - most;
	}
	return bytes;
}

struct value eval_keep(struct eval *v, struct slice text)
{
	char *copy = eval_take(v, text.len);

	if (copy == NULL)
		return none;
	short_copy(copy, text);
	return value_text((struct slice){ copy, text.len });
}

struct slice eval_text_slowly(struct eval *v, struct value value,
			      struct buf *scratch)
{
	buf_clear(scratch);
	if (value.type == VALUE_STRING)
		scan_decode(value_slice(value), scratch);
	else
		scan_compact(value, scratch);
	if (buf_status(scratch) != 0)
		eval_give_up(v, buf_status(scratch));
	return buf_slice(scratch);
}

struct value eval_keep_number(struct eval *v, struct slice text)
{
	struct value number = eval_keep(v, text);

	if (number.type != VALUE_NONE)
		number.type = VALUE_NUMBER;
	return number;
}

static bool is_scalar(struct value value)
{
	return value.type > VALUE_NULL && value.type < VALUE_ARRAY;
}

bool eval_time(struct eval *v, struct value value, struct timestamp *t)
{
	if (value.type != VALUE_STRING && value.type != VALUE_NUMBER)
		return false;

	struct slice text = eval_text(v, value, &v->one);
	if (value.type == VALUE_STRING &&
	    timestamp_parse_next(text, t, &v->last_time))
		return true;
	return timestamp_parse_epoch(text, t);
}

static bool fit_time(struct eval *v, struct value *value)
{
	struct timestamp t = v->timestamp;
	char text[TIMESTAMP_MAX];

	// Mostly it is the event's own, which has been parsed.
	if (value->data != v->time.data && !eval_time(v, *value, &t))
		return false;
	*value = eval_keep_number(
		v, (struct slice){ text, timestamp_epoch_ms(&t, text) });
	return value->type != VALUE_NONE;
}

/* Are all elements of an array strings? */
static bool is_of_strings(struct value array)
{
	struct slice rest = value_slice(array);
	struct value element;

	while (scan_next(&rest, NULL, &element))
		if (element.type != VALUE_STRING)
			return false;
	return true;
}

/* A list is an array of strings; any other text becomes the only one of it. */
static bool fit_list(struct eval *v, struct value *value)
{
	size_t start = v->joined.len;
	struct slice text;

	if (value->type == VALUE_ARRAY)
		return is_of_strings(*value);
	if (!is_scalar(*value))
		return false;
	text = eval_text(v, *value, &v->one);
	buf_putc(&v->joined, '[');
	json_put_string(&v->joined, text);
	buf_putc(&v->joined, ']');
	*value = eval_take_joined(v, start);
	if (value->type == VALUE_NONE)
		return false;
	value->type = VALUE_ARRAY;
	return true;
}

bool eval_fit_slowly(struct eval *v, enum field_type type, struct value *value)
{
	if (type == FIELD_LIST)
		return fit_list(v, value);
	if (type == FIELD_JSON)
		return value->type >= VALUE_ARRAY;
	if (!is_scalar(*value))
		return false;
	if (type == FIELD_TIME_MS)
		return fit_time(v, value);
	*value = eval_plain(v, *value);
	return value->type != VALUE_NONE &&
	       field_fits(type, value_slice(*value));
}

void eval_claim(struct eval *v, struct value value, struct value other,
		size_t before)
{
	if (other.type == VALUE_NONE)
		return;
	eval_varies_with(v, value);
	eval_varies_with(v, other);
	if (!short_is(eval_text(v, value, &v->one),
		      eval_text(v, other, &v->other)))
		eval_forget(v, before);
}

/* Paths: the first member that is there, or else a constant. */
static struct value first_member(struct eval *v, const struct expr *expr)
{
	const uint32_t *slot = v->program->links + expr->span.first;
	const uint32_t *end = slot + expr->span.count;
	const uint16_t *by_slot = v->scan->by_slot;
	struct value value = none;

	while (slot < end && value.type == VALUE_NONE) {
		if (by_slot[*slot] != 0)
			value = eval_member(v, *slot);
		slot++;
	}
	for (; slot < end; slot++) {
		size_t before = v->read_count;

		if (UNLIKELY(by_slot[*slot] != 0))
			eval_claim(v, value, eval_member(v, *slot), before);
	}
	if (value.type == VALUE_NONE && expr->otherwise != PROGRAM_NONE)
		return v->program->exprs[expr->otherwise].value;
	return value;
}

/* Any expressions: the first that has a value. */
static struct value first_value(struct eval *v, const struct expr *expr)
{
	const uint32_t *links = v->program->links + expr->span.first;
	const uint32_t *end = links + expr->span.count;
	const uint32_t *link = links;
	struct value value = none;

	while (link < end && value.type == VALUE_NONE)
		value = eval_expr(v, *link++);
	// Of an element it is enough to know whether all of it was read.
	end = links + (v->element == NULL ? expr->of : 0);
	for (; link < end; link++) {
		size_t before = v->read_count;

		eval_claim(v, value, eval_expr(v, *link), before);
	}
	return value;
}

static struct value member(struct eval *v, const struct expr *expr)
{
	return eval_member(v, expr->slot);
}

static struct value constant(struct eval *v, const struct expr *expr)
{
	(void)v;
	return expr->value;
}

bool eval_put_template(struct eval *v, const struct expr *expr, struct buf *out)
{
	const uint32_t *links = v->program->links + expr->span.first;
	size_t before = v->read_count;
	size_t start = out->len;

	for (uint32_t i = 0; i < expr->span.count; i++) {
		struct value piece = eval_expr(v, links[i]);

		if (piece.len == 0) {
			eval_forget(v, before);
			buf_cut(out, start);
			return false;
		}
		eval_varies_with(v, piece);
		eval_put(out, eval_text(v, piece, &v->one));
	}
	return true;
}

static struct value template_of(struct eval *v, const struct expr *expr)
{
	size_t start = v->joined.len;

	if (!eval_put_template(v, expr, &v->joined))
		return none;
	return eval_take_joined(v, start);
}

struct value eval_take_joined(struct eval *v, size_t start)
{
	int error = buf_status(&v->joined);
	struct value result = none;

	if (error != 0)
		eval_give_up(v, error);
	else if (v->joined.len > start)
		result = eval_keep(v, slice_from(buf_slice(&v->joined), start));
	buf_cut(&v->joined, start);
	return result;
}

/* The name in lower case, where it is short enough to be one of a table's. */
static struct slice lower(struct slice name, char copy[64])
{
	if (name.len > 64)
		return name;
	for (size_t i = 0; i < name.len; i++)
		copy[i] = program_lower(name.data[i]);
	return (struct slice){ copy, name.len };
}

static struct value look_up(struct eval *v, const struct expr *expr)
{
	size_t before = v->read_count;
	struct value of = eval_expr(v, expr->of);

	if (is_scalar(of)) {
		struct slice name = eval_text(v, of, &v->one);
		const struct table_case *row;
		char copy[64];

		eval_decided_by(v, of);
		row = program_find_case(v->program, expr->span, name);
		// Mostly it is in lower case already.
		if (expr->ignore_case && row->name.data == NULL)
			row = program_find_case(v->program, expr->span,
						lower(name, copy));
		if (row->name.data != NULL)
			return row->value;
	}
	eval_forget(v, before);
	return expr->otherwise != PROGRAM_NONE ? eval_expr(v, expr->otherwise)
					       : none;
}

static struct value choose(struct eval *v, const struct expr *expr)
{
	if (eval_cond(v, expr->of))
		return eval_expr(v, expr->then);
	return expr->otherwise != PROGRAM_NONE ? eval_expr(v, expr->otherwise)
					       : none;
}

/* Without a time or severity there is no origin either. */
static struct value time_of_event(struct eval *v, const struct expr *expr)
{
	(void)expr;
	if (UNLIKELY(v->watch != NULL))
		v->watch->varies |= v->watch->time_varies;
	eval_read(v, &v->time_origin);
	return v->time;
}

static struct value severity_of_event(struct eval *v, const struct expr *expr)
{
	(void)expr;
	if (UNLIKELY(v->watch != NULL))
		v->watch->varies |= v->watch->severity_varies;
	eval_read(v, &v->severity_origin);
	return v->severity;
}

static struct value syslog_of_event(struct eval *v, const struct expr *expr)
{
	(void)severity_of_event(v, expr);
	return v->syslog;
}

/* It says everything, and yet nothing is used up by it. */
static struct value record_of_event(struct eval *v, const struct expr *expr)
{
	(void)expr;
	if (UNLIKELY(v->watch != NULL))
		v->watch->varies = true;
	return value_text(v->record);
}

/* Append a value as it stands among others in JSON. */
static void put_json(struct eval *v, struct value value, struct buf *out)
{
	struct slice text = eval_text(v, value, &v->one);

	eval_varies_with(v, value);
	if (value.type == VALUE_STRING)
		json_put_string(out, text);
	else
		eval_put(out, text);
}

/*
 * The values of the links of an array or object, those of a step with what
 * goes before each; without one that has a text there is none.
 */
static struct value container_of(struct eval *v, const struct expr *expr,
				 enum value_type type)
{
	const uint32_t *links = v->program->links + expr->span.first;
	const uint32_t step = type == VALUE_OBJECT ? 2 : 1;
	size_t start = v->joined.len;
	struct value result;

	buf_putc(&v->joined, type == VALUE_OBJECT ? '{' : '[');
	for (uint32_t i = 0; i < expr->span.count; i += step) {
		size_t before = v->read_count;
		struct value value = eval_expr(v, links[i + step - 1]);

		if (value.type == VALUE_NONE || value.len == 0) {
			eval_forget(v, before);
			continue;
		}
		if (v->joined.len > start + 1)
			buf_putc(&v->joined, ',');
		if (type == VALUE_OBJECT)
			eval_put(&v->joined,
				 value_slice(eval_expr(v, links[i])));
		put_json(v, value, &v->joined);
	}
	if (v->joined.len == start + 1 && buf_status(&v->joined) == 0) {
		buf_cut(&v->joined, start);
		return none;
	}
	buf_putc(&v->joined, type == VALUE_OBJECT ? '}' : ']');
	result = eval_take_joined(v, start);
	if (result.type != VALUE_NONE)
		result.type = (uint8_t)type;
	return result;
}

static struct value list(struct eval *v, const struct expr *expr)
{
	return container_of(v, expr, VALUE_ARRAY);
}

static struct value object(struct eval *v, const struct expr *expr)
{
	return container_of(v, expr, VALUE_OBJECT);
}

static struct value join(struct eval *v, const struct expr *expr)
{
	eval_note_elements(v, expr->of);
	return eval_join(v, expr);
}

static struct value sum(struct eval *v, const struct expr *expr)
{
	eval_note_elements(v, expr->of);
	return eval_sum(v, expr);
}

static struct value times(struct eval *v, const struct expr *expr)
{
	eval_note_elements(v, expr->of);
	return eval_times(v, expr);
}

struct value (*const eval_ops[])(struct eval *v, const struct expr *expr) = {
	[EXPR_PATH] = member,
	[EXPR_PATHS] = first_member,
	[EXPR_CONST] = constant,
	[EXPR_FIRST] = first_value,
	[EXPR_TEXT] = template_of,
	[EXPR_TABLE] = look_up,
	[EXPR_JOIN] = join,
	[EXPR_SUM] = sum,
	[EXPR_TIMES] = times,
	[EXPR_LIST] = list,
	[EXPR_OBJECT] = object,
	[EXPR_IF] = choose,
	[EXPR_TIME] = time_of_event,
	[EXPR_SEVERITY] = severity_of_event,
	[EXPR_SYSLOG] = syslog_of_event,
	[EXPR_RECORD] = record_of_event,
	[EXPR_ELEMENT] = eval_element,
	[EXPR_PART] = eval_part,
};

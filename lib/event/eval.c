#include "event/eval.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What an expression read, where it was not a member of the record. */
enum {
	READ_PART = 1 << 30,    // and the number of the part
	READ_ELEMENT = 1 << 29, // the whole of it
};

static const size_t kept_scratch = (size_t)64 << 10;

static const struct value none = { .type = VALUE_NONE };

/* What a join, or "some", knows of the element it has come to. */
struct element {
	struct value value;
	struct value parts[PROGRAM_PARTS];
	uint32_t present; // a bit for each of the parts it has
};

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
	v->time = none;
	v->severity = none;
	v->time_origin.count = 0;
	v->severity_origin.count = 0;
	v->read_count = 0;
	v->too_large = false;
	v->out_of_memory = false;
}

void eval_commit(struct eval *v)
{
	for (size_t i = 0; i < v->read_count; i++)
		v->scan->members[v->read[i]].used = true;
	v->read_count = 0;
}

void eval_forget(struct eval *v, size_t count)
{
	v->read_count = count;
}

void eval_keep_origin(const struct eval *v, struct origin *origin)
{
	// Of more than these the others count as unused, which loses nothing.
	origin->count = v->read_count < PROGRAM_NAMED ? (uint32_t)v->read_count
						      : PROGRAM_NAMED;
	memcpy(origin->members, v->read,
	       origin->count * sizeof(*origin->members));
}

void eval_read(struct eval *v, const struct origin *origin)
{
	for (uint32_t i = 0; i < origin->count; i++)
		v->read[v->read_count++] = origin->members[i];
}

/* Remember why a value could not be made. */
static void give_up(struct eval *v, int error)
{
	if (error == ENOMEM)
		v->out_of_memory = true;
	else
		v->too_large = true;
}

/* n bytes of the arena; NULL: none left, which is remembered. */
static char *take(struct eval *v, size_t n)
{
	bool fits = n <= v->arena->max - v->arena->taken;
	char *bytes = fits ? arena_take(v->arena, n) : NULL;

	if (bytes == NULL)
		give_up(v, fits ? ENOMEM : EMSGSIZE);
	return bytes;
}

struct value eval_keep(struct eval *v, struct slice text)
{
	char *copy = take(v, text.len);

	if (copy == NULL)
		return none;
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	return value_text((struct slice){ copy, text.len });
}

struct slice eval_text(struct eval *v, struct value value, struct buf *scratch)
{
	if (value.type == VALUE_STRING && value.flags & VALUE_ESCAPED) {
		buf_clear(scratch);
		scan_decode(value_slice(value), scratch);
	} else if (value.flags & VALUE_LOOSE) {
		buf_clear(scratch);
		scan_compact(value, scratch);
	} else {
		return value_slice(value);
	}
	if (buf_status(scratch) != 0)
		give_up(v, buf_status(scratch));
	return buf_slice(scratch);
}

struct value eval_plain(struct eval *v, struct value value)
{
	if (value.flags == 0)
		return value;
	return eval_keep(v, eval_text(v, value, &v->one));
}

static bool is_scalar(struct value value)
{
	return value.type > VALUE_NULL && value.type < VALUE_ARRAY;
}

static bool same_text(struct eval *v, struct value a, struct value b)
{
	if ((a.flags | b.flags) == 0)
		return slice_is(value_slice(a), value_slice(b));
	return slice_is(eval_text(v, a, &v->one), eval_text(v, b, &v->other));
}

bool eval_time(struct eval *v, struct value value, struct timestamp *t)
{
	if (value.type != VALUE_STRING && value.type != VALUE_NUMBER)
		return false;

	struct slice text = eval_text(v, value, &v->one);
	if (value.type == VALUE_STRING && timestamp_parse(text, t))
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
	*value = eval_keep(
		v, (struct slice){ text, timestamp_epoch_ms(&t, text) });
	return value->type != VALUE_NONE;
}

bool eval_fit(struct eval *v, enum field_type type, struct value *value)
{
	if (type == FIELD_TEXT)
		return true;
	if (!is_scalar(*value))
		return false;
	if (type == FIELD_TIME_MS)
		return fit_time(v, value);
	*value = eval_plain(v, *value);
	return value->type != VALUE_NONE &&
	       field_fits(type, value_slice(*value));
}

static inline struct value read_member(struct eval *v, uint16_t slot)
{
	uint32_t i = v->scan->by_slot[slot];

	if (i == 0)
		return none;

	struct value value = v->scan->members[i - 1].value;
	if (value_is_missing(value))
		return none;
	v->read[v->read_count++] = i - 1;
	return value;
}

static struct value read_part(struct eval *v, uint16_t number)
{
	if ((v->element->present >> number & 1) == 0)
		return none;
	v->read[v->read_count++] = READ_PART | number;
	return v->element->parts[number];
}

/*
 * The first alternative that is there. Those behind it which say the same are
 * used as well: nothing is lost with them.
 */
static struct value first_of(struct eval *v, const struct expr *expr)
{
	const uint32_t *link = v->program->links + expr->span.first;
	const uint32_t *end = link + expr->span.count;
	struct value value = none;

	while (link < end && value.type == VALUE_NONE)
		value = eval_expr(v, *link++);
	if (v->deciding > 0)
		return value;
	for (; link < end; link++) {
		size_t before = v->read_count;
		struct value other = eval_expr(v, *link);

		if (other.type != VALUE_NONE && !same_text(v, value, other))
			eval_forget(v, before);
	}
	return value;
}

static struct value template_of(struct eval *v, const struct expr *expr)
{
	const uint32_t *links = v->program->links + expr->span.first;
	struct value pieces[PROGRAM_PIECES];
	size_t before = v->read_count;
	size_t len = 0;

	for (uint32_t i = 0; i < expr->span.count; i++) {
		pieces[i] = eval_plain(v, eval_expr(v, links[i]));
		if (pieces[i].len == 0) {
			eval_forget(v, before);
			return none;
		}
		len += pieces[i].len;
	}

	char *text = take(v, len);
	if (text == NULL) {
		eval_forget(v, before);
		return none;
	}
	char *p = text;
	for (uint32_t i = 0; i < expr->span.count; i++) {
		memcpy(p, pieces[i].data, pieces[i].len);
		p += pieces[i].len;
	}
	return value_text((struct slice){ text, len });
}

/* Find the case of a table by its name. */
static const struct table_case *find_case(const struct eval *v,
					  struct span span, struct slice name)
{
	const struct table_case *first = v->program->cases + span.first;
	size_t count = span.count;

	while (count > 0) {
		const struct table_case *middle = first + count / 2;
		int order = program_compare_names(middle->name, name);

		if (order == 0)
			return middle;
		if (order < 0) {
			first = middle + 1;
			count -= count / 2 + 1;
		} else {
			count /= 2;
		}
	}
	return NULL;
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
	const struct table_case *row = NULL;

	if (is_scalar(of)) {
		struct slice name = eval_text(v, of, &v->one);
		char copy[64];

		if (expr->ignore_case)
			name = lower(name, copy);
		row = find_case(v, expr->span, name);
	}
	if (row != NULL)
		return row->value;
	eval_forget(v, before);
	return expr->otherwise != PROGRAM_NONE ? eval_expr(v, expr->otherwise)
					       : none;
}

/*
 * Note the members of object that the parts from first on name. False where it
 * has a member that none of them names, and which would be lost.
 */
static bool read_parts(const struct eval *v, struct value object,
		       uint32_t first, struct element *element)
{
	struct slice rest = value_slice(object);
	bool complete = true;
	struct value key, value;

	while (scan_next(&rest, &key, &value)) {
		const struct part *part = NULL;

		for (uint32_t i = first; i != PROGRAM_NONE && part == NULL;
		     i = v->program->parts[i].next)
			if (scan_is(value_slice(key),
				    (key.flags & VALUE_ESCAPED) != 0,
				    v->program->parts[i].name))
				part = &v->program->parts[i];
		if (part != NULL && part->number != PROGRAM_NONE) {
			uint32_t bit = UINT32_C(1) << part->number;

			element->parts[part->number] = value;
			element->present = value.type == VALUE_NULL
						   ? element->present & ~bit
						   : element->present | bit;
		}
		if (part != NULL && part->child != PROGRAM_NONE &&
		    value.type == VALUE_OBJECT)
			complete &= read_parts(v, value, part->child, element);
		else if (part == NULL || part->number == PROGRAM_NONE)
			complete &= value.type == VALUE_NULL;
	}
	return complete;
}

/* Take the next element off rest, which is an array or one single value. */
static bool next_element(struct value container, struct slice *rest,
			 struct value *element)
{
	if (container.type == VALUE_ARRAY)
		return scan_next(rest, NULL, element);
	*element = container;
	return rest->data != NULL && (rest->data = NULL, true);
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

/*
 * Append what a join makes of one element. False where something of it is
 * missing there.
 */
static bool join_element(struct eval *v, const struct expr *expr,
			 struct value value, size_t start)
{
	const struct element *outer = v->element;
	size_t before = v->read_count;
	struct element element;
	bool complete = true;

	element.value = value;
	element.present = 0;
	if (value.type == VALUE_OBJECT && expr->parts != PROGRAM_NONE)
		complete = read_parts(v, value, expr->parts, &element);
	if (expr->then != PROGRAM_NONE) {
		v->element = &element;
		value = eval_expr(v, expr->then);
		v->element = outer;
		complete = is_read(v, &element, before, complete);
		eval_forget(v, before);
	}
	if (value.type == VALUE_NONE)
		return false;
	if (v->joined.len > start)
		buf_put_slice(&v->joined, value_slice(expr->value));
	buf_put_slice(&v->joined, eval_text(v, value, &v->one));
	return complete;
}

static struct value join_of(struct eval *v, const struct expr *expr)
{
	size_t before = v->read_count;
	struct value container = eval_expr(v, expr->of);
	struct slice rest = value_slice(container);
	size_t start = v->joined.len;
	bool complete = true;
	struct value element, result;

	if (container.type == VALUE_NONE)
		return none;
	while (next_element(container, &rest, &element))
		if (element.type != VALUE_NULL)
			complete &= join_element(v, expr, element, start);

	int error = buf_status(&v->joined);
	if (error != 0)
		give_up(v, error);
	result =
		v->joined.len > start && error == 0
			? eval_keep(v, slice_from(buf_slice(&v->joined), start))
			: none;
	buf_cut(&v->joined, start);
	// What does not say everything leaves the member to the rest.
	if (result.type == VALUE_NONE || !complete)
		eval_forget(v, before);
	return result;
}

/* Add a number to a sum that is a whole number as long as it can be. */
static bool add_number(struct slice text, bool *whole, int64_t *sum,
		       double *real)
{
	char copy[64];

	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	*real += strtod(copy, NULL);
	*whole = *whole && field_fits(FIELD_INT64, text) &&
		 !__builtin_add_overflow(*sum, strtoll(copy, NULL, 10), sum);
	return isfinite(*real);
}

/* The shortest text that reads as the same double. */
static struct value real_text(struct eval *v, double real)
{
	char text[32];
	int len = 0;

	for (int digits = 15; digits <= 17; digits++) {
		len = snprintf(text, sizeof(text), "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	return eval_keep(v, (struct slice){ text, (size_t)len });
}

static struct value sum_of(struct eval *v, const struct expr *expr)
{
	size_t before = v->read_count;
	struct value container = eval_expr(v, expr->of);
	struct slice rest = value_slice(container);
	struct value key, value, result = none;
	size_t count = 0;
	bool whole = true;
	int64_t sum = 0;
	double real = 0;
	bool good = container.type >= VALUE_ARRAY;

	while (good && scan_next(&rest, &key, &value)) {
		if (value.type == VALUE_NULL)
			continue;
		good = value.type == VALUE_NUMBER &&
		       add_number(value_slice(value), &whole, &sum, &real);
		count++;
	}
	if (container.type == VALUE_NUMBER) {
		result = container;
	} else if (good && count > 0 && whole) {
		char text[24];
		int len = snprintf(text, sizeof(text), "%lld", (long long)sum);

		result = eval_keep(v, (struct slice){ text, (size_t)len });
	} else if (good && count > 0) {
		result = real_text(v, real);
	}
	if (result.type == VALUE_NONE)
		eval_forget(v, before);
	return result;
}

struct value eval_expr(struct eval *v, uint32_t index)
{
	const struct expr *expr = &v->program->exprs[index];

	switch ((enum expr_op)expr->op) {
	case EXPR_PATH:
		return read_member(v, expr->slot);
	case EXPR_CONST:
		return expr->value;
	case EXPR_FIRST:
		return first_of(v, expr);
	case EXPR_TEXT:
		return template_of(v, expr);
	case EXPR_TABLE:
		return look_up(v, expr);
	case EXPR_JOIN:
		return join_of(v, expr);
	case EXPR_SUM:
		return sum_of(v, expr);
	case EXPR_IF:
		if (eval_cond(v, expr->of))
			return eval_expr(v, expr->then);
		return expr->otherwise != PROGRAM_NONE
			       ? eval_expr(v, expr->otherwise)
			       : none;
	case EXPR_TIME: // without one it has no origin either
		eval_read(v, &v->time_origin);
		return v->time;
	case EXPR_SEVERITY:
		eval_read(v, &v->severity_origin);
		return v->severity;
	case EXPR_ELEMENT:
		v->read[v->read_count++] = READ_ELEMENT;
		return v->element->value;
	case EXPR_PART:
		return read_part(v, expr->slot);
	}
	return none;
}

/* Is the text one of the words of a condition? */
static bool is_among(const struct eval *v, struct slice text, struct span span)
{
	const struct slice *words = v->program->words + span.first;

	for (uint32_t i = 0; i < span.count; i++)
		if (slice_is(words[i], text))
			return true;
	return false;
}

/* Does the value pass the test that its condition states? */
static bool passes(struct eval *v, const struct cond *cond, struct value value)
{
	if (value.type == VALUE_NONE)
		return false;
	if (cond->op == COND_TYPE)
		return value.type == cond->type ||
		       (value.type == VALUE_FALSE && cond->type == VALUE_TRUE);
	if (cond->op == COND_FITS)
		return eval_fit(v, (enum field_type)cond->type, &value);

	struct slice text = eval_text(v, value, &v->one);
	if (cond->op == COND_IN)
		return is_among(v, text, cond->span);
	if (cond->op == COND_LONGER)
		return text.len > cond->length;

	struct slice word = v->program->words[cond->span.first];
	if (cond->op == COND_STARTS)
		return slice_has_prefix(text, word);
	return text.len >= word.len &&
	       slice_is(slice_from(text, text.len - word.len), word);
}

static bool some_of(struct eval *v, const struct cond *cond,
		    struct value container)
{
	const struct element *outer = v->element;
	struct slice rest = value_slice(container);
	struct value value;
	bool found = false;

	if (container.type == VALUE_NONE)
		return false;
	while (!found && next_element(container, &rest, &value)) {
		struct element element;

		element.value = value;
		element.present = 0;
		if (value.type == VALUE_OBJECT)
			(void)read_parts(v, value, cond->parts, &element);
		v->element = &element;
		found = eval_cond(v, cond->then);
		v->element = outer;
	}
	return found;
}

/* Does every condition in span hold, or, for any, one of them? */
static bool several(struct eval *v, struct span span, bool any)
{
	const uint32_t *links = v->program->links + span.first;

	for (uint32_t i = 0; i < span.count; i++)
		if (eval_cond(v, links[i]) == any)
			return any;
	return !any;
}

bool eval_cond(struct eval *v, uint32_t index)
{
	const struct cond *cond = &v->program->conds[index];
	size_t before = v->read_count;
	struct value value;
	bool holds = false;

	switch ((enum cond_op)cond->op) {
	case COND_ALL:
		return several(v, cond->span, false);
	case COND_ANY:
		return several(v, cond->span, true);
	case COND_NOT:
		return !eval_cond(v, cond->then);
	case COND_HAS:
	case COND_IN:
	case COND_LONGER:
	case COND_STARTS:
	case COND_ENDS:
	case COND_TYPE:
	case COND_FITS:
	case COND_SOME:
		v->deciding++;
		value = eval_expr(v, cond->of);
		v->deciding--;
		if (cond->op == COND_HAS)
			holds = value.type != VALUE_NONE;
		else if (cond->op == COND_SOME)
			holds = some_of(v, cond, value);
		else
			holds = passes(v, cond, value);
		eval_forget(v, before);
	}
	return holds;
}

#include "event/eval.h"

/* The value that a condition is about, of which nothing is noted as read. */
IN_LINE struct value subject(struct eval *v, const struct cond *cond)
{
	size_t before = v->read_count;
	struct value value = eval_expr(v, cond->of);

	eval_forget(v, before);
	return value;
}

/* The text of a subject that is there. */
IN_LINE bool text_of(struct eval *v, const struct cond *cond,
		     struct slice *text)
{
	struct value value = subject(v, cond);

	if (value.type == VALUE_NONE)
		return false;
	eval_decided_by(v, value);
	*text = eval_text(v, value, &v->one);
	return true;
}

static bool has(struct eval *v, const struct cond *cond)
{
	return subject(v, cond).type != VALUE_NONE;
}

/* The same where it is about members. */
static bool has_member(struct eval *v, const struct cond *cond)
{
	const uint32_t *slot = v->program->links + cond->span.first;
	const uint32_t *end = slot + cond->span.count;

	for (; slot < end; slot++) {
		uint32_t i = v->scan->by_slot[*slot];

		if (i != 0 && !value_is_missing(v->scan->members[i - 1].value))
			return true;
	}
	return false;
}

static bool is_word(struct eval *v, const struct cond *cond)
{
	struct slice text;

	return text_of(v, cond, &text) &&
	       short_is(text, v->program->words[cond->span.first]);
}

static bool is_in(struct eval *v, const struct cond *cond)
{
	struct slice text;

	return text_of(v, cond, &text) &&
	       program_find_case(v->program, cond->span, text)->name.data !=
		       NULL;
}

static bool is_longer(struct eval *v, const struct cond *cond)
{
	struct value value = subject(v, cond);

	if (value.type == VALUE_NONE)
		return false;
	eval_varies_with(v, value);
	return eval_text(v, value, &v->one).len > cond->length;
}

static bool starts(struct eval *v, const struct cond *cond)
{
	struct slice word = v->program->words[cond->span.first];
	struct slice text;

	return text_of(v, cond, &text) && slice_has_prefix(text, word);
}

static bool ends(struct eval *v, const struct cond *cond)
{
	struct slice word = v->program->words[cond->span.first];
	struct slice text;

	return text_of(v, cond, &text) && text.len >= word.len &&
	       slice_is(slice_from(text, text.len - word.len), word);
}

static bool is_of_type(struct eval *v, const struct cond *cond)
{
	struct value value = subject(v, cond);

	return value.type == cond->type ||
	       (value.type == VALUE_FALSE && cond->type == VALUE_TRUE);
}

static bool fits(struct eval *v, const struct cond *cond)
{
	struct value value = subject(v, cond);

	eval_varies_with(v, value);
	return value.type != VALUE_NONE &&
	       eval_fit(v, (enum field_type)cond->type, &value);
}

static bool all(struct eval *v, const struct cond *cond)
{
	const uint32_t *links = v->program->links + cond->span.first;

	for (uint32_t i = 0; i < cond->span.count; i++)
		if (!eval_cond(v, links[i]))
			return false;
	return true;
}

static bool any(struct eval *v, const struct cond *cond)
{
	const uint32_t *links = v->program->links + cond->span.first;

	for (uint32_t i = 0; i < cond->span.count; i++)
		if (eval_cond(v, links[i]))
			return true;
	return false;
}

static bool negated(struct eval *v, const struct cond *cond)
{
	return !eval_cond(v, cond->then);
}

static bool some(struct eval *v, const struct cond *cond)
{
	eval_note_elements(v, cond->of);
	return eval_some(v, cond);
}

bool (*const eval_cond_ops[])(struct eval *v, const struct cond *cond) = {
	[COND_HAS] = has,         [COND_HAS_MEMBER] = has_member,
	[COND_IS] = is_word,      [COND_IN] = is_in,
	[COND_LONGER] = is_longer, [COND_STARTS] = starts,
	[COND_ENDS] = ends,       [COND_TYPE] = is_of_type,
	[COND_FITS] = fits,       [COND_SOME] = some,
	[COND_ALL] = all,         [COND_ANY] = any,
	[COND_NOT] = negated,
};

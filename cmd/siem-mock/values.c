#include "values.h"

#include "json/value.h"

void values_start(struct values *v, struct slice body)
{
	body = slice_trim(body);
	*v = (struct values){ .in_array = body.len > 0 && *body.data == '[' };
	walk_start(&v->walk, body);
	v->at = body.data + v->in_array;
}

/* A walk has to end in a closing bracket: that of the array, or of the last. */
static bool is_closed(const struct values *v)
{
	const struct walk *w = &v->walk;
	const ptrdiff_t least = v->in_array ? 2 : 1;

	return w->end - w->start >= least &&
	       w->end[-1] == (v->in_array ? ']' : '}');
}

/* Step over what divides elements; NULL: there are no more, or it is wrong. */
static const char *find_element(struct values *v, bool *wrong)
{
	struct walk *w = &v->walk;
	const char *p = v->at;

	*wrong = p == w->end; // the bracket of the array is missing
	if (*wrong)
		return NULL;
	p = walk_space(w, p);
	if (*p == ']') {
		*wrong = p + 1 != w->end;
		return NULL;
	}
	if (v->count == 0)
		return p;
	*wrong = *p != ',';
	return *wrong ? NULL : walk_space(w, p + 1);
}

/* The same, of objects one behind the other. */
static const char *find_object(struct values *v, bool *wrong)
{
	const char *p = v->at;

	*wrong = false;
	if (p == v->walk.end)
		return NULL;
	p = walk_space(&v->walk, p);
	*wrong = *p != '{';
	return *wrong ? NULL : p;
}

int values_next(struct values *v, struct slice *text)
{
	struct value value = { 0 };
	const char *begin;
	bool wrong;

	if (!is_closed(v))
		return -1;
	begin = v->in_array ? find_element(v, &wrong) : find_object(v, &wrong);
	if (begin == NULL)
		return wrong ? -1 : 0;
	v->at = walk_value(&v->walk, begin, v->in_array, &value);
	if (v->at == NULL)
		return -1;
	v->count++;
	*text = (struct slice){ begin, (size_t)(v->at - begin) };
	return 1;
}

bool values_count(struct slice body, size_t *count, size_t *longest)
{
	struct values v;
	struct slice text;
	int got;

	*longest = 0;
	values_start(&v, body);
	while ((got = values_next(&v, &text)) > 0)
		*longest = text.len > *longest ? text.len : *longest;
	*count = v.count;
	return got == 0;
}

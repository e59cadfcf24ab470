#include "envelope.h"

#include "mock.h"

#include <string.h>

enum { // codes of the collector
	INVALID_DATA = 6,
	EVENT_REQUIRED = 12,
	EVENT_BLANK = 13,
	FIELDS_WRONG = 15,
};

void envelopes_start(struct envelopes *r, struct slice body)
{
	const char *p = body.data;
	const char *end = p + body.len;

	while (end > p && walk_is_space(end[-1]))
		end--;
	const char *last = end;
	while (last > p && last[-1] != '}' && last[-1] != ']')
		last--;

	r->has_tail = last < end;
	r->in_array = false;
	r->at = p;
	walk_start(&r->walk, (struct slice){ p, (size_t)(last - p) });
	if (last == p)
		return;
	r->at = walk_space(&r->walk, p);
	if (*r->at == '[') {
		r->in_array = true;
		r->at++;
	}
}

struct slice envelope_text(struct value v)
{
	return v.type == VALUE_STRING
		       ? (struct slice){ v.data - 1, (size_t)v.len + 2 }
		       : (struct slice){ v.data, v.len };
}

/* Where a member of that name goes, or NULL. */
static struct value *member_of(struct envelope *v, struct slice name)
{
	const struct {
		struct slice name;
		struct value *value;
	} members[] = {
		{ SLICE("event"), &v->event },
		{ SLICE("time"), &v->time },
		{ SLICE("host"), &v->host },
		{ SLICE("source"), &v->source },
		{ SLICE("sourcetype"), &v->sourcetype },
		{ SLICE("index"), &v->index },
		{ SLICE("fields"), &v->fields },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (slice_is(members[i].name, name))
			return members[i].value;
	return NULL;
}

/* Read an object at p; returns what follows it, or NULL. */
static const char *read_object(struct walk *w, const char *p,
			       struct envelope *v)
{
	p = walk_space(w, p + 1);
	if (*p == '}')
		return p + 1;
	for (;;) {
		struct slice name = { 0 };
		struct value value = { 0 };
		struct value *member;
		bool escaped;

		p = walk_name(w, p, &name, &escaped);
		if (p != NULL)
			p = walk_value(w, p, 1, &value);
		if (p == NULL || p == w->end)
			return NULL;
		member = member_of(v, name);
		if (member != NULL)
			*member = value;
		p = walk_space(w, p);
		if (*p == '}')
			return p + 1;
		if (*p != ',')
			return NULL;
		p = walk_space(w, p + 1);
	}
}

/* Digits with a fraction, and nothing else: no exponent, no comma. */
static bool is_decimal(struct value v)
{
	size_t i = v.len > 0 && v.data[0] == '-';
	size_t dots = 0, digits = 0;

	for (; i < v.len; i++) {
		dots += v.data[i] == '.';
		digits += walk_is_digit(v.data[i]);
		if (v.data[i] != '.' && !walk_is_digit(v.data[i]))
			return false;
	}
	return dots <= 1 && digits > 0;
}

/* An array of indexed values, validated, whose elements may be scalars. */
static bool is_flat_array(struct value v)
{
	bool quoted = false;

	for (size_t i = 1; i < v.len; i++) {
		char c = v.data[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '[' || c == '{'))
			return false;
	}
	return true;
}

/* An object of indexed fields, validated, may hold no other object. */
static bool is_flat(struct value fields)
{
	struct walk w;
	struct slice name = { 0 };
	struct value v = { 0 };
	bool escaped;

	walk_start(&w, (struct slice){ fields.data, fields.len });
	const char *p = walk_space(&w, fields.data + 1);
	while (*p != '}') {
		p = walk_value(&w, walk_name(&w, p, &name, &escaped), 1, &v);
		if (v.type == VALUE_OBJECT ||
		    (v.type == VALUE_ARRAY && !is_flat_array(v)))
			return false;
		p = walk_space(&w, p);
		if (*p == ',')
			p = walk_space(&w, p + 1);
	}
	return true;
}

static bool is_text(struct value v)
{
	return value_is_missing(v) || v.type == VALUE_STRING;
}

static int check(const struct envelope *v)
{
	if (!is_text(v->host) || !is_text(v->source) ||
	    !is_text(v->sourcetype) || !is_text(v->index) ||
	    (!value_is_missing(v->fields) && v->fields.type != VALUE_OBJECT))
		return INVALID_DATA;
	if (value_is_missing(v->event))
		return EVENT_REQUIRED;
	if (v->event.type == VALUE_STRING && v->event.len == 0)
		return EVENT_BLANK;
	if (!value_is_missing(v->time) &&
	    ((v->time.type != VALUE_NUMBER && v->time.type != VALUE_STRING) ||
	     !is_decimal(v->time)))
		return FIELDS_WRONG;
	if (v->fields.type == VALUE_OBJECT && !is_flat(v->fields))
		return FIELDS_WRONG;
	return 0;
}

/* Step over what divides envelopes; false where there are no more. */
static bool find_next(struct envelopes *r, bool *wrong)
{
	struct walk *w = &r->walk;

	*wrong = r->has_tail;
	if (r->at == w->end) {
		*wrong |= r->in_array; // its bracket is missing
		return false;
	}
	r->at = walk_space(w, r->at);
	if (r->in_array && *r->at == ',')
		r->at = walk_space(w, r->at + 1);
	if (r->in_array && *r->at == ']') {
		*wrong |= r->at + 1 < w->end;
		return false;
	}
	return true;
}

int envelopes_next(struct envelopes *r, struct envelope *v, int *code)
{
	const char *begin;
	bool wrong;

	*code = INVALID_DATA;
	*v = (struct envelope){ 0 };
	if (!find_next(r, &wrong))
		return wrong ? -1 : 0;
	begin = r->at;
	if (*begin != '{')
		return -1;
	r->at = read_object(&r->walk, begin, v);
	if (r->at == NULL || r->at - begin > MOCK_EVENT_MAX)
		return -1;
	*code = check(v);
	return *code != 0 ? -1 : 1;
}

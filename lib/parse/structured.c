#include "parse/structured.h"

#include "core/utf8.h"
#include "json/write.h"
#include "parse/checks.h"
#include "parse/registered.h"

#include <string.h>

enum { NAME_MAX_BYTES = 32 }; // of SD-ID and PARAM-NAME, section 6.3

/* A parameter as it stands in its element. */
struct param {
	struct slice space; // what divides it from what comes before
	struct slice name;
	struct slice value; // between the quotes, escapes and all
};

static struct slice take_spaces(struct slice *s)
{
	struct slice before = *s;

	while (slice_take(s, SLICE(" ")))
		;
	before.len -= s->len;
	return before;
}

/* How many bytes of s come before the first of these; all if there is none. */
static size_t span_to(struct slice s, char a, char b, char c, char d)
{
	size_t i = 0;

	while (i < s.len && s.data[i] != a && s.data[i] != b &&
	       s.data[i] != c && s.data[i] != d)
		i++;
	return i;
}

/* How long the name of a parameter is, with blanks in it or without. */
static size_t name_len(struct slice s)
{
	return span_to(s, '=', ']', '"', '=');
}

static size_t word_len(struct slice s)
{
	return span_to(s, '=', ']', '"', ' ');
}

/*
 * Is the quote at the start of s the end of a value? A bracket is behind it,
 * or the next parameter; in a message without faults it always is.
 */
static bool ends_value(struct slice s)
{
	s = slice_from(s, 1);
	size_t spaces = take_spaces(&s).len;
	if (s.len > 0 && s.data[0] == ']')
		return true;
	size_t name = word_len(s);
	s = slice_from(s, name);
	return spaces > 0 && name > 0 && slice_has_prefix(s, SLICE("=\""));
}

/* How long the value is at the start of s, up to its quote; false: no end. */
static bool measure_value(struct slice s, size_t *len)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '"' && ends_value(slice_from(s, i))) {
			*len = i;
			return true;
		}
		if (s.data[i] == '\\')
			i++;
	}
	return false;
}

static bool is_utf8(struct slice s)
{
	return utf8_valid(s) == s.len;
}

/* The next parameter off the front of an element; false: it is none. */
static bool take_param(struct slice *s, struct param *p)
{
	struct slice rest = *s;
	size_t len;

	p->space = take_spaces(&rest);
	p->name = slice_take_n(&rest, name_len(rest));
	if (p->name.len == 0 || !is_utf8(p->name) ||
	    !slice_take(&rest, SLICE("=\"")) || !measure_value(rest, &len))
		return false;
	p->value = slice_take_n(&rest, len);
	*s = slice_from(rest, 1);
	return true;
}

/* An element, taken off the front as far as its parameters. */
static bool take_id(struct slice *s, struct slice *space, struct slice *id)
{
	if (!slice_take(s, SLICE("[")))
		return false;
	*space = take_spaces(s);
	*id = slice_take_n(s, span_to(*s, ' ', ']', ' ', ']'));
	return id->len > 0 && is_utf8(*id);
}

/* Does the element end here? What is taken off is "]", and spaces before. */
static bool take_end(struct slice *s, struct slice *space)
{
	struct slice rest = *s;

	*space = take_spaces(&rest);
	if (!slice_take(&rest, SLICE("]")))
		return false;
	*s = rest;
	return true;
}

size_t structured_measure(struct slice text, size_t *fault)
{
	struct slice rest = text;

	while (slice_has_prefix(rest, SLICE("["))) {
		struct slice space, id;
		struct param p;

		bool good = take_id(&rest, &space, &id);
		while (good && !take_end(&rest, &space))
			good = take_param(&rest, &p);
		if (!good) {
			*fault = text.len - rest.len;
			return 0;
		}
	}
	*fault = 0;
	return text.len - rest.len;
}

bool structured_is_element(struct slice text)
{
	struct slice space, id;
	struct param p;

	if (!take_id(&text, &space, &id) || space.len > 0 ||
	    memchr(id.data, '@', id.len) == NULL || !take_param(&text, &p))
		return false;
	while (!take_end(&text, &space))
		if (!take_param(&text, &p))
			return false;
	return true;
}

/* The first byte of a name that may not be in one, or none. */
static struct slice forbidden_in(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (c <= ' ' || c > '~' || c == '=' || c == ']' || c == '"')
			return (struct slice){ name.data + i, 1 };
	}
	return (struct slice){ name.data, 0 };
}

static void check_name(const struct reading *r, const struct rule *rules,
		       const char *what, struct slice name)
{
	struct slice bad = forbidden_in(name);

	if (name.len > NAME_MAX_BYTES)
		parse_depart(r, &rules[STRUCTURED_LENGTH], name,
			     "this %s has %zu bytes, and may have %d: "
			     "receivers cut it or drop the element",
			     what, name.len, NAME_MAX_BYTES);
	if (bad.len > 0)
		parse_depart(r, &rules[STRUCTURED_NAME], bad,
			     "a byte that no %s may have: printable ASCII, "
			     "without blank, =, ] and quote",
			     what);
}

static void check_space(const struct reading *r, const struct rule *rules,
			struct slice space, size_t wanted, const char *where)
{
	if (space.len > wanted)
		parse_depart(r, &rules[STRUCTURED_SPACE], space,
			     "%s %s: some receivers take what follows for the "
			     "message",
			     wanted > 0 ? "more than one space" : "a space",
			     where);
}

/* The digits and dots of an enterprise number, section 7.2.2. */
static bool is_enterprise(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.data[i] < '0' || s.data[i] > '9') && s.data[i] != '.')
			return false;
	return s.len > 0;
}

static void check_id(const struct reading *r, const struct rule *rules,
		     struct slice id)
{
	struct slice number = id;
	struct slice name = slice_take_until(&number, '@');

	check_name(r, rules, "SD-ID", id);
	if (name.len == id.len && !registered_is_id(id))
		parse_depart(r, &rules[STRUCTURED_ID], id,
			     "an SD-ID without @ is one of the IANA's, which "
			     "this is not: put @ and your enterprise number "
			     "behind it");
	else if (name.len < id.len && (name.len == 0 || !is_enterprise(number)))
		parse_depart(r, &rules[STRUCTURED_ID], id,
			     "before the @ of an SD-ID stands a name, and "
			     "behind it an enterprise number, like 32473");
}

static bool is_escapable(char c)
{
	return c == '"' || c == '\\' || c == ']';
}

/* What is to be escaped and is not, or the other way round: the first of it. */
static void check_escapes(const struct reading *r, const struct rule *rules,
			  struct slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		struct slice here = { value.data + i, 1 };
		bool paired =
			i + 1 < value.len && is_escapable(value.data[i + 1]);

		if (!is_escapable(*here.data))
			continue;
		if (*here.data == '\\' && paired) {
			i++;
			continue;
		}
		parse_depart(r, &rules[STRUCTURED_ESCAPE], here,
			     "this %c needs a backslash before it: without, "
			     "whoever sets the value can write fields of "
			     "their own",
			     *here.data);
		return;
	}
}

static void check_value(const struct reading *r, const struct rule *rules,
			struct slice value)
{
	check_escapes(r, rules, value);
	checks_control(r, &rules[STRUCTURED_VALUE], value, "");
	checks_utf8(r, &rules[STRUCTURED_VALUE], value);
}

/* Tell of each departure in an element; s begins with it, and is moved on. */
static void check_element(const struct reading *r, const struct rule *rules,
			  struct slice *s, bool again)
{
	struct slice space, id;
	struct param p;

	if (!take_id(s, &space, &id))
		return; // it was measured: this does not happen
	check_space(r, rules, space, 0, "behind [");
	check_id(r, rules, id);
	if (again)
		parse_depart(r, &rules[STRUCTURED_TWICE], id,
			     "this SD-ID is there twice: most receivers keep "
			     "only one of the two");
	while (!take_end(s, &space) && take_param(s, &p)) {
		check_space(r, rules, p.space, 1, "before a parameter");
		check_name(r, rules, "parameter name", p.name);
		check_value(r, rules, p.value);
		const char *wrong = registered_fault(id, p.name, p.value);
		if (wrong != NULL)
			parse_depart(r, &rules[STRUCTURED_REGISTERED], p.value,
				     "%s", wrong);
	}
	check_space(r, rules, space, 0, "before ]");
}

/* Note each element of data: its SD-ID, and what is between that and "]". */
static bool collect(struct pairs *elements, struct slice data)
{
	pairs_clear(elements);
	while (data.len > 0) {
		struct slice space, id;
		struct param p;

		if (!take_id(&data, &space, &id))
			break; // it was measured: this does not happen
		struct slice params = data;
		while (!take_end(&data, &space) && take_param(&data, &p))
			;
		params.len -= data.len;
		if (!pairs_add(elements, id, params))
			return false;
	}
	return pairs_link(elements);
}

/* "\"", "\\" and "\]" are what is behind the backslash; others stay. */
static void put_value(struct reading *r, struct slice value)
{
	if (value.len == 0 || memchr(value.data, '\\', value.len) == NULL) {
		json_put_string(r->out, value);
		return;
	}
	buf_clear(&r->scratch);
	while (value.len > 0) {
		size_t n = span_to(value, '\\', '\\', '\\', '\\');

		buf_put_slice(&r->scratch, slice_take_n(&value, n));
		// One that is no escape is what comes next, and stays.
		if (value.len > 1 && is_escapable(value.data[1]))
			value = slice_from(value, 1);
		if (value.len > 0)
			buf_put_slice(&r->scratch, slice_take_n(&value, 1));
	}
	json_put_string(r->out, buf_slice(&r->scratch));
}

/* Put the parameters of an element and of those that have its SD-ID, too. */
static bool put_element(struct reading *r, const struct pair *element)
{
	const struct pair *items = r->elements.items;

	pairs_clear(&r->pairs);
	for (;;) {
		struct slice rest = element->value;
		struct param p;

		while (take_param(&rest, &p))
			if (!pairs_add(&r->pairs, p.name, p.value))
				return false;
		if (element->next == 0)
			break;
		element = &items[element->next];
	}
	if (!pairs_link(&r->pairs))
		return false;
	buf_putc(r->out, '{');
	parse_pairs(r, put_value);
	buf_putc(r->out, '}');
	return true;
}

bool structured_read(struct reading *r, const struct rule *rules,
		     struct slice data)
{
	const struct pairs *elements = &r->elements;
	bool first = true;

	if (!collect(&r->elements, data))
		return false;
	if (r->depart != NULL)
		for (size_t i = 0; i < elements->count; i++)
			check_element(r, rules, &data,
				      elements->items[i].again);

	buf_putc(r->out, '{');
	for (size_t i = 0; i < elements->count; i++) {
		const struct pair *element = &elements->items[i];

		if (element->again)
			continue;
		if (!first)
			buf_putc(r->out, ',');
		first = false;
		json_put_string(r->out, element->key);
		buf_putc(r->out, ':');
		if (!put_element(r, element))
			return false;
	}
	buf_putc(r->out, '}');
	return true;
}

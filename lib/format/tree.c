#include "format/tree.h"

#include "format/columns.h"
#include "json/scan.h"

void tree_put_string(struct line *l, struct slice text)
{
	buf_putc(l->out, '"');
	escape_put(l->out, text, &columns_string);
	buf_putc(l->out, '"');
}

static void put_any(struct line *l, const struct tree_words *words,
		    const struct value *v, size_t depth);

static void put_member(struct line *l, const struct tree_words *words,
		       struct slice name, const struct value *v, size_t depth)
{
	buf_put_slice(l->out, words->name);
	tree_put_string(l, name);
	buf_put_slice(l->out, words->value);
	put_any(l, words, v, depth);
	buf_put_slice(l->out, words->member_end);
}

/* The JSON of an array or object, as a string. */
static void put_text(struct line *l, const struct tree_words *words,
		     const struct value *v)
{
	const struct value text = value_text(line_text(l, v));

	words->put_scalar(l, &text);
}

static void put_array(struct line *l, const struct tree_words *words,
		      const struct value *v, size_t depth)
{
	struct slice rest = value_slice(*v);
	struct value element;

	buf_put_slice(l->out, words->array);
	for (size_t i = 0; scan_next(&rest, NULL, &element); i++) {
		if (i > 0)
			buf_putc(l->out, ',');
		put_any(l, words, &element, depth);
	}
	buf_put_slice(l->out, words->array_end);
}

/* The names of an object's members, as they stand there. */
struct names {
	struct value list[TREE_MEMBERS];
	size_t count;
};

/* False: there are too many. */
static bool names_read(struct names *names, const struct value *v)
{
	struct slice rest = value_slice(*v);
	struct value name, value;

	names->count = 0;
	while (scan_next(&rest, &name, &value)) {
		if (names->count == TREE_MEMBERS)
			return false;
		names->list[names->count++] = name;
	}
	return true;
}

/* Is text the name of member number i, or of one behind it? */
static bool names_have(const struct names *names, size_t i, struct slice text)
{
	for (; i < names->count; i++) {
		const struct value *name = &names->list[i];

		if (scan_is(value_slice(*name),
			    (name->flags & VALUE_ESCAPED) != 0, text))
			return true;
	}
	return false;
}

static void put_object(struct line *l, const struct tree_words *words,
		       const struct value *v, size_t depth)
{
	struct slice rest = value_slice(*v);
	struct value name, value;
	struct names names;
	bool begun = false;

	if (!names_read(&names, v)) {
		put_text(l, words, v);
		return;
	}
	buf_put_slice(l->out, words->object);
	for (size_t i = 1; scan_next(&rest, &name, &value); i++) {
		const struct slice text = line_text(l, &name);

		if (names_have(&names, i, text))
			continue;
		if (begun)
			buf_putc(l->out, ',');
		begun = true;
		put_member(l, words, text, &value, depth);
	}
	buf_put_slice(l->out, words->object_end);
}

/* depth arrays and objects are open around it. */
static void put_any(struct line *l, const struct tree_words *words,
		    const struct value *v, size_t depth)
{
	if (v->type != VALUE_ARRAY && v->type != VALUE_OBJECT)
		words->put_scalar(l, v);
	else if (depth == TREE_DEPTH)
		put_text(l, words, v);
	else if (v->type == VALUE_ARRAY)
		put_array(l, words, v, depth + 1);
	else
		put_object(l, words, v, depth + 1);
}

void tree_put_value(struct line *l, const struct tree_words *words,
		    const struct value *v)
{
	put_any(l, words, v, 0);
}

void tree_put_member(struct line *l, const struct tree_words *words,
		     struct slice name, const struct value *v)
{
	put_member(l, words, name, v, 0);
}

static void put_json(struct line *l, const struct value *v)
{
	if (v->type == VALUE_STRING)
		tree_put_string(l, line_text(l, v));
	else if (v->type == VALUE_NUMBER && !field_is_storable(value_slice(*v)))
		tree_put_string(l, value_slice(*v));
	else
		buf_put_slice(l->out, value_slice(*v));
}

const struct tree_words tree_json = {
	.array = SLICE("["),
	.array_end = SLICE("]"),
	.object = SLICE("{"),
	.object_end = SLICE("}"),
	.name = SLICE(""),
	.value = SLICE(":"),
	.member_end = SLICE(""),
	.put_scalar = put_json,
};

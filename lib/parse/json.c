/* json: an object, by itself or behind a syslog header. */
#include "parse/parse.h"

#include "core/utf8.h"
#include "parse/checks.h"

enum { UTF8, TWICE };

static const struct rule rules[] = {
	[UTF8] = { "json-utf8", "RFC 8259 section 8.1", "all of it is UTF-8" },
	[TWICE] = { "json-duplicate-name", "RFC 8259 section 4",
		    "the names in an object are unique" },
	{ .name = NULL },
};

static bool is_it(struct slice text)
{
	text = slice_trim(text);
	return text.len > 0 && text.data[0] == '{';
}

/* Mend what is no UTF-8, which no JSON can have. */
static struct slice mend(struct reading *r, struct slice text)
{
	if (utf8_valid(text) == text.len)
		return text;
	checks_utf8(r, &rules[UTF8], text);
	buf_clear(&r->scratch);
	utf8_repair(text, &r->scratch);
	return buf_slice(&r->scratch);
}

/* Names that come twice in the object whose first member is at i, up to end. */
static void check_object(struct reading *r, size_t i, size_t end)
{
	const struct member *m = r->scan.members;

	pairs_clear(&r->pairs);
	for (; i < end; i = m[i].next)
		if (!pairs_add(&r->pairs, m[i].key, m[i].key))
			return;
	if (!pairs_link(&r->pairs))
		return;
	for (i = 0; i < r->pairs.count; i++) {
		struct slice name = r->pairs.items[i].key;

		if (r->pairs.items[i].again)
			parse_depart(r, &rules[TWICE], name,
				     "a name that the object has already: a "
				     "reader takes one of the two values");
	}
}

static void check_names(struct reading *r)
{
	check_object(r, 0, r->scan.count);
	for (size_t i = 0; i < r->scan.count; i++)
		if (r->scan.members[i].value.type == VALUE_OBJECT)
			check_object(r, i + 1, r->scan.members[i].next);
}

static int read_object(struct reading *r, struct slice text, struct slice *rest,
		       struct err *e)
{
	struct slice object = mend(r, slice_trim(text));
	struct err why;

	if (r->paths == NULL)
		r->paths = paths_new();
	if (r->paths == NULL)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (scan_record(&r->scan, r->paths, object, &why) < 0) {
		*e = why;
		if (why.kind == ERR_DATA && why.column != 0)
			e->column += (size_t)(slice_trim(text).data -
					      r->record.data);
		return -1;
	}
	// Names of what was mended do not stand in the record.
	if (r->depart != NULL && object.data != r->scratch.data)
		check_names(r);
	parse_member(r, "json");
	buf_put_slice(r->out, object);
	*rest = slice_from(text, text.len);
	return 0;
}

const struct dialect dialect_json = {
	.name = "json",
	.summary = "a JSON object",
	.rules = rules,
	.is_it = is_it,
	.read = read_object,
};

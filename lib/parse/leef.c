/* leef: QRadar's Log Event Extended Format, 1.0 and 2.0. */
#include "parse/parse.h"

#include "core/utf8.h"
#include "json/write.h"
#include "parse/leefcheck.h"
#include "parse/leefline.h"

static const char *const names[] = {
	[LEEF_VERSION] = "version",
	[LEEF_VENDOR] = "vendor",
	[LEEF_PRODUCT] = "product",
	[LEEF_PRODUCT_VERSION] = "product_version",
	[LEEF_EVENT_ID] = "event_id",
};

/*
 * Keys are compared as they are written, so that no two members of an object
 * are the same: what is no UTF-8 is mended before. False: out of memory.
 */
static bool mend_key(struct reading *r, struct slice *key)
{
	size_t start = r->scratch.len;

	if (LIKELY(utf8_valid(*key) == key->len))
		return true;
	utf8_repair(*key, &r->scratch);
	*key = slice_from(buf_slice(&r->scratch), start);
	return buf_status(&r->scratch) == 0;
}

/* Gather the attributes that have a key. False: out of memory. */
static bool gather(struct reading *r, const struct leefline *l)
{
	struct slice rest = l->attributes;
	struct slice key, value;

	pairs_clear(&r->pairs);
	// The keys that are mended borrow from it: it is not to move.
	buf_clear(&r->scratch);
	if (buf_room(&r->scratch, 3 * rest.len + 1) == NULL)
		return false;
	while (leefline_next(l, &rest, &key, &value))
		if (key.data != NULL &&
		    (!mend_key(r, &key) || !pairs_add(&r->pairs, key, value)))
			return false;
	return pairs_link(&r->pairs);
}

/* What stands among the attributes and has no key. */
static void put_texts(struct reading *r, const struct leefline *l)
{
	struct slice rest = l->attributes;
	struct slice key, value;
	bool first = true;

	while (leefline_next(l, &rest, &key, &value)) {
		if (key.data != NULL || value.len == 0)
			continue;
		if (first) {
			parse_member(r, "text");
			buf_putc(r->out, '[');
		} else {
			buf_putc(r->out, ',');
		}
		first = false;
		json_put_string(r->out, value);
	}
	if (!first)
		buf_putc(r->out, ']');
}

/* The character itself, but what stands there where it is none. */
static void put_delimiter(struct reading *r, const struct leefline *l)
{
	struct slice character = { l->delimiter, l->delimiter_len };

	parse_member_string(r, "delimiter",
			    l->said == LEEF_DELIMITER_WRONG ? l->spec
							    : character);
}

static int read_event(struct reading *r, struct slice text, struct slice *rest,
		      struct err *e)
{
	struct leefline l;

	leefline_split(text, &l);
	if (l.count < LEEF_FIELDS)
		return leefcheck_refuse(r, &l, e);
	if (!gather(r, &l))
		return err_set(e, ERR_SYSTEM, "out of memory");
	*rest = slice_from(text, text.len);

	parse_member(r, "leef");
	buf_putc(r->out, '{');
	for (size_t i = 0; i < LEEF_FIELDS; i++)
		parse_member_string(r, names[i], l.fields[i]);
	put_delimiter(r, &l);
	parse_member(r, "attributes");
	buf_putc(r->out, '{');
	parse_pairs(r, parse_put_plain);
	buf_putc(r->out, '}');
	put_texts(r, &l);
	buf_putc(r->out, '}');
	if (r->depart != NULL)
		leefcheck_event(r, &l);
	return 0;
}

const struct dialect dialect_leef = {
	.name = "leef",
	.summary = "QRadar's Log Event Extended Format, 1.0 and 2.0",
	.rules = leef_rules,
	.is_anywhere = true,
	.is_it = leefline_is_it,
	.read = read_event,
};

#include "format/nested.h"

#include "event/nesting.h"
#include "format/columns.h"

enum {
	TEXT = 480, // most texts fit in that
	CLOSING = 8,
	FRAME = 3, // bytes that a lead has more than its key, of each name
};

_Static_assert((int)NESTING_DEPTH == (int)CLOSING,
	       "as many can be closed at once");
_Static_assert(CLOSING + 1 + FIELD_LEAD + ESCAPE_WORST * TEXT + ESCAPE_SLACK +
			       1 <=
		       LINE_AMPLE,
	       "they fit");

/* Of JSON, which stands as it is; but some terminals obey DEL. */
static const struct escape json = {
	.rows = { [0x7f] = ESCAPE_ROW("\\u007f") },
	.printable = "\\\\\\",
};

/* Is one of two keys in the object that the other one makes? */
static bool is_within(struct slice key, struct slice object)
{
	return key.len > object.len && slice_has_prefix(key, object) &&
	       key.data[object.len] == '.';
}

const struct field_rule *nested_find_rule(const struct field_rule *rules,
					  size_t count, struct slice key)
{
	static const struct field_rule reserved = { "", FIELD_RESERVED, 0 };
	const struct field_rule *rule = line_find_rule(rules, count, key);

	for (size_t i = 0; i < count && rule == NULL; i++) {
		struct slice other = slice_of(rules[i].key);

		if (is_within(key, other) || is_within(other, key))
			rule = &reserved;
	}
	return rule;
}

bool nested_is_bare(enum field_type type)
{
	return type == FIELD_INT32 || type == FIELD_INT64 ||
	       type == FIELD_DOUBLE || type == FIELD_PORT ||
	       type == FIELD_BOOL || type == FIELD_LIST || type == FIELD_JSON;
}

void nested_put_lead(struct buf *out, struct slice key, bool is_string)
{
	const char *dot;

	while ((dot = memchr(key.data, '.', key.len)) != NULL) {
		size_t len = (size_t)(dot - key.data);

		buf_putc(out, '"');
		buf_put(out, key.data, len);
		buf_puts(out, "\":{");
		key = slice_from(key, len + 1);
	}
	buf_putc(out, '"');
	buf_put_slice(out, key);
	buf_puts(out, is_string ? "\":\"" : "\":");
}

/* Close what is open but for so many objects; what follows is a member. */
static void close_to(struct nested *n, size_t depth)
{
	for (; n->depth > depth; n->depth--)
		buf_putc(n->line.out, '}');
	buf_putc(n->line.out, ',');
}

/* Append what goes before the value of a key, whose objects are open then. */
static void open_key(struct nested *n, struct slice key, bool is_string)
{
	struct nesting_shared shared = nesting_shared(n->key, key);

	close_to(n, shared.depth);
	nested_put_lead(n->line.out, slice_from(key, shared.len), is_string);
	for (size_t i = shared.len; i < key.len; i++)
		n->depth += key.data[i] == '.';
	n->key = key;
}

static void put_string(struct nested *n, struct slice key, struct slice text)
{
	open_key(n, key, true);
	escape_put(n->line.out, text, &columns_string);
	buf_putc(n->line.out, '"');
}

/* Can the value not stand in JSON as it is? */
static bool is_text(struct line *l, const struct value *v, struct slice text)
{
	if (v->type == VALUE_NUMBER)
		return !field_is_storable(text);
	if (v->type >= VALUE_ARRAY)
		return !l->failed && !mapper_is_sound(l->text, text);
	return v->type == VALUE_STRING;
}

/* Append a value as it is, or as text where it cannot stand so. */
static char *put_json(struct line *l, char *at, const struct value *v)
{
	struct slice text = line_text(l, v);
	bool quoted = is_text(l, v, text);
	const struct escape *how = quoted ? &columns_string : &json;
	bool is_short = text.len <= ESCAPE_SHORT;

	at = line_room(l, at, 2 + escape_room(is_short ? text.len : 0));
	if (at == NULL)
		return NULL;
	if (quoted)
		*at++ = '"';
	at = is_short ? escape_quickly(at, text.data, text.len, how)
		      : line_put_long(l, at, text, how);
	if (at != NULL && quoted)
		*at++ = '"';
	return at;
}

/* A field of which the lead is not known, is long, or is of more than text. */
static NEVER_INLINE char *put_slowly(struct nested *n, char *at,
				     const struct field *f)
{
	struct line *l = &n->line;
	bool is_time = f->lead.len == 0;
	bool is_string = !is_time && f->lead.data[f->lead.len - 1] == '"';

	line_put_at(l, at);
	if (is_time) {
		char time[TIMESTAMP_MAX];
		size_t len = columns_format_ms(line_text(l, &f->value), time);

		put_string(n, f->key, (struct slice){ time, len });
	} else if (is_string) {
		put_string(n, f->key, line_text(l, &f->value));
	} else if (f->value.type >= VALUE_ARRAY) {
		open_key(n, f->key, false);
		at = line_at(l);
		return at != NULL ? put_json(l, at, &f->value) : NULL;
	} else {
		open_key(n, f->key, false);
		buf_put_slice(l->out, line_text(l, &f->value));
	}
	return line_at(l);
}

/* A field of a row. */
IN_LINE char *put_row(struct nested *n, char *at, const struct field *f)
{
	struct line *l = &n->line;
	struct nesting_shared shared = nesting_shared(n->key, f->key);
	size_t open = shared.len + FRAME * shared.depth;

	if (UNLIKELY(f->lead.len < open + 1))
		return put_slowly(n, at, f);

	struct slice lead = slice_from(f->lead, open);
	bool is_string = lead.data[lead.len - 1] == '"';
	struct slice text = line_text(l, &f->value);

	if (UNLIKELY(text.len > TEXT || lead.len > FIELD_LEAD ||
		     at > l->ample ||
		     (!is_string && f->value.type >= VALUE_ARRAY)))
		return put_slowly(n, at, f);
	memcpy(at, "}}}}}}}}", CLOSING);
	at += n->depth - shared.depth;
	*at++ = ',';
	memcpy(at, lead.data, FIELD_LEAD / 2);
	if (lead.len > FIELD_LEAD / 2)
		memcpy(at + FIELD_LEAD / 2, lead.data + FIELD_LEAD / 2,
		       FIELD_LEAD / 2);
	at = escape_quickly(at + lead.len, text.data, text.len,
			    &columns_string);
	*at = '"';
	n->key = f->key;
	n->depth = (f->lead.len - f->key.len - FRAME) / FRAME;
	return at + is_string;
}

char *nested_put_label(struct line *l, char *at, const struct field *f)
{
	struct nested *n = (struct nested *)l;
	struct slice text = line_text(l, &f->value);

	line_put_at(l, at);
	put_string(n, f->key, text);
	return line_at(l);
}

char *nested_put_member(struct line *l, char *at, const struct field *f)
{
	struct nested *n = (struct nested *)l;
	const char *dot = memchr(f->key.data, '.', f->key.len);
	size_t object = (size_t)(dot - f->key.data);
	struct slice name = slice_from(f->key, object + 1);

	line_put_at(l, at);
	if (n->in_rest) {
		buf_putc(l->out, ',');
	} else {
		close_to(n, 0);
		buf_putc(l->out, '"');
		buf_put(l->out, f->key.data, object);
		buf_puts(l->out, "\":{");
		n->depth = 1;
		n->in_rest = true;
	}
	buf_putc(l->out, '"');
	escape_put(l->out, name, &columns_string);
	buf_puts(l->out, "\":");
	at = line_at(l);
	return at != NULL ? put_json(l, at, &f->value) : NULL;
}

static char *put_field(struct nested *n, char *at, size_t i)
{
	const struct field *f = &n->line.event->fields[i];

	return i < n->line.event->rest ? put_row(n, at, f)
				       : n->put_rest(&n->line, at, f);
}

/* Which needs a document has, and which of them it meets: a bit for each. */
struct needs {
	unsigned seen, met;
};

/* Does a field of its object meet a need? */
static bool meets(const struct nested_need *need, struct slice key)
{
	const char *const *name = need->any;

	if (name == NULL)
		return true;
	key = slice_from(key, need->object.len);
	while (*name != NULL && !slice_is(key, slice_of(*name)))
		name++;
	return *name != NULL;
}

/* Note what a field of a row means for them. */
IN_LINE void note_needs(const struct nested *n, struct slice key,
			struct needs *needs)
{
	for (size_t i = 0; i < n->need_count; i++) {
		const struct nested_need *need = &n->needs[i];

		if (LIKELY(key.data[0] != need->object.data[0]) ||
		    !slice_has_prefix(key, need->object))
			continue;
		needs->seen |= 1U << i;
		if (meets(need, key))
			needs->met |= 1U << i;
	}
}

static unsigned unmet(const struct nested *n, const struct needs *needs)
{
	unsigned wanted = needs->seen;

	for (size_t i = 0; i < n->need_count; i++)
		wanted |= (unsigned)n->needs[i].always << i;
	return wanted & ~needs->met;
}

/* Which needs do the rows leave unmet? */
static unsigned find_unmet(const struct nested *n)
{
	struct needs needs = { 0 };

	for (size_t i = 0; i < n->line.event->rest; i++)
		note_needs(n, n->line.event->fields[i].key, &needs);
	return unmet(n, &needs);
}

/* Meet those of which which has a bit. */
static void meet(struct nested *n, unsigned which)
{
	for (size_t i = 0; i < n->need_count; i++)
		if ((which >> i & 1) != 0)
			put_string(n, n->needs[i].name, n->needs[i].text);
}

/* The bytes that the end of the document takes, its needs met, at most. */
static size_t end_size(const struct nested *n, unsigned which)
{
	size_t size = n->depth + strlen("}");

	for (size_t i = 0; i < n->need_count; i++) {
		const struct nested_need *need = &n->needs[i];

		if ((which >> i & 1) != 0)
			size += need->name.len + need->text.len +
				strlen(",\"\":\"\"") +
				(FRAME + 1) * NESTING_DEPTH;
	}
	return size;
}

/* Has the line, with so many bytes to come, more than it may? */
static bool is_long(const struct nested *n, size_t more)
{
	size_t max = n->line.options->max_line;
	size_t len = n->line.out->len - n->line.start;

	return max != 0 && (more > max || len > max - more);
}

/* Would it be too long without any field? Nothing is left out then. */
static bool is_too_long(struct nested *n)
{
	const struct needs none = { 0 };
	struct nested bare = *n;
	size_t before = n->line.out->len;

	meet(&bare, unmet(n, &none));
	bool is = is_long(&bare, bare.depth + strlen("}"));
	buf_cut(n->line.out, before);
	return is;
}

/*
 * Those of the needs which no row meets that are to be met before field i: the
 * first of their object, or all where the rows end.
 */
static unsigned due(const struct nested *n, unsigned left, size_t i)
{
	const struct event *event = n->line.event;
	unsigned which = 0;

	if (i >= event->rest)
		return left;
	for (size_t j = 0; j < n->need_count; j++)
		if (slice_has_prefix(event->fields[i].key, n->needs[j].object))
			which |= 1U << j;
	return which & left;
}

/*
 * Append field number i, and before it what has to stand before it; false
 * where there is no room for both.
 */
static bool try_field(struct nested *n, struct needs *needs, unsigned which,
		      size_t i)
{
	const struct nested before = *n;
	const struct needs needs_before = *needs;
	size_t len = n->line.out->len;

	meet(n, which);
	needs->met |= which;

	char *at = line_at(&n->line);
	if (at != NULL)
		line_put_at(&n->line, put_field(n, at, i));
	if (i < n->line.event->rest)
		note_needs(n, n->line.event->fields[i].key, needs);
	if (n->line.options->max_line == 0 ||
	    (buf_status(n->line.out) == 0 &&
	     !is_long(n, end_size(n, unmet(n, needs)))))
		return true;
	n->key = before.key;
	n->depth = before.depth;
	n->in_rest = before.in_rest;
	*needs = needs_before;
	buf_cut(n->line.out, len);
	return false;
}

/* The same with an eye to what is needed, and to the length of the line. */
static void put_carefully(struct nested *n, unsigned left)
{
	struct line *l = &n->line;
	struct needs needs = { 0 };
	bool skips = is_too_long(n);

	for (size_t i = 0; i < l->event->count && !skips; i++) {
		unsigned which = l->full ? 0 : due(n, left, i);

		left &= ~which;
		l->full = l->full || !try_field(n, &needs, which, i);
		if (l->full)
			line_leave_out(l, l->event->fields[i].key);
	}
	meet(n, unmet(n, &needs));
}

void nested_put_fields(struct nested *n)
{
	struct line *l = &n->line;
	unsigned left = find_unmet(n);

	if (UNLIKELY(left != 0 || l->options->max_line != 0)) {
		put_carefully(n, left);
	} else {
		char *at = line_at(l);

		for (size_t i = 0; i < l->event->count && at != NULL; i++)
			at = put_field(n, at, i);
		line_put_at(l, at);
	}
	for (; n->depth > 0; n->depth--)
		buf_putc(l->out, '}');
	buf_putc(l->out, '}');
}

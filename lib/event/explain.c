#include "event/explain.h"

#include "core/msg.h"

#include <stdlib.h>
#include <string.h>

/* Columns of text, in characters: as wide as what they show, but no wider. */
enum { WIDEST_PATH = 40, WIDEST_VALUE = 28, GAP = 2 };

static const char member_title[] = "MEMBER";
static const char value_title[] = "VALUE";
static const char place_title[] = "GOES TO";

bool trace_add(struct trace *t, uint32_t member, enum trace_kind kind,
	       struct slice name, struct slice label)
{
	if (t->count == t->cap) {
		size_t cap = t->cap != 0 ? 2 * t->cap : 64;
		void *list = realloc(t->list, cap * sizeof(*t->list));

		if (list == NULL)
			return false;
		t->list = list;
		t->cap = cap;
	}
	t->list[t->count++] = (struct trace_entry){ member, kind, name, label };
	return true;
}

void trace_free(struct trace *t)
{
	free(t->list);
	*t = (struct trace){ 0 };
}

void explain_note(struct explain_losses *losses, struct slice key,
		  bool left_out, size_t kept, size_t of)
{
	const size_t most = sizeof(losses->list) / sizeof(losses->list[0]);
	struct explain_loss *loss = &losses->list[losses->count];

	if (losses->count == most)
		return;
	*loss = (struct explain_loss){
		.len = key.len, .left_out = left_out, .kept = kept, .of = of
	};
	if (loss->len > sizeof(loss->key))
		loss->len = sizeof(loss->key);
	memcpy(loss->key, key.data, loss->len);
	losses->count++;
}

/* What an explanation is made of. */
struct table {
	const struct trace *trace;
	const struct scan *scan;
	const struct map_shape *shape;
	const struct explain_losses *losses;
	struct buf *out;
	size_t path_width, value_width;
};

/* Characters, as a terminal counts most of them. */
static size_t width_of(struct slice text)
{
	size_t width = 0;

	for (size_t i = 0; i < text.len; i++)
		width += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	return width;
}

/* A name as a path has it, in a map and in --where. */
static void put_name(const struct member *m, bool is_first, struct buf *out)
{
	struct buf name = BUF_INIT(m->key.len + 1);
	struct buf escaped = BUF_INIT(2 * m->key.len + 1);

	scan_decode(m->key, &name);
	for (size_t i = 0; i < name.len; i++) {
		const char *special = is_first && i == 0 ? ".\\=$!" : ".\\=";

		if (memchr(special, name.data[i], strlen(special)) != NULL)
			buf_putc(&escaped, '\\');
		buf_putc(&escaped, name.data[i]);
	}
	msg_put_visible(out, buf_slice(&escaped));
	buf_free(&name);
	buf_free(&escaped);
}

static void put_path(const struct scan *s, uint32_t member, struct buf *out)
{
	uint32_t path[SCAN_DEPTH];
	size_t depth = 0;

	for (; member != SCAN_ROOT; member = s->members[member].parent)
		path[depth++] = member;
	for (size_t i = depth; i > 0; i--) {
		put_name(&s->members[path[i - 1]], i == depth, out);
		if (i > 1)
			buf_putc(out, '.');
	}
}

/* A value as it stands in the record, or its beginning. */
static void put_value(struct value value, struct buf *out)
{
	struct slice text = value_slice(value);
	size_t most = WIDEST_VALUE - strlen("...");

	if (width_of(text) > WIDEST_VALUE) {
		size_t i = 0;

		for (size_t width = 0; width <= most; i++)
			width += ((unsigned char)text.data[i] & 0xc0) != 0x80;
		text.len = i - 1;
	}
	msg_put_visible(out, text);
	if (text.len < value.len)
		buf_puts(out, "...");
}

/* Fill up what was put since start to a column. */
static void fill_up(struct buf *out, size_t start, size_t width)
{
	struct slice text = slice_from(buf_slice(out), start);
	size_t n = width_of(text);

	do
		buf_putc(out, ' ');
	while (++n < width + GAP && buf_status(out) == 0);
}

static bool is_same(const struct explain_loss *loss, struct slice key)
{
	if (key.len > sizeof(loss->key))
		key.len = sizeof(loss->key);
	return slice_is(key, (struct slice){ loss->key, loss->len });
}

/* What the format could not keep of that key. */
static void put_loss(const struct table *p, struct slice key)
{
	for (size_t i = 0; p->losses != NULL && i < p->losses->count; i++) {
		const struct explain_loss *loss = &p->losses->list[i];

		if (!is_same(loss, key))
			continue;
		if (loss->left_out)
			buf_puts(p->out, ", left out of the line");
		else
			buf_printf(p->out, ", cut to %zu of %zu bytes",
				   loss->kept, loss->of);
		return;
	}
}

static bool is_of_header(const struct trace_entry *entry)
{
	return entry->kind == TRACE_ATTRIBUTE || entry->kind == TRACE_TIME ||
	       entry->kind == TRACE_SEVERITY;
}

/* "header (severity, id)", of which the first is before now and open. */
static void put_header(const struct table *p, const struct trace_entry *entry,
		       bool opened)
{
	buf_puts(p->out, opened ? ", " : "header (");
	buf_put_slice(p->out, entry->name);
	put_loss(p, entry->name);
}

/* What there is to say of a key that the format does not know. */
static const char *remark(const struct table *p,
			  const struct trace_entry *entry)
{
	if (p->shape->find_rule == NULL)
		return entry->kind == TRACE_REST ? " (no row names it)" : "";
	return p->shape->find_rule(entry->name) == NULL ? " (custom)" : "";
}

static void put_place(const struct table *p, const struct trace_entry *entry)
{
	if (entry->kind == TRACE_LEFT_OUT) {
		buf_puts(p->out, "left out by the map");
		return;
	}
	msg_put_visible(p->out, entry->name);
	if (entry->label.len > 0) {
		buf_puts(p->out, " (");
		msg_put_visible(p->out, entry->label);
		buf_putc(p->out, ')');
	}
	buf_puts(p->out, remark(p, entry));
	put_loss(p, entry->name);
}

/* Append the places that a member went to; returns how many. */
static size_t put_places(const struct table *p, uint32_t member)
{
	const struct trace *t = p->trace;
	bool opened = false;
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct trace_entry *entry = &t->list[i];

		if (entry->member != member)
			continue;
		if (!is_of_header(entry)) {
			buf_puts(p->out, opened      ? "), "
					 : count > 0 ? ", "
						     : "");
			put_place(p, entry);
		} else {
			if (!opened && count > 0)
				buf_puts(p->out, ", ");
			put_header(p, entry, opened);
		}
		opened = is_of_header(entry);
		count++;
	}
	if (opened)
		buf_putc(p->out, ')');
	return count;
}

/* Has a later member its name, or that of an object that it is in? */
static bool is_superseded(const struct scan *s, uint32_t member)
{
	for (; member != SCAN_ROOT; member = s->members[member].parent)
		if (s->members[member].superseded)
			return true;
	return false;
}

/* Did an object that it is in go somewhere as a whole, used or not? */
static bool is_carried(const struct trace *t, const struct scan *s,
		       uint32_t member)
{
	while ((member = s->members[member].parent) != SCAN_ROOT) {
		if (s->members[member].used)
			return true;
		for (size_t i = 0; i < t->count; i++)
			if (t->list[i].member == member)
				return true;
	}
	return false;
}

/* Why a member went nowhere by itself. */
static const char *reason(const struct trace *t, const struct scan *s,
			  uint32_t i, const struct map_shape *shape)
{
	const struct member *m = &s->members[i];

	if (is_superseded(s, i))
		return "left out: a later member has its name";
	if (is_carried(t, s, i))
		return "with the object it is in";
	if (m->value.type == VALUE_NULL)
		return "left out: null";
	if (m->value.len == 0 && shape->drops_empty)
		return "left out: empty";
	return "left out";
}

/* Append what became of a member: false where its members tell. */
static bool put_fate(const struct table *p, uint32_t i)
{
	const struct scan *s = p->scan;
	bool object = s->members[i].next > i + 1;
	size_t places = put_places(p, i);

	if (p->shape->rest_names == REST_NONE && !object) {
		buf_puts(p->out, places > 0 ? ", " : "");
		buf_puts(p->out, "with the record as it came");
	} else if (places == 0) {
		if (object)
			return false;
		buf_puts(p->out, reason(p->trace, s, i, p->shape));
	}
	return true;
}

static void put_row(const struct table *p, uint32_t i)
{
	struct buf *out = p->out;
	size_t start = out->len;
	size_t at = start;

	put_path(p->scan, i, out);
	fill_up(out, at, p->path_width);
	at = out->len;
	put_value(p->scan->members[i].value, out);
	fill_up(out, at, p->value_width);
	if (put_fate(p, i))
		buf_putc(out, '\n');
	else
		buf_cut(out, start);
}

/* The width that what put() appends has, if it is more than before. */
static void widen(size_t *width, const struct buf *out, size_t start,
		  size_t most)
{
	size_t n = width_of(slice_from(buf_slice(out), start));

	if (n > *width)
		*width = n < most ? n : most;
}

/* How wide the columns have to be. */
static void measure(struct table *p)
{
	size_t start = p->out->len;

	p->path_width = strlen(member_title);
	p->value_width = strlen(value_title);
	for (uint32_t i = 0; i < p->scan->count; i++) {
		put_path(p->scan, i, p->out);
		widen(&p->path_width, p->out, start, WIDEST_PATH);
		buf_cut(p->out, start);
		put_value(p->scan->members[i].value, p->out);
		widen(&p->value_width, p->out, start, WIDEST_VALUE);
		buf_cut(p->out, start);
	}
}

void explain_members(const struct trace *t, const struct scan *s,
		     const struct map_shape *shape,
		     const struct explain_losses *losses, struct buf *out)
{
	struct table p = { .trace = t,
			   .scan = s,
			   .shape = shape,
			   .losses = losses,
			   .out = out };
	size_t start = out->len;

	measure(&p);
	buf_puts(out, member_title);
	fill_up(out, start, p.path_width);
	start = out->len;
	buf_puts(out, value_title);
	fill_up(out, start, p.value_width);
	buf_printf(out, "%s\n", place_title);
	for (uint32_t i = 0; i < s->count && buf_status(out) == 0; i++)
		put_row(&p, i);
}

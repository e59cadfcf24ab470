#include "redact/redact.h"

#include "core/nearest.h"
#include "json/scan.h"
#include "redact/classes.h"
#include "redact/detect.h"
#include "redact/own.h"
#include "redact/pair.h"
#include "redact/text.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_MAX_LEN = 32,
	// What has been replaced divides a text, and what is left may then be
	// found that was not before: so often, and no more.
	ROUNDS = 8,
	PLACES = 32,
};

/* A find, or several that overlap. */
struct find {
	struct span span;
	size_t len;  // of the longest of them
	size_t what; // of that one: the index of its name
};

/* Finds, sorted by where they begin. */
struct finds {
	struct find *list;
	size_t count, cap;
};

/* What is looked for: a class, or a pattern of the user's. */
struct item {
	char name[NAME_MAX_LEN + 1];
	uint64_t found;    // replaced so far
	uint64_t replaced; // in the text at hand
};

struct redactor {
	struct item *items; // count of them, patterns behind the classes
	size_t count;
	struct detector detector;
	struct own *own;    // NULL: there are no patterns
	struct finds finds; // of the text at hand
	struct finds others;
	struct buf scratch;

	// Where the record at hand can have finds; more than PLACES of them are
	// everywhere.
	const char *places[PLACES];
	size_t place_count;
};

static const char marker[] = "[REDACTED:";

const char *redact_class_name(size_t i)
{
	return classes[i] != NULL ? classes[i]->name : NULL;
}

const char *redact_class_summary(size_t i)
{
	return classes[i]->summary;
}

size_t redactor_count(const struct redactor *r)
{
	return r->count;
}

const char *redactor_name(const struct redactor *r, size_t i)
{
	return r->items[i].name;
}

uint64_t redactor_found(const struct redactor *r, size_t i)
{
	return r->items[i].found;
}

static bool has_item(const struct redactor *r, struct slice name)
{
	for (size_t i = 0; i < r->count; i++)
		if (slice_is(slice_of(r->items[i].name), name))
			return true;
	return false;
}

static void add_class(struct redactor *r, const struct class *class)
{
	if (has_item(r, slice_of(class->name)))
		return;
	memcpy(r->items[r->count++].name, class->name, strlen(class->name) + 1);
	detector_add(&r->detector, class);
}

static int unknown_class(struct slice name, struct err *e)
{
	char word[NAME_MAX_LEN + 1] = "";
	size_t len = name.len < NAME_MAX_LEN ? name.len : NAME_MAX_LEN;

	memcpy(word, name.data, len);
	struct nearest n = NEAREST_INIT(word);
	for (size_t i = 0; classes[i] != NULL; i++)
		nearest_try(&n, classes[i]->name);
	nearest_try(&n, "all");
	if (n.best != NULL)
		return err_set(e, ERR_USAGE,
			       "unknown class to redact: %s (did you mean %s?)",
			       word, n.best);
	return err_set(e, ERR_USAGE, "unknown class to redact: %s", word);
}

/* Add the classes of a list of names. */
static int add_classes(struct redactor *r, const char *list, struct err *e)
{
	struct slice rest = slice_of(list);
	bool more;

	do {
		more = strchr(rest.data, ',') != NULL;
		struct slice name = slice_trim(slice_take_until(&rest, ','));
		bool all = slice_is(name, SLICE("all"));
		size_t i = all ? 0 : classes_find(name);

		if (classes[i] == NULL)
			return unknown_class(name, e);
		do
			add_class(r, classes[i]);
		while (all && classes[++i] != NULL);
	} while (more);
	return 0;
}

/* Names stand in the text that goes out, and no class is to be forged. */
static int check_name(const struct redactor *r, const char *name, struct err *e)
{
	struct slice s = slice_of(name);

	if (s.len == 0 || s.len > NAME_MAX_LEN ||
	    text_run(s, 0, TEXT_BASE64URL, SIZE_MAX) != s.len)
		return err_set(e, ERR_USAGE,
			       "name of a pattern: 1 to %d letters, digits, "
			       "'-' and '_'",
			       NAME_MAX_LEN);
	if (classes[classes_find(s)] != NULL || slice_is(s, SLICE("all")))
		return err_set(e, ERR_USAGE,
			       "pattern %s has the name of a class", name);
	if (has_item(r, s))
		return err_set(e, ERR_USAGE, "pattern %s is there twice", name);
	return 0;
}

static int add_pattern(struct redactor *r, const struct redact_pattern *p,
		       struct err *e)
{
	struct item *item = &r->items[r->count];

	if (check_name(r, p->name, e) < 0 ||
	    own_add(r->own, p->name, p->pattern, e) < 0)
		return -1;
	memcpy(item->name, p->name, strlen(p->name) + 1);
	r->count++;
	return 0;
}

static int add_items(struct redactor *r, const char *list,
		     const struct redact_pattern *patterns, size_t count,
		     struct err *e)
{
	if (list != NULL && add_classes(r, list, e) < 0)
		return -1;
	detector_compile(&r->detector, marker);
	if (count == 0)
		return 0;
	r->own = own_new(e);
	if (r->own == NULL)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (add_pattern(r, &patterns[i], e) < 0)
			return -1;
	return 0;
}

struct redactor *redactor_new(const char *list,
			      const struct redact_pattern *patterns,
			      size_t count, struct err *e)
{
	struct redactor *r = calloc(1, sizeof(*r));
	size_t most = classes_find((struct slice){ 0 }) + count;

	if (r != NULL) {
		r->scratch = BUF_INIT(SIZE_MAX / 4);
		r->items = calloc(most, sizeof(struct item));
	}
	if (r == NULL || r->items == NULL)
		err_sys(e, "redaction");
	else if (add_items(r, list, patterns, count, e) == 0)
		return r;
	redactor_free(r);
	return NULL;
}

void redactor_free(struct redactor *r)
{
	if (r == NULL)
		return;
	own_free(r->own);
	buf_free(&r->scratch);
	free(r->others.list);
	free(r->finds.list);
	free(r->items);
	free(r);
}

/* The find that covers both of two that overlap. */
static struct find unite(struct find a, struct find b)
{
	struct find both =
		b.len > a.len || (b.len == a.len && b.what < a.what) ? b : a;

	both.span.from = a.span.from < b.span.from ? a.span.from : b.span.from;
	both.span.to = a.span.to > b.span.to ? a.span.to : b.span.to;
	return both;
}

static bool overlap(struct span a, struct span b)
{
	return a.from < b.to && b.from < a.to;
}

/*
 * Add a find. Mostly it is behind all there are; it may overlap the last of
 * them, or begin before.
 */
static int finds_put(struct finds *f, struct find find, struct err *e)
{
	while (f->count > 0 && overlap(f->list[f->count - 1].span, find.span))
		find = unite(f->list[--f->count], find);
	if (f->count > 0 && f->list[f->count - 1].span.from > find.span.from) {
		struct find last = f->list[--f->count];

		if (finds_put(f, find, e) < 0)
			return -1;
		find = last;
	}
	if (f->count == f->cap) {
		size_t cap = f->cap == 0 ? 16 : 2 * f->cap;
		struct find *list = realloc(f->list, cap * sizeof(*list));

		if (list == NULL)
			return err_sys(e, "redaction");
		f->list = list;
		f->cap = cap;
	}
	f->list[f->count++] = find;
	return 0;
}

/* A part of a text, between what has been replaced. */
struct part {
	struct slice text;
	size_t offset;
};

/* What takes finds, and where they are counted from. */
struct taking {
	struct finds *finds;
	size_t offset;
	size_t first; // what is added to their number
};

static int take_find(void *who, size_t i, struct span found, struct err *e)
{
	struct taking *t = who;
	struct find find = {
		.span = { found.from + t->offset, found.to + t->offset },
		.len = found.to - found.from,
		.what = t->first + i,
	};

	assert(found.from < found.to);
	return finds_put(t->finds, find, e);
}

/* Put the finds of others among finds, from the last to the first. */
static int merge(struct redactor *r, struct err *e)
{
	size_t first = r->finds.count, second = r->others.count;
	struct find none = { .span = { SIZE_MAX, SIZE_MAX } };

	if (second == 0)
		return 0;
	for (size_t i = 0; i < second; i++)
		if (finds_put(&r->finds, none, e) < 0)
			return -1;
	for (size_t k = first + second; second > 0;) {
		bool mine = first > 0 &&
			    r->finds.list[first - 1].span.from >
				    r->others.list[second - 1].span.from;
		r->finds.list[--k] = mine ? r->finds.list[--first]
					  : r->others.list[--second];
	}
	size_t count = r->finds.count;
	r->finds.count = 0;
	for (size_t i = 0; i < count; i++)
		if (finds_put(&r->finds, r->finds.list[i], e) < 0)
			return -1;
	return 0;
}

/* Find all there is in a part; name is that of the whole, or empty. */
static int find_in_part(struct redactor *r, struct slice name, struct part p,
			struct err *e)
{
	struct taking taking = { &r->finds, p.offset, 0 };
	struct slice value = p.text;
	size_t class;

	if (p.text.len == 0)
		return 0;
	if (detector_find(&r->detector, p.text, take_find, &taking, e) < 0)
		return -1;
	if (detector_knows(&r->detector, name, &value, &class)) {
		size_t from = (size_t)(value.data - p.text.data);
		struct span span = { from, from + value.len };

		if (take_find(&taking, class, span, e) < 0)
			return -1;
	}
	taking.finds = &r->others;
	taking.first = r->detector.count;
	for (size_t i = 0; i < r->count - r->detector.count; i++) {
		r->others.count = 0;
		if (own_match(r->own, i, p.text, take_find, &taking, e) < 0 ||
		    merge(r, e) < 0)
			return -1;
	}
	return 0;
}

/* The length of what has been replaced, where it stands at i; else 0. */
static size_t marker_at(const struct redactor *r, struct slice text, size_t i)
{
	struct slice s = slice_from(text, i), name;

	if (!slice_take(&s, SLICE(marker)))
		return 0;
	size_t n = text_run(s, 0, TEXT_BASE64URL, NAME_MAX_LEN);
	name = slice_take_n(&s, n);
	if (text_at(s, 0) != ']' ||
	    (!has_item(r, name) && classes[classes_find(name)] == NULL))
		return 0;
	return sizeof(marker) - 1 + n + 1;
}

/* Find all there is in a text. Returns how much, or -1. */
static int find_all(struct redactor *r, struct slice name, struct slice text,
		    struct err *e)
{
	size_t from = 0;

	r->finds.count = 0;
	for (size_t at = 0; at < text.len;) {
		const char *p = memchr(text.data + at, '[', text.len - at);
		size_t len;

		if (p == NULL)
			break;
		at = (size_t)(p - text.data);
		len = marker_at(r, text, at);
		if (len == 0) {
			at++;
			continue;
		}
		struct part part = { { text.data + from, at - from }, from };
		if (find_in_part(r, name, part, e) < 0)
			return -1;
		at += len;
		from = at;
	}
	struct part last = { slice_from(text, from), from };
	if (find_in_part(r, name, last, e) < 0)
		return -1;
	return r->finds.count > 0;
}

/* Append the text with what was found replaced, and count it. */
static void replace(struct redactor *r, struct slice text, struct buf *out)
{
	size_t at = 0;

	for (size_t i = 0; i < r->finds.count; i++) {
		const struct find *f = &r->finds.list[i];
		struct item *item = &r->items[f->what];

		buf_put(out, text.data + at, f->span.from - at);
		buf_put(out, marker, sizeof(marker) - 1);
		buf_puts(out, item->name);
		buf_putc(out, ']');
		item->replaced++;
		at = f->span.to;
	}
	buf_put_slice(out, slice_from(text, at));
}

/* Replace what was found in text, and what can be found thereafter. */
static int replace_all(struct redactor *r, struct slice name, struct slice text,
		       struct buf *out, struct err *e)
{
	size_t begin = out->len;
	int rc = 1;

	replace(r, text, out);
	for (int round = 1; rc > 0 && buf_status(out) == 0; round++) {
		struct slice again = { out->data + begin, out->len - begin };

		rc = find_all(r, name, again, e);
		if (rc > 0 && round == ROUNDS)
			return err_set(e, ERR_DATA,
				       "redaction comes to no end");
		if (rc <= 0)
			break;
		buf_clear(&r->scratch);
		buf_put_slice(&r->scratch, again);
		buf_cut(out, begin);
		replace(r, buf_slice(&r->scratch), out);
		if (buf_status(&r->scratch) != 0)
			return err_sys(e, "redaction");
	}
	if (rc < 0)
		return -1;
	if (buf_status(out) != 0)
		return err_set(
			e, buf_status(out) == EMSGSIZE ? ERR_DATA : ERR_SYSTEM,
			"no room for the redacted text");
	return 1;
}

int redact_member(struct redactor *r, struct slice name, struct slice text,
		  struct buf *out, struct err *e)
{
	struct slice ending = pair_name(name);
	size_t begin = out->len;
	int rc = find_all(r, ending, text, e);

	if (rc <= 0)
		return rc;
	rc = replace_all(r, ending, text, out, e);
	if (rc < 0)
		buf_cut(out, begin);
	for (size_t i = 0; i < r->count; i++) {
		r->items[i].found += rc > 0 ? r->items[i].replaced : 0;
		r->items[i].replaced = 0;
	}
	return rc;
}

int redact_text(struct redactor *r, struct slice text, struct buf *out,
		struct err *e)
{
	return redact_member(r, (struct slice){ 0 }, text, out, e);
}

/* Note where a record as it stands can have finds. */
static void note_places(struct redactor *r, struct slice record)
{
	r->place_count = 0;
	for (size_t at = 0;
	     r->place_count <= PLACES &&
	     (at = detector_place(&r->detector, record, at)) < record.len;
	     at++)
		if (r->place_count++ < PLACES)
			r->places[r->place_count - 1] = record.data + at;
}

bool redact_may_match(struct redactor *r, struct slice record)
{
	struct slice text = record;

	r->place_count = PLACES + 1;
	// What a pattern needs, only the string itself can tell.
	if (r->own != NULL)
		return true;
	if (memchr(record.data, '\\', record.len) != NULL) {
		buf_clear(&r->scratch);
		scan_decode(record, &r->scratch);
		if (buf_status(&r->scratch) != 0)
			return true;
		text = buf_slice(&r->scratch);
	}
	if (detector_place(&r->detector, text, 0) == text.len)
		return false;
	note_places(r, record);
	return true;
}

bool redact_may_match_in(const struct redactor *r, struct slice part)
{
	if (r->place_count > PLACES)
		return true;
	for (size_t i = 0; i < r->place_count; i++)
		if (r->places[i] >= part.data &&
		    r->places[i] < part.data + part.len)
			return true;
	return false;
}

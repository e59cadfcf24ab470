#include "redact/redact.h"

#include "core/nearest.h"
#include "redact/class.h"
#include "redact/classes.h"
#include "redact/own.h"
#include "redact/pair.h"
#include "redact/search.h"
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
	ENDINGS = 1 << 12,
	ENDING_MIN = 3,
	ENDING_MAX = 6,
	// Owners of leads that are no class.
	OWNER_PAIR = 1000,
	OWNER_OPTION,
	OWNER_MARKER,
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
	const struct class *class; // NULL: a pattern
	uint64_t found;            // replaced so far
	uint64_t replaced;         // in the text at hand
};

struct redactor {
	struct item *items; // count of them, patterns last
	size_t count, classes;
	struct search search;
	uint64_t endings[ENDINGS / 64]; // of the names that classes know
	struct own *own;                // NULL: there are no patterns
	struct finds finds;             // of the text at hand
	struct finds others;
	struct buf scratch;
};

static const char marker[] = "[REDACTED:";

/* Names and values, and what has been replaced. */
static const struct lead pair_leads[] = {
	{ "[]0-9A-Za-z_\"'` \t\r\n\\][=:][\1-\377]", NULL },
	{ NULL },
};
static const struct lead option_leads[] = { { "[-][-][A-Za-z]", NULL },
					    { NULL } };
static const struct lead marker_leads[] = { { "[[][R][E]", NULL }, { NULL } };

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

static int add_class(struct redactor *r, const struct class *class)
{
	if (has_item(r, slice_of(class->name)))
		return 0;
	struct item *item = &r->items[r->count];
	*item = (struct item){ .class = class };
	memcpy(item->name, class->name, strlen(class->name) + 1);
	search_add(&r->search, class->leads, r->count);
	r->count++;
	return 0;
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
	*item = (struct item){ .class = NULL };
	memcpy(item->name, p->name, strlen(p->name) + 1);
	r->count++;
	return 0;
}

/* Where an ending is in a table, made longer by the byte before it, large or
   small. */
IN_LINE size_t lengthen(size_t ending, char c)
{
	return (31 * ending + (size_t)(c & 0x1f)) % ENDINGS;
}

/* Does a name that classes know end like the text before i? Rarely does one
   that they do not know. */
IN_LINE bool is_ending(const struct redactor *r, struct slice text, size_t i)
{
	size_t k = 0;

	for (size_t n = 1; n <= ENDING_MAX; n++) {
		k = lengthen(k, text_at(text, i - n));
		if (n >= ENDING_MIN && (r->endings[k / 64] >> k % 64 & 1) != 0)
			return true;
	}
	return false;
}

static void add_ending(struct redactor *r, struct slice word)
{
	size_t k = 0;

	for (size_t n = 1; n <= ENDING_MAX && n <= word.len; n++)
		k = lengthen(k, text_at(word, word.len - n));
	r->endings[k / 64] |= UINT64_C(1) << k % 64;
}

/* Note how the names end that classes know. False: none knows any. */
static bool add_endings(struct redactor *r)
{
	bool any = false;

	for (size_t i = 0; i < r->classes; i++) {
		const struct slice *const *list = r->items[i].class->names;

		for (; list != NULL && *list != NULL; list++) {
			for (const struct slice *w = *list; w->len > 0; w++)
				add_ending(r, *w);
			any = true;
		}
	}
	return any;
}

static int add_items(struct redactor *r, const char *list,
		     const struct redact_pattern *patterns, size_t count,
		     struct err *e)
{
	if (list != NULL && add_classes(r, list, e) < 0)
		return -1;
	r->classes = r->count;
	if (add_endings(r)) {
		search_add(&r->search, pair_leads, OWNER_PAIR);
		search_add(&r->search, option_leads, OWNER_OPTION);
	}
	search_add(&r->search, marker_leads, OWNER_MARKER);
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

static struct find find_of(struct span span, size_t what)
{
	return (struct find){ span, span.to - span.from, what };
}

/* Does a name end in a word that says something to this class? */
static bool has_name(const struct class *class, struct slice name)
{
	if (class->names == NULL)
		return false;
	for (const struct slice *const *list = class->names; *list != NULL;
	     list++)
		if (text_ends_in(name, *list))
			return true;
	return false;
}

static bool is_known(const struct redactor *r, struct slice name)
{
	for (size_t i = 0; i < r->classes; i++)
		if (has_name(r->items[i].class, name))
			return true;
	return false;
}

/* Is a value a find because of its name, and of what? */
static bool is_named(const struct redactor *r, struct slice name,
		     struct slice *value, enum tie tie, size_t *what)
{
	for (size_t i = 0; i < r->classes; i++) {
		const struct class *class = r->items[i].class;

		if (has_name(class, name) && class->named(name, value, tie)) {
			*what = i;
			return true;
		}
	}
	return false;
}

/*
 * Can there be a name before the '=' or ':' at that says something? Mostly its
 * last bytes tell that it says nothing.
 */
static bool may_be_name(const struct redactor *r, struct slice text, size_t at)
{
	size_t i = at - (text_at(text, at - 1) == '"');

	return is_ending(r, text, i) || !text_is(text, i - 1, TEXT_BASE64URL);
}

/* Is there a pair at a lead, and is it a find? */
static bool look_at_pair(const struct redactor *r, struct slice text, size_t at,
			 bool option, struct find *find)
{
	struct pair pair;
	size_t what;

	if (option ? !pair_of_option(text, at, &pair)
		   : !pair_at(text, at, &pair))
		return false;
	if (!is_known(r, pair.name) || !pair_value(text, &pair))
		return false;
	struct slice value = { text.data + pair.value.from,
			       pair.value.to - pair.value.from };
	if (!is_named(r, pair.name, &value, pair.tie, &what))
		return false;
	size_t from = (size_t)(value.data - text.data);
	*find = find_of((struct span){ from, pair_end(text, &pair) }, what);
	return true;
}

/* Is there a find at the lead of this bit? */
static bool look(const struct redactor *r, struct slice text, size_t at,
		 unsigned bit, struct find *find)
{
	size_t owner = r->search.owner[bit];
	struct span span;

	switch (owner) {
	case OWNER_PAIR:
		return may_be_name(r, text, at) &&
		       look_at_pair(r, text, at, false, find);
	case OWNER_OPTION:
		return look_at_pair(r, text, at, true, find);
	case OWNER_MARKER:
		return false;
	}
	if (!r->search.leads[bit]->find(text, at, &span))
		return false;
	*find = find_of(span, owner);
	return true;
}

/* A part of a text, between what has been replaced. */
struct part {
	struct slice text;
	size_t offset;
};

static int put_at(struct finds *f, struct find find, size_t offset,
		  struct err *e)
{
	assert(find.span.from < find.span.to);
	find.span.from += offset;
	find.span.to += offset;
	return finds_put(f, find, e);
}

/* Find what classes find in a part. */
static int find_classes(struct redactor *r, struct part p, struct err *e)
{
	struct find find;
	uint64_t which;
	size_t at = 0;

	while ((at = search_next(&r->search, p.text, at, &which)) <
	       p.text.len) {
		size_t next = at + 1;

		for (; which != 0; which &= which - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(which);

			if (!look(r, p.text, at, bit, &find))
				continue;
			if (find.span.to > next)
				next = find.span.to;
			if (put_at(&r->finds, find, p.offset, e) < 0)
				return -1;
		}
		at = next;
	}
	return 0;
}

/* What takes the matches of a pattern, and where they are counted from. */
struct taking {
	struct redactor *r;
	size_t offset;
};

static int take_match(void *who, size_t i, struct span found, struct err *e)
{
	struct taking *t = who;

	return put_at(&t->r->others, find_of(found, t->r->classes + i),
		      t->offset, e);
}

/* Put the finds of others among finds, from the last to the first. */
static int merge(struct redactor *r, struct err *e)
{
	size_t first = r->finds.count, second = r->others.count;
	struct find none = find_of((struct span){ SIZE_MAX, SIZE_MAX }, 0);

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
	struct slice value = p.text;
	size_t what;

	if (p.text.len == 0)
		return 0;
	if (find_classes(r, p, e) < 0)
		return -1;
	if (is_ending(r, name, name.len) &&
	    is_named(r, name, &value, TIE_CLOSE, &what)) {
		size_t from = (size_t)(value.data - p.text.data);
		struct span span = { from, from + value.len };

		if (put_at(&r->finds, find_of(span, what), p.offset, e) < 0)
			return -1;
	}
	for (size_t i = r->classes; i < r->count; i++) {
		struct taking taking = { r, p.offset };

		r->others.count = 0;
		if (own_match(r->own, i - r->classes, p.text, take_match,
			      &taking, e) < 0 ||
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

bool redact_may_match(const struct redactor *r, struct slice line)
{
	struct find find;
	uint64_t which;

	// What an escape stands for, and what a pattern needs, only the string
	// itself can tell; and what has been replaced divides a text.
	if (r->own != NULL || memchr(line.data, '\\', line.len) != NULL)
		return true;
	for (size_t at = 0;
	     (at = search_next(&r->search, line, at, &which)) < line.len;
	     at++) {
		for (; which != 0; which &= which - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(which);

			if (r->search.owner[bit] == OWNER_MARKER ||
			    look(r, line, at, bit, &find))
				return true;
		}
	}
	return false;
}

#include "claims.h"

#include "core/msg.h"
#include "entry.h"
#include "stream/control.h"
#include "stream/position.h"
#include "stream/spool.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { RECEIPT_MAX = 16 << 20 }; // bytes of one receipt

/* A file as the receipts name it. */
struct claims_source {
	char *name;
	size_t file;  // its number among the sources; SIZE_MAX: none of them
	uint64_t run; // that mentioned it last
};

static int add_span(struct spans *s, struct span span, struct err *e)
{
	if (span.to <= span.from)
		return 0;
	// Most of them follow each other.
	struct span *last = s->count > 0 ? &s->items[s->count - 1] : NULL;
	if (last != NULL && span.count == 0 && last->count == 0 &&
	    span.from >= last->from && span.from <= last->to) {
		if (span.to > last->to)
			last->to = span.to;
		return 0;
	}
	if (s->items == NULL || s->count == s->cap) {
		size_t cap = s->cap != 0 ? 2 * s->cap : 64;
		struct span *items = realloc(s->items, cap * sizeof(*items));

		if (items == NULL)
			return err_sys(e, "receipts");
		s->items = items;
		s->cap = cap;
	}
	s->items[s->count++] = span;
	return 0;
}

static int by_from(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static void sort_spans(struct spans *s)
{
	uint64_t reaches = 0;

	if (s->count > 0)
		qsort(s->items, s->count, sizeof(*s->items), by_from);
	for (size_t i = 0; i < s->count; i++) {
		if (s->items[i].to > reaches)
			reaches = s->items[i].to;
		s->items[i].reaches = reaches;
	}
}

/* The last span that begins at or before place holds it, or one before. */
static struct span *find_span(const struct spans *s, uint64_t place,
			      bool with_count)
{
	size_t low = 0;
	size_t high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->items[middle].from <= place)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0 && s->items[low].reaches > place)
		if (s->items[low].to > place &&
		    (!with_count || s->items[low].count > 0))
			return &s->items[low];
	return NULL;
}

/* The number of the segment of a spool that a source is; 0: it is none. */
static uint64_t segment_of(const struct input *source)
{
	const char *slash = strrchr(source->name, '/');
	const char *name = slash != NULL ? slash + 1 : source->name;
	char log_name[SPOOL_NAME_MAX];
	uint64_t number = strtoull(name, NULL, 10);

	spool_log_name(number, log_name);
	return strcmp(name, log_name) == 0 ? number : 0;
}

int claims_open(struct claims *c, struct input *sources, size_t count,
		struct err *e)
{
	c->heads = BUF_INIT(SIZE_MAX / 4);
	c->head_lens = calloc(count, sizeof(*c->head_lens));
	if (c->head_lens == NULL)
		return err_sys(e, "receipts");
	c->sources = sources;
	c->source_count = count;
	c->known = true;
	for (size_t i = 0, last = 0; i < count; i++) {
		uint64_t number = segment_of(&sources[i]);

		// In their order they are one file to their reader.
		c->spooled = number > last && (c->spooled || i == 0);
		last = number;
	}
	for (size_t i = 0; i < count; i++) {
		static const char nothing[POSITION_HEAD];
		size_t start = c->heads.len;

		if (input_head(&sources[i], POSITION_HEAD, &c->heads, e) < 0)
			return -1;
		c->head_lens[i] = c->heads.len - start;
		buf_put(&c->heads, nothing, POSITION_HEAD - c->head_lens[i]);
	}
	if (buf_status(&c->heads) != 0)
		return err_set(e, ERR_SYSTEM, "receipts: out of memory");
	return 0;
}

static bool fits(const struct claims *c, size_t file, const struct position *p)
{
	return position_fits_head(
		p, (struct slice){ c->heads.data + file * POSITION_HEAD,
				   c->head_lens[file] });
}

/* The source that a position is in: the very file, else one that begins so. */
static size_t find_file(const struct claims *c, const struct position *p)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < c->source_count; i++) {
		if (!fits(c, i, p))
			continue;
		if (c->sources[i].ino == p->ino && c->sources[i].dev == p->dev)
			return i;
		if (found == SIZE_MAX)
			found = i;
	}
	return found;
}

/* A file as the receipts name it; NULL: out of memory. */
static struct claims_source *find_source(struct claims *c, const char *name)
{
	for (size_t i = c->seen_count; i-- > 0;)
		if (strcmp(c->seen[i].name, name) == 0)
			return &c->seen[i];
	if (c->seen_count == c->seen_cap) {
		size_t cap = c->seen_cap != 0 ? 2 * c->seen_cap : 16;
		struct claims_source *seen =
			realloc(c->seen, cap * sizeof(*seen));

		if (seen == NULL)
			return NULL;
		c->seen = seen;
		c->seen_cap = cap;
	}

	struct claims_source *s = &c->seen[c->seen_count];
	*s = (struct claims_source){ strdup(name), SIZE_MAX, 0 };
	if (s->name == NULL)
		return NULL;
	c->seen_count++;
	return s;
}

static bool read_position(json_t *range, const char *member, struct position *p)
{
	const char *text = json_string_value(json_object_get(range, member));
	struct err e;

	return text != NULL && position_parse(slice_of(text), p, &e) == 0;
}

static uint64_t number_of(json_t *receipt, const char *member)
{
	json_int_t n = json_integer_value(json_object_get(receipt, member));

	return n > 0 ? (uint64_t)n : 0;
}

/* Which source is it? Where it grew, the longer fingerprint may tell more. */
static void identify(struct claims *c, struct claims_source *s,
		     const struct position *p)
{
	if (s->file != SIZE_MAX && fits(c, s->file, p))
		return;
	bool known = s->file != SIZE_MAX;
	s->file = find_file(c, p);
	if (s->file == SIZE_MAX && (s->run == 0 || known))
		msg_warn("receipts: %s is none of the sources", s->name);
}

/*
 * What a receipt says of the places from one to another; where it begins a run,
 * also of those up to under_way.
 */
static int take_places(struct claims *c, json_t *receipt, uint64_t from,
		       uint64_t to, uint64_t under_way, struct err *e)
{
	struct span span = { .from = from, .to = to };
	struct span begun = { .from = from, .to = under_way };

	if (add_span(&c->acknowledged, span, e) < 0 ||
	    add_span(&c->predicted, begun, e) < 0 ||
	    (number_of(receipt, "retried") > 0 &&
	     add_span(&c->predicted, span, e) < 0))
		return -1;
	span.count =
		number_of(receipt, "rejected") + number_of(receipt, "given_up");
	return span.count > 0 ? add_span(&c->set_aside, span, e) : 0;
}

/*
 * Where a reader of a spool stood, whose segments are sources, one after the
 * other. A segment that is not there was left behind.
 */
static uint64_t place_in_spool(const struct claims *c, struct spool_position p)
{
	for (size_t i = 0; i < c->source_count; i++) {
		uint64_t number = segment_of(&c->sources[i]);

		if (number > 0 && number >= p.segment)
			return place_of(i, number == p.segment ? p.offset : 0);
	}
	return place_of(c->source_count, 0);
}

/* So many bytes further, through the files that follow. */
static uint64_t place_behind(const struct claims *c, uint64_t place, uint64_t n)
{
	uint64_t file = place_file(place);
	uint64_t offset = place_offset(place);

	while (file < c->source_count && offset + n > c->sources[file].size) {
		n -= offset < c->sources[file].size
			     ? c->sources[file].size - offset
			     : 0;
		offset = 0;
		file++;
	}
	return place_of(file, offset + n);
}

/* The reader of a spool speaks of places in its segments. */
static int take_spool_range(struct claims *c, json_t *receipt, const char *name,
			    const char *begin, const char *end, struct err *e)
{
	struct spool_position from = { 0 };
	struct spool_position to;

	if (!spool_parse_position(slice_of(end), &to))
		return err_set(e, ERR_DATA, "a position that is none: %s", end);
	// What is new begins with no position at all.
	if (begin == NULL || !spool_parse_position(slice_of(begin), &from))
		from = (struct spool_position){ 0 };
	if (!c->spooled) {
		c->foreign++;
		return 0;
	}

	struct claims_source *s = find_source(c, name);
	if (s == NULL)
		return err_sys(e, "receipts");
	bool begins = s->run != c->run;
	s->run = c->run;
	uint64_t first = place_in_spool(c, from);
	return take_places(c, receipt, first, place_in_spool(c, to),
			   begins ? place_behind(c, first, c->window) : first,
			   e);
}

static int take_range(struct claims *c, json_t *receipt, json_t *range,
		      struct err *e)
{
	const char *name = json_string_value(json_object_get(range, "source"));
	const char *end = json_string_value(json_object_get(range, "to"));
	struct position from, to;

	if (name == NULL || end == NULL)
		return err_set(e, ERR_DATA, "a range that is none");
	if (strcmp(end, "-") == 0) // the file is gone, and nothing of it came
		return 0;
	if (strncmp(name, "spool:", 6) == 0)
		return take_spool_range(
			c, receipt, name,
			json_string_value(json_object_get(range, "from")), end,
			e);
	if (!read_position(range, "to", &to))
		return err_set(e, ERR_DATA, "a position that is none: %s", end);
	// What is new begins with no position at all.
	if (!read_position(range, "from", &from))
		from = (struct position){ 0 };

	struct claims_source *s = find_source(c, name);
	if (s == NULL)
		return err_sys(e, "receipts");
	identify(c, s, &to);
	bool begins = s->run != c->run;
	s->run = c->run;
	if (s->file == SIZE_MAX) {
		c->foreign++;
		return 0;
	}

	uint64_t first = place_of(s->file, from.offset);
	return take_places(c, receipt, first, place_of(s->file, to.offset),
			   begins ? first + c->window : first, e);
}

static int take_receipt(struct claims *c, struct slice text, struct err *e)
{
	json_error_t why;
	json_t *receipt = json_loadb(text.data, text.len, 0, &why);
	json_t *ranges = json_object_get(receipt, "ranges");
	int rc = -1;

	if (!json_is_object(receipt) || !json_is_array(ranges)) {
		err_set(e, ERR_DATA, "this is no receipt");
		goto out;
	}
	// Each run of a sink counts its records from 1 again; 0: there are
	// none.
	uint64_t first = number_of(receipt, "first");
	if (first > 0) {
		if (first <= c->last)
			c->run++;
		c->last = number_of(receipt, "last");
	}
	c->groups++;
	for (size_t i = 0; i < json_array_size(ranges); i++)
		if (take_range(c, receipt, json_array_get(ranges, i), e) < 0)
			goto out;
	rc = 0;
out:
	json_decref(receipt);
	return rc;
}

int claims_read(struct claims *c, struct input *receipts, struct err *e)
{
	struct input_line line;
	size_t number = 0;
	int got;

	c->run++;
	c->last = 0;
	while ((got = input_next(receipts, RECEIPT_MAX, &line, e)) > 0) {
		number++;
		if (!line.ended) // torn by a crash, not yet cut by a new run
			continue;
		if (take_receipt(c, line.text, e) < 0) {
			// It is no record that is wrong.
			if (e->kind == ERR_DATA)
				e->kind = ERR_SYSTEM;
			return err_prefix(e, "%s: line %zu", receipts->name,
					  number);
		}
	}
	return got;
}

void claims_finish(struct claims *c)
{
	sort_spans(&c->acknowledged);
	sort_spans(&c->predicted);
	sort_spans(&c->set_aside);
}

bool claims_acknowledged(const struct claims *c, uint64_t place)
{
	return find_span(&c->acknowledged, place, false) != NULL;
}

bool claims_predicted(const struct claims *c, uint64_t place)
{
	return find_span(&c->predicted, place, false) != NULL;
}

bool claims_set_aside(struct claims *c, uint64_t place)
{
	struct span *span = find_span(&c->set_aside, place, true);

	if (span == NULL)
		return false;
	span->count--;
	return true;
}

void claims_free(struct claims *c)
{
	for (size_t i = 0; i < c->seen_count; i++)
		free(c->seen[i].name);
	free(c->seen);
	free(c->acknowledged.items);
	free(c->predicted.items);
	free(c->set_aside.items);
	free(c->head_lens);
	buf_free(&c->heads);
}

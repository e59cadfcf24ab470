#include "proof.h"

#include "entry.h"

#include <stdlib.h>
#include <string.h>

enum {
	SUM = 16, // bytes of a digest that are kept and compared

	// How a range is kept as an entry, in its flags.
	FLAG_KIND = 8, // the first bit of its kind
	FLAG_PARTIAL = 1 << 16,
};

/* A range that the records which go by are in. */
struct proof_open {
	struct proof_range range;
	struct checksum sum;
	uint64_t first;   // number of the first record in it
	uint64_t records; // so far
};

/* Records from one to another, that not included. */
struct proof_part {
	uint64_t from, to;
};

static struct entry pack(const struct proof_range *r)
{
	struct entry e = {
		.key = { r->source, r->from },
		.place = r->to,
		.id = r->receipt,
		.len = (uint32_t)r->records,
		.flags = (uint32_t)r->kind << FLAG_KIND |
			 (r->partial ? (uint32_t)FLAG_PARTIAL : 0),
	};

	memcpy(e.other, r->sum, SUM);
	return e;
}

static struct proof_range unpack(const struct entry *e)
{
	struct proof_range r = {
		.source = (size_t)e->key[0],
		.from = e->key[1],
		.to = e->place,
		.receipt = e->id,
		.records = e->len,
		.kind = (enum checksum_kind)(e->flags >> FLAG_KIND & 0xff),
		.partial = (e->flags & FLAG_PARTIAL) != 0,
	};

	memcpy(r.sum, e->other, SUM);
	return r;
}

int proof_open(struct proof *p, size_t memory, proof_told *told, void *context,
	       struct err *e)
{
	*p = PROOF_NONE;
	p->told = told;
	p->context = context;
	return sorter_open(&p->known, memory, e) < 0
		       ? -1
		       : sorter_open(&p->placed, memory, e);
}

int proof_add(struct proof *p, const struct proof_range *range, struct err *e)
{
	const struct entry entry = pack(range);

	// More than there is room for, and than anybody settles in a second.
	if (range->records > UINT32_MAX)
		return p->told(p->context, range, PROOF_UNKNOWN, 0, e);
	return sorter_add(&p->known, &entry, e);
}

static int next_range(struct proof *p, struct err *e)
{
	int got = sorter_next(&p->placed, &p->next, e);

	p->have_next = got > 0;
	return got < 0 ? -1 : 0;
}

int proof_start(struct proof *p, const size_t *files, struct err *e)
{
	struct entry entry;
	int got;

	if (sorter_start(&p->known, e) < 0)
		return -1;
	while ((got = sorter_next(&p->known, &entry, e)) > 0) {
		size_t file = files[entry.key[0]];

		if (file == FILE_NONE)
			continue;
		entry.key[0] = 0;
		entry.key[1] = place_in(file, entry.key[1]);
		entry.place = place_in(file, entry.place);
		if (sorter_add(&p->placed, &entry, e) < 0)
			return -1;
	}
	sorter_free(&p->known);
	if (got < 0 || sorter_start(&p->placed, e) < 0)
		return -1;
	return next_range(p, e);
}

bool proof_is_wanted(const struct proof *p)
{
	return p->have_next || p->count > 0;
}

/* The last of the records that went by are proven; some were before. */
static int prove(struct proof *p, uint64_t from, struct err *e)
{
	struct proof_part part = { from, p->records };
	uint64_t before = 0;

	while (p->part_count > 0 &&
	       p->parts[p->part_count - 1].to >= part.from) {
		const struct proof_part *last = &p->parts[--p->part_count];

		before += last->to -
			  (last->from > part.from ? last->from : part.from);
		if (last->from < part.from)
			part.from = last->from;
	}
	if (p->parts == NULL || p->part_count == p->part_cap) {
		size_t cap = p->part_cap != 0 ? 2 * p->part_cap : 16;
		struct proof_part *parts =
			realloc(p->parts, cap * sizeof(*parts));

		if (parts == NULL)
			return err_sys(e, "receipts");
		p->parts = parts;
		p->part_cap = cap;
	}
	p->parts[p->part_count++] = part;
	p->proven += p->records - from - before;
	return 0;
}

static enum proof_verdict judge(struct proof_open *o)
{
	unsigned char sum[CHECKSUM_MAX];

	checksum_finish(&o->sum, sum);
	if (o->records == o->range.records)
		return memcmp(sum, o->range.sum, SUM) == 0 ? PROOF_SAME
							   : PROOF_OTHER;
	return o->range.partial ? PROOF_UNKNOWN : PROOF_OTHER;
}

/* A range is over: it is open no longer, and its place is free. */
static int end_range(struct proof *p, size_t i, struct err *e)
{
	struct proof_open o = p->open[i];
	enum proof_verdict verdict = judge(&o);

	p->open[i] = p->open[--p->count];
	checksum_close(&o.sum);
	if (verdict == PROOF_SAME && prove(p, o.first, e) < 0)
		return -1;
	// What begins from here on holds none of the records so far.
	if (p->count == 0)
		p->part_count = 0;
	return p->told(p->context, &o.range, verdict, o.records, e);
}

/* Does it end at or before a place? */
static bool is_over(const struct proof_open *o, uint64_t place)
{
	return o->range.to <= place;
}

static int begin_range(struct proof *p, struct err *e)
{
	if (p->open == NULL || p->count == p->cap) {
		size_t cap = p->cap != 0 ? 2 * p->cap : 4;
		struct proof_open *open = realloc(p->open, cap * sizeof(*open));

		if (open == NULL)
			return err_sys(e, "receipts");
		p->open = open;
		p->cap = cap;
	}

	struct proof_open *o = &p->open[p->count];
	*o = (struct proof_open){ .range = unpack(&p->next),
				  .first = p->records };
	if (checksum_open(&o->sum, o->range.kind, e) < 0)
		return -1;
	p->count++;
	return next_range(p, e);
}

/* Go on to a place. */
static int move(struct proof *p, uint64_t place, struct err *e)
{
	for (size_t i = p->count; i-- > 0;)
		if (is_over(&p->open[i], place) && end_range(p, i, e) < 0)
			return -1;
	while (p->have_next && p->next.key[1] <= place) {
		if (begin_range(p, e) < 0)
			return -1;
		// Of some there is no record at all.
		if (is_over(&p->open[p->count - 1], place) &&
		    end_range(p, p->count - 1, e) < 0)
			return -1;
	}
	return 0;
}

int proof_follow(struct proof *p, uint64_t place, struct slice lines,
		 size_t count, struct err *e)
{
	if (!proof_is_wanted(p))
		return 0;
	if (move(p, place, e) < 0)
		return -1;
	for (size_t i = 0; i < p->count && count > 0; i++) {
		checksum_add(&p->open[i].sum, lines);
		checksum_add(&p->open[i].sum, SLICE("\n"));
		p->open[i].records += count;
	}
	p->records += count;
	return 0;
}

int proof_finish(struct proof *p, struct err *e)
{
	return move(p, UINT64_MAX, e);
}

void proof_close(struct proof *p)
{
	for (size_t i = 0; i < p->count; i++)
		checksum_close(&p->open[i].sum);
	free(p->open);
	free(p->parts);
	sorter_free(&p->known);
	sorter_free(&p->placed);
}

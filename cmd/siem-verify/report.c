#include "verify.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/msg.h"
#include "core/quit.h"
#include "neighbour.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { BLOCK = 64 << 10 };

/* Why a record that should be there is not, or is there more than once. */
enum kind {
	KIND_NONE,
	KIND_LOST,
	KIND_LOST_ACKNOWLEDGED,
	KIND_LOST_UNACKNOWLEDGED,
	KIND_REPEATED,
	KIND_PREDICTED,
};

/* Neighbours of one kind are told in one line. */
struct stretch {
	enum kind kind;
	uint64_t from, to;
	uint64_t records, times;
	uint64_t last; // where its last record begins
};

struct listing {
	struct verify *v;
	struct buf out;
	struct stretch stretch;
};

static int flush(struct listing *l, struct err *e)
{
	if (buf_status(&l->out) != 0)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (file_write_all(STDOUT_FILENO, l->out.data, l->out.len) < 0)
		return err_sys(e, "write");
	buf_clear(&l->out);
	return 0;
}

/* "audit.jsonl: " */
static void put_source(struct buf *out, const struct input *files,
		       uint64_t place)
{
	msg_put_visible(out, slice_of(files[place_file(place)].name));
	buf_puts(out, ": ");
}

/* "audit.jsonl: bytes 0-559", the last of which is still in it. */
static void put_range(struct buf *out, const struct input *files,
		      uint64_t place, uint64_t len)
{
	uint64_t from = place_offset(place);

	put_source(out, files, place);
	buf_printf(out, "bytes %" PRIu64 "-%" PRIu64, from,
		   from + (len > 0 ? len - 1 : 0));
}

static void put_count(struct buf *out, uint64_t n, const char *what)
{
	buf_printf(out, "%" PRIu64 " %s%s", n, what, n == 1 ? "" : "s");
}

static int end_stretch(struct listing *l, struct err *e)
{
	static const char *const words[][2] = {
		[KIND_LOST] = { "lost", "" },
		[KIND_LOST_ACKNOWLEDGED] = { "lost", ", acknowledged" },
		[KIND_LOST_UNACKNOWLEDGED] = { "lost", ", not acknowledged" },
		[KIND_REPEATED] = { "repeated", ", not predicted" },
		[KIND_PREDICTED] = { "repeated", ", predicted" },
	};
	const struct stretch *s = &l->stretch;

	if (s->kind != KIND_NONE && !l->v->config->json) {
		buf_printf(&l->out, "%s: ", words[s->kind][0]);
		put_range(&l->out, l->v->sources, s->from, s->to - s->from);
		buf_puts(&l->out, ": ");
		put_count(&l->out, s->records, "record");
		if (s->times > 0) {
			buf_puts(&l->out, ", ");
			put_count(&l->out, s->times, "more arrival");
		}
		buf_printf(&l->out, "%s\n", words[s->kind][1]);
	}
	l->stretch = (struct stretch){ 0 };
	return l->out.len >= BLOCK ? flush(l, e) : 0;
}

/* Another record of a kind, in the order of the sources. */
static int tell(struct listing *l, enum kind kind, const struct entry *record,
		struct err *e)
{
	struct stretch *s = &l->stretch;
	bool again = s->records > 0 && s->last == record->place;

	if (s->kind != kind || (!again && s->to != record->place)) {
		if (end_stretch(l, e) < 0)
			return -1;
		*s = (struct stretch){ .kind = kind, .from = record->place };
		again = false;
	}
	s->to = record->place + record->len;
	s->last = record->place;
	s->records += !again || kind < KIND_REPEATED;
	s->times += kind >= KIND_REPEATED;
	return 0;
}

static int tell_lost(struct listing *l, const struct entry *record,
		     struct err *e)
{
	struct verify *v = l->v;
	enum kind kind = KIND_LOST;

	if (neighbours_claim(v->neighbours, record))
		return 0;
	if (claims_set_aside(&v->claims, record->place)) {
		v->counts.set_aside++;
		return 0;
	}
	if (v->claims.known)
		kind = claims_acknowledged(&v->claims, record->place)
			       ? KIND_LOST_ACKNOWLEDGED
			       : KIND_LOST_UNACKNOWLEDGED;
	if (kind == KIND_LOST_UNACKNOWLEDGED) {
		v->counts.unacknowledged++;
		if (v->config->acknowledged)
			return 0;
	}
	v->counts.lost++;
	return tell(l, kind, record, e);
}

static int tell_altered(struct listing *l, const struct entry *arrival,
			struct err *e)
{
	struct verify *v = l->v;
	const struct neighbour *n =
		neighbours_find(v->neighbours, arrival->place);

	v->counts.altered++;
	if (v->config->json)
		return 0;
	if (end_stretch(l, e) < 0)
		return -1;
	buf_puts(&l->out, "altered: ");
	put_range(&l->out, v->arrived, arrival->place, arrival->len);
	buf_puts(&l->out, ": ");
	if (n == NULL || n->how == NEIGHBOUR_UNKNOWN) {
		buf_puts(&l->out, "like no record of the sources\n");
	} else {
		put_range(&l->out, v->sources, n->source, n->source_len);
		buf_printf(&l->out, ", by its %s\n",
			   n->how == NEIGHBOUR_BY_ID ? "siem_id" : "place");
	}
	return l->out.len >= BLOCK ? flush(l, e) : 0;
}

/* "line 3 of receipts" */
static void put_receipt(struct listing *l, uint64_t place)
{
	buf_printf(&l->out, "line %" PRIu64 " of ", place_offset(place));
	msg_put_visible(&l->out,
			slice_of(l->v->receipts[place_file(place)].name));
}

/* A range whose records are not those that a receipt is about. */
static int tell_differing(struct listing *l, const struct entry *range,
			  struct err *e)
{
	if (l->v->config->json)
		return 0;
	if (end_stretch(l, e) < 0)
		return -1;
	buf_puts(&l->out, "differs: ");
	if (range->len > 0) {
		put_range(&l->out, l->v->sources, range->place, range->len);
	} else {
		put_source(&l->out, l->v->sources, range->place);
		buf_printf(&l->out, "byte %" PRIu64 " and on",
			   place_offset(range->place));
	}
	buf_puts(&l->out, ": ");
	put_count(&l->out, range->other[0], "record");
	buf_printf(&l->out, ", not the %" PRIu64 " of ", range->other[1]);
	put_receipt(l, range->id);
	buf_putc(&l->out, '\n');
	return l->out.len >= BLOCK ? flush(l, e) : 0;
}

/* A source that is not the file which the receipts call so. */
static int tell_renewed(struct listing *l, const struct entry *start,
			struct err *e)
{
	if (l->v->config->json)
		return 0;
	if (end_stretch(l, e) < 0)
		return -1;
	buf_puts(&l->out, "differs: ");
	put_range(&l->out, l->v->sources, start->place, start->len);
	buf_puts(&l->out, ": ");
	msg_put_visible(&l->out,
			slice_of(claims_name(&l->v->claims, start->id)));
	buf_puts(&l->out, " began otherwise\n");
	return l->out.len >= BLOCK ? flush(l, e) : 0;
}

static int tell_broken(struct listing *l, const struct entry *line,
		       struct err *e)
{
	if (l->v->config->json)
		return 0;
	if (end_stretch(l, e) < 0)
		return -1;
	buf_puts(&l->out, "broken: ");
	put_receipt(l, line->place);
	buf_puts(&l->out, line->other[0] != 0
				  ? ": the one it was behind is not here\n"
				  : ": not the one behind the line before "
				    "it\n");
	return l->out.len >= BLOCK ? flush(l, e) : 0;
}

static int tell_findings(struct listing *l, struct err *e)
{
	struct entry finding;
	int got;

	if (sorter_start(&l->v->findings, e) < 0)
		return -1;
	while ((got = sorter_next(&l->v->findings, &finding, e)) > 0) {
		int rc = 0;

		switch ((enum finding)finding.key[0]) {
		case FINDING_LOST:
			rc = tell_lost(l, &finding, e);
			break;
		case FINDING_REPEATED:
			rc = tell(l,
				  (finding.flags & ENTRY_PREDICTED) != 0
					  ? KIND_PREDICTED
					  : KIND_REPEATED,
				  &finding, e);
			break;
		case FINDING_ALTERED:
			rc = tell_altered(l, &finding, e);
			break;
		case FINDING_RENEWED:
			rc = tell_renewed(l, &finding, e);
			break;
		case FINDING_DIFFERS:
			rc = tell_differing(l, &finding, e);
			break;
		case FINDING_BROKEN:
			rc = tell_broken(l, &finding, e);
			break;
		}
		if (rc < 0)
			return -1;
	}
	return got < 0 ? -1 : end_stretch(l, e);
}

/* Ranges of receipts that nothing could be compared with. */
static uint64_t unchecked(const struct verify *v)
{
	return v->counts.unchecked + v->claims.unchecked;
}

/* Ranges that differ, and sources that begin otherwise. */
static uint64_t differing(const struct verify *v)
{
	return v->counts.differing + v->claims.renewed;
}

static void put_json(struct buf *out, const struct verify *v)
{
	const struct counts *c = &v->counts;
	const struct {
		const char *name;
		uint64_t n;
	} members[] = {
		{ "read", c->read },
		{ "left_out", c->left_out },
		{ "rejected", c->rejected },
		{ "expected", c->expected },
		{ "arrived", c->arrived },
		{ "lost", c->lost },
		{ "unacknowledged", c->unacknowledged },
		{ "set_aside", c->set_aside },
		{ "unfinished", c->unfinished },
		{ "repeated", c->repeated },
		{ "predicted", c->predicted },
		{ "altered", c->altered },
		{ "proven", v->proof.proven },
		{ "differing", differing(v) },
		{ "broken", v->claims.broken },
		{ "unchecked", unchecked(v) },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		buf_printf(out, "%c\"%s\":%" PRIu64, i == 0 ? '{' : ',',
			   members[i].name, members[i].n);
	buf_puts(out, "}\n");
}

static void put_verdict(struct buf *out, const struct verify *v)
{
	const struct counts *c = &v->counts;

	buf_printf(out,
		   "%" PRIu64 " expected, %" PRIu64 " arrived: %" PRIu64
		   " lost, %" PRIu64 " repeated (%" PRIu64
		   " of them predicted), %" PRIu64 " altered",
		   c->expected, c->arrived, c->lost, c->repeated, c->predicted,
		   c->altered);
	if (c->rejected > 0)
		buf_printf(out, "; %" PRIu64 " rejected", c->rejected);
	if (c->left_out > 0)
		buf_printf(out, "; %" PRIu64 " left out", c->left_out);
	if (c->set_aside > 0)
		buf_printf(out, "; %" PRIu64 " set aside", c->set_aside);
	if (c->unacknowledged > 0)
		buf_printf(out, "; %" PRIu64 " not acknowledged",
			   c->unacknowledged);
	if (c->unfinished > 0)
		buf_printf(out, "; %" PRIu64 " unfinished", c->unfinished);
	if (v->proof.proven > 0)
		buf_printf(out, "; %" PRIu64 " proven", v->proof.proven);
	if (differing(v) > 0)
		buf_printf(out, "; %" PRIu64 " receipts differ", differing(v));
	if (v->claims.broken > 0)
		buf_printf(out, "; %" PRIu64 " receipts broken",
			   v->claims.broken);
	if (unchecked(v) > 0)
		buf_printf(out, "; %" PRIu64 " receipts unchecked",
			   unchecked(v));
	buf_putc(out, '\n');
}

int report(struct verify *v, struct err *e)
{
	struct listing l = { .v = v, .out = BUF_INIT(SIZE_MAX / 4) };
	int rc = -1;

	if (tell_findings(&l, e) < 0)
		goto out;
	if (v->config->json)
		put_json(&l.out, v);
	else
		put_verdict(&l.out, v);
	rc = flush(&l, e);
out:
	buf_free(&l.out);
	return rc;
}

void report_stats(const struct verify *v)
{
	const struct counts *c = &v->counts;

	fprintf(stderr,
		"%s: %" PRIu64 " read, %" PRIu64 " rejected, %" PRIu64
		" left out, %" PRIu64 " expected, %" PRIu64 " arrived\n",
		msg_name(), c->read, c->rejected, c->left_out, c->expected,
		c->arrived);
}

void report_collect(struct page *page, const void *verify)
{
	const struct verify *v = verify;
	const struct counts *c = &v->counts;
	const struct {
		const char *name, *help;
		uint64_t n;
	} counters[] = {
		{ "records_read_total", "Records read from the sources.",
		  c->read },
		{ "records_rejected_total",
		  "Records that --through rejected, or too long for it.",
		  c->rejected },
		{ "records_left_out_total", "Records that --through left out.",
		  c->left_out },
		{ "records_expected_total", "Records that should arrive.",
		  c->expected },
		{ "records_arrived_total", "Records that have arrived.",
		  c->arrived },
		{ "records_lost_total", "Records that are missing.", c->lost },
		{ "records_unacknowledged_total",
		  "Missing records that no receipt speaks of.",
		  c->unacknowledged },
		{ "records_set_aside_total",
		  "Missing records that were set aside, as receipts say.",
		  c->set_aside },
		{ "records_repeated_total",
		  "Records that arrived more often than they should.",
		  c->repeated },
		{ "records_predicted_total",
		  "Those of them that the receipts explain.", c->predicted },
		{ "records_altered_total",
		  "Records that arrived and are like none of the sources.",
		  c->altered },
		{ "records_proven_total",
		  "Records that are those which receipts are about.",
		  v->proof.proven },
		{ "receipts_differing_total",
		  "Ranges of receipts that are about other records.",
		  differing(v) },
		{ "receipts_broken_total",
		  "Receipts that are not behind the one before them.",
		  v->claims.broken },
		{ "receipts_unchecked_total",
		  "Ranges of receipts that nothing could be compared with.",
		  unchecked(v) },
	};

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		page_counter(page, counters[i].name, counters[i].help,
			     counters[i].n);
}

int heed_signals(struct verify *v, struct err *e)
{
	if (metrics_step(&v->metrics)) {
		report_stats(v);
		quit_clear();
	}
	return quit_asked() ? err_set(e, ERR_SYSTEM, "interrupted") : 0;
}

#include "delivery/receipts.h"

#include "core/timestamp.h"
#include "json/write.h"
#include "stream/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	// Bytes that wait for the mark behind them, and one run more. Marks
	// follow each 64 KiB of a source, at most.
	LATER_MAX = 4 << 20,
	LATER_KEEP = 256 << 10,
	NAMES_MAX = 16,     // bound by the number of destinations of a run
	TEXT_MAX = 1 << 20, // bytes of a source, or a position
};

/* What is known of some records. */
struct tally {
	uint64_t first, last; // lines of the input, 0: none
	uint64_t fates[FATE_GIVEN_UP + 1], retried;
	int64_t sent_ns, settled_ns; // since 1970, the first and the last
	const char *destinations[NAMES_MAX];
	const char *acknowledgements[NAMES_MAX];
};

/* Some records, one after the other. */
struct text {
	struct checksum digest;
	uint64_t records;
	bool unknown; // some of them were not digested
};

struct range {
	struct buf source, from, to;
	struct text text;
};

struct receipts {
	struct journal file;
	struct slice id;
	enum checksum_kind kind; // of digests
	struct checksum chain;   // of the line before
	struct buf previous;     // its sum

	struct tally group;
	struct text text;     // of the group, where there are no ranges
	struct range *ranges; // of the group; those behind them can be used
	size_t range_count, range_made, range_room;
	bool begun; // there is something in the group

	struct tally later; // what comes behind the last mark
	struct buf bytes;   // of it
	struct slice run;   // and those behind them, where the queue has them
	uint64_t records;   // in all these bytes
	bool has_later, lacks_bytes;
	bool failed; // no memory for part of a receipt, for good
};

static void put_name(const char *names[], const char *name)
{
	for (size_t i = 0; i < NAMES_MAX && names[i] != name; i++)
		if (names[i] == NULL) {
			names[i] = name;
			return;
		}
}

/* Some records after others. */
static void merge(struct tally *a, const struct tally *b)
{
	if (a->first == 0)
		a->first = b->first;
	if (b->last != 0)
		a->last = b->last;
	for (size_t i = 0; i <= FATE_GIVEN_UP; i++)
		a->fates[i] += b->fates[i];
	a->retried += b->retried;
	if (a->sent_ns == 0 || (b->sent_ns != 0 && b->sent_ns < a->sent_ns))
		a->sent_ns = b->sent_ns;
	if (b->settled_ns > a->settled_ns)
		a->settled_ns = b->settled_ns;
	for (size_t i = 0; i < NAMES_MAX && b->destinations[i] != NULL; i++)
		put_name(a->destinations, b->destinations[i]);
	for (size_t i = 0; i < NAMES_MAX && b->acknowledgements[i] != NULL; i++)
		put_name(a->acknowledgements, b->acknowledgements[i]);
}

static int text_open(struct text *t, enum checksum_kind kind, struct err *e)
{
	*t = (struct text){ .records = 0 };
	return checksum_open(&t->digest, kind, e);
}

static void text_start(struct text *t)
{
	t->records = 0;
	t->unknown = false;
	checksum_start(&t->digest);
}

/* What comes behind the last mark belongs to the group. */
static void take_in(struct receipts *r)
{
	if (!r->has_later)
		return;
	merge(&r->group, &r->later);
	r->later = (struct tally){ .first = 0 };
	r->has_later = false;
	r->begun = true;
}

/* And its bytes to what came from a source. */
static void take_bytes(struct receipts *r, struct text *t)
{
	checksum_add(&t->digest, buf_slice(&r->bytes));
	checksum_add(&t->digest, r->run);
	t->records += r->records;
	t->unknown |= r->lacks_bytes;
	buf_clear(&r->bytes);
	buf_trim(&r->bytes, LATER_KEEP);
	r->run = SLICE("");
	r->records = 0;
	r->lacks_bytes = false;
}

static void start_group(struct receipts *r)
{
	r->range_count = 0;
	r->group = (struct tally){ .first = 0 };
	r->begun = false;
	text_start(&r->text);
}

/* The sum of a line, for the one behind it. */
static void chain(struct receipts *r, struct slice line)
{
	buf_clear(&r->previous);
	checksum_add(&r->chain, line);
	checksum_put(&r->chain, &r->previous);
}

/* Go on behind the last line of the file. */
static int find_chain(struct receipts *r, struct err *e)
{
	struct buf line = BUF_INIT(SIZE_MAX / 4);
	int rc = journal_read_last(&r->file, &line, e);

	if (line.len > 0)
		chain(r, buf_slice(&line));
	else
		buf_putc(&r->previous, '-');
	buf_free(&line);
	return rc;
}

struct receipts *receipts_open(const char *path, struct slice id,
			       enum checksum_kind digests, struct err *e)
{
	struct receipts *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_sys(e, "%s", path);
		return NULL;
	}
	r->file = JOURNAL_NONE;
	r->id = id;
	r->kind = digests;
	r->bytes = BUF_INIT(SIZE_MAX / 4);
	r->previous = BUF_INIT(2 * CHECKSUM_MAX);
	if (checksum_open(&r->chain, CHECKSUM_SHA256, e) < 0 ||
	    text_open(&r->text, digests, e) < 0 ||
	    journal_open(&r->file, path, e) < 0 || find_chain(r, e) < 0) {
		receipts_close(r);
		return NULL;
	}
	journal_follow(&r->file);
	return r;
}

void receipts_keep(struct receipts *r)
{
	// Without marks there is nothing to wait for.
	if (r->id.data == NULL)
		take_bytes(r, &r->text);
	if (r->bytes.len < LATER_MAX)
		buf_put_slice(&r->bytes, r->run);
	else
		r->lacks_bytes |= r->run.len > 0;
	r->lacks_bytes |= buf_status(&r->bytes) != 0;
	r->run = SLICE("");
}

/*
 * The lines of records wait until it is known where they came from. They mostly
 * lie in one run then, and are digested there together, which is cheap.
 */
static void add_line(struct receipts *r, struct slice line)
{
	if (r->run.data + r->run.len == line.data) {
		r->run.len += line.len;
	} else {
		receipts_keep(r);
		r->run = line;
	}
	r->records++;
}

void receipts_add(struct receipts *r, const struct queue_item *item,
		  const char *destination, const char *acknowledgement,
		  int64_t now_ns)
{
	struct tally *t = &r->later;

	if (t->first == 0)
		t->first = item->line;
	t->last = item->line;
	t->fates[item->fate]++;
	t->retried += item->resent;
	if (item->sent_ns != 0 &&
	    (t->sent_ns == 0 || item->sent_ns < t->sent_ns))
		t->sent_ns = item->sent_ns;
	t->settled_ns = now_ns;
	if (item->fate == FATE_DELIVERED) {
		put_name(t->destinations, destination);
		put_name(t->acknowledgements, acknowledgement);
	}
	add_line(r, queue_line(item));
	r->has_later = true;
}

void receipts_reject(struct receipts *r, uint64_t count)
{
	r->later.fates[FATE_REJECTED] += count;
	r->has_later |= count > 0;
}

static struct range *find_range(struct receipts *r, struct slice source)
{
	for (size_t i = r->range_count; i > 0; i--)
		if (slice_is(buf_slice(&r->ranges[i - 1].source), source))
			return &r->ranges[i - 1];
	return NULL;
}

/* One more than there are, with what it is made of. NULL: out of memory. */
static struct range *make_range(struct receipts *r)
{
	struct range *range;
	struct err e;

	if (r->ranges == NULL || r->range_made == r->range_room) {
		size_t room = r->range_room == 0 ? 4 : 2 * r->range_room;

		range = reallocarray(r->ranges, room, sizeof(*range));
		if (range == NULL)
			return NULL;
		r->ranges = range;
		r->range_room = room;
	}
	range = &r->ranges[r->range_made];
	*range = (struct range){ .source = BUF_INIT(TEXT_MAX),
				 .from = BUF_INIT(TEXT_MAX),
				 .to = BUF_INIT(TEXT_MAX) };
	if (text_open(&range->text, r->kind, &e) < 0)
		return NULL;
	r->range_made++;
	return range;
}

static struct range *add_range(struct receipts *r, struct slice source,
			       struct slice from)
{
	struct range *range =
		r->ranges != NULL && r->range_count < r->range_made
			? &r->ranges[r->range_count]
			: make_range(r);

	if (range == NULL)
		return NULL;
	r->range_count++;
	buf_clear(&range->source);
	buf_clear(&range->from);
	text_start(&range->text);
	buf_put_slice(&range->source, source);
	buf_put_slice(&range->from, from.data != NULL ? from : SLICE("-"));
	return range;
}

void receipts_mark(struct receipts *r, struct slice source, struct slice from,
		   struct slice to)
{
	struct range *range = find_range(r, source);

	take_in(r);
	if (range == NULL)
		range = add_range(r, source, from);
	if (range != NULL) {
		take_bytes(r, &range->text);
		buf_clear(&range->to);
		buf_put_slice(&range->to, to);
	}
	r->failed |= range == NULL || buf_status(&range->source) != 0 ||
		     buf_status(&range->from) != 0 ||
		     buf_status(&range->to) != 0;
	r->begun = true;
}

static void put_time(struct buf *out, const char *key, int64_t ns)
{
	struct timestamp t = { .sec = ns / 1000000000,
			       .nsec = (uint32_t)(ns % 1000000000),
			       .digits = 3,
			       .zulu = true };
	char text[TIMESTAMP_MAX];

	if (ns == 0)
		return;
	timestamp_rfc5424(&t, text);
	buf_printf(out, ",\"%s\":\"%s\"", key, text);
}

static void put_names(struct buf *out, const char *key,
		      const char *const names[])
{
	struct buf joined = BUF_INIT(TEXT_MAX);

	for (size_t i = 0; i < NAMES_MAX && names[i] != NULL; i++)
		buf_printf(&joined, "%s%s", i > 0 ? "," : "", names[i]);
	buf_printf(out, ",\"%s\":", key);
	json_put_string(out, buf_slice(&joined));
	buf_free(&joined);
}

static void put_counts(struct buf *out, const struct tally *t)
{
	const struct {
		const char *key;
		uint64_t count;
	} counts[] = {
		{ "first", t->first },
		{ "last", t->last },
		{ "delivered", t->fates[FATE_DELIVERED] },
		{ "rejected", t->fates[FATE_REJECTED] },
		{ "given_up", t->fates[FATE_GIVEN_UP] },
		{ "retried", t->retried },
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		buf_printf(out, ",\"%s\":%llu", counts[i].key,
			   (unsigned long long)counts[i].count);
}

/* How many records they are, and their digest. */
static void put_text(struct buf *out, struct text *t)
{
	buf_printf(out, ",\"records\":%llu", (unsigned long long)t->records);
	if (t->unknown)
		return;
	buf_printf(out, ",\"%s\":\"", checksum_name(t->digest.kind));
	checksum_put(&t->digest, out);
	buf_putc(out, '"');
}

static void put_ranges(struct buf *out, const struct receipts *r)
{
	static const char *const keys[] = { "{\"source\":", ",\"from\":",
					    ",\"to\":" };

	buf_puts(out, ",\"ranges\":[");
	for (size_t i = 0; i < r->range_count; i++) {
		struct range *range = &r->ranges[i];
		const struct buf *texts[] = { &range->source, &range->from,
					      &range->to };

		if (i > 0)
			buf_putc(out, ',');
		for (size_t k = 0; k < 3; k++) {
			buf_puts(out, keys[k]);
			json_put_string(out, buf_slice(texts[k]));
		}
		put_text(out, &range->text);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

/* The line about the group. */
static void put_line(struct buf *line, struct receipts *r)
{
	struct timestamp now = timestamp_now();
	char when[TIMESTAMP_MAX];

	now.digits = 3;
	timestamp_rfc5424(&now, when);
	buf_printf(line, "{\"time\":\"%s\",\"id\":", when);
	json_put_string(line, r->id.data != NULL ? r->id : SLICE("-"));
	buf_puts(line, ",\"previous\":");
	json_put_string(line, buf_slice(&r->previous));
	put_names(line, "destination", r->group.destinations);
	put_names(line, "acknowledgement", r->group.acknowledgements);
	put_counts(line, &r->group);
	if (r->id.data == NULL)
		put_text(line, &r->text);
	put_ranges(line, r);
	put_time(line, "sent", r->group.sent_ns);
	put_time(line, "acknowledged", r->group.settled_ns);
	buf_puts(line, "}\n");
}

/* Write it down, and begin the next one. */
static int end_group(struct receipts *r, struct err *e)
{
	struct buf line = BUF_INIT(SIZE_MAX / 4);
	int rc;

	put_line(&line, r);
	if (buf_status(&line) != 0 || buf_status(&r->previous) != 0)
		rc = err_set(e, ERR_SYSTEM, "receipts: %s", strerror(ENOMEM));
	else
		rc = journal_put(&r->file, buf_slice(&line), e);
	if (rc == 0)
		chain(r, buf_slice(&line));
	buf_free(&line);
	start_group(r);
	r->failed |= rc < 0;
	return rc;
}

bool receipts_is_dirty(const struct receipts *r)
{
	return r->begun || journal_is_dirty(&r->file) ||
	       (r->id.data == NULL && r->has_later);
}

int receipts_sync(struct receipts *r, struct err *e)
{
	// A receipt that is incomplete is none, and nothing may follow it.
	if (r->failed)
		return err_set(e, ERR_SYSTEM, "receipts: %s", strerror(ENOMEM));
	// Without marks there is nothing to wait for.
	if (r->id.data == NULL) {
		take_in(r);
		take_bytes(r, &r->text);
	}
	// A line that cannot be written waits, and so does all behind it.
	if (journal_sync(&r->file, e) < 0)
		return -1;
	if (r->begun && end_group(r, e) < 0)
		return -1;
	return journal_sync(&r->file, e);
}

void receipts_close(struct receipts *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->range_made; i++) {
		buf_free(&r->ranges[i].source);
		buf_free(&r->ranges[i].from);
		buf_free(&r->ranges[i].to);
		checksum_close(&r->ranges[i].text.digest);
	}
	free(r->ranges);
	checksum_close(&r->text.digest);
	checksum_close(&r->chain);
	buf_free(&r->previous);
	buf_free(&r->bytes);
	journal_close(&r->file);
	free(r);
}

#include "delivery/receipts.h"

#include "core/timestamp.h"
#include "json/write.h"
#include "stream/journal.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum {
	LATER_MAX = 1 << 20, // bytes that wait for the mark behind them
	NAMES_MAX = 16,      // bound by the number of destinations of a run
	TEXT_MAX = 1 << 20,  // bytes of a source, or a position
};

/* What is known of some records. */
struct tally {
	uint64_t first, last; // lines of the input, 0: none
	uint64_t delivered, rejected, given_up, retried;
	int64_t sent_ns, settled_ns; // since 1970, the first and the last
	const char *destinations[NAMES_MAX];
	const char *acknowledgements[NAMES_MAX];
};

struct range {
	struct buf source, from, to;
};

struct receipts {
	struct journal file;
	struct slice id;
	EVP_MD_CTX *digest; // of the group

	struct tally group;
	struct range *ranges; // of the group
	size_t range_count, range_room;
	bool begun;       // there is something in the group
	bool past_a_mark; // so is something that no mark has followed

	struct tally later; // what comes behind the last mark
	struct buf bytes;   // of it
	bool has_later;
	bool failed; // no memory for part of a receipt, for good
};

static void put_name(const char *names[], const char *name)
{
	for (size_t i = 0; i < NAMES_MAX; i++) {
		if (names[i] == NULL)
			names[i] = name;
		if (names[i] == name)
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
	a->delivered += b->delivered;
	a->rejected += b->rejected;
	a->given_up += b->given_up;
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

static void digest(struct receipts *r, struct slice bytes)
{
	if (bytes.len > 0 &&
	    EVP_DigestUpdate(r->digest, bytes.data, bytes.len) != 1)
		abort(); // it does not fail
}

/* What comes behind the last mark belongs to the group. */
static void take_in(struct receipts *r)
{
	if (!r->has_later)
		return;
	merge(&r->group, &r->later);
	digest(r, buf_slice(&r->bytes));
	r->later = (struct tally){ .first = 0 };
	buf_clear(&r->bytes);
	r->has_later = false;
	r->begun = true;
}

static int start_group(struct receipts *r)
{
	for (size_t i = 0; i < r->range_count; i++) {
		buf_free(&r->ranges[i].source);
		buf_free(&r->ranges[i].from);
		buf_free(&r->ranges[i].to);
	}
	r->range_count = 0;
	r->group = (struct tally){ .first = 0 };
	r->begun = r->past_a_mark = false;
	return EVP_DigestInit_ex(r->digest, EVP_sha256(), NULL) == 1 ? 0 : -1;
}

struct receipts *receipts_open(const char *path, struct slice id, struct err *e)
{
	struct receipts *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_sys(e, "%s", path);
		return NULL;
	}
	r->file = JOURNAL_NONE;
	r->id = id;
	r->bytes = BUF_INIT(LATER_MAX);
	if (journal_open(&r->file, path, e) < 0)
		goto fail;
	r->digest = EVP_MD_CTX_new();
	if (r->digest == NULL || start_group(r) < 0) {
		err_set(e, ERR_SYSTEM, "%s: no SHA-256", path);
		goto fail;
	}
	return r;
fail:
	receipts_close(r);
	return NULL;
}

/* A record of the group; its bytes are kept until the mark, or digested. */
static void add_bytes(struct receipts *r, struct slice record)
{
	size_t len = r->bytes.len;

	if (record.len < LATER_MAX - len) {
		buf_put_slice(&r->bytes, record);
		buf_putc(&r->bytes, '\n');
		if (buf_status(&r->bytes) == 0)
			return;
		buf_cut(&r->bytes, len);
	}
	// So much without a mark: the group has to wait for the next one.
	r->has_later = true;
	take_in(r);
	r->past_a_mark = true;
	digest(r, record);
	digest(r, SLICE("\n"));
}

void receipts_add(struct receipts *r, const struct queue_item *item,
		  const char *destination, const char *acknowledgement,
		  int64_t now_ns)
{
	struct tally *t = &r->later;

	if (t->first == 0)
		t->first = item->line;
	t->last = item->line;
	t->delivered += item->fate == FATE_DELIVERED;
	t->rejected += item->fate == FATE_REJECTED;
	t->given_up += item->fate == FATE_GIVEN_UP;
	t->retried += item->resent;
	if (item->sent_ns != 0 &&
	    (t->sent_ns == 0 || item->sent_ns < t->sent_ns))
		t->sent_ns = item->sent_ns;
	t->settled_ns = now_ns;
	if (item->fate == FATE_DELIVERED) {
		put_name(t->destinations, destination);
		put_name(t->acknowledgements, acknowledgement);
		add_bytes(r, queue_bytes(item));
	}
	r->has_later = true;
}

void receipts_reject(struct receipts *r, uint64_t count)
{
	r->later.rejected += count;
	r->has_later |= count > 0;
}

static struct range *find_range(struct receipts *r, struct slice source)
{
	for (size_t i = r->range_count; i > 0; i--)
		if (slice_is(buf_slice(&r->ranges[i - 1].source), source))
			return &r->ranges[i - 1];
	return NULL;
}

static struct range *add_range(struct receipts *r, struct slice source,
			       struct slice from)
{
	struct range *range;

	if (r->ranges == NULL || r->range_count == r->range_room) {
		size_t room = r->range_room == 0 ? 4 : 2 * r->range_room;

		range = reallocarray(r->ranges, room, sizeof(*range));
		if (range == NULL)
			return NULL;
		r->ranges = range;
		r->range_room = room;
	}
	range = &r->ranges[r->range_count++];
	*range = (struct range){ BUF_INIT(TEXT_MAX), BUF_INIT(TEXT_MAX),
				 BUF_INIT(TEXT_MAX) };
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
		buf_clear(&range->to);
		buf_put_slice(&range->to, to);
	}
	r->failed |= range == NULL || buf_status(&range->source) != 0 ||
		     buf_status(&range->from) != 0 ||
		     buf_status(&range->to) != 0;
	r->begun = true;
	r->past_a_mark = false;
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
		{ "first", t->first },         { "last", t->last },
		{ "delivered", t->delivered }, { "rejected", t->rejected },
		{ "given_up", t->given_up },   { "retried", t->retried },
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		buf_printf(out, ",\"%s\":%llu", counts[i].key,
			   (unsigned long long)counts[i].count);
}

static void put_digest(struct buf *out, EVP_MD_CTX *digest_context)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_DigestFinal_ex(digest_context, sum, &len) != 1)
		abort(); // it does not fail
	buf_puts(out, ",\"sha256\":\"");
	for (unsigned i = 0; i < len; i++)
		buf_printf(out, "%02x", sum[i]);
	buf_putc(out, '"');
}

static void put_ranges(struct buf *out, const struct receipts *r)
{
	static const char *const keys[] = { "{\"source\":", ",\"from\":",
					    ",\"to\":" };

	buf_puts(out, ",\"ranges\":[");
	for (size_t i = 0; i < r->range_count; i++) {
		const struct range *range = &r->ranges[i];
		const struct buf *texts[] = { &range->source, &range->from,
					      &range->to };

		if (i > 0)
			buf_putc(out, ',');
		for (size_t k = 0; k < 3; k++) {
			buf_puts(out, keys[k]);
			json_put_string(out, buf_slice(texts[k]));
		}
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

/* The line about the group, which it uses up. */
static int end_group(struct receipts *r, struct err *e)
{
	struct timestamp now = timestamp_now();
	struct buf line = BUF_INIT(SIZE_MAX / 4);
	char when[TIMESTAMP_MAX];
	int rc;

	now.digits = 3;
	timestamp_rfc5424(&now, when);
	buf_printf(&line, "{\"time\":\"%s\",\"id\":", when);
	json_put_string(&line, r->id.data != NULL ? r->id : SLICE("-"));
	put_names(&line, "destination", r->group.destinations);
	put_names(&line, "acknowledgement", r->group.acknowledgements);
	put_counts(&line, &r->group);
	put_digest(&line, r->digest);
	put_ranges(&line, r);
	put_time(&line, "sent", r->group.sent_ns);
	put_time(&line, "acknowledged", r->group.settled_ns);
	buf_puts(&line, "}\n");
	if (buf_status(&line) != 0)
		rc = err_set(e, ERR_SYSTEM, "receipts: %s", strerror(ENOMEM));
	else
		rc = journal_put(&r->file, buf_slice(&line), e);
	buf_free(&line);
	r->failed |= rc < 0 || start_group(r) < 0;
	return rc;
}

bool receipts_is_dirty(const struct receipts *r)
{
	return r->begun || journal_is_dirty(&r->file) ||
	       (r->id.data == NULL && r->has_later);
}

bool receipts_is_whole(const struct receipts *r)
{
	return !r->past_a_mark || r->id.data == NULL;
}

int receipts_sync(struct receipts *r, struct err *e)
{
	// A receipt that is incomplete is none, and nothing may follow it.
	if (r->failed)
		return err_set(e, ERR_SYSTEM, "receipts: %s", strerror(ENOMEM));
	// Without marks there is nothing to wait for.
	if (r->id.data == NULL)
		take_in(r);
	// A line that cannot be written waits, and so does all behind it.
	if (journal_sync(&r->file, e) < 0)
		return -1;
	if (r->begun && receipts_is_whole(r) && end_group(r, e) < 0)
		return -1;
	return journal_sync(&r->file, e);
}

void receipts_close(struct receipts *r)
{
	if (r == NULL)
		return;
	(void)!start_group(r);
	free(r->ranges);
	EVP_MD_CTX_free(r->digest);
	buf_free(&r->bytes);
	journal_close(&r->file);
	free(r);
}

#include "delivery/ledger.h"

#include "core/msg.h"

#include <stdio.h>
#include <string.h>

enum {
	REPORTED = 5,          // rejected records that are told one by one
	REASON_MAX = 64 << 10, // bytes of a reason
	STUCK_MAX = 1 << 20,   // bytes held while the disk takes none
};

int ledger_open(struct ledger *l, const char *dead_letter, struct err *e)
{
	*l = (struct ledger){ .letters = REJECT_NONE,
			      .reason = BUF_INIT(REASON_MAX) };
	if (dead_letter == NULL)
		return 0;
	if (reject_open(&l->letters, dead_letter, e) < 0)
		return -1;
	reject_follow(&l->letters);
	return 0;
}

static void fail(struct ledger *l, const struct err *e)
{
	if (!l->failed)
		msg_error("dead letters: %s", e->text);
	l->failed = true;
}

/* Part of a record, with why behind the last; true once it is whole. */
static bool keep(struct ledger *l, struct slice piece,
		 const struct reject_why *why)
{
	struct err e;

	if (!ledger_has_letters(l) || l->failed)
		return false;
	if (reject_put_piece(&l->letters, piece, why, &e) < 0) {
		fail(l, &e);
		return false;
	}
	// Whoever syncs it will say so, and try again.
	l->stuck |= !l->stuck && reject_write(&l->letters, &e) < 0;
	l->unsafe += why != NULL;
	return why != NULL;
}

void ledger_deliver(struct ledger *l, struct slice record, int64_t read_ns)
{
	l->counts.delivered++;
	histogram_note(&l->latency, l->now_ns - read_ns);
	l->counts.bytes += record.len;
}

/* Count a rejected record, and tell of the first few. */
static void report(struct ledger *l, uint64_t line, const char *reason)
{
	if (++l->counts.rejected > REPORTED)
		return;
	if (line != 0)
		msg_warn("line %llu: %s", (unsigned long long)line, reason);
	else
		msg_warn("%s", reason);
}

void ledger_reject(struct ledger *l, struct slice record, uint64_t line,
		   const char *reason)
{
	struct reject_why why = { .line = line, .reason = slice_of(reason) };

	report(l, line, reason);
	l->counts.set_aside += keep(l, record, &why);
}

void ledger_reject_piece(struct ledger *l, const struct reader_line *piece,
			 size_t max_record)
{
	char reason[80];
	struct reject_why why = { 0 };

	if (piece->is_reject) {
		if (piece->first) {
			l->early++;
			l->counts.rejected++;
			buf_clear(&l->reason);
			control_decode(&l->reason, piece->control.reason);
		}
		why.reason = buf_slice(&l->reason);
	} else {
		snprintf(reason, sizeof(reason),
			 "longer than %zu bytes (see --max-record)",
			 max_record);
		why.line = piece->number;
		why.reason = slice_of(reason);
		if (piece->first) {
			l->early++;
			report(l, piece->number, reason);
		}
	}
	l->counts.set_aside += keep(l, piece->text, piece->last ? &why : NULL);
}

void ledger_pass_reject(struct ledger *l, const struct control *reject)
{
	buf_clear(&l->reason);
	control_decode(&l->reason, reject->reason);
	l->early++;
	l->counts.rejected++;

	struct reject_why why = { .reason = buf_slice(&l->reason) };
	l->counts.set_aside += keep(l, reject->record, &why);
}

void ledger_give_up(struct ledger *l, struct slice record, uint64_t line,
		    const char *reason)
{
	struct reject_why why = { .line = line, .reason = slice_of(reason) };

	l->counts.given_up++;
	l->counts.set_aside += keep(l, record, &why);
}

int ledger_sync(struct ledger *l, struct err *e)
{
	l->stuck = reject_sync(&l->letters, e) < 0;
	if (l->stuck)
		return err_prefix(e, "dead letters");
	l->unsafe = 0;
	return 0;
}

bool ledger_is_dirty(const struct ledger *l)
{
	return reject_is_dirty(&l->letters);
}

bool ledger_is_stuck(const struct ledger *l)
{
	return l->stuck;
}

bool ledger_is_full(const struct ledger *l)
{
	return l->stuck && reject_held(&l->letters) >= STUCK_MAX;
}

int ledger_finish(struct ledger *l, bool comes_again)
{
	const struct delivery_counts *n = &l->counts;
	uint64_t nowhere = n->rejected + n->given_up - n->set_aside;
	struct err e;
	bool closed = reject_close(&l->letters, &e) == 0;

	if (n->rejected > REPORTED)
		msg_warn("records rejected in all: %llu",
			 (unsigned long long)n->rejected);
	if (!closed)
		fail(l, &e);
	if (!closed && !comes_again)
		nowhere += l->unsafe;
	if (nowhere > 0 && l->rehearses)
		msg_warn("records that could not be delivered: %llu",
			 (unsigned long long)nowhere);
	else if (nowhere > 0)
		msg_error("records neither delivered nor kept: %llu "
			  "(see --dead-letter)",
			  (unsigned long long)nowhere);
	if (n->given_up > 0 || l->failed)
		return STATUS_UNDELIVERED;
	return n->rejected > 0 ? STATUS_REJECTS : STATUS_DONE;
}

void ledger_format(const struct ledger *l, struct buf *out)
{
	const struct delivery_counts *n = &l->counts;
	const struct {
		const char *what;
		uint64_t count;
	} parts[] = {
		{ "read", n->read },
		{ "delivered", n->delivered },
		{ "rejected", n->rejected },
		{ "given up", n->given_up },
		{ "set aside", n->set_aside },
		{ "sent again", n->retried },
		{ "already there", n->repeated },
		{ "bytes delivered", n->bytes },
		{ "connections", n->connections },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		buf_printf(out, "%s%llu %s", i > 0 ? ", " : "",
			   (unsigned long long)parts[i].count, parts[i].what);
}

void ledger_collect(const struct ledger *l, struct page *page)
{
	const struct delivery_counts *n = &l->counts;

	page_counter(page, "records_read_total",
		     "Records read, blank lines left out.", n->read);
	page_counter(page, "records_delivered_total",
		     "Records that the destination has acknowledged.",
		     n->delivered);
	page_counter(page, "records_rejected_total",
		     "Records refused for what they are, by a filter, by this "
		     "tool or by the destination.",
		     n->rejected);
	page_counter(page, "records_dropped_total",
		     "Records given up for want of tries, time or room.",
		     n->given_up);
	page_counter(
		page, "records_dead_lettered_total",
		"Records rejected or dropped that are in the dead letters.",
		n->set_aside);
	page_counter(page, "records_retried_total",
		     "Records sent again, each time: the destination may have "
		     "them twice.",
		     n->retried);
	page_counter(page, "records_repeated_total",
		     "Records of the delivered that the destination had "
		     "already, by their id, and keeps once.",
		     n->repeated);
	page_counter(page, "delivered_bytes_total",
		     "Bytes of the records delivered.", n->bytes);
	page_counter(page, "connections_total", "Connections that came up.",
		     n->connections);
	page_histogram(page, "delivery_seconds",
		       "From reading a record to its acknowledgement.",
		       &l->latency);
}

void ledger_free(struct ledger *l)
{
	struct err ignored;

	// Only after a failure is there anything left to close.
	(void)!reject_close(&l->letters, &ignored);
	buf_free(&l->reason);
}

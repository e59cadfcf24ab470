/*
 * What became of each record: counted, reported, set aside.
 *
 * A record that leaves the engine goes through one of these functions, and
 * nothing else counts.
 */
#ifndef SIEM_DELIVERY_LEDGER_H
#define SIEM_DELIVERY_LEDGER_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/histogram.h"
#include "core/page.h"
#include "core/slice.h"
#include "stream/reader.h"
#include "stream/reject.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Records, none ever taken for another. */
struct delivery_counts {
	uint64_t read; // data lines that are not blank
	uint64_t delivered;
	uint64_t rejected;    // by a filter before, by us or by the destination
	uint64_t given_up;    // not delivered, for want of tries or of time
	uint64_t set_aside;   // of those two: in the dead letters
	uint64_t retried;     // sent again, each time
	uint64_t repeated;    // of the delivered: they had it already
	uint64_t bytes;       // of what was delivered
	uint64_t connections; // that came up
};

struct ledger {
	struct delivery_counts counts;
	struct histogram latency; // from reading a record to its delivery
	int64_t now_ns;           // since 1970, near enough; set by the engine
	bool failed;    // there was no memory to set something aside: stop
	bool rehearses; // a dry run: nothing is lost; set by the engine
	uint64_t early; // of the rejected, those that never were in the queue

	// private
	struct reject_file letters;
	struct buf reason; // of an R line that comes in pieces
	bool stuck;        // what is set aside could not be written yet
	uint64_t unsafe;   // of what is set aside: not durable
};

/* dead_letter may be NULL. */
int ledger_open(struct ledger *l, const char *dead_letter,
		struct err *e) MUST_CHECK;

static inline bool ledger_has_letters(const struct ledger *l)
{
	return l->letters.path != NULL;
}

/* The record of a line, read at that time, has been delivered. */
void ledger_deliver(struct ledger *l, struct slice record, int64_t read_ns);

/* It can never be delivered: report it, set it aside. line 0: not known. */
void ledger_reject(struct ledger *l, struct slice record, uint64_t line,
		   const char *reason);

/* A piece of a record that is too long, or of an R line. */
void ledger_reject_piece(struct ledger *l, const struct reader_line *piece,
			 size_t max_record);

/* An R line: a filter has rejected, and reported, the record. */
void ledger_pass_reject(struct ledger *l, const struct control *reject);

/* It could have been delivered, but was not: set it aside, or it is lost. */
void ledger_give_up(struct ledger *l, struct slice record, uint64_t line,
		    const char *reason);

/*
 * Make what was set aside durable. -1 with e filled: it is kept, and this can
 * be tried again.
 */
int ledger_sync(struct ledger *l, struct err *e) MUST_CHECK;

/*
 * While the dead letters cannot be written: is there no place for one more?
 * And is there so much that nothing should be read that could become one?
 */
bool ledger_is_stuck(const struct ledger *l);
bool ledger_is_full(const struct ledger *l);

/* Is something set aside that is not durable? */
bool ledger_is_dirty(const struct ledger *l);

/*
 * Say what has not been said yet, make everything durable, and close. Returns
 * the exit status that the counts mean. comes_again: what is not durable will
 * be read again, so it is not lost.
 */
int ledger_finish(struct ledger *l, bool comes_again) MUST_CHECK;

/* The counts as the line that --stats prints. */
void ledger_format(const struct ledger *l, struct buf *out);

/* The counts for --metrics. */
void ledger_collect(const struct ledger *l, struct page *page);

void ledger_free(struct ledger *l);

#endif

/*
 * How far a run has come, and what of that is durable.
 *
 * What leaves the queue is noted here, record by record and mark by mark, and
 * made durable in this order: dead letters, receipts, positions. So a position
 * never speaks of a record that is not safe, nor without its receipt.
 *
 * A disk that is full, or fails, ends nothing: that is said, and all of it is
 * tried again until it works. Nothing is forgotten meanwhile.
 */
#ifndef SIEM_DELIVERY_PROGRESS_H
#define SIEM_DELIVERY_PROGRESS_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "delivery/ledger.h"
#include "delivery/queue.h"
#include "delivery/receipts.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Who keeps the positions that marks carry. passed() notes one, in the order
 * of the stream, once every record before it is delivered or set aside;
 * commit() makes durable what was noted; last() is what was noted last of a
 * source, without data where nothing was.
 */
struct engine_commits {
	void (*passed)(void *context, struct slice source,
		       struct slice position);
	int (*commit)(void *context, struct err *e);
	struct slice (*last)(void *context, struct slice source);
	void *context;
};

struct progress {
	struct ledger *ledger;
	const struct engine_commits *commits; // NULL: nobody keeps positions
	struct receipts *receipts;            // NULL: none are asked for

	bool fails; // when it was tried last

	// private
	bool passed;           // a mark that is not committed
	uint64_t early;        // that are in receipts, as in the ledger
	int64_t due_ms;        // not before then
	int64_t complained_ms; // when that was said last
};

/* A record has left the queue, settled, and who took it if anybody did. */
void progress_record(struct progress *p, const struct queue_item *item,
		     const char *destination, const char *acknowledgement,
		     int64_t now_ns);

/* It was the last for which the queue had kept its memory. */
void progress_keep(struct progress *p);

/* A mark has. */
void progress_mark(struct progress *p, const struct queue_item *mark);

/* Is there something to be made durable that can be? */
bool progress_is_pending(const struct progress *p);

/* In how many milliseconds to try that, or -1: there is nothing. */
int progress_wait_ms(const struct progress *p, int64_t now_ms);

/*
 * From one time to the next, where the last took so long: a disk that is slow
 * gets a hundredth of the time, and its due every second all the same.
 */
int64_t progress_pause_ms(int64_t took_ns);

enum progress_when {
	PROGRESS_IN_TIME, // ten times a second at most; see progress_pause_ms()
	PROGRESS_DRAINED, // at once, and then until it works
	PROGRESS_LAST,    // at once, for the last time
};

/* Make durable what is to be. */
void progress_step(struct progress *p, int64_t now_ms, enum progress_when when);

#endif

/*
 * From the input into the queue: records, marks and flush lines in order;
 * what cannot be delivered goes straight to the ledger.
 */
#ifndef SIEM_DELIVERY_INTAKE_H
#define SIEM_DELIVERY_INTAKE_H

#include "core/attr.h"
#include "core/rate.h"
#include "delivery/ledger.h"
#include "delivery/queue.h"
#include "stream/reader.h"

#include <stdbool.h>
#include <stddef.h>

struct intake {
	struct reader reader;
	struct queue *queue;
	struct ledger *ledger;
	struct rate_limit limit; // of records taken
	bool warns;              // of positions that nobody commits
	bool ended; // nothing more will come
	bool whole; // and what has come is all there was
	int status; // of the stages before, and of reading

	// private
	struct reader_line line;
	enum reader_got waiting; // what line is, if there was no place for it or
				 // it came too early; else READER_MORE
	bool too_early;
};

#define INTAKE_INIT(fd, max_record, q, l)                            \
	((struct intake){ .reader = READER_INIT((fd), (max_record)), \
			  .queue = (q),                              \
			  .ledger = (l) })

/* Would it read, if there was something? */
bool intake_wants(const struct intake *in);

/*
 * Queue what has been read, until the queue is full; where readable, read once
 * before. now_ns: since 1970, the time that goes with it. What goes wrong is
 * said, and ends the input.
 */
void intake_step(struct intake *in, bool readable, int64_t now_ns);

/* How long until a record that came too early may be taken; -1: none did. */
int64_t intake_wait_ms(const struct intake *in);

/* Read no more; records that were read and not queued are given up. */
void intake_abandon(struct intake *in, const char *why);

/* Read no more, and forget those records: they will be read again. */
void intake_forget(struct intake *in);

void intake_free(struct intake *in);

#endif

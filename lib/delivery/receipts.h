/*
 * Receipts: what was delivered, in a file that can be held against the sources
 * (siem-receipts(5)).
 *
 * Records are counted as they leave the queue, in the order they came, and a
 * JSON line is written for each group of them. Where positions are kept a group
 * ends with a mark, so that a receipt is exactly about what the checkpoint then
 * says, with a digest of what came from each source; else it ends when it is
 * synced. Each line tells the SHA-256 of the line before.
 */
#ifndef SIEM_DELIVERY_RECEIPTS_H
#define SIEM_DELIVERY_RECEIPTS_H

#include "core/attr.h"
#include "core/checksum.h"
#include "core/err.h"
#include "core/slice.h"
#include "delivery/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct receipts;

/*
 * Append to the file at path, as stream/journal.h does. id is that of the
 * checkpoint, and has no data where there is none; it is borrowed. digests is
 * the kind that records are digested by.
 */
struct receipts *receipts_open(const char *path, struct slice id,
			       enum checksum_kind digests,
			       struct err *e) MUST_CHECK;

/*
 * A record is settled, by now (nanoseconds since 1970); destination and
 * acknowledgement are constants that say who took it and how that is known. Its
 * bytes are borrowed from the queue until a mark comes, or receipts_keep().
 */
void receipts_add(struct receipts *r, const struct queue_item *item,
		  const char *destination, const char *acknowledgement,
		  int64_t now_ns);

/* The memory of the record that was added last is about to go. */
void receipts_keep(struct receipts *r);

/* Records were rejected before they came into the queue. */
void receipts_reject(struct receipts *r, uint64_t count);

/* A mark has come: everything added since the last is of its source. */
void receipts_mark(struct receipts *r, struct slice source, struct slice from,
		   struct slice to);

/* Is something not durable? */
bool receipts_is_dirty(const struct receipts *r);

/*
 * End the group, and make the receipt for it durable. -1 with e filled: it is
 * kept, and this can be tried again.
 */
int receipts_sync(struct receipts *r, struct err *e) MUST_CHECK;

/* Release it; what is not synced is lost. */
void receipts_close(struct receipts *r);

#endif

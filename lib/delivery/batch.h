/*
 * Records that go out together, and what becomes of them together.
 *
 * A batch only points to its records: they stay in the queue, SENT, until they
 * are settled or put back.
 */
#ifndef SIEM_DELIVERY_BATCH_H
#define SIEM_DELIVERY_BATCH_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "delivery/backoff.h"
#include "delivery/ledger.h"
#include "delivery/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct batch {
	struct queue_item **items;
	size_t count;
	bool closed;       // it is full, or was ended by a flush line
	int64_t opened_ms; // when its first record was taken

	// while it waits for another try
	struct backoff backoff;
	int64_t due_ms;

	// while it is accepted, and not acknowledged
	uint64_t ticket;
	int64_t since_ms;
	bool asked;    // about, in the question that is under way
	uint32_t turn; // in which it was asked about last
	uint64_t heard; // when it was confirmed: requests sent by then

	// private
	struct batch *next;
	size_t cap;
	struct queue *queue; // which is charged for them
};

/* In the order in which they are to go. */
struct batch_list {
	struct batch *first, *last;
	size_t count;
};

/* When a batch is closed. */
struct batch_limits {
	size_t bytes; // of its body; 0: no bound
	size_t count; // of records; 0: no bound
};

/*
 * Append a record, the index-th of its batch, to the body. ERR_DATA: it can
 * never be sent.
 */
typedef int batch_add_fn(void *context, const struct queue_item *item,
			 size_t index, struct buf *body, struct err *e);

/* Who takes what from where. */
struct batch_source {
	struct queue *queue;
	struct ledger *ledger;
	uint8_t owner;
	struct batch_limits limits;
	batch_add_fn *add;
	void *context; // of add
};

/* An empty one for records of that queue, or NULL: out of memory. */
struct batch *batch_new(struct queue *queue) MUST_CHECK;

/* Forget it; what it holds has gone elsewhere. Harmless on NULL. */
void batch_free(struct batch *b);

/* One more record at its end. False: out of memory. */
bool batch_append(struct batch *b, struct queue_item *item) MUST_CHECK;

/*
 * Take what waits in the queue, until the batch is closed; what can never be
 * sent is rejected. -1 with e filled: a record could not be added for another
 * reason, and still waits.
 */
int batch_fill(struct batch *b, const struct batch_source *from,
	       struct buf *body, int64_t now_ms, struct err *e) MUST_CHECK;

/* Make the body anew, without what can no longer be sent. */
int batch_rebuild(struct batch *b, const struct batch_source *from,
		  struct buf *body, struct err *e) MUST_CHECK;

/*
 * What it holds has been delivered; waits in the queue again. It is empty then.
 */
void batch_deliver(struct batch *b, const struct batch_source *from);
void batch_put_back(struct batch *b, const struct batch_source *from);

/* It went out, and may have to go out again; that was one of its tries. */
void batch_note_sent(const struct batch *b);
void batch_count_try(const struct batch *b);

/* A place in the list: in front; at the end. */
void batch_list_push(struct batch_list *l, struct batch *b);
void batch_list_append(struct batch_list *l, struct batch *b);

/* Take one that is in the list out of it; the first, or NULL. */
void batch_list_remove(struct batch_list *l, struct batch *b);
struct batch *batch_list_take(struct batch_list *l);

/* Put what they hold back into the queue, and free them; only that. */
void batch_list_put_back(struct batch_list *l, const struct batch_source *from);
void batch_list_free(struct batch_list *l);

#endif

/*
 * What has been read and not yet been settled, in the order it came: records,
 * and what travels between them in a marked stream.
 *
 * Records are copied once, into large chunks, and stay where they are until
 * they leave at the front; nothing is allocated per record. Memory is bounded:
 * a queue that is full says so, and its reader waits. What is known of the
 * records of a chunk lies together, apart from their bytes, so that those who
 * walk over items read nothing else.
 *
 * An item is WAITING until somebody takes it, SENT while nobody knows what
 * became of it, and DONE when that is settled, whichever way. Items may be
 * settled in any order; they leave in their own.
 */
#ifndef SIEM_DELIVERY_QUEUE_H
#define SIEM_DELIVERY_QUEUE_H

#include "core/attr.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum queue_kind {
	QUEUE_RECORD,
	QUEUE_MARK,  // its bytes are "SOURCE POSITION"; never taken, DONE
	QUEUE_FLUSH, // a batch ends here; no bytes
};

enum queue_state { QUEUE_WAITING, QUEUE_SENT, QUEUE_DONE };

/* What became of a record. */
enum queue_fate { FATE_NONE, FATE_DELIVERED, FATE_REJECTED, FATE_GIVEN_UP };

/* One line of a cache. */
struct queue_item {
	enum queue_kind kind : 8;
	enum queue_state state : 8;
	enum queue_fate fate : 8; // DONE: what has become of it
	uint8_t owner;            // SENT: the carrier that has it
	bool sent_before; // it went out, in a try that failed
	bool refused;     // so was it, in company
	bool resent;      // and it went out once more
	uint32_t len;     // of its bytes
	uint32_t back;    // how far before the item they are; see queue_bytes()
	uint32_t tries;   // that failed while it was under way
	uint32_t born;    // the epoch of the queue when it was added
	uint64_t line;    // in the input
	int64_t read_ns;  // since 1970
	int64_t sent_ns;  // since 1970: when it was taken first; 0: never
	uint64_t number;  // of its frame, on the connection that has it; of a
			  // mark, how many were rejected before it unqueued
	uint64_t end;     // of its frame, in the bytes of that connection
};

struct queue_chunk;

/* A place in the queue: that of an item, or behind the last. */
struct queue_place {
	struct queue_chunk *chunk;
	size_t at; // how many items of it come before
};

/* Memory that somebody holds for what is in the queue. */
struct queue_claim {
	size_t used, reserved; // bytes
};

struct queue {
	size_t max;       // bytes of memory
	size_t held;      // of those, in use
	struct queue_claim claimed; // the sum of all claims
	uint64_t open;    // records that are not DONE
	uint64_t waiting; // of those, the ones that are WAITING
	uint32_t epoch;   // tries that failed for all that was in it
	int64_t now_ns;   // since 1970, near enough; set by the engine

	// private
	struct queue_chunk *tail;
	struct queue_chunk *spare; // and those behind it
	unsigned spare_count;
	struct queue_place front; // of the first item
	struct queue_place next;  // nothing before it is WAITING
};

#define QUEUE_INIT(memory) ((struct queue){ .max = (memory) })

/*
 * Add a copy of bytes behind the last item. NULL: it is full (an empty queue
 * takes an item of any size), with errno ENOBUFS, or ENOMEM.
 */
struct queue_item *queue_add(struct queue *q, enum queue_kind kind,
			     struct slice bytes) MUST_CHECK;

/* The tries that an item has had and that failed. */
static inline uint64_t queue_tries(const struct queue *q,
				   const struct queue_item *item)
{
	return (uint64_t)item->tries + (q->epoch - item->born);
}

static inline struct slice queue_bytes(const struct queue_item *item)
{
	return (struct slice){ (const char *)item - item->back, item->len };
}

/* The same and an LF: the line of a record, next to those of its neighbours. */
static inline struct slice queue_line(const struct queue_item *item)
{
	return (struct slice){ queue_bytes(item).data, (size_t)item->len + 1 };
}

/* The first item, or NULL. */
struct queue_item *queue_front(struct queue *q);

/* Remove the first item, which is DONE. */
void queue_drop(struct queue *q);

/*
 * Is the first item the last for which its memory is kept? Where it is not, the
 * bytes of what is dropped stay where they are.
 */
bool queue_drops_memory(const struct queue *q);

/* The next item that is WAITING, which becomes SENT, or NULL. */
struct queue_item *queue_take(struct queue *q);

/* The item that queue_take() would return, which stays WAITING. */
struct queue_item *queue_peek(struct queue *q);

/* So many bytes are held elsewhere for what is in the queue; no longer. */
void queue_charge(struct queue *q, size_t bytes);
void queue_discharge(struct queue *q, size_t bytes);

/*
 * What somebody holds elsewhere changes to used, and what he may come to hold
 * to reserved: the larger of the two is kept free.
 */
void queue_claim(struct queue *q, struct queue_claim *claim, size_t used,
		 size_t reserved);

/* All that is in use. */
static inline size_t queue_memory(const struct queue *q)
{
	return q->held + q->claimed.used;
}

/* An item that was SENT is WAITING again, or DONE, and what became of it. */
void queue_put_back(struct queue *q, struct queue_item *item);
void queue_settle(struct queue *q, struct queue_item *item,
		  enum queue_fate fate);

/*
 * All items in turn, from the front; NULL after the last. A place is good
 * until something is dropped.
 */
struct queue_place queue_begin(const struct queue *q);
struct queue_item *queue_each(struct queue_place *place);

void queue_free(struct queue *q);

#endif

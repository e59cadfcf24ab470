/*
 * The records that are under way to a destination: handed over, and nobody
 * knows yet what became of them.
 */
#ifndef SIEM_DELIVERY_FLIGHT_H
#define SIEM_DELIVERY_FLIGHT_H

#include "core/attr.h"
#include "delivery/ledger.h"
#include "delivery/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct flight {
	struct queue *queue;
	struct ledger *ledger;
	uint8_t owner; // of what is under way, where others are at the queue
	uint64_t count;
	uint64_t bytes; // of those records, with their ends
};

/*
 * An item that was taken from the queue is under way: with this number, and
 * over once so many bytes of the connection have arrived.
 */
void flight_add(struct flight *f, struct queue_item *item, uint64_t number,
		uint64_t end);

/* The one that has this number, or NULL; is it the first that is under way? */
struct queue_item *flight_find(const struct flight *f, uint64_t number,
			       bool *is_first);

/* It has arrived; it was refused; everything before that byte has arrived. */
void flight_deliver(struct flight *f, struct queue_item *item);
void flight_reject(struct flight *f, struct queue_item *item, const char *why);
void flight_deliver_up_to(struct flight *f, uint64_t end);

/* It was refused, perhaps for its company: it waits for the next connection. */
void flight_put_back_one(struct flight *f, struct queue_item *item);

/* It failed by itself, and waits for another try. */
void flight_try_again(struct flight *f, struct queue_item *item);

/*
 * The connection is gone, after so many bytes were written: what is under way
 * waits again. was_a_try: this counts as one, of what had been written.
 */
void flight_put_back(struct flight *f, uint64_t written, bool was_a_try);

#endif

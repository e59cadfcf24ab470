#include "delivery/flight.h"

static uint64_t bytes_of(const struct queue_item *item)
{
	return queue_bytes(item).len + 1;
}

/* It is under way no more. */
static void land(struct flight *f, const struct queue_item *item)
{
	f->count--;
	f->bytes -= bytes_of(item);
}

void flight_add(struct flight *f, struct queue_item *item, uint64_t number,
		uint64_t end)
{
	item->number = number;
	item->end = end;
	item->owner = f->owner;
	f->count++;
	f->bytes += bytes_of(item);
	f->ledger->counts.retried += item->sent_before;
	item->resent = item->sent_before;
}

/* Is it one of ours? */
static bool is_under_way(const struct flight *f, const struct queue_item *item)
{
	return item->state == QUEUE_SENT && item->owner == f->owner;
}

struct queue_item *flight_find(const struct flight *f, uint64_t number,
			       bool *is_first)
{
	struct queue_place place = queue_begin(f->queue);
	struct queue_item *item;

	*is_first = true;
	// Answers mostly come in order, so it is one of the first.
	while ((item = queue_each(&place)) != NULL) {
		if (!is_under_way(f, item))
			continue;
		if (item->number == number)
			return item;
		*is_first = false;
	}
	return NULL;
}

void flight_deliver(struct flight *f, struct queue_item *item)
{
	ledger_deliver(f->ledger, queue_bytes(item), item->read_ns);
	land(f, item);
	queue_settle(f->queue, item, FATE_DELIVERED);
}

void flight_reject(struct flight *f, struct queue_item *item, const char *why)
{
	ledger_reject(f->ledger, queue_bytes(item), item->line, why);
	land(f, item);
	queue_settle(f->queue, item, FATE_REJECTED);
}

void flight_deliver_up_to(struct flight *f, uint64_t end)
{
	struct queue_place place = queue_begin(f->queue);
	struct queue_item *item;

	while (f->count > 0 && (item = queue_each(&place)) != NULL) {
		if (!is_under_way(f, item))
			continue;
		if (item->end > end)
			return;
		flight_deliver(f, item);
	}
}

void flight_put_back_one(struct flight *f, struct queue_item *item)
{
	item->sent_before = true;
	item->refused = true;
	land(f, item);
	queue_put_back(f->queue, item);
}

void flight_try_again(struct flight *f, struct queue_item *item)
{
	item->sent_before = true;
	item->tries++;
	land(f, item);
	queue_put_back(f->queue, item);
}

void flight_put_back(struct flight *f, uint64_t written, bool was_a_try)
{
	struct queue_place place = queue_begin(f->queue);
	struct queue_item *item;

	for (; f->count > 0; f->count--) {
		while ((item = queue_each(&place)) != NULL &&
		       !is_under_way(f, item))
			;
		if (item == NULL)
			break;
		if (item->end <= written) {
			item->sent_before = true;
			item->tries += was_a_try;
		}
		queue_put_back(f->queue, item);
	}
	f->count = 0;
	f->bytes = 0;
}

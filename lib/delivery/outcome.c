#include "delivery/outcome.h"

/* The records of one answer, sorted by what is to be done with them. */
struct sorting {
	const struct batch_source *from;
	struct batch *again, *split; // NULL: none yet
	struct batch *pending;       // with the ticket that came last
	const struct outcome_lists *lists;
	int64_t now_ms;
	struct outcome outcome;
};

/* Add to a batch that may have to be made; else it waits in the queue. */
static void gather(struct sorting *s, struct batch **b, struct queue_item *item)
{
	if (*b == NULL)
		*b = batch_new(s->from->queue);
	if (*b == NULL || !batch_append(*b, item))
		queue_put_back(s->from->queue, item);
}

static void reject(struct sorting *s, struct queue_item *item,
		   const char *reason)
{
	ledger_reject(s->from->ledger, queue_bytes(item), item->line,
		      reason != NULL ? reason : "refused");
	queue_settle(s->from->queue, item, FATE_REJECTED);
	s->outcome.progress = true;
}

static void flush_pending(struct sorting *s)
{
	if (s->pending != NULL)
		batch_list_append(s->lists->pending, s->pending);
	s->pending = NULL;
}

static void await(struct sorting *s, struct queue_item *item, uint64_t ticket)
{
	if (s->pending != NULL && s->pending->ticket != ticket)
		flush_pending(s);
	gather(s, &s->pending, item);
	if (s->pending != NULL) {
		s->pending->ticket = ticket;
		s->pending->since_ms = s->now_ms;
	}
	s->outcome.progress = true;
}

/* It stays with us, for a reason of which the gravest is told. */
static void keep(struct sorting *s, struct queue_item *item,
		 const struct judgement *j)
{
	struct outcome *o = &s->outcome;

	item->sent_before = true;
	gather(s, &s->again, item);
	if (o->left != VERDICT_HOLD || j->verdict == VERDICT_HOLD) {
		o->left = j->verdict;
		o->reason = j->reason;
	}
	if (j->verdict == VERDICT_RETRY && j->wait_ms > o->wait_ms)
		o->wait_ms = j->wait_ms;
}

/* They took it, and would like to have a rest. */
static void slow_down(struct sorting *s, const struct judgement *j)
{
	if (j->wait_ms > s->outcome.slow_ms)
		s->outcome.slow_ms = j->wait_ms;
}

static void sort(struct sorting *s, struct queue_item *item,
		 const struct judgement *j, bool is_alone)
{
	switch (j->verdict) {
	case VERDICT_DELIVERED:
		slow_down(s, j);
		ledger_deliver(s->from->ledger, queue_bytes(item),
			       item->read_ns);
		s->from->ledger->counts.repeated += j->repeated;
		queue_settle(s->from->queue, item, FATE_DELIVERED);
		s->outcome.progress = true;
		break;
	case VERDICT_PENDING:
		slow_down(s, j);
		await(s, item, j->ticket);
		break;
	case VERDICT_SPLIT:
		if (is_alone) {
			reject(s, item, j->reason);
			break;
		}
		item->sent_before = true;
		gather(s, &s->split, item);
		s->outcome.progress = true;
		break;
	case VERDICT_REJECT:
		reject(s, item, j->reason);
		break;
	case VERDICT_RETRY:
	case VERDICT_HOLD:
		keep(s, item, j);
		break;
	}
}

/* Two batches of half the records each, to go before all others. */
static void halve(struct sorting *s)
{
	struct batch *first = s->split;
	struct batch *second = NULL;
	size_t count = first->count;
	size_t half = (count + 1) / 2;

	for (size_t i = half; i < count; i++)
		gather(s, &second, first->items[i]);
	first->count = half;
	if (second != NULL)
		batch_list_push(s->lists->again, second);
	batch_list_push(s->lists->again, first);
}

struct outcome outcome_of(struct batch *b, const struct judgement *judgements,
			  const struct batch_source *from,
			  const struct outcome_lists *lists, int64_t now_ms)
{
	struct sorting s = {
		.from = from,
		.lists = lists,
		.now_ms = now_ms,
		.outcome = { .left = VERDICT_DELIVERED,
			     .wait_ms = WAIT_BACKOFF },
	};

	for (size_t i = 0; i < b->count; i++)
		sort(&s, b->items[i], &judgements[i], b->count == 1);
	flush_pending(&s);
	if (s.split != NULL)
		halve(&s);
	if (s.again != NULL) {
		s.again->backoff = b->backoff;
		batch_list_push(lists->again, s.again);
	}
	batch_free(b);
	return s.outcome;
}

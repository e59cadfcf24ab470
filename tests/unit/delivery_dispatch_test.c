/* What becomes of batches by what is said of them. */
#include "delivery/dispatch.h"

#include "check.h"

#include <stdlib.h>

/* A dispatch with a queue of its own. */
struct setting {
	struct queue queue;
	struct ledger ledger;
	struct dispatch dispatch;
};

static void set_up(struct setting *s)
{
	struct err e;

	*s = (struct setting){ .queue = QUEUE_INIT(1 << 20) };
	if (ledger_open(&s->ledger, NULL, &e) < 0)
		abort();
	s->dispatch.lineup = LINEUP_INIT(1 << 16);
	s->dispatch.lineup.in_flight = 4;
	s->dispatch.lineup.source =
		(struct batch_source){ .queue = &s->queue,
				       .ledger = &s->ledger };
	s->dispatch.tickets.for_ms = 1000;
}

static void tear_down(struct setting *s)
{
	dispatch_free(&s->dispatch);
	ledger_free(&s->ledger);
	queue_free(&s->queue);
}

/* A batch of one record, that has been taken. */
static struct batch *batch_of_one(struct setting *s)
{
	struct batch *b = batch_new(&s->queue);

	if (b == NULL ||
	    queue_add(&s->queue, QUEUE_RECORD, SLICE("one")) == NULL ||
	    !batch_append(b, queue_take(&s->queue)))
		abort();
	return b;
}

/* It was accepted, and this is its ticket. */
static void accept_with(struct setting *s, struct batch *b,
			struct sending sending, uint64_t ticket)
{
	const struct judgement pending = { .verdict = VERDICT_PENDING,
					   .ticket = ticket };

	dispatch_judged(&s->dispatch, b, sending, &pending, "", 1);
}

static void
a_ticket_of_before_the_doubt_that_comes_after_it_is_worth_nothing(void)
{
	struct setting s;

	set_up(&s);
	struct batch *early = batch_of_one(&s);
	struct batch *late = batch_of_one(&s);
	const struct queue_item *early_item = early->items[0];
	struct sending first = dispatch_sent(&s.dispatch, early);

	dispatch_doubt(&s.dispatch, 0);
	struct sending second = dispatch_sent(&s.dispatch, late);
	accept_with(&s, early, first, 7);
	CHECK(s.dispatch.tickets.pending.count == 0);
	CHECK(s.dispatch.lineup.waiting.count == 1);
	CHECK(early_item->sent_before);
	accept_with(&s, late, second, 8);
	CHECK(s.dispatch.tickets.pending.count == 1);
	CHECK(s.dispatch.lineup.waiting.count == 1);
	tear_down(&s);
}

static void the_doubt_takes_back_what_was_accepted_and_confirmed(void)
{
	struct setting s;

	set_up(&s);
	for (uint64_t ticket = 0; ticket < 2; ticket++) {
		struct batch *b = batch_of_one(&s);

		accept_with(&s, b, dispatch_sent(&s.dispatch, b), ticket);
	}
	CHECK(tickets_ask(&s.dispatch.tickets, 1));

	const struct judgement said[] = { { .verdict = VERDICT_DELIVERED },
					  { .verdict = VERDICT_PENDING } };
	dispatch_told(&s.dispatch, said, "", 2);
	CHECK(s.dispatch.tickets.confirmed.count == 1);
	// Nothing was answered that was sent behind the question.
	dispatch_doubt(&s.dispatch, 3);
	dispatch_settle(&s.dispatch, UINT64_MAX);
	CHECK(s.ledger.counts.delivered == 0);
	CHECK(s.dispatch.lineup.waiting.count == 2);
	tear_down(&s);
}

static void what_is_confirmed_counts_once_all_sent_by_then_is_answered(void)
{
	struct setting s;

	set_up(&s);
	struct batch *b = batch_of_one(&s);

	accept_with(&s, b, dispatch_sent(&s.dispatch, b), 0);
	CHECK(tickets_ask(&s.dispatch.tickets, 1));
	const struct judgement said = { .verdict = VERDICT_DELIVERED };
	dispatch_told(&s.dispatch, &said, "", 2);
	dispatch_settle(&s.dispatch, 0);
	CHECK(s.ledger.counts.delivered == 0);
	dispatch_settle(&s.dispatch, 1);
	CHECK(s.ledger.counts.delivered == 1);
	tear_down(&s);
}

static void what_they_had_already_is_delivered_and_counted(void)
{
	const struct judgement known = { .verdict = VERDICT_DELIVERED,
					 .repeated = true };
	const struct judgement new = { .verdict = VERDICT_DELIVERED };
	struct setting s;

	set_up(&s);
	struct batch *b = batch_of_one(&s);
	dispatch_judged(&s.dispatch, b, dispatch_sent(&s.dispatch, b), &known,
			"", 1);
	b = batch_of_one(&s);
	dispatch_judged(&s.dispatch, b, dispatch_sent(&s.dispatch, b), &new, "",
			1);
	CHECK(s.ledger.counts.delivered == 2);
	CHECK(s.ledger.counts.repeated == 1);
	tear_down(&s);
}

static void what_is_left_of_a_batch_waits_as_long_as_it_would_have(void)
{
	static const struct judgement judgements[] = {
		{ .verdict = VERDICT_DELIVERED },
		{ .verdict = VERDICT_RETRY, .wait_ms = WAIT_BACKOFF },
	};
	struct setting s;

	set_up(&s);
	struct batch *b = batch_of_one(&s);
	CHECK(queue_add(&s.queue, QUEUE_RECORD, SLICE("two")) != NULL);
	CHECK(batch_append(b, queue_take(&s.queue)));
	b->backoff.most_ms = 1600;
	dispatch_judged(&s.dispatch, b, dispatch_sent(&s.dispatch, b),
			judgements, "", 1);
	const struct batch *left = s.dispatch.lineup.waiting.first;
	CHECK(s.ledger.counts.delivered == 1);
	CHECK(left != NULL && left->count == 1 &&
	      left->backoff.most_ms == 1600);
	tear_down(&s);
}

static int add(void *context, const struct queue_item *item, size_t index,
	       struct buf *body, struct err *e)
{
	(void)context;
	(void)index;
	(void)e;
	buf_put_slice(body, queue_bytes(item));
	return 0;
}

static void with_one_request_at_a_time_none_goes_before_the_first(void)
{
	struct setting s;
	struct buf body = BUF_INIT(100);
	struct batch *next;
	struct err e;

	set_up(&s);
	struct lineup *l = &s.dispatch.lineup;
	struct batch *first = batch_of_one(&s);
	struct batch *second = batch_of_one(&s);
	l->source.add = add;
	l->in_flight = 1;
	lineup_put_off(l, second, 0);
	lineup_put_off(l, first, 100);
	CHECK(lineup_next(l, 50, &body, &next, &e) == 0 && next == NULL);
	CHECK(lineup_next(l, 100, &body, &next, &e) == 0 && next == first);
	batch_free(next);
	buf_free(&body);
	tear_down(&s);
}

static void what_is_unconfirmed_is_all_that_is_missing_once_they_answer(void)
{
	const struct err refused = { .kind = ERR_TEMPORARY,
				     .text = "connect: Connection refused" };
	const struct judgement not_yet = { .verdict = VERDICT_PENDING };
	const struct judgement denied = { .verdict = VERDICT_HOLD };
	struct setting s;

	set_up(&s);
	struct batch *b = batch_of_one(&s);

	CHECK(dispatch_unconfirmed_ms(&s.dispatch) == 0);
	accept_with(&s, b, dispatch_sent(&s.dispatch, b), 0);
	const int64_t since_ms = dispatch_unconfirmed_ms(&s.dispatch);
	CHECK(since_ms > 0);
	health_failed(&s.dispatch.health, 2, WAIT_BACKOFF, &refused);
	CHECK(dispatch_unconfirmed_ms(&s.dispatch) == 0);
	CHECK(tickets_ask(&s.dispatch.tickets, 9));
	dispatch_told(&s.dispatch, &denied, "", 9);
	CHECK(dispatch_unconfirmed_ms(&s.dispatch) == 0);
	dispatch_told(&s.dispatch, &not_yet, "", 10);
	CHECK(dispatch_unconfirmed_ms(&s.dispatch) == since_ms);
	tear_down(&s);
}

int main(void)
{
	RUN(a_ticket_of_before_the_doubt_that_comes_after_it_is_worth_nothing);
	RUN(the_doubt_takes_back_what_was_accepted_and_confirmed);
	RUN(what_is_confirmed_counts_once_all_sent_by_then_is_answered);
	RUN(what_they_had_already_is_delivered_and_counted);
	RUN(what_is_left_of_a_batch_waits_as_long_as_it_would_have);
	RUN(with_one_request_at_a_time_none_goes_before_the_first);
	RUN(what_is_unconfirmed_is_all_that_is_missing_once_they_answer);
	return check_done();
}

#include "delivery/dispatch.h"

#include "delivery/outcome.h"

/* Back into the queue with what the engine is to give up. */
static void release_tired_of(struct dispatch *d, struct batch *b)
{
	struct queue *queue = d->lineup.source.queue;
	size_t kept = 0;

	for (size_t i = 0; i < b->count; i++) {
		struct queue_item *item = b->items[i];

		if (queue_tries(queue, item) + d->tried_all > d->retries)
			queue_put_back(queue, item);
		else
			b->items[kept++] = item;
	}
	b->count = kept;
}

static void release_tired(struct dispatch *d)
{
	if (!d->bounded_retries)
		return;
	for (struct batch *b = d->lineup.waiting.first; b != NULL; b = b->next)
		release_tired_of(d, b);
}

/* Why it failed: what was said, and the reason that was given or NULL. */
static void explain(enum err_kind kind, const char *said, const char *reason,
		    struct err *e)
{
	err_set(e, kind, "%s%s%s", said, reason != NULL ? ": " : "",
		reason != NULL ? reason : "");
}

static void count_try(struct dispatch *d, const struct batch *b, uint32_t round)
{
	switch (health_count_try(&d->health, round)) {
	case TRY_OF_ALL:
		d->tried_all = true;
		break;
	case TRY_OF_BATCH:
		batch_count_try(b);
		break;
	case TRY_OF_NONE:
		break;
	}
}

/* Has it never failed as a whole? */
static bool is_untried(const struct batch *b)
{
	return b->backoff.most_ms == 0;
}

struct sending dispatch_sent(struct dispatch *d, const struct batch *b)
{
	const bool is_first = is_untried(b);

	d->first_tries += is_first;
	for (size_t i = 0; i < b->count; i++) {
		d->lineup.source.ledger->counts.retried +=
			b->items[i]->sent_before;
		b->items[i]->resent |= b->items[i]->sent_before;
	}
	return (struct sending){ d->health.round, d->sent++, is_first };
}

void dispatch_stuck(struct dispatch *d, struct batch *b, int64_t now_ms,
		    const struct err *why)
{
	lineup_put_off(&d->lineup, b, now_ms + backoff_pause(&b->backoff));
	health_failed(&d->health, now_ms, WAIT_BACKOFF, why);
}

/* They do not let us in, so it seems, but there is more that may prove the
   contrary. */
static bool is_undecided(const struct dispatch *d)
{
	const struct batch *b = d->lineup.waiting.first;

	if (d->accepted || d->lineup.source.ledger->counts.delivered > 0)
		return false;
	while (b != NULL && !is_untried(b))
		b = b->next;
	return b != NULL || d->first_tries > 0;
}

/* It goes again, behind all others. */
static void set_back(struct dispatch *d, struct batch *b, int64_t now_ms)
{
	b->due_ms = now_ms + backoff_pause(&b->backoff);
	b->closed = true;
	batch_list_append(&d->lineup.waiting, b);
}

/* dispatch_lost(), also where there was an answer. */
static void lose(struct dispatch *d, struct batch *b, struct sending sending,
		 int64_t now_ms, int64_t wait_ms, const struct err *why)
{
	if (why->kind == ERR_DENIED && is_undecided(d)) {
		set_back(d, b, now_ms);
		return;
	}
	if (why->kind == ERR_TEMPORARY)
		count_try(d, b, sending.round);
	lineup_put_off(
		&d->lineup, b,
		now_ms + (wait_ms >= 0 ? wait_ms : backoff_pause(&b->backoff)));
	health_failed(&d->health, now_ms, wait_ms, why);
	release_tired(d);
}

void dispatch_barred(struct dispatch *d, int64_t now_ms, int64_t wait_ms,
		     const struct err *why)
{
	d->tried_all |= why->kind == ERR_TEMPORARY;
	health_failed(&d->health, now_ms, wait_ms, why);
	release_tired(d);
}

void dispatch_lost(struct dispatch *d, struct batch *b, struct sending sending,
		   int64_t now_ms, int64_t wait_ms, const struct err *why)
{
	d->first_tries -= sending.is_first;
	lose(d, b, sending, now_ms, wait_ms, why);
}

/* Something was accepted, or rejected: so far it works. */
static void note_progress(struct dispatch *d, bool is_pending)
{
	bool was_well = d->health.well;

	d->accepted |= is_pending;
	health_succeeded(&d->health);
	// What still has to be acknowledged proves nothing yet.
	d->health.well &= was_well || !is_pending;
}

/* They were accepted, but their tickets are worth nothing. */
static void disbelieve(struct dispatch *d, struct batch_list *list,
		       int64_t now_ms)
{
	for (const struct batch *b = list->first; b != NULL; b = b->next)
		batch_note_sent(b);
	lineup_put_off_all(&d->lineup, list, now_ms);
}

void dispatch_doubt(struct dispatch *d, int64_t now_ms)
{
	struct batch_list again = { 0 };

	tickets_void(&d->tickets, &again);
	disbelieve(d, &again, now_ms);
	d->doubtful = d->sent;
}

/*
 * A ticket was given out while another batch still waited to be confirmed by
 * it. Either they have begun anew, or there are several, each of which numbers
 * by itself: then the one that is asked may mean another batch. So nothing
 * that was given out counts, and for a while there is only one at a time: no
 * two can have the same.
 */
static void be_careful(struct dispatch *d, int64_t now_ms)
{
	enum { CAREFUL_MOST = 1 << 16 };
	struct err e;

	dispatch_doubt(d, now_ms);
	d->renew = true;
	d->caution = d->caution == 0             ? 1
		     : d->caution < CAREFUL_MOST ? 2 * d->caution
						 : CAREFUL_MOST;
	d->careful = d->caution;
	err_set(&e, ERR_TEMPORARY,
		"two requests have the same number for their acknowledgement: "
		"is there more than one collector at that address?");
	health_failed(&d->health, now_ms, 0, &e);
}

void dispatch_judged(struct dispatch *d, struct batch *b,
		     struct sending sending, const struct judgement *judgements,
		     const char *said, int64_t now_ms)
{
	struct batch_list again = { 0 };
	struct batch_list pending = { 0 };
	struct batch_list forgotten = { 0 };
	const struct outcome_lists lists = { &again, &pending };
	struct outcome o =
		outcome_of(b, judgements, &d->lineup.source, &lists, now_ms);
	const bool is_pending = pending.count > 0;
	bool is_twice;
	struct err e;

	d->first_tries -= sending.is_first;
	explain(o.left == VERDICT_HOLD ? ERR_DENIED : ERR_TEMPORARY, said,
		o.reason, &e);
	if (sending.number < d->doubtful)
		disbelieve(d, &pending, now_ms);
	tickets_add(&d->tickets, &pending, &forgotten, now_ms);
	is_twice = forgotten.count > 0;
	disbelieve(d, &forgotten, now_ms);
	if (o.progress)
		note_progress(d, is_pending);
	if (is_twice)
		be_careful(d, now_ms);
	if (now_ms + o.slow_ms > d->health.slow_ms)
		d->health.slow_ms = now_ms + o.slow_ms;
	if (!o.progress && o.left != VERDICT_DELIVERED && again.count == 1) {
		lose(d, batch_list_take(&again), sending, now_ms, o.wait_ms,
		     &e);
		return;
	}
	lineup_put_off_all(&d->lineup, &again,
			   now_ms + (o.wait_ms >= 0 ? o.wait_ms : 0));
	if (o.left == VERDICT_HOLD)
		health_failed(&d->health, now_ms, WAIT_BACKOFF, &e);
}

/* It has to go once more, which is another of its tries. */
static void send_again(struct dispatch *d, struct batch *b, int64_t now_ms)
{
	batch_note_sent(b);
	batch_count_try(b);
	lineup_put_off(&d->lineup, b, now_ms);
}

/* What was said of one ticket. */
static void hear(struct dispatch *d, uint64_t ticket, enum verdict verdict,
		 int64_t now_ms)
{
	struct batch *b;

	if (verdict == VERDICT_PENDING || verdict == VERDICT_HOLD)
		return;
	b = tickets_take(&d->tickets, ticket);
	if (b == NULL)
		return;
	if (verdict != VERDICT_DELIVERED) {
		send_again(d, b, now_ms);
		return;
	}
	tickets_confirm(&d->tickets, b, d->sent);
	health_succeeded(&d->health);
}

void dispatch_settle(struct dispatch *d, uint64_t oldest)
{
	struct batch *b;

	while ((b = tickets_take_confirmed(&d->tickets, oldest)) != NULL) {
		batch_deliver(b, &d->lineup.source);
		batch_free(b);
		d->careful -= d->careful > 0;
	}
}

void dispatch_told(struct dispatch *d, const struct judgement *judgements,
		   const char *said, int64_t now_ms)
{
	const struct judgement *left = NULL;
	struct err e;

	for (size_t i = 0; i < d->tickets.asked_count; i++) {
		hear(d, d->tickets.asked[i], judgements[i].verdict, now_ms);
		if (judgements[i].verdict == VERDICT_HOLD)
			left = &judgements[i];
	}
	if (left == NULL) {
		d->health.failing = false;
		return;
	}
	explain(ERR_DENIED, said, left->reason, &e);
	health_failed(&d->health, now_ms, WAIT_BACKOFF, &e);
}

int64_t dispatch_unconfirmed_ms(const struct dispatch *d)
{
	const struct batch *b = d->tickets.pending.first;

	return b != NULL && !d->health.failing ? b->since_ms : 0;
}

void dispatch_late(struct dispatch *d, int64_t now_ms)
{
	struct batch *b;
	struct err e;
	bool any = false;

	while ((b = tickets_take_late(&d->tickets, now_ms)) != NULL) {
		send_again(d, b, now_ms);
		any = true;
	}
	if (any) {
		// It may still come, and mean what has the number by then.
		d->renew |= d->careful > 0;
		err_set(&e, ERR_TEMPORARY,
			"accepted, but not acknowledged within %g s",
			d->tickets.for_ms / 1000.0);
		health_failed(&d->health, now_ms, 0, &e);
	}
	release_tired(d);
}

void dispatch_put_back(struct dispatch *d)
{
	struct batch_list sent = { 0 };

	tickets_void(&d->tickets, &sent);
	for (const struct batch *b = sent.first; b != NULL; b = b->next)
		batch_note_sent(b);
	batch_list_put_back(&sent, &d->lineup.source);
	lineup_put_back(&d->lineup);
}

void dispatch_free(struct dispatch *d)
{
	lineup_free(&d->lineup);
	batch_list_free(&d->tickets.pending);
	batch_list_free(&d->tickets.confirmed);
}

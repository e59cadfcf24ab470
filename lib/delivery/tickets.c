#include "delivery/tickets.h"

/* Hand over the first that has this ticket, or NULL. */
static struct batch *take_from(struct batch_list *l, uint64_t ticket,
			       bool asked_only)
{
	struct batch *b = l->first;

	while (b != NULL && (b->ticket != ticket || (asked_only && !b->asked)))
		b = b->next;
	if (b != NULL)
		batch_list_remove(l, b);
	return b;
}

static void forget_older(struct tickets *t, uint64_t ticket,
			 struct batch_list *again)
{
	struct batch *b;

	while ((b = take_from(&t->pending, ticket, false)) != NULL)
		batch_list_append(again, b);
	while ((b = take_from(&t->confirmed, ticket, false)) != NULL)
		batch_list_append(again, b);
}

void tickets_add(struct tickets *t, struct batch_list *fresh,
		 struct batch_list *again, int64_t now_ms)
{
	struct batch *b;

	if (fresh->count == 0)
		return;
	for (b = fresh->first; b != NULL; b = b->next)
		forget_older(t, b->ticket, again);
	if (t->pending.count == 0)
		t->ask_ms = now_ms + t->every_ms;
	while ((b = batch_list_take(fresh)) != NULL) {
		b->asked = false;
		b->turn = t->turn - 1;
		batch_list_append(&t->pending, b);
	}
}

bool tickets_ask(struct tickets *t, int64_t now_ms)
{
	bool more = false;

	if (t->pending.count == 0 || now_ms < t->ask_ms)
		return false;
	t->asked_count = 0;
	for (struct batch *b = t->pending.first; b != NULL; b = b->next) {
		b->asked = b->turn != t->turn && t->asked_count < TICKETS_MAX;
		more |= b->turn != t->turn && !b->asked;
		if (!b->asked)
			continue;
		t->asked[t->asked_count++] = b->ticket;
		b->turn = t->turn;
	}
	if (!more) {
		t->turn++;
		t->ask_ms = now_ms + t->every_ms;
	}
	return t->asked_count > 0;
}

struct batch *tickets_take(struct tickets *t, uint64_t ticket)
{
	return take_from(&t->pending, ticket, true);
}

void tickets_confirm(struct tickets *t, struct batch *b, uint64_t sent)
{
	b->heard = sent;
	batch_list_append(&t->confirmed, b);
}

struct batch *tickets_take_confirmed(struct tickets *t, uint64_t oldest)
{
	const struct batch *b = t->confirmed.first;

	return b != NULL && b->heard <= oldest ? batch_list_take(&t->confirmed)
					       : NULL;
}

void tickets_void(struct tickets *t, struct batch_list *again)
{
	struct batch *b;

	while ((b = batch_list_take(&t->confirmed)) != NULL)
		batch_list_append(again, b);
	while ((b = batch_list_take(&t->pending)) != NULL)
		batch_list_append(again, b);
}

struct batch *tickets_take_late(struct tickets *t, int64_t now_ms)
{
	return now_ms >= tickets_late_ms(t) ? batch_list_take(&t->pending)
					    : NULL;
}

int64_t tickets_late_ms(const struct tickets *t)
{
	const struct batch *b = t->pending.first;

	return b != NULL ? b->since_ms + t->for_ms : INT64_MAX;
}

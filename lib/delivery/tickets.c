#include "delivery/tickets.h"

static void forget_older(struct tickets *t, uint64_t ticket,
			 struct batch_list *again)
{
	struct batch *b;

	while ((b = tickets_take(t, ticket)) != NULL)
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
	while ((b = batch_list_take(fresh)) != NULL)
		batch_list_append(&t->pending, b);
}

bool tickets_ask(struct tickets *t, int64_t now_ms)
{
	const struct batch *b = t->pending.first;

	if (b == NULL || now_ms < t->ask_ms)
		return false;
	t->asked_count = 0;
	for (; b != NULL && t->asked_count < TICKETS_MAX; b = b->next)
		t->asked[t->asked_count++] = b->ticket;
	t->ask_ms = now_ms + t->every_ms;
	return true;
}

struct batch *tickets_take(struct tickets *t, uint64_t ticket)
{
	struct batch *b = t->pending.first;

	while (b != NULL && b->ticket != ticket)
		b = b->next;
	if (b != NULL)
		batch_list_remove(&t->pending, b);
	return b;
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

/* Batches that wait to be confirmed, each under its ticket. */
#include "delivery/tickets.h"

#include "check.h"

static struct queue queue = QUEUE_INIT(1 << 20);
static struct batch_list again;

static void add(struct tickets *t, uint64_t ticket, int64_t now_ms)
{
	struct batch_list fresh = { 0 };
	struct batch *b = batch_new(&queue);

	b->ticket = ticket;
	b->since_ms = now_ms;
	batch_list_append(&fresh, b);
	tickets_add(t, &fresh, &again, now_ms);
	CHECK(fresh.count == 0);
}

static void end(struct tickets *t)
{
	batch_list_free(&t->pending);
	batch_list_free(&t->confirmed);
	batch_list_free(&again);
}

static void they_are_asked_about_after_a_while_and_again(void)
{
	struct tickets t = { .every_ms = 100, .for_ms = 1000 };

	add(&t, 7, 0);
	add(&t, 8, 50);
	CHECK(!tickets_ask(&t, 99));
	CHECK(tickets_ask(&t, 100) && t.asked_count == 2);
	CHECK(t.asked[0] == 7 && t.asked[1] == 8);
	CHECK(!tickets_ask(&t, 199));
	CHECK(tickets_ask(&t, 200) && t.asked_count == 2);
	end(&t);
}

static void however_many_they_are_each_has_its_turn(void)
{
	struct tickets t = { .every_ms = 100, .for_ms = 1000 };

	for (uint64_t i = 0; i < 2 * TICKETS_MAX + 1; i++)
		add(&t, i, 0);
	CHECK(tickets_ask(&t, 100) && t.asked_count == TICKETS_MAX);
	CHECK(tickets_ask(&t, 100) && t.asked_count == TICKETS_MAX);
	CHECK(t.asked[0] == TICKETS_MAX);
	CHECK(tickets_ask(&t, 100) && t.asked_count == 1);
	CHECK(t.asked[0] == (uint64_t)2 * TICKETS_MAX);
	CHECK(!tickets_ask(&t, 100));
	CHECK(tickets_ask(&t, 200) && t.asked[0] == 0);
	end(&t);
}

static void an_answer_is_about_what_was_asked(void)
{
	struct tickets t = { .every_ms = 100, .for_ms = 1000 };

	add(&t, 7, 0);
	CHECK(tickets_ask(&t, 100));
	// The same ticket, of a receiver that began anew meanwhile.
	add(&t, 7, 150);
	CHECK(again.count == 1 && t.pending.count == 1);
	CHECK(tickets_take(&t, 7) == NULL);
	CHECK(tickets_ask(&t, 250));

	struct batch *b = tickets_take(&t, 7);
	CHECK(b != NULL && b->since_ms == 150);
	batch_free(b);
	end(&t);
}

static void what_is_confirmed_counts_when_nothing_older_is_open(void)
{
	struct tickets t = { .every_ms = 100, .for_ms = 1000 };

	add(&t, 7, 0);
	CHECK(tickets_ask(&t, 100));
	tickets_confirm(&t, tickets_take(&t, 7), 3);
	CHECK(tickets_take_confirmed(&t, 2) == NULL);

	struct batch *b = tickets_take_confirmed(&t, 3);
	CHECK(b != NULL);
	batch_free(b);
	end(&t);
}

static void it_does_not_count_where_another_turns_out_to_have_its_ticket(void)
{
	struct tickets t = { .every_ms = 100, .for_ms = 1000 };

	add(&t, 7, 0);
	CHECK(tickets_ask(&t, 100));
	tickets_confirm(&t, tickets_take(&t, 7), 3);
	add(&t, 7, 150);
	CHECK(tickets_take_confirmed(&t, UINT64_MAX) == NULL);
	CHECK(again.count == 1 && again.first->since_ms == 0);
	end(&t);
}

static void what_waits_for_too_long_is_handed_over(void)
{
	struct tickets t = { .every_ms = 100, .for_ms = 1000 };

	CHECK(tickets_late_ms(&t) == INT64_MAX);
	add(&t, 7, 0);
	add(&t, 8, 50);
	CHECK(tickets_late_ms(&t) == 1000);
	CHECK(tickets_take_late(&t, 999) == NULL);

	struct batch *b = tickets_take_late(&t, 1000);
	CHECK(b != NULL && b->ticket == 7);
	batch_free(b);
	CHECK(tickets_late_ms(&t) == 1050);
	end(&t);
}

int main(void)
{
	RUN(they_are_asked_about_after_a_while_and_again);
	RUN(however_many_they_are_each_has_its_turn);
	RUN(an_answer_is_about_what_was_asked);
	RUN(what_is_confirmed_counts_when_nothing_older_is_open);
	RUN(it_does_not_count_where_another_turns_out_to_have_its_ticket);
	RUN(what_waits_for_too_long_is_handed_over);
	return check_done();
}

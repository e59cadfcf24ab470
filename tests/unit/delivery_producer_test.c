/*
 * The way to a destination of the producer shape, on a clock of our own, with
 * a library that is told what to say.
 */
#include "delivery/producer.h"

#include "check.h"
#include "core/slice.h"
#include "delivery/backoff.h"
#include "dest/dest.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 64 };

/* What the library is to say, and what it was given. */
static struct toy {
	unsigned opened, closed;
	bool does_not_open, is_full;
	enum err_kind fails; // of poll()
	enum producer_state state;

	// what it has, in the order it came, and what became of it
	struct toy_record {
		uint64_t tag;
		char text[16];
		bool is_told;
	} records[ROOM];
	size_t count;

	// to be told next
	struct toy_answer {
		const char *text;
		enum verdict verdict;
	} answers[ROOM];
	size_t answer_count;
} toy;

struct producer {
	char unused;
};

static struct producer *toy_open(const void *config, struct err *e)
{
	static struct producer it;

	(void)config;
	if (toy.does_not_open) {
		err_set(e, ERR_DENIED, "no such file");
		return NULL;
	}
	toy.opened++;
	return &it;
}

static int toy_produce(struct producer *p, const struct dest_record *record,
		       uint64_t tag, struct err *e)
{
	struct toy_record *r = &toy.records[toy.count];

	(void)p;
	if (slice_is(record->bytes, SLICE("large")))
		return err_set(e, ERR_DATA, "too large");
	if (toy.is_full || toy.count == ROOM)
		return 0;
	toy.count++;
	r->tag = tag;
	r->is_told = false;
	snprintf(r->text, sizeof(r->text), "%.*s", (int)record->bytes.len,
		 record->bytes.data);
	return 1;
}

static int toy_fd(const struct producer *p)
{
	(void)p;
	return -1;
}

/* The one that it has by that text and that nothing was told of. */
static struct toy_record *find(const char *text)
{
	for (size_t i = 0; i < toy.count; i++)
		if (!toy.records[i].is_told &&
		    strcmp(toy.records[i].text, text) == 0)
			return &toy.records[i];
	return NULL;
}

static enum producer_state toy_poll(struct producer *p, dest_ack_fn *ack,
				    void *context, struct err *e)
{
	(void)p;
	for (size_t i = 0; i < toy.answer_count; i++) {
		struct toy_record *r = find(toy.answers[i].text);

		CHECK(r != NULL);
		if (r == NULL)
			continue;
		r->is_told = true;
		ack(context, r->tag, toy.answers[i].verdict, "so it says");
	}
	toy.answer_count = 0;
	if (toy.state != PRODUCER_WORKS)
		err_set(e, toy.fails, "all brokers are down");
	return toy.state;
}

static void toy_close(struct producer *p)
{
	(void)p;
	toy.closed++;
}

static int toy_show(const void *config, const struct dest_record *record,
		    struct buf *out, struct err *e)
{
	(void)config;
	(void)e;
	buf_put_slice(out, record->bytes);
	buf_putc(out, '\n');
	return 0;
}

static const struct dest_producer library = {
	.open = toy_open,
	.produce = toy_produce,
	.fd = toy_fd,
	.poll = toy_poll,
	.close = toy_close,
	.show = toy_show,
};
static const struct dest_type type = { .name = "toy" };

struct fixture {
	struct dest dest;
	struct queue queue;
	struct ledger ledger;
	struct carrier *carrier;
};

static void begin_with(struct fixture *f, bool bounded_retries, size_t memory)
{
	struct err e;

	toy = (struct toy){ .fails = ERR_TEMPORARY };
	*f = (struct fixture){ .queue = QUEUE_INIT(memory) };
	f->dest = (struct dest){
		.name = "toy",
		.type = &type,
		.plan = { .producer = &library,
			  .limits = { .timeout_ms = 5000 } },
	};
	if (ledger_open(&f->ledger, NULL, &e) < 0)
		abort();

	struct carrier_load load = { .queue = &f->queue,
				     .ledger = &f->ledger,
				     .bounded_retries = bounded_retries };
	f->carrier = producer_open(&f->dest, &load, &e);
	if (f->carrier == NULL)
		abort();
}

static void begin(struct fixture *f)
{
	begin_with(f, false, 1 << 20);
}

static void end(struct fixture *f)
{
	carrier_close(f->carrier);
	ledger_free(&f->ledger);
	queue_free(&f->queue);
	CHECK(toy.closed == toy.opened);
}

static void add(struct fixture *f, const char *text)
{
	CHECK(queue_add(&f->queue, QUEUE_RECORD, slice_of(text)) != NULL);
}

static void tell(const char *text, enum verdict verdict)
{
	toy.answers[toy.answer_count++] = (struct toy_answer){ text, verdict };
}

static bool works(struct fixture *f, int64_t now_ms)
{
	struct err e;

	return carrier_step(f->carrier, now_ms, 0, &e) == 0;
}

/* The kind of the failure. */
static enum err_kind failure(struct fixture *f, int64_t now_ms)
{
	struct err e = { 0 };

	return carrier_step(f->carrier, now_ms, 0, &e) < 0 ? e.kind : ERR_NONE;
}

static int wait_at(const struct fixture *f, int64_t now_ms)
{
	struct pollfd fd;
	int timeout_ms;

	carrier_wait(f->carrier, now_ms, &fd, &timeout_ms);
	return timeout_ms;
}

static void what_is_acknowledged_is_delivered_in_whichever_order(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	add(&f, "two");
	CHECK(works(&f, 0) && toy.count == 2);
	CHECK(!carrier_is_well(f.carrier, 0));
	tell("two", VERDICT_DELIVERED);
	CHECK(works(&f, 1));
	CHECK(f.ledger.counts.delivered == 1 && f.queue.open == 1);
	tell("one", VERDICT_DELIVERED);
	CHECK(works(&f, 2));
	CHECK(f.ledger.counts.delivered == 2 && f.queue.open == 0);
	CHECK(carrier_is_well(f.carrier, 2));
	end(&f);
}

static void it_is_done_when_all_is_acknowledged(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	CHECK(works(&f, 0));
	carrier_finish(f.carrier);
	CHECK(works(&f, 1) && !carrier_is_done(f.carrier));
	tell("one", VERDICT_DELIVERED);
	CHECK(works(&f, 2) && carrier_is_done(f.carrier));
	CHECK(wait_at(&f, 2) == 0);
	end(&f);
}

static void nothing_is_opened_for_nothing(void)
{
	struct fixture f;

	begin(&f);
	CHECK(works(&f, 0) && toy.opened == 0);
	carrier_finish(f.carrier);
	CHECK(carrier_is_done(f.carrier));
	end(&f);
}

static void what_can_never_go_is_rejected_and_the_rest_goes(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "large");
	add(&f, "two");
	CHECK(works(&f, 0));
	CHECK(f.ledger.counts.rejected == 1 && toy.count == 1);
	tell("two", VERDICT_REJECT);
	CHECK(works(&f, 1));
	CHECK(f.ledger.counts.rejected == 2 && f.queue.open == 0);
	end(&f);
}

static void a_full_library_is_asked_again_when_it_has_told_something(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	CHECK(works(&f, 0));
	toy.is_full = true;
	add(&f, "two");
	CHECK(works(&f, 1) && toy.count == 1 && f.queue.waiting == 1);
	CHECK(wait_at(&f, 1) > 0);
	toy.is_full = false;
	tell("one", VERDICT_DELIVERED);
	CHECK(works(&f, 2) && toy.count == 2 && f.queue.waiting == 0);
	end(&f);
}

static void one_that_is_refused_in_company_goes_alone(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	add(&f, "two");
	CHECK(works(&f, 0));
	tell("one", VERDICT_SPLIT);
	tell("two", VERDICT_SPLIT);
	add(&f, "three");
	CHECK(works(&f, 1));
	CHECK(toy.count == 3 && strcmp(toy.records[2].text, "one") == 0);
	tell("one", VERDICT_DELIVERED);
	CHECK(works(&f, 2));
	CHECK(toy.count == 4 && strcmp(toy.records[3].text, "two") == 0);
	tell("two", VERDICT_SPLIT);
	CHECK(works(&f, 3));
	CHECK(f.ledger.counts.rejected == 1 && f.ledger.counts.delivered == 1);
	CHECK(toy.count == 5 && strcmp(toy.records[4].text, "three") == 0);
	end(&f);
}

static void what_failed_goes_again_after_a_while(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	CHECK(works(&f, 0));
	tell("one", VERDICT_RETRY);
	CHECK(failure(&f, 1) == ERR_TEMPORARY);
	CHECK(f.queue.waiting == 1 && !carrier_is_well(f.carrier, 1));
	CHECK(works(&f, 1 + BACKOFF_FIRST_MS) && toy.count == 2);
	CHECK(toy.opened == 1 && f.ledger.counts.retried == 1);
	tell("one", VERDICT_DELIVERED);
	CHECK(works(&f, 1000) && f.ledger.counts.delivered == 1);
	end(&f);
}

static void a_refusal_costs_nothing_and_is_tried_with_a_new_library(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	add(&f, "two");
	CHECK(works(&f, 0));
	tell("two", VERDICT_HOLD);
	CHECK(failure(&f, 1) == ERR_DENIED);
	CHECK(f.queue.waiting == 2 && toy.closed == 1);
	CHECK(works(&f, 1 + BACKOFF_FIRST_MS) && toy.opened == 2);
	tell("one", VERDICT_DELIVERED);
	tell("two", VERDICT_DELIVERED);
	// The first library never told what became of them.
	toy.records[0].is_told = toy.records[1].is_told = true;
	CHECK(works(&f, 1000) && f.ledger.counts.delivered == 2);
	end(&f);
}

static void while_it_struggles_it_keeps_what_it_has(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	CHECK(works(&f, 0));
	toy.state = PRODUCER_STRUGGLES;
	CHECK(failure(&f, 1) == ERR_TEMPORARY);
	CHECK(works(&f, 1) && wait_at(&f, 1) <= BACKOFF_FIRST_MS);
	CHECK(failure(&f, 1 + BACKOFF_FIRST_MS) == ERR_TEMPORARY);
	CHECK(toy.closed == 0 && f.queue.waiting == 0);
	toy.state = PRODUCER_WORKS;
	tell("one", VERDICT_DELIVERED);
	CHECK(works(&f, 5000) && carrier_is_well(f.carrier, 5000));
	CHECK(f.ledger.counts.retried == 0);
	end(&f);
}

static void while_it_struggles_others_can_have_what_it_has(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	CHECK(works(&f, 0));
	toy.state = PRODUCER_STRUGGLES;
	CHECK(failure(&f, 1) == ERR_TEMPORARY);
	carrier_pull(f.carrier, PULL_PROBE);
	CHECK(toy.closed == 1 && f.queue.waiting == 1);
	end(&f);
}

static void a_probe_is_one_record(void)
{
	struct fixture f;

	begin(&f);
	carrier_pull(f.carrier, PULL_PROBE);
	add(&f, "one");
	add(&f, "two");
	CHECK(works(&f, 0) && toy.count == 1);
	tell("one", VERDICT_DELIVERED);
	CHECK(works(&f, 1) && toy.count == 2);
	end(&f);
}

static void where_tries_are_counted_struggling_is_one(void)
{
	struct fixture f;

	begin_with(&f, true, 1 << 20);
	add(&f, "one");
	CHECK(works(&f, 0));
	toy.state = PRODUCER_STRUGGLES;
	CHECK(failure(&f, 1) == ERR_TEMPORARY);
	CHECK(f.carrier->tried_all && f.queue.waiting == 1);
	CHECK(toy.closed == 1);
	end(&f);
}

static void silence_is_a_failure(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	CHECK(works(&f, 0) && wait_at(&f, 0) == 5000);
	CHECK(works(&f, 4999));
	CHECK(failure(&f, 5000) == ERR_TEMPORARY);
	CHECK(toy.closed == 0);
	end(&f);
}

static void a_broken_library_is_replaced(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	CHECK(works(&f, 0));
	toy.state = PRODUCER_BROKEN;
	CHECK(failure(&f, 1) == ERR_TEMPORARY && toy.closed == 1);
	toy.state = PRODUCER_WORKS;
	CHECK(works(&f, 1 + BACKOFF_FIRST_MS) && toy.opened == 2);
	CHECK(toy.count == 2 && f.ledger.counts.retried == 1);
	end(&f);
}

static void one_that_does_not_open_is_tried_again(void)
{
	struct fixture f;

	begin(&f);
	toy.does_not_open = true;
	add(&f, "one");
	CHECK(failure(&f, 0) == ERR_DENIED);
	toy.does_not_open = false;
	CHECK(works(&f, BACKOFF_FIRST_MS) && toy.count == 1);
	end(&f);
}

static void it_takes_no_more_than_its_share_of_the_memory(void)
{
	struct fixture f;

	begin_with(&f, false, 32 << 10);
	for (size_t i = 0; i < 32; i++)
		add(&f, "record");
	CHECK(works(&f, 0));
	CHECK(toy.count > 1 && toy.count < 32);
	CHECK(f.queue.claimed.used > 0);
	tell("record", VERDICT_DELIVERED);
	size_t before = toy.count;
	CHECK(works(&f, 1) && toy.count == before + 1);
	end(&f);
}

static void what_is_stopped_waits_again(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one");
	CHECK(works(&f, 0));
	carrier_stop(f.carrier);
	CHECK(f.queue.waiting == 1 && toy.closed == 1);
	end(&f);
}

int main(void)
{
	RUN(what_is_acknowledged_is_delivered_in_whichever_order);
	RUN(it_is_done_when_all_is_acknowledged);
	RUN(nothing_is_opened_for_nothing);
	RUN(what_can_never_go_is_rejected_and_the_rest_goes);
	RUN(a_full_library_is_asked_again_when_it_has_told_something);
	RUN(one_that_is_refused_in_company_goes_alone);
	RUN(what_failed_goes_again_after_a_while);
	RUN(a_refusal_costs_nothing_and_is_tried_with_a_new_library);
	RUN(while_it_struggles_it_keeps_what_it_has);
	RUN(while_it_struggles_others_can_have_what_it_has);
	RUN(a_probe_is_one_record);
	RUN(where_tries_are_counted_struggling_is_one);
	RUN(silence_is_a_failure);
	RUN(a_broken_library_is_replaced);
	RUN(one_that_does_not_open_is_tried_again);
	RUN(it_takes_no_more_than_its_share_of_the_memory);
	RUN(what_is_stopped_waits_again);
	return check_done();
}

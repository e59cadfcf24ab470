#include "delivery/courier.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/msg.h"
#include "core/timestamp.h"
#include "delivery/batch.h"
#include "delivery/breaker.h"
#include "delivery/outcome.h"
#include "delivery/rehearsal.h"
#include "dest/dest.h"
#include "net/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
	SLOTS_MAX = 64,
	ANSWER_MAX = 16 << 20, // bytes of an answer that are kept
	BODY_MAX = 1 << 30,
	TICKETS_MAX = 1000, // asked about at once
	ASK_EVERY_MS = 10000,
	ASK_FOR_MS = 300000,
};

enum slot_use { SLOT_FREE, SLOT_BATCH, SLOT_FETCH, SLOT_ASK };

/* A request and what it is about. */
struct slot {
	enum slot_use use;
	struct request request;
	struct http_exchange *exchange;
	struct batch *batch;
	size_t charged; // bytes, to the queue
	uint32_t round; // that of the courier when it was sent
};

struct courier {
	struct carrier carrier;
	const struct dest *dest;
	const struct dest_request *kind;
	struct dest_limits limits;
	struct dest_session session;
	struct batch_source source;
	struct carrier_load load;
	struct http *http; // NULL: a dry run

	enum carrier_pull pull;
	bool finishing;
	bool well; // the last that was heard was good

	struct slot slots[SLOTS_MAX];
	struct slot side; // to fetch a token, to ask about tickets
	size_t busy;      // of slots

	struct batch *open;          // that grows
	struct buf open_body;        // its body
	struct batch_list waiting;   // for another try
	struct batch_list pending;   // for an acknowledgement
	uint64_t asked[TICKETS_MAX]; // of side
	size_t asked_count;
	int64_t ask_ms; // not before

	struct breaker breaker;
	struct backoff backoff;
	int64_t retry_ms;  // nothing is sent before
	int64_t slow_ms;   // and no batch before
	bool progress;     // something was settled since it failed last
	uint32_t round;    // counts failures that later ones belong to
	bool counted_all;  // the last of them counted for all records
	struct err failed; // to be told by step()

	struct judgement *judgements;
	size_t judgement_cap;
};

static struct courier *courier_of(struct carrier *c)
{
	return (struct courier *)(void *)c;
}

static const struct courier *const_courier_of(const struct carrier *c)
{
	return (const struct courier *)(const void *)c;
}

static const void *config_of(const struct courier *c)
{
	return c->dest->plan.config;
}

/* The time that a destination sees. */
static void set_clock(struct courier *c)
{
	struct timestamp now = timestamp_now();

	c->session.now_ms = now.sec * 1000 + now.nsec / NS_PER_MS;
}

static unsigned draw_pause(struct backoff *b)
{
	uint64_t random = 0;

	// Without an entropy source there is no jitter, which does no harm.
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	return backoff_next(b, random);
}

static int add(void *context, const struct queue_item *item, size_t index,
	       struct buf *body, struct err *e)
{
	struct courier *c = context;
	struct dest_record record = { queue_bytes(item), item->read_ns };

	return c->kind->add(config_of(c), &c->session, &record, index, body, e);
}

/* How it goes. */

static void succeed(struct courier *c)
{
	breaker_reset(&c->breaker);
	backoff_reset(&c->backoff);
	c->progress = true;
	c->well = true;
}

/* It failed as a whole: e says why. wait_ms: how long they asked us to. */
static void fail(struct courier *c, int64_t now_ms, int64_t wait_ms,
		 const struct err *e)
{
	int64_t retry_ms = now_ms;

	breaker_failed(&c->breaker, e->kind != ERR_TEMPORARY);
	if (wait_ms >= 0)
		retry_ms = now_ms + wait_ms;
	else if (breaker_is_open(&c->breaker))
		retry_ms = now_ms + draw_pause(&c->backoff);
	if (retry_ms > c->retry_ms)
		c->retry_ms = retry_ms;
	c->failed = *e;
	c->well = false;
}

/*
 * A failure is a try of the records of that batch; where nothing was settled
 * since the one before, of every record that is held. Failures of requests
 * that were under way together count once.
 */
static void count_try(struct courier *c, const struct slot *slot,
		      struct batch *b)
{
	bool stale = slot->round != c->round;

	if (stale ? c->counted_all : !c->progress) {
		c->carrier.tried_all |= !stale;
	} else {
		batch_count_try(b);
	}
	if (!stale) {
		c->counted_all = !c->progress;
		c->round++;
	}
	c->progress = false;
}

/* Back into the queue with what the engine is to give up. */
static void release_tired(struct courier *c, struct batch *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->count; i++) {
		struct queue_item *item = b->items[i];
		uint64_t tries = queue_tries(c->source.queue, item) +
				 c->carrier.tried_all;

		if (tries > c->load.retries)
			queue_put_back(c->source.queue, item);
		else
			b->items[kept++] = item;
	}
	b->count = kept;
}

static void release_all_tired(struct courier *c)
{
	if (!c->load.bounded_retries)
		return;
	for (struct batch *b = c->waiting.first; b != NULL; b = b->next)
		release_tired(c, b);
}

/* Requests. */

static void let_go(struct courier *c, struct slot *slot)
{
	if (slot->exchange != NULL)
		http_end(slot->exchange);
	slot->exchange = NULL;
	c->busy -= slot->use == SLOT_BATCH;
	slot->use = SLOT_FREE;
	queue_discharge(c->source.queue, slot->charged);
	slot->charged = 0;
	buf_clear(&slot->request.body);
	buf_trim(&slot->request.body, 2 * c->limits.best_bytes);
}

/* Send what is in the slot's request. */
static int start(struct courier *c, struct slot *slot, struct err *e)
{
	const struct request *r = &slot->request;
	struct request *w = &slot->request;
	struct http_request request = {
		.method = r->method != NULL ? r->method : "POST",
		.url = buf_str(&w->url),
		.headers = buf_slice(&r->headers),
		.body = buf_slice(&r->body),
		.gzip = c->limits.gzip && slot->use == SLOT_BATCH &&
			r->body.len > 0,
	};

	if (buf_status(&r->url) != 0 || buf_status(&r->headers) != 0 ||
	    buf_status(&r->body) != 0)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	slot->exchange = http_start(c->http, &request, slot, e);
	return slot->exchange != NULL ? 0 : -1;
}

static void clear_request(struct slot *slot)
{
	buf_clear(&slot->request.url);
	buf_clear(&slot->request.headers);
	slot->request.method = NULL;
}

/* A batch waits for another try. */
static void put_off(struct courier *c, struct batch *b, int64_t due_ms)
{
	b->due_ms = due_ms;
	b->closed = true;
	batch_list_push(&c->waiting, b);
}

static void note_sent(struct courier *c, const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		c->source.ledger->counts.retried += b->items[i]->sent_before;
		b->items[i]->resent |= b->items[i]->sent_before;
	}
}

/* Send a batch, whose body is there. False: it failed. */
static bool send_batch(struct courier *c, struct slot *slot, struct batch *b,
		       int64_t now_ms)
{
	struct err e;

	clear_request(slot);
	slot->use = SLOT_BATCH;
	slot->batch = b;
	slot->round = c->round;
	c->busy++;
	slot->charged = slot->request.body.len;
	queue_charge(c->source.queue, slot->charged);
	if (c->kind->finish(config_of(c), &c->session, &slot->request, &e) <
		    0 ||
	    start(c, slot, &e) < 0) {
		let_go(c, slot);
		put_off(c, b, now_ms + draw_pause(&b->backoff));
		fail(c, now_ms, WAIT_BACKOFF, &e);
		return false;
	}
	note_sent(c, b);
	return true;
}

/* What comes next, with its body in the slot, or NULL. */

/* One that was tried before and may be tried again. */
static struct batch *take_waiting(struct courier *c, int64_t now_ms)
{
	for (struct batch *b = c->waiting.first; b != NULL; b = b->next) {
		if (b->due_ms <= now_ms) {
			batch_list_remove(&c->waiting, b);
			return b;
		}
		if (c->limits.in_flight == 1)
			break; // in their order
	}
	return NULL;
}

/* Is the batch that grows to go? */
static bool is_ripe(const struct courier *c, int64_t now_ms)
{
	return c->open != NULL && c->open->count > 0 &&
	       (c->open->closed || c->finishing || c->limits.flush_ms == 0 ||
		now_ms - c->open->opened_ms >= c->limits.flush_ms);
}

/* May there be one more batch than those that wait for another try? */
static bool may_open(const struct courier *c)
{
	return c->waiting.count == 0 ||
	       (c->limits.in_flight > 1 &&
		c->waiting.count < c->limits.in_flight);
}

static void grow(struct courier *c, int64_t now_ms)
{
	struct err e;

	if (c->open == NULL)
		c->open = batch_new();
	if (c->open == NULL)
		return;
	if (batch_fill(c->open, &c->source, &c->open_body, now_ms, &e) < 0)
		fail(c, now_ms, WAIT_BACKOFF, &e);
}

static struct batch *next_batch(struct courier *c, struct slot *slot,
				int64_t now_ms)
{
	struct batch *b;
	struct err e;

	buf_clear(&slot->request.body);
	while ((b = take_waiting(c, now_ms)) != NULL) {
		if (batch_rebuild(b, &c->source, &slot->request.body, &e) < 0) {
			put_off(c, b, now_ms + draw_pause(&b->backoff));
			fail(c, now_ms, WAIT_BACKOFF, &e);
			return NULL;
		}
		if (b->count > 0)
			return b;
		batch_free(b);
	}
	if (!may_open(c))
		return NULL;
	grow(c, now_ms);
	if (!is_ripe(c, now_ms))
		return NULL;
	struct buf body = slot->request.body;
	slot->request.body = c->open_body;
	c->open_body = body;
	b = c->open;
	c->open = NULL;
	return b;
}

/* When the next batch may go at the earliest. */
static int64_t not_before(const struct courier *c)
{
	return c->slow_ms > c->retry_ms ? c->slow_ms : c->retry_ms;
}

/* The slot that may send now, or NULL. */
static struct slot *free_slot(struct courier *c, int64_t now_ms)
{
	size_t most = c->limits.in_flight;

	if (breaker_is_open(&c->breaker) || c->pull == PULL_PROBE)
		most = 1;
	if (c->pull == PULL_NOTHING || now_ms < not_before(c) ||
	    c->busy >= most)
		return NULL;
	for (size_t i = 0; i < c->limits.in_flight; i++)
		if (c->slots[i].use == SLOT_FREE)
			return &c->slots[i];
	return NULL;
}

/* Tokens and tickets. */

static bool lacks_token(const struct courier *c)
{
	return c->kind->fetch != NULL &&
	       (c->session.token.len == 0 ||
		c->session.now_ms >= c->session.token_expires_ms);
}

static void fetch_token(struct courier *c, int64_t now_ms)
{
	struct slot *slot = &c->side;
	struct err e;

	if (slot->use != SLOT_FREE)
		return;
	clear_request(slot);
	buf_clear(&slot->request.body);
	slot->use = SLOT_FETCH;
	if (c->kind->fetch(config_of(c), &c->session, &slot->request, &e) < 0 ||
	    start(c, slot, &e) < 0) {
		let_go(c, slot);
		fail(c, now_ms, WAIT_BACKOFF, &e);
	}
}

static unsigned ask_every_ms(const struct courier *c)
{
	return c->limits.ask_every_ms > 0 ? c->limits.ask_every_ms
					  : (unsigned)ASK_EVERY_MS;
}

static unsigned ask_for_ms(const struct courier *c)
{
	return c->limits.ask_for_ms > 0 ? c->limits.ask_for_ms
					: (unsigned)ASK_FOR_MS;
}

static void ask(struct courier *c, int64_t now_ms)
{
	struct slot *slot = &c->side;
	struct err e;

	if (c->kind->ask == NULL || c->pending.count == 0 ||
	    slot->use != SLOT_FREE || now_ms < c->ask_ms)
		return;
	c->asked_count = 0;
	for (const struct batch *b = c->pending.first;
	     b != NULL && c->asked_count < TICKETS_MAX; b = b->next)
		c->asked[c->asked_count++] = b->ticket;
	clear_request(slot);
	buf_clear(&slot->request.body);
	slot->use = SLOT_ASK;
	c->ask_ms = now_ms + ask_every_ms(c);
	if (c->kind->ask(config_of(c), &c->session, c->asked, c->asked_count,
			 &slot->request, &e) < 0 ||
	    start(c, slot, &e) < 0) {
		let_go(c, slot);
		fail(c, now_ms, WAIT_BACKOFF, &e);
	}
}

/* What was never confirmed is sent again. */
static void give_up_pending(struct courier *c, int64_t now_ms)
{
	struct batch *b;
	struct err e;
	size_t count = 0;

	// The first has been pending for longest.
	while ((b = c->pending.first) != NULL &&
	       now_ms - b->since_ms >= ask_for_ms(c)) {
		batch_list_remove(&c->pending, b);
		count += b->count;
		batch_note_sent(b);
		batch_count_try(b);
		put_off(c, b, now_ms);
	}
	if (count > 0) {
		err_set(&e, ERR_TEMPORARY,
			"accepted, but not acknowledged within %g s",
			ask_for_ms(c) / 1000.0);
		fail(c, now_ms, 0, &e);
	}
	release_all_tired(c);
}

/* A ticket that was given out anew says nothing of what had it before. */
static void forget_older(struct courier *c, struct batch_list *fresh,
			 int64_t now_ms)
{
	for (struct batch *f = fresh->first; f != NULL; f = f->next) {
		struct batch *b = c->pending.first;

		while (b != NULL) {
			struct batch *after = b->next;

			if (b->ticket == f->ticket) {
				batch_list_remove(&c->pending, b);
				batch_note_sent(b);
				put_off(c, b, now_ms);
			}
			b = after;
		}
	}
}

/* Answers. */

/* An error that says who answered what. */
static void say_answer(const struct http_result *r, const char *reason,
		       enum err_kind kind, struct err *e)
{
	err_set(e, kind, "%s answers %d%s%s", r->origin, r->status,
		reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

static struct answer answer_of(const struct http_result *r)
{
	return (struct answer){ .status = r->status,
				.headers = r->headers,
				.body = r->body,
				.retry_after_ms = r->retry_after_ms };
}

/* Judgements of which nobody has said anything yet, or NULL. */
static struct judgement *blank_judgements(struct courier *c, size_t count)
{
	if (count > c->judgement_cap) {
		struct judgement *more =
			realloc(c->judgements, count * sizeof(*more));

		if (more == NULL)
			return NULL;
		c->judgements = more;
		c->judgement_cap = count;
	}
	for (size_t i = 0; i < count; i++)
		c->judgements[i] = (struct judgement){
			.verdict = VERDICT_RETRY,
			.wait_ms = WAIT_BACKOFF,
			.reason = "an answer that nobody understands",
		};
	return c->judgements;
}

/* There was no answer, or none that helps: the whole batch goes again. */
static void lose_batch(struct courier *c, const struct slot *slot,
		       struct batch *b, int64_t now_ms, int64_t wait_ms,
		       const struct err *why)
{
	if (why->kind == ERR_TEMPORARY)
		count_try(c, slot, b);
	put_off(c, b,
		wait_ms >= 0 ? now_ms + wait_ms
			     : now_ms + draw_pause(&b->backoff));
	fail(c, now_ms, wait_ms, why);
	release_all_tired(c);
}

/* The kind has judged: do as it says. */
static void act(struct courier *c, const struct slot *slot, struct batch *b,
		const struct http_result *r, int64_t now_ms)
{
	struct batch_list again = { 0 };
	struct batch_list pending = { 0 };
	const struct outcome_lists lists = { &again, &pending };
	struct outcome o =
		outcome_of(b, c->judgements, &c->source, &lists, now_ms);
	struct err e;

	say_answer(r, o.reason,
		   o.left == VERDICT_HOLD ? ERR_DENIED : ERR_TEMPORARY, &e);
	const size_t pending_count = pending.count;
	if (pending_count > 0) {
		forget_older(c, &pending, now_ms);
		if (c->pending.count == 0)
			c->ask_ms = now_ms + ask_every_ms(c);
	}
	while ((b = pending.first) != NULL) {
		batch_list_remove(&pending, b);
		batch_list_append(&c->pending, b);
	}
	if (o.progress) {
		bool was_well = c->well;

		succeed(c);
		// What still has to be acknowledged proves nothing yet.
		c->well &= was_well || pending_count == 0;
	}
	if (now_ms + o.slow_ms > c->slow_ms)
		c->slow_ms = now_ms + o.slow_ms;
	if (!o.progress && o.left != VERDICT_DELIVERED && again.count == 1) {
		b = again.first;
		batch_list_remove(&again, b);
		lose_batch(c, slot, b, now_ms, o.wait_ms, &e);
		return;
	}
	// In their order, before what waited already.
	struct batch_list turned = { 0 };
	while ((b = again.first) != NULL) {
		batch_list_remove(&again, b);
		batch_list_push(&turned, b);
	}
	while ((b = turned.first) != NULL) {
		batch_list_remove(&turned, b);
		put_off(c, b, o.wait_ms >= 0 ? now_ms + o.wait_ms : now_ms);
	}
	if (o.left == VERDICT_HOLD)
		fail(c, now_ms, WAIT_BACKOFF, &e);
}

static void note_sends(struct courier *c, struct batch *b,
		       const struct http_result *r)
{
	if (r->sends > 1)
		c->source.ledger->counts.retried +=
			(r->sends - 1) * (uint64_t)b->count;
	for (size_t i = 0; i < b->count; i++)
		b->items[i]->resent |= r->sends > 1;
	if (r->sends > 1 || (r->sends == 1 && r->status == 0))
		batch_note_sent(b);
}

static void on_batch(struct courier *c, struct slot *slot,
		     const struct http_result *r, int64_t now_ms)
{
	const struct answer answer = answer_of(r);
	struct batch *b = slot->batch;

	note_sends(c, b, r);
	if (r->status == 0) {
		lose_batch(c, slot, b, now_ms, WAIT_BACKOFF, &r->why);
		return;
	}
	if (blank_judgements(c, b->count) == NULL) {
		struct err e = { .kind = ERR_TEMPORARY,
				 .text = "out of memory" };

		lose_batch(c, slot, b, now_ms, WAIT_BACKOFF, &e);
		return;
	}
	c->kind->judge(config_of(c), &c->session, &answer, c->judgements,
		       b->count);
	act(c, slot, b, r, now_ms);
}

static void on_token(struct courier *c, const struct http_result *r,
		     int64_t now_ms)
{
	const struct answer answer = answer_of(r);
	struct err e = { .kind = ERR_TEMPORARY, .text = "no token" };

	if (r->status == 0) {
		fail(c, now_ms, WAIT_BACKOFF, &r->why);
		return;
	}
	switch (c->kind->fetched(config_of(c), &c->session, &answer, &e)) {
	case VERDICT_DELIVERED:
		breaker_reset(&c->breaker);
		return;
	case VERDICT_REJECT:
	case VERDICT_HOLD:
		e.kind = ERR_DENIED;
		break;
	case VERDICT_PENDING:
	case VERDICT_RETRY:
	case VERDICT_SPLIT:
		e.kind = ERR_TEMPORARY;
		break;
	}
	fail(c, now_ms, r->retry_after_ms, &e);
}

static struct batch *find_pending(const struct courier *c, uint64_t ticket)
{
	struct batch *b = c->pending.first;

	while (b != NULL && b->ticket != ticket)
		b = b->next;
	return b;
}

/* What was said of one ticket. True: it made a difference. */
static bool on_ticket(struct courier *c, uint64_t ticket,
		      const struct judgement *j, int64_t now_ms)
{
	struct batch *b = find_pending(c, ticket);

	if (b == NULL || j->verdict == VERDICT_PENDING ||
	    j->verdict == VERDICT_HOLD)
		return false;
	batch_list_remove(&c->pending, b);
	if (j->verdict == VERDICT_DELIVERED) {
		batch_deliver(b, &c->source);
		batch_free(b);
		return true;
	}
	batch_note_sent(b);
	batch_count_try(b);
	put_off(c, b, now_ms);
	return false;
}

static void on_tickets(struct courier *c, const struct http_result *r,
		       int64_t now_ms)
{
	const struct answer answer = answer_of(r);
	const struct judgement *left = NULL;
	struct err e;

	if (r->status == 0) {
		fail(c, now_ms, WAIT_BACKOFF, &r->why);
		return;
	}
	if (blank_judgements(c, c->asked_count) == NULL)
		return;
	for (size_t i = 0; i < c->asked_count; i++)
		c->judgements[i].verdict = VERDICT_PENDING;
	c->kind->told(config_of(c), &c->session, &answer, c->asked,
		      c->judgements, c->asked_count);
	for (size_t i = 0; i < c->asked_count; i++) {
		if (on_ticket(c, c->asked[i], &c->judgements[i], now_ms))
			succeed(c);
		if (c->judgements[i].verdict == VERDICT_HOLD)
			left = &c->judgements[i];
	}
	if (left == NULL)
		return;
	say_answer(r, left->reason, ERR_DENIED, &e);
	fail(c, now_ms, WAIT_BACKOFF, &e);
}

static void on_result(struct courier *c, const struct http_result *r,
		      int64_t now_ms)
{
	struct slot *slot = r->context;

	set_clock(c);
	c->source.ledger->counts.connections += r->connects;
	switch (slot->use) {
	case SLOT_BATCH:
		on_batch(c, slot, r, now_ms);
		break;
	case SLOT_FETCH:
		on_token(c, r, now_ms);
		break;
	case SLOT_ASK:
		on_tickets(c, r, now_ms);
		break;
	case SLOT_FREE:
		break;
	}
	slot->batch = NULL;
	let_go(c, slot);
}

/* A dry run: show it, and that is all that happens to it. */
static int show(struct courier *c, struct slot *slot, struct batch *b,
		struct err *e)
{
	struct buf text = BUF_INIT(SIZE_MAX / 4);
	int rc;

	clear_request(slot);
	rc = c->kind->finish(config_of(c), &c->session, &slot->request, e);
	if (rc == 0) {
		if (slot->request.method == NULL)
			slot->request.method = "POST";
		rehearsal_put(&text, c->dest, &slot->request,
			      c->load.dry_run == DRY_RUN_CURL);
		if (buf_status(&text) != 0)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
		else if (file_write_all(STDOUT_FILENO, text.data, text.len) < 0)
			rc = err_sys(e, "standard output");
	}
	buf_free(&text);
	if (rc == 0)
		batch_deliver(b, &c->source);
	else
		batch_put_back(b, &c->source);
	batch_free(b);
	return rc;
}

static int rehearse(struct courier *c, int64_t now_ms, struct err *e)
{
	struct slot *slot = &c->slots[0];
	struct batch *b;

	set_clock(c);
	while ((b = next_batch(c, slot, now_ms)) != NULL)
		if (show(c, slot, b, e) < 0)
			return -1;
	return 0;
}

/* The functions of a carrier. */

/* Send all that may go. */
static void begin(struct courier *c, int64_t now_ms)
{
	struct slot *slot;
	struct batch *b;

	if (c->limits.flush_ms > 0 && c->pull == PULL_ALL && may_open(c))
		grow(c, now_ms);
	if (now_ms < c->retry_ms)
		return;
	if (lacks_token(c)) {
		if (c->pull != PULL_NOTHING && c->source.queue->open > 0)
			fetch_token(c, now_ms);
		return;
	}
	ask(c, now_ms);
	while ((slot = free_slot(c, now_ms)) != NULL &&
	       (b = next_batch(c, slot, now_ms)) != NULL)
		if (!send_batch(c, slot, b, now_ms))
			return;
}

static int step(struct carrier *carrier, int64_t now_ms, short revents,
		struct err *e)
{
	struct courier *c = courier_of(carrier);
	struct http_result r;

	(void)revents;
	if (c->http == NULL)
		return rehearse(c, now_ms, e);
	http_step(c->http, now_ms);
	while (http_next(c->http, &r) != NULL)
		on_result(c, &r, now_ms);
	give_up_pending(c, now_ms);
	set_clock(c);
	if (c->failed.kind == ERR_NONE)
		begin(c, now_ms);
	if (c->failed.kind == ERR_NONE)
		return 0;
	// What is out of tries has to be given up before any more is taken.
	*e = c->failed;
	c->failed = (struct err){ 0 };
	return -1;
}

/* The sooner of a wait in milliseconds, -1 being for ever, and a moment. */
static int sooner(int timeout_ms, int64_t now_ms, int64_t at_ms)
{
	int64_t left = at_ms > now_ms ? at_ms - now_ms : 0;

	return timeout_ms < 0 || left < timeout_ms ? (int)left : timeout_ms;
}

/* Is something in the queue that may be taken right now? */
static bool may_take(const struct courier *c, int64_t now_ms)
{
	size_t most = breaker_is_open(&c->breaker) || c->pull == PULL_PROBE
			      ? 1
			      : c->limits.in_flight;

	if (c->source.queue->waiting == 0 || c->pull == PULL_NOTHING ||
	    !may_open(c))
		return false;
	if (c->limits.flush_ms > 0 && c->pull == PULL_ALL &&
	    (c->open == NULL || !c->open->closed))
		return true;
	return c->busy < most && now_ms >= not_before(c) &&
	       (!lacks_token(c) || c->side.use == SLOT_FREE);
}

static int clocks(const struct courier *c, int64_t now_ms)
{
	int timeout_ms = http_timeout_ms(c->http, now_ms);
	int64_t from_ms = not_before(c) > now_ms ? not_before(c) : now_ms;

	if (c->pull != PULL_NOTHING && c->busy < c->limits.in_flight) {
		// What waits, and what grows; but nothing goes before from_ms.
		const struct batch *b = c->waiting.first;
		int64_t due_ms = b != NULL ? b->due_ms : INT64_MAX;

		for (; b != NULL && c->limits.in_flight > 1; b = b->next)
			if (b->due_ms < due_ms)
				due_ms = b->due_ms;
		if (c->open != NULL && c->open->count > 0 &&
		    c->open->opened_ms + c->limits.flush_ms < due_ms)
			due_ms = c->open->opened_ms + c->limits.flush_ms;
		bool may = c->busy == 0 || (!breaker_is_open(&c->breaker) &&
					    c->pull == PULL_ALL);
		if (may && due_ms != INT64_MAX)
			timeout_ms =
				sooner(timeout_ms, now_ms,
				       due_ms > from_ms ? due_ms : from_ms);
		else if (may && from_ms > now_ms &&
			 c->source.queue->waiting > 0)
			timeout_ms = sooner(timeout_ms, now_ms, from_ms);
	}
	if (c->pending.count > 0) {
		timeout_ms = sooner(timeout_ms, now_ms,
				    c->pending.first->since_ms + ask_for_ms(c));
		if (c->side.use == SLOT_FREE)
			timeout_ms =
				sooner(timeout_ms, now_ms,
				       c->ask_ms > c->retry_ms ? c->ask_ms
							       : c->retry_ms);
	}
	return timeout_ms;
}

static bool is_done(const struct carrier *carrier)
{
	const struct courier *c = const_courier_of(carrier);

	return c->finishing && c->busy == 0 && c->side.use == SLOT_FREE &&
	       c->pending.count == 0 && c->waiting.count == 0 &&
	       (c->pull == PULL_NOTHING || c->source.queue->open == 0);
}

static void wait_for(const struct carrier *carrier, int64_t now_ms,
		     struct pollfd *fd, int *timeout_ms)
{
	const struct courier *c = const_courier_of(carrier);

	*fd = (struct pollfd){ .fd = -1 };
	if (is_done(carrier) || may_take(c, now_ms)) {
		*timeout_ms = 0;
		return;
	}
	*timeout_ms = -1;
	if (c->http == NULL)
		return;
	*fd = (struct pollfd){ .fd = http_fd(c->http), .events = POLLIN };
	*timeout_ms = clocks(c, now_ms);
}

static void put_back(struct courier *c, struct batch *b)
{
	if (b != NULL)
		batch_put_back(b, &c->source);
	batch_free(b);
}

static void put_back_all(struct courier *c, struct batch_list *list)
{
	struct batch *b;

	while ((b = list->first) != NULL) {
		batch_list_remove(list, b);
		put_back(c, b);
	}
}

static void put_back_open(struct courier *c)
{
	put_back(c, c->open);
	c->open = NULL;
	buf_clear(&c->open_body);
}

static void set_pull(struct carrier *carrier, enum carrier_pull what)
{
	struct courier *c = courier_of(carrier);

	c->pull = what;
	c->source.limits.count = what == PULL_PROBE ? 1 : c->limits.best_count;
	if (what == PULL_ALL)
		return;
	put_back_open(c);
	put_back_all(c, &c->waiting);
}

static void finish(struct carrier *carrier)
{
	courier_of(carrier)->finishing = true;
}

static void stop(struct carrier *carrier)
{
	struct courier *c = courier_of(carrier);

	for (size_t i = 0; i < c->limits.in_flight; i++) {
		struct slot *slot = &c->slots[i];

		if (slot->use == SLOT_FREE)
			continue;
		batch_note_sent(slot->batch);
		put_back(c, slot->batch);
		slot->batch = NULL;
		let_go(c, slot);
	}
	if (c->side.use != SLOT_FREE)
		let_go(c, &c->side);
	put_back_open(c);
	put_back_all(c, &c->waiting);
	for (struct batch *b = c->pending.first; b != NULL; b = b->next)
		batch_note_sent(b);
	put_back_all(c, &c->pending);
}

static bool is_well(const struct carrier *carrier, int64_t now_ms)
{
	(void)now_ms;
	return const_courier_of(carrier)->well;
}

static void free_list(struct batch_list *list)
{
	struct batch *b;

	while ((b = list->first) != NULL) {
		batch_list_remove(list, b);
		batch_free(b);
	}
}

static void free_slot_memory(struct slot *slot)
{
	batch_free(slot->batch);
	buf_free(&slot->request.url);
	buf_free(&slot->request.headers);
	buf_free(&slot->request.body);
}

static void release(struct carrier *carrier)
{
	struct courier *c = courier_of(carrier);

	http_close(c->http);
	for (size_t i = 0; i < SLOTS_MAX; i++)
		free_slot_memory(&c->slots[i]);
	free_slot_memory(&c->side);
	batch_free(c->open);
	free_list(&c->waiting);
	free_list(&c->pending);
	buf_free(&c->open_body);
	buf_free(&c->session.token);
	free(c->judgements);
	free(c);
}

/* A random UUID, version 4. */
static void name_channel(char out[40])
{
	unsigned char r[16] = { 0 };

	// Without an entropy source it is a poor name, and yet a name.
	(void)!getrandom(r, sizeof(r), GRND_NONBLOCK);
	r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
	r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
	snprintf(out, 40,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		 "%02x%02x%02x%02x%02x%02x",
		 r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9],
		 r[10], r[11], r[12], r[13], r[14], r[15]);
}

static void prepare_slot(struct slot *slot)
{
	slot->request.url = BUF_INIT((size_t)64 << 10);
	slot->request.headers = BUF_INIT(HTTP_HEADERS_MAX);
	slot->request.body = BUF_INIT(BODY_MAX);
}

/* What is not set, or too much. */
static void complete_limits(struct dest_limits *limits)
{
	if (limits->in_flight == 0)
		limits->in_flight = 1;
	if (limits->in_flight > SLOTS_MAX)
		limits->in_flight = SLOTS_MAX;
	if (limits->best_bytes == 0)
		limits->best_bytes = (size_t)1 << 20;
}

static struct http *open_http(const struct courier *c, struct err *e)
{
	const struct dest_plan *plan = &c->dest->plan;
	const struct http_options options = {
		.tls = plan->tls,
		.connect_ms = c->limits.connect_ms,
		.timeout_ms = c->limits.timeout_ms,
		.answer_max = ANSWER_MAX,
	};

	if (plan->warning != NULL)
		msg_warn("%s: %s", c->dest->type->name, plan->warning);
	if (plan->tls.insecure)
		msg_warn("%s: insecure: nobody verifies who the other side is",
			 c->dest->type->name);
	return http_open(&options, e);
}

struct carrier *courier_open(const void *target,
			     const struct carrier_load *load, struct err *e)
{
	static const struct carrier_type type = {
		.step = step,
		.wait = wait_for,
		.pull = set_pull,
		.finish = finish,
		.stop = stop,
		.is_done = is_done,
		.is_well = is_well,
		.close = release,
	};
	const struct dest *dest = target;
	struct courier *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		err_sys(e, "courier");
		return NULL;
	}
	c->carrier.type = &type;
	c->dest = dest;
	c->kind = dest->plan.request;
	c->limits = dest->plan.limits;
	complete_limits(&c->limits);
	c->load = *load;
	c->pull = PULL_ALL;
	c->source = (struct batch_source){
		.queue = load->queue,
		.ledger = load->ledger,
		.owner = load->owner,
		.limits = { .bytes = c->limits.best_bytes,
			    .count = c->limits.best_count },
		.add = add,
		.context = c,
	};
	name_channel(c->session.channel);
	c->session.token = BUF_INIT((size_t)64 << 10);
	c->open_body = BUF_INIT(BODY_MAX);
	for (size_t i = 0; i < SLOTS_MAX; i++)
		prepare_slot(&c->slots[i]);
	prepare_slot(&c->side);
	if (load->dry_run == DRY_RUN_NO &&
	    (c->http = open_http(c, e)) == NULL) {
		release(&c->carrier);
		return NULL;
	}
	return &c->carrier;
}

#include "delivery/courier.h"

#include "core/msg.h"
#include "delivery/aside.h"
#include "delivery/attempt.h"
#include "delivery/dispatch.h"
#include "delivery/errand.h"
#include "delivery/rehearsal.h"
#include "delivery/renewal.h"
#include "delivery/session.h"
#include "delivery/slots.h"
#include "dest/opening.h"
#include "net/http.h"

#include <limits.h>
#include <stdlib.h>

enum {
	ASK_EVERY_MS = 10000,
	ASK_FOR_MS = 300000,
};

struct courier {
	struct carrier carrier;
	struct dest *dest;
	struct session session;
	struct dest_limits limits;
	struct queue *queue;
	struct http *http;

	enum carrier_pull pull;
	bool finishing;
	bool stale; // another plan may have to be made before the next try

	struct queue_claim claim; // of memory
	struct slots slots;
	struct aside aside;
	struct dispatch dispatch;
};

static struct courier *courier_of(struct carrier *c)
{
	return (struct courier *)(void *)c;
}

static const struct courier *const_courier_of(const struct carrier *c)
{
	return (const struct courier *)(const void *)c;
}

/* Requests. */

/* What was sent packed needs its body no longer: the next batch may have it. */
static void pass_on_body(struct courier *c, struct errand *x)
{
	struct buf *next = &c->dispatch.lineup.body;
	struct buf spare = *next;

	if (!c->limits.gzip)
		return;
	if (next->len == 0) {
		*next = x->request.body;
		x->request.body = spare;
	}
	buf_free(&x->request.body);
}

/* Send a batch, whose body is there. False: it failed. */
static bool send_batch(struct courier *c, struct errand *x, struct batch *b,
		       int64_t now_ms)
{
	struct err e;

	slots_begin(&c->slots, x, b);
	if (c->session.kind->finish(c->session.config, &c->session.state,
				    &x->request, &e) < 0 ||
	    errand_send(x, c->http, c->limits.gzip, &e) < 0) {
		slots_end(&c->slots, x);
		dispatch_stuck(&c->dispatch, b, now_ms, &e);
		return false;
	}
	x->sending = dispatch_sent(&c->dispatch, b);
	x->tokens = c->session.tokens;
	pass_on_body(c, x);
	return true;
}

/* Say what is used, and what may yet be. */
static void claim_memory(struct courier *c)
{
	const size_t used = c->dispatch.lineup.body.cap +
			    slots_memory(&c->slots) +
			    c->aside.errand.request.body.cap +
			    session_memory(&c->session) + http_memory(c->http);

	queue_claim(c->queue, &c->claim, used,
		    c->pull == PULL_ALL ? c->slots.reserve : 0);
}

/* How many requests may be under way. */
static size_t most_busy(const struct courier *c)
{
	if (dispatch_is_waiting(&c->dispatch))
		return 0;
	return health_is_open(&c->dispatch.health) || c->pull == PULL_PROBE ||
			       c->dispatch.careful > 0
		       ? 1
		       : c->limits.in_flight;
}

/* Is there room for one more? */
static bool has_room(const struct courier *c)
{
	return c->pull != PULL_NOTHING && c->slots.busy < most_busy(c) &&
	       slots_have_memory(&c->slots);
}

/* Answers. */

/* libcurl may have sent it more than once, or for nothing. */
static void note_sends(struct courier *c, const struct batch *b,
		       const struct http_result *r)
{
	if (r->sends > 1)
		c->dispatch.lineup.source.ledger->counts.retried +=
			(r->sends - 1) * (uint64_t)b->count;
	for (size_t i = 0; i < b->count; i++)
		b->items[i]->resent |= r->sends > 1;
	if (r->sends > 1 || (r->sends == 1 && r->status == 0))
		batch_note_sent(b);
}

static void on_batch(struct courier *c, const struct errand *x,
		     const struct http_result *r, int64_t now_ms)
{
	const struct answer answer = errand_answer(r);
	const struct err *lost = r->status == 0 ? &r->why : NULL;
	static const struct err no_memory = { .kind = ERR_TEMPORARY,
					      .text = "out of memory" };
	const struct judgement *judgements = NULL;
	struct batch *b = x->batch;
	char said[ERRAND_SAID_MAX];

	note_sends(c, b, r);
	// Who has the connection of before has the memory of before.
	if (r->status == 0 && r->sends > 0 && r->connects > 0)
		dispatch_doubt(&c->dispatch, now_ms);
	if (lost == NULL) {
		judgements = session_judge(&c->session, &answer, x->tokens,
					   b->count);
		lost = judgements == NULL ? &no_memory : NULL;
	}
	if (lost != NULL) {
		dispatch_lost(&c->dispatch, b, x->sending, now_ms, WAIT_BACKOFF,
			      lost);
		return;
	}
	errand_said(r, &c->session, said);
	dispatch_judged(&c->dispatch, b, x->sending, judgements, said, now_ms);
}

static void on_result(struct courier *c, const struct http_result *r,
		      int64_t now_ms)
{
	struct errand *x = r->context;

	session_set_clock(&c->session);
	c->dispatch.lineup.source.ledger->counts.connections += r->connects;
	if (x == &c->aside.errand) {
		aside_answered(&c->aside, r, now_ms);
		return;
	}
	attempt_tell(c->session.dest, &x->request, r);
	on_batch(c, x, r, now_ms);
	slots_end(&c->slots, x);
}

/* The functions of a carrier. */

/* Fill what requests may be sent. -1 with e filled: a batch cannot be made. */
static int send_batches(struct courier *c, int64_t now_ms, struct err *e)
{
	struct errand *x;
	struct batch *b;

	while (has_room(c) &&
	       now_ms >= health_not_before(&c->dispatch.health) &&
	       (x = slots_find(&c->slots)) != NULL) {
		if (lineup_next(&c->dispatch.lineup, now_ms, &x->request.body,
				&b, e) < 0)
			return -1;
		if (b == NULL || !send_batch(c, x, b, now_ms))
			break;
	}
	return 0;
}

/* Secrets may have changed since they were read. */
static void refresh_plan(struct courier *c)
{
	c->stale = false;
	if (!renewal_take(c->dest))
		return;
	session_replan(&c->session);
	http_set_tls(c->http, &c->dest->plan.tls);
	http_set_proxy(c->http, &c->dest->plan.limits.proxy);
}

/* Send all that may go. -1 with e filled, as send_batches(). */
static int begin(struct courier *c, int64_t now_ms, struct err *e)
{
	struct lineup *l = &c->dispatch.lineup;

	if (l->flush_ms > 0 && c->pull == PULL_ALL && lineup_may_open(l) &&
	    lineup_grow(l, now_ms, e) < 0)
		return -1;
	if (now_ms < c->dispatch.health.retry_ms)
		return 0;
	if (c->stale)
		refresh_plan(c);
	if (aside_lacks_token(&c->aside)) {
		if (c->pull != PULL_NOTHING && c->queue->open > 0)
			aside_fetch_token(&c->aside, now_ms);
		return 0;
	}
	if (c->queue->open > 0)
		aside_refresh_token(&c->aside, now_ms);
	aside_ask(&c->aside, now_ms);
	return send_batches(c, now_ms, e);
}

static int step(struct carrier *carrier, int64_t now_ms, short revents,
		struct err *e)
{
	struct courier *c = courier_of(carrier);
	struct err *failed = &c->dispatch.health.failed;
	struct http_result r;

	(void)revents;
	http_step(c->http, now_ms);
	while (http_next(c->http, &r) != NULL)
		on_result(c, &r, now_ms);
	dispatch_settle(&c->dispatch, slots_oldest(&c->slots));
	dispatch_late(&c->dispatch, now_ms);
	if (c->dispatch.renew)
		session_renew(&c->session);
	c->dispatch.renew = false;
	session_set_clock(&c->session);
	if (failed->kind == ERR_NONE && begin(c, now_ms, e) < 0)
		health_failed(&c->dispatch.health, now_ms, WAIT_BACKOFF, e);
	claim_memory(c);
	carrier->accepted = c->dispatch.accepted;
	carrier->unconfirmed_ms = dispatch_unconfirmed_ms(&c->dispatch);
	if (failed->kind == ERR_NONE)
		return 0;
	// What is out of tries has to be given up before any more is taken.
	carrier->tried_all |= c->dispatch.tried_all;
	c->dispatch.tried_all = false;
	*e = *failed;
	*failed = (struct err){ 0 };
	return -1;
}

/* Is something in the queue that may be taken right now? */
static bool may_take(const struct courier *c, int64_t now_ms)
{
	const struct lineup *l = &c->dispatch.lineup;

	if (c->queue->waiting == 0 || !lineup_may_open(l))
		return false;
	if (l->flush_ms > 0 && c->pull == PULL_ALL &&
	    (l->open == NULL || !l->open->closed))
		return true;
	return has_room(c) &&
	       now_ms >= health_not_before(&c->dispatch.health) &&
	       (!aside_lacks_token(&c->aside) || !aside_is_busy(&c->aside));
}

static int64_t sooner(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

static int64_t later(int64_t a_ms, int64_t b_ms)
{
	return a_ms > b_ms ? a_ms : b_ms;
}

/* When the next batch has to be sent; INT64_MAX: not because of the time. */
static int64_t next_batch_ms(const struct courier *c, int64_t now_ms)
{
	const int64_t from_ms = health_not_before(&c->dispatch.health);
	int64_t due_ms = lineup_due_ms(&c->dispatch.lineup);

	if (!has_room(c) ||
	    (aside_lacks_token(&c->aside) && aside_is_busy(&c->aside)))
		return INT64_MAX;
	if (due_ms != INT64_MAX)
		return later(due_ms, from_ms);
	return from_ms > now_ms && c->queue->waiting > 0 ? from_ms : INT64_MAX;
}

static bool is_done(const struct carrier *carrier)
{
	const struct courier *c = const_courier_of(carrier);

	return c->finishing && c->slots.busy == 0 &&
	       !aside_is_busy(&c->aside) &&
	       c->dispatch.tickets.pending.count == 0 &&
	       c->dispatch.tickets.confirmed.count == 0 &&
	       c->dispatch.lineup.waiting.count == 0 &&
	       (c->pull == PULL_NOTHING || c->queue->open == 0);
}

static void wait_for(const struct carrier *carrier, int64_t now_ms,
		     struct pollfd *fd, int *timeout_ms)
{
	const struct courier *c = const_courier_of(carrier);
	int64_t next_ms;

	*fd = (struct pollfd){ .fd = -1 };
	if (is_done(carrier) || may_take(c, now_ms)) {
		*timeout_ms = 0;
		return;
	}
	*fd = (struct pollfd){ .fd = http_fd(c->http), .events = POLLIN };
	*timeout_ms = http_timeout_ms(c->http, now_ms);
	next_ms = sooner(next_batch_ms(c, now_ms), aside_due_ms(&c->aside));
	if (next_ms == INT64_MAX)
		return;
	next_ms = later(next_ms - now_ms, 0);
	if (*timeout_ms < 0 || next_ms < *timeout_ms)
		*timeout_ms = (int)sooner(next_ms, INT_MAX);
}

static void set_pull(struct carrier *carrier, enum carrier_pull what)
{
	struct courier *c = courier_of(carrier);

	c->pull = what;
	c->dispatch.lineup.source.limits.count =
		what == PULL_PROBE ? 1 : c->limits.best_count;
	if (what != PULL_ALL)
		lineup_put_back(&c->dispatch.lineup);
	claim_memory(c);
}

static void finish(struct carrier *carrier)
{
	struct courier *c = courier_of(carrier);

	c->finishing = true;
	c->dispatch.lineup.no_more = true;
}

static void stop(struct carrier *carrier)
{
	struct courier *c = courier_of(carrier);

	for (size_t i = 0; i < c->slots.count; i++) {
		struct errand *x = &c->slots.items[i];

		if (x->use == ERRAND_NONE)
			continue;
		batch_note_sent(x->batch);
		batch_put_back(x->batch, &c->dispatch.lineup.source);
		batch_free(x->batch);
		slots_end(&c->slots, x);
	}
	aside_stop(&c->aside);
	dispatch_put_back(&c->dispatch);
	claim_memory(c);
}

static bool is_well(const struct carrier *carrier, int64_t now_ms)
{
	(void)now_ms;
	return const_courier_of(carrier)->dispatch.health.well;
}

static void replan(struct carrier *carrier)
{
	struct courier *c = courier_of(carrier);

	dest_ask_secrets(c->dest);
	c->stale = true;
}

static void release(struct carrier *carrier)
{
	struct courier *c = courier_of(carrier);

	http_close(c->http);
	queue_claim(c->queue, &c->claim, 0, 0);
	slots_free(&c->slots);
	aside_free(&c->aside);
	dispatch_free(&c->dispatch);
	session_free(&c->session);
	free(c);
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
	if (limits->answer_bytes == 0)
		limits->answer_bytes = DEST_ANSWER_BYTES;
	if (limits->ask_every_ms == 0)
		limits->ask_every_ms = ASK_EVERY_MS;
	if (limits->ask_for_ms == 0)
		limits->ask_for_ms = ASK_FOR_MS;
}

static struct http *open_http(const struct dest *dest,
			      const struct dest_limits *limits, struct err *e)
{
	const struct dest_plan *plan = &dest->plan;
	const struct http_options options = {
		.tls = plan->tls,
		.proxy = limits->proxy,
		.connect_ms = limits->connect_ms,
		.timeout_ms = limits->timeout_ms,
		.answer_max = limits->answer_bytes,
	};

	if (plan->warning != NULL)
		msg_warn("%s: %s", dest->name, plan->warning);
	if (plan->tls.insecure)
		msg_warn("%s: insecure: nobody verifies who the other side is",
			 dest->name);
	return http_open(&options, e);
}

static void prepare(struct courier *c, const struct carrier_load *load)
{
	const struct dest_limits *limits = &c->limits;

	c->dispatch.bounded_retries = load->bounded_retries;
	c->dispatch.retries = load->retries;
	c->dispatch.tickets.every_ms = limits->ask_every_ms;
	c->dispatch.tickets.for_ms = limits->ask_for_ms;
	c->dispatch.lineup = LINEUP_INIT(ERRAND_BODY_MAX);
	c->dispatch.lineup.flush_ms = limits->flush_ms;
	c->dispatch.lineup.in_flight = limits->in_flight;
	c->dispatch.lineup.source = session_source(&c->session, load, limits);
}

struct carrier *courier_open(void *target, const struct carrier_load *load,
			     struct err *e)
{
	static const struct carrier_type type = {
		.step = step,
		.wait = wait_for,
		.pull = set_pull,
		.finish = finish,
		.stop = stop,
		.is_done = is_done,
		.is_well = is_well,
		.replan = replan,
		.close = release,
	};
	struct dest *dest = target;
	struct courier *c;

	if (load->dry_run != DRY_RUN_NO)
		return rehearsal_open(target, load, e);
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		err_sys(e, "courier");
		return NULL;
	}
	c->carrier.type = &type;
	c->dest = dest;
	c->limits = dest->plan.limits;
	complete_limits(&c->limits);
	c->queue = load->queue;
	c->pull = PULL_ALL;
	slots_init(&c->slots, &c->limits, load->queue->max);
	session_init(&c->session, dest);
	aside_init(&c->aside, &c->session, &c->dispatch);
	prepare(c, load);
	c->http = c->aside.http = open_http(dest, &c->limits, e);
	if (c->http == NULL) {
		release(&c->carrier);
		return NULL;
	}
	return &c->carrier;
}

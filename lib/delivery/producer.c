#include "delivery/producer.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/msg.h"
#include "delivery/backoff.h"
#include "delivery/flight.h"
#include "delivery/renewal.h"
#include "delivery/tags.h"
#include "dest/opening.h"
#include "net/tls.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	OVERHEAD = 512, // bytes that a library needs for a record, beside it,
	COPIES = 2,     // and how often it has it: as it was, and on its way
	SHARE = 4,      // it may have such a part of the memory of the queue
	TIMEOUT_MS = 30000,
};

struct production {
	struct carrier carrier;
	struct dest *dest;
	struct queue *queue;
	struct ledger *ledger;
	struct flight flight;
	struct tags tags; // of those in flight
	struct queue_claim claim;
	bool dry_run;
	bool bounded_retries;
	unsigned timeout_ms; // without any acknowledgement

	enum carrier_pull pull;
	bool finishing;
	bool progress;    // something was taken since it last failed
	bool struggling;  // it said so, and nothing else since
	bool full;        // it takes no more until it has told something
	bool alone;       // what is in flight must have no company
	bool stale;       // secrets may have changed: not for the next library
	int64_t heard_ms; // when something was acknowledged, or is awaited from
	int64_t retry_ms; // nothing new before
	struct backoff backoff;
	struct producer *library; // NULL: there is none
	struct err refusal;       // what an acknowledgement said
};

static struct production *production_of(struct carrier *c)
{
	return (struct production *)(void *)c;
}

static const struct production *const_production_of(const struct carrier *c)
{
	return (const struct production *)(const void *)c;
}

static const struct dest_producer *library_of(const struct production *p)
{
	return p->dest->plan.producer;
}

/* What is in flight takes so much memory besides that of the queue. */
static size_t memory_used(const struct production *p)
{
	return (size_t)(COPIES * p->flight.bytes + OVERHEAD * p->flight.count) +
	       tags_memory(&p->tags);
}

static void claim_memory(struct production *p)
{
	queue_claim(p->queue, &p->claim, memory_used(p),
		    p->pull == PULL_ALL ? p->queue->max / SHARE : 0);
}

/* Close the library; what it has not acknowledged waits again. */
static void drop_library(struct production *p, bool was_a_try)
{
	if (p->library == NULL)
		return;
	library_of(p)->close(p->library);
	p->library = NULL;
	p->struggling = p->full = p->alone = false;
	tags_forget(&p->tags);
	flight_put_back(&p->flight, 0, was_a_try);
}

/* Is it better to take back what it has than to let it go on trying? */
static bool is_impatient(const struct production *p)
{
	return p->bounded_retries || p->pull != PULL_ALL;
}

/*
 * After a failure. Where nothing was settled since the one before, it counts
 * as a try of every record that is held; else of those that were under way.
 */
static int fail(struct production *p, int64_t now_ms, bool drop,
		const struct err *e)
{
	const bool counts = e->kind == ERR_TEMPORARY;

	p->carrier.tried_all |= counts && !p->progress;
	if (drop)
		drop_library(p, counts && p->progress);
	p->progress = false;
	p->retry_ms = now_ms + backoff_pause(&p->backoff);
	return -1;
}

/* One that was refused may have been so for its company. */
static void refused(struct production *p, struct queue_item *item,
		    const char *why)
{
	if (item->refused) {
		flight_reject(&p->flight, item, why);
		p->progress = true;
	} else {
		flight_put_back_one(&p->flight, item);
	}
}

static void on_ack(void *context, uint64_t tag, enum verdict verdict,
		   const char *reason)
{
	struct production *p = context;
	struct queue_item *item = tags_take(&p->tags, tag);

	if (item == NULL)
		return;
	switch (verdict) {
	case VERDICT_DELIVERED:
		flight_deliver(&p->flight, item);
		p->progress = true;
		break;
	case VERDICT_REJECT:
		flight_reject(&p->flight, item, reason);
		p->progress = true;
		break;
	case VERDICT_SPLIT:
		refused(p, item, reason);
		break;
	case VERDICT_RETRY:
	case VERDICT_PENDING:
		flight_try_again(&p->flight, item);
		if (p->refusal.kind == ERR_NONE)
			err_set(&p->refusal, ERR_TEMPORARY, "%s", reason);
		break;
	case VERDICT_HOLD:
		flight_put_back_one(&p->flight, item);
		item->refused = false;
		err_set(&p->refusal, ERR_DENIED, "%s", reason);
		break;
	}
}

/* Hear what the library has to tell. -1 with e filled: it failed. */
static int listen_to(struct production *p, int64_t now_ms, struct err *e)
{
	const uint64_t before = p->flight.count;
	enum producer_state state;

	p->refusal = (struct err){ 0 };
	state = library_of(p)->poll(p->library, on_ack, p, e);
	p->struggling = state == PRODUCER_STRUGGLES;
	p->alone &= p->flight.count > 0;
	if (p->flight.count < before) {
		p->heard_ms = now_ms;
		p->full = false;
	}
	if (p->refusal.kind != ERR_NONE) {
		*e = p->refusal;
		// Each that may be tried again has been counted by itself.
		p->progress |= e->kind == ERR_TEMPORARY;
		return fail(p, now_ms, e->kind == ERR_DENIED, e);
	}
	if (state == PRODUCER_BROKEN)
		return fail(p, now_ms, true, e);
	if (p->flight.count == 0 || now_ms < p->retry_ms)
		return 0;
	if (state == PRODUCER_WORKS &&
	    now_ms - p->heard_ms < (int64_t)p->timeout_ms)
		return 0;
	if (state == PRODUCER_WORKS)
		err_set(e, ERR_TEMPORARY, "no acknowledgement within %g s",
			p->timeout_ms / 1000.0);
	return fail(p, now_ms, is_impatient(p) || e->kind == ERR_DENIED, e);
}

/* May it have one more? */
static bool may_send(const struct production *p)
{
	if (p->full || p->alone || p->pull == PULL_NOTHING)
		return false;
	return p->flight.count == 0 ||
	       (p->pull == PULL_ALL && memory_used(p) < p->queue->max / SHARE);
}

/* Give a record to the library. 0: not now. */
static int send(struct production *p, struct queue_item *item, int64_t now_ms,
		struct err *e)
{
	const struct dest_record record = { queue_bytes(item), item->read_ns };
	uint64_t tag;

	if (!tags_give(&p->tags, item, &tag)) {
		queue_put_back(p->queue, item);
		return err_set(e, ERR_TEMPORARY, "out of memory");
	}
	int rc = library_of(p)->produce(p->library, &record, tag, e);
	if (rc > 0) {
		if (p->flight.count == 0)
			p->heard_ms = now_ms;
		p->alone = item->refused;
		flight_add(&p->flight, item, tag, 0);
		return 1;
	}
	tags_take(&p->tags, tag);
	if (rc < 0 && e->kind == ERR_DATA) {
		ledger_reject(p->ledger, record.bytes, item->line, e->text);
		queue_settle(p->queue, item, FATE_REJECTED);
		return 1;
	}
	queue_put_back(p->queue, item);
	return rc;
}

/* Give the library what waits. -1 with e filled: it failed. */
static int fill(struct production *p, int64_t now_ms, struct err *e)
{
	struct queue_item *item;
	int rc;

	while (may_send(p) && (item = queue_peek(p->queue)) != NULL) {
		// What was refused in company goes alone.
		if (item->refused && p->flight.count > 0)
			break;
		item = queue_take(p->queue);
		if (item->kind != QUEUE_RECORD) {
			// Where a batch ends is for the library to say.
			queue_settle(p->queue, item, FATE_NONE);
			continue;
		}
		rc = send(p, item, now_ms, e);
		if (rc < 0)
			return -1;
		p->full = rc == 0;
	}
	return 0;
}

/* Is there something for which there should be a library? */
static bool is_wanted(const struct production *p)
{
	return p->pull != PULL_NOTHING && p->queue->waiting > 0;
}

static int start(struct production *p, int64_t now_ms, struct err *e)
{
	if (p->stale)
		(void)renewal_take(p->dest);
	p->stale = false;
	p->library = library_of(p)->open(p->dest->plan.config, e);
	if (p->library == NULL)
		return fail(p, now_ms, true, e);
	p->ledger->counts.connections++;
	return 0;
}

static int step(struct carrier *c, int64_t now_ms, short revents, struct err *e)
{
	struct production *p = production_of(c);
	int rc = 0;

	(void)revents;
	if (p->library != NULL)
		rc = listen_to(p, now_ms, e);
	if (rc == 0 && p->progress) {
		backoff_reset(&p->backoff);
		p->retry_ms = now_ms;
	}
	if (rc == 0 && now_ms >= p->retry_ms && is_wanted(p)) {
		if (p->library == NULL)
			rc = start(p, now_ms, e);
		if (rc == 0 && fill(p, now_ms, e) < 0)
			rc = fail(p, now_ms, true, e);
	}
	claim_memory(p);
	return rc;
}

static bool is_done(const struct carrier *c)
{
	const struct production *p = const_production_of(c);

	return p->finishing && p->flight.count == 0 &&
	       (p->pull == PULL_NOTHING || p->queue->open == 0);
}

/* The next moment that something is to be done at; INT64_MAX: none. */
static int64_t due_ms(const struct production *p)
{
	int64_t late_ms = INT64_MAX;

	if (p->library != NULL && p->flight.count > 0) {
		late_ms = p->struggling ? p->retry_ms
					: p->heard_ms + p->timeout_ms;
		if (late_ms < p->retry_ms)
			late_ms = p->retry_ms;
	}
	if (is_wanted(p) && may_send(p) && p->retry_ms < late_ms)
		return p->retry_ms;
	return late_ms;
}

static void wait_for(const struct carrier *c, int64_t now_ms, struct pollfd *fd,
		     int *timeout_ms)
{
	const struct production *p = const_production_of(c);
	const int64_t due = due_ms(p);

	*fd = (struct pollfd){ .fd = -1 };
	if (p->library != NULL)
		*fd = (struct pollfd){ .fd = library_of(p)->fd(p->library),
				       .events = POLLIN };
	if (is_done(c) || due <= now_ms)
		*timeout_ms = 0;
	else if (due == INT64_MAX)
		*timeout_ms = -1;
	else
		*timeout_ms =
			due - now_ms < INT_MAX ? (int)(due - now_ms) : INT_MAX;
}

static void set_pull(struct carrier *c, enum carrier_pull what)
{
	struct production *p = production_of(c);

	p->pull = what;
	if ((p->struggling && is_impatient(p)) ||
	    (what == PULL_NOTHING && p->flight.count == 0))
		drop_library(p, false);
	claim_memory(p);
}

static void replan(struct carrier *c)
{
	struct production *p = production_of(c);

	dest_ask_secrets(p->dest);
	p->stale = true;
}

static void finish(struct carrier *c)
{
	production_of(c)->finishing = true;
}

static void stop(struct carrier *c)
{
	struct production *p = production_of(c);

	drop_library(p, false);
	claim_memory(p);
}

static bool is_well(const struct carrier *c, int64_t now_ms)
{
	(void)now_ms;
	return const_production_of(c)->progress;
}

static void release(struct carrier *c)
{
	struct production *p = production_of(c);

	if (p->library != NULL)
		library_of(p)->close(p->library);
	queue_claim(p->queue, &p->claim, 0, 0);
	tags_free(&p->tags);
	free(p);
}

/* Show what waits, and that is all that happens to it. */
static int step_dry(struct carrier *c, int64_t now_ms, short revents,
		    struct err *e)
{
	struct production *p = production_of(c);
	struct buf line = BUF_INIT(SIZE_MAX / 4);
	struct queue_item *item;
	int rc = 0;

	(void)now_ms;
	(void)revents;
	while (rc == 0 && (item = queue_take(p->queue)) != NULL) {
		const struct dest_record record = { queue_bytes(item),
						    item->read_ns };

		if (item->kind != QUEUE_RECORD) {
			queue_settle(p->queue, item, FATE_NONE);
			continue;
		}
		flight_add(&p->flight, item, 0, 0);
		buf_clear(&line);
		rc = library_of(p)->show(p->dest->plan.config, &record, &line,
					 e);
		if (rc < 0 && e->kind == ERR_DATA) {
			flight_reject(&p->flight, item, e->text);
			rc = 0;
			continue;
		}
		if (rc == 0 && buf_status(&line) != 0)
			rc = err_set(e, ERR_SYSTEM, "out of memory");
		if (rc == 0 &&
		    file_write_all(STDOUT_FILENO, line.data, line.len) < 0)
			rc = err_sys(e, "standard output");
		if (rc == 0)
			flight_deliver(&p->flight, item);
	}
	buf_free(&line);
	p->progress = true;
	if (rc < 0)
		flight_put_back(&p->flight, 0, false);
	return rc;
}

static const struct carrier_type real = {
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

static const struct carrier_type dry = {
	.step = step_dry,
	.wait = wait_for,
	.pull = set_pull,
	.finish = finish,
	.stop = stop,
	.is_done = is_done,
	.is_well = is_well,
	.close = release,
};

/* Say what is wrong with the set-up before anything is read. */
static int check(const struct dest *dest, struct err *e)
{
	const struct dest_plan *plan = &dest->plan;
	struct tls_context *tls;

	if (plan->warning != NULL)
		msg_warn("%s: %s", dest->name, plan->warning);
	if (plan->tls.insecure)
		msg_warn("%s: insecure: nobody verifies who the other side is",
			 dest->name);
	if (plan->tls.ca_file == NULL && plan->tls.cert_file == NULL)
		return 0;
	// The library says only later, and in other words, what is wrong.
	tls = tls_client(&plan->tls, e);
	tls_context_free(tls);
	return tls != NULL ? 0 : -1;
}

struct carrier *producer_open(void *target, const struct carrier_load *load,
			      struct err *e)
{
	struct dest *dest = target;
	const bool dry_run = load->dry_run != DRY_RUN_NO;
	struct production *p;

	if (!dry_run && check(dest, e) < 0)
		return NULL;
	p = malloc(sizeof(*p));
	if (p == NULL) {
		err_sys(e, "producer");
		return NULL;
	}
	*p = (struct production){
		.carrier = { .type = dry_run ? &dry : &real },
		.dest = dest,
		.queue = load->queue,
		.ledger = load->ledger,
		.flight = { .queue = load->queue,
			    .ledger = load->ledger,
			    .owner = load->owner },
		.bounded_retries = load->bounded_retries,
		.timeout_ms = dest->plan.limits.timeout_ms,
		.pull = PULL_ALL,
	};
	if (p->timeout_ms == 0)
		p->timeout_ms = TIMEOUT_MS;
	return &p->carrier;
}

#include "delivery/engine.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/msg.h"
#include "core/quit.h"
#include "core/timestamp.h"
#include "delivery/alert.h"
#include "delivery/failover.h"
#include "delivery/intake.h"
#include "delivery/queue.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { REPORTED = 5 }; // times that are told one by one

struct engine {
	struct engine_options options;
	struct queue queue;
	struct ledger ledger;
	struct intake intake;
	struct failover failover;
	struct alert alert;
	struct progress progress;

	bool drained;          // nothing is left to do but to commit
	bool over;             // the run has ended
	int status;            // where it was cut short
	unsigned tired;        // times that records were out of tries
	bool pipe_closed;      // by the reader of standard output
	bool readable;         // there is something to read
	short revents[FAILOVER_MAX]; // what poll() said of the carriers
};

static int64_t now_ms(void)
{
	return clock_ns() / NS_PER_MS;
}

/* As records have it that were read: since 1970. */
static int64_t wall_ns(void)
{
	struct timestamp now = timestamp_now();

	return now.sec * NS_PER_SEC + now.nsec;
}

struct engine *engine_open(const struct carrier_way *ways, size_t count,
			   const struct engine_options *options, struct err *e)
{
	struct engine *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		err_sys(e, "engine");
		return NULL;
	}
	// What comes and goes while records wait are the chunks of the queue,
	// and bodies. Each is a mapping of its own: so no holes are left where
	// the next one does not fit, which would add to the bound.
	mallopt(M_MMAP_THRESHOLD, 64 << 10);
	g->options = *options;
	g->progress = (struct progress){ .ledger = &g->ledger,
					 .commits = options->commits,
					 .receipts = options->receipts };
	g->queue = QUEUE_INIT(options->memory);
	g->intake = INTAKE_INIT(options->in_fd, options->max_record, &g->queue,
				&g->ledger);
	if (options->begun != NULL) {
		g->intake.reader = *options->begun;
		*options->begun = READER_INIT(-1, 0);
	}
	g->intake.limit = RATE_LIMIT_INIT(options->rate, clock_ns());
	g->intake.warns = options->dry_run == DRY_RUN_NO;
	g->alert = ALERT_INIT((int64_t)options->alert_after_ms,
			      options->on_failure, ways[0].name);
	if (options->dead_letter != NULL &&
	    file_is_at(options->in_fd, options->dead_letter)) {
		err_set(e, ERR_USAGE,
			"%s is read and is also the dead letters: give these "
			"another name",
			options->dead_letter);
		goto fail;
	}
	if (ledger_open(&g->ledger, options->dead_letter, e) < 0 ||
	    alert_open(&g->alert, e) < 0)
		goto fail;
	g->ledger.rehearses = options->dry_run != DRY_RUN_NO;

	struct carrier_load load = { .queue = &g->queue,
				     .ledger = &g->ledger,
				     .dry_run = options->dry_run,
				     .bounded_retries = options->bounded_retries,
				     .retries = options->retries,
				     .in = &g->intake.reader };
	if (failover_open(&g->failover, ways, count, &load, e) < 0)
		goto fail;
	return g;
fail:
	engine_close(g);
	return NULL;
}

/* Give up a record that waits, or was sent into the unknown. */
static void give_up(struct engine *g, struct queue_item *item, const char *why)
{
	ledger_give_up(&g->ledger, queue_bytes(item), item->line, why);
	queue_settle(&g->queue, item, FATE_GIVEN_UP);
}

/* The run ends here, whatever is still held. */
static void cut_short(struct engine *g, int status, const char *why)
{
	struct queue_place place = queue_begin(&g->queue);
	struct queue_item *item;

	// What has a position that was not committed is read again.
	if (g->options.commits != NULL) {
		intake_forget(&g->intake);
	} else {
		while ((item = queue_each(&place)) != NULL)
			if (item->kind == QUEUE_RECORD &&
			    item->state != QUEUE_DONE)
				give_up(g, item, why);
		intake_abandon(&g->intake, why);
	}
	g->over = true;
	if (status > g->status)
		g->status = status;
}

/* Has a record had all the tries that it is given? */
static bool is_out_of_tries(const struct engine *g,
			    const struct queue_item *item)
{
	return item->kind == QUEUE_RECORD && item->state == QUEUE_WAITING &&
	       queue_tries(&g->queue, item) > g->options.retries;
}

/* Set aside the records that are out of tries. */
static void give_up_tired(struct engine *g, struct failover_place *p,
			  const struct err *why)
{
	struct queue_place place = queue_begin(&g->queue);
	struct queue_item *item;
	uint64_t kept_before = g->ledger.counts.set_aside;
	uint64_t count = 0;

	while ((item = queue_each(&place)) != NULL) {
		if (!is_out_of_tries(g, item))
			continue;
		if (!ledger_has_letters(&g->ledger)) {
			outage_final(&p->outage, why);
			cut_short(g, STATUS_UNDELIVERED, why->text);
			return;
		}
		give_up(g, item, why->text);
		count++;
	}
	if (count > 0 && ++g->tired <= REPORTED)
		msg_error("%s: records given up after %u %s: %llu, "
			  "of which %llu are kept in %s",
			  p->name, g->options.retries,
			  g->options.retries == 1 ? "retry" : "retries",
			  (unsigned long long)count,
			  (unsigned long long)(g->ledger.counts.set_aside -
					       kept_before),
			  g->options.dead_letter);
}

/* A destination failed: try again, elsewhere, or end. */
static void on_failure(struct engine *g, struct failover_place *p,
		       const struct err *why)
{
	bool hopeless = failover_all_refuse(&g->failover);

	alert_failed(&g->alert, why);
	if (why->kind == ERR_DENIED)
		carrier_replan(p->carrier);
	g->queue.epoch += failover_tried_all(&g->failover);
	// Who has let us in before may do so again.
	if (why->kind == ERR_DENIED &&
	    (g->ledger.counts.delivered > 0 || failover_accepted(&g->failover)))
		hopeless = false;
	if (hopeless) {
		g->pipe_closed = why->kind == ERR_PIPE;
		if (!g->pipe_closed)
			outage_final(&p->outage, why);
		cut_short(g, (int)msg_status(why->kind), why->text);
		return;
	}
	outage_failed(&p->outage, now_ms(), why, g->queue.open);
	if (g->options.bounded_retries)
		give_up_tired(g, p, why);
}

/* Let each destination do what it can. */
static void carry(struct engine *g, int64_t now)
{
	struct err e;

	for (size_t i = 0; i < g->failover.count && !g->over; i++)
		if (failover_step(&g->failover, i, now, g->revents[i], &e) < 0)
			on_failure(g, &g->failover.places[i], &e);
	if (g->failover.count > 1 && !g->over)
		failover_choose(&g->failover);
}

/* Let go of what is settled, and note the positions behind it. */
static void drop_settled(struct engine *g)
{
	const struct failover_place *p;
	struct queue_item *item;

	while ((item = queue_front(&g->queue)) != NULL) {
		// The end of a batch of which nothing is left.
		if (item->kind == QUEUE_FLUSH && item->state == QUEUE_WAITING)
			queue_settle(&g->queue, item, FATE_NONE);
		if (item->state != QUEUE_DONE)
			break;
		// Whoever had it last, if anybody did.
		p = &g->failover.places[item->owner];
		// Not past a record that could not be set aside.
		if (item->kind == QUEUE_MARK && !g->ledger.failed)
			progress_mark(&g->progress, item);
		if (item->kind == QUEUE_RECORD)
			progress_record(&g->progress, item, p->name,
					p->acknowledgement, g->queue.now_ns);
		if (queue_drops_memory(&g->queue))
			progress_keep(&g->progress);
		queue_drop(&g->queue);
	}
}

static void step(struct engine *g, int64_t now)
{
	const struct delivery_counts *n = &g->ledger.counts;

	g->ledger.now_ns = g->queue.now_ns = wall_ns();
	intake_step(&g->intake, g->readable, g->queue.now_ns);
	// What comes once this has failed could not be set aside either.
	if (g->ledger.failed)
		intake_abandon(&g->intake, "the dead letters failed");
	if (g->intake.ended)
		failover_finish(&g->failover);
	if (!g->drained)
		carry(g, now);
	drop_settled(g);
	alert_unconfirmed(&g->alert, failover_unconfirmed_ms(&g->failover));
	alert_step(&g->alert, now, g->queue.open, n->delivered);
	g->drained |= failover_is_done(&g->failover);
	progress_step(&g->progress, now,
		      g->over      ? PROGRESS_LAST
		      : g->drained ? PROGRESS_DRAINED
				   : PROGRESS_IN_TIME);
	// What had to wait may have its place now.
	intake_step(&g->intake, false, g->queue.now_ns);
	g->over |= g->drained && !progress_is_pending(&g->progress);
}

/* The sooner of two waits, of which -1 has no end. */
static int sooner(int a_ms, int64_t b_ms)
{
	return b_ms >= 0 && (a_ms < 0 || b_ms < a_ms) ? (int)b_ms : a_ms;
}

/* Until something happens. */
static void wait(struct engine *g)
{
	int64_t now = now_ms();
	struct pollfd fds[3 + FAILOVER_MAX] = {
		{ .fd = quit_fd(), .events = POLLIN },
		{ .fd = intake_wants(&g->intake) ? g->options.in_fd : -1,
		  .events = POLLIN },
		{ .fd = -1, .events = POLLIN },
	};
	nfds_t count = 3;
	int timeout_ms =
		alert_wait(&g->alert, now, g->queue.open, &fds[2].fd);

	timeout_ms = sooner(timeout_ms, intake_wait_ms(&g->intake));
	if (!g->drained) {
		failover_wait(&g->failover, now, fds + count, &timeout_ms);
		count += g->failover.count;
	}
	timeout_ms = sooner(timeout_ms, progress_wait_ms(&g->progress, now));
	int n = poll(fds, count, timeout_ms);
	g->readable = n > 0 && fds[1].revents != 0;
	memset(g->revents, 0, sizeof(g->revents));
	if (n > 0 && !g->drained)
		for (size_t i = 0; i < g->failover.count; i++)
			g->revents[i] = fds[3 + i].revents;
	if (n > 0 && fds[0].revents != 0)
		quit_clear();
}

/* The time is over that there was since a signal came. */
static void end_late(struct engine *g)
{
	static const struct err late = {
		.kind = ERR_TEMPORARY,
		.text = "not through within --grace seconds",
	};
	struct failover_place *p = &g->failover.places[g->failover.active];
	bool delivered = g->drained && g->queue.open == 0;

	// Whoever writes to us is late, and not the destination.
	if (g->queue.open == 0 && intake_wants(&g->intake))
		msg_error("the input has not ended within --grace seconds: a "
			  "stage before this one is late");
	else if (!delivered)
		outage_final(&p->outage, &late);
	cut_short(g, STATUS_UNDELIVERED, late.text);
	drop_settled(g);
	progress_step(&g->progress, now_ms(), PROGRESS_LAST);
	if (delivered && g->progress.fails)
		msg_error("all is delivered, but not all of that could be "
			  "noted%s",
			  g->options.commits != NULL
				  ? ": the next run sends it again"
				  : "");
}

int engine_run(struct engine *g)
{
	// What was read along with the header is not told of by poll().
	intake_step(&g->intake, false, wall_ns());
	while (!g->over) {
		// First of all, so that an empty input needs no destination.
		wait(g);
		if (metrics_step(g->options.metrics))
			engine_print_counts(g);
		if (quit_late()) {
			end_late(g);
			break;
		}
		step(g, now_ms());
	}

	int status = g->progress.fails ? STATUS_UNDELIVERED : STATUS_DONE;
	if (g->status > status)
		status = g->status;
	if (g->intake.status > status)
		status = g->intake.status;
	if (g->pipe_closed && !ledger_has_letters(&g->ledger))
		return msg_exit(&(struct err){ .kind = ERR_PIPE });
	if (g->tired > REPORTED)
		msg_error("records given up in all: %llu",
			  (unsigned long long)g->ledger.counts.given_up);
	int kept = ledger_finish(&g->ledger, g->options.commits != NULL);
	return kept > status ? kept : status;
}

const struct delivery_counts *engine_counts(const struct engine *g)
{
	return &g->ledger.counts;
}

void engine_print_counts(const struct engine *g)
{
	struct buf line = BUF_INIT(1024);

	ledger_format(&g->ledger, &line);
	buf_printf(&line, ", %llu waiting", (unsigned long long)g->queue.open);
	msg_error("%s", buf_str(&line));
	buf_free(&line);
}

/* How long the oldest record that is held has been here, in seconds. */
static double oldest_age(const struct engine *g)
{
	struct queue_place place = queue_begin(&g->queue);
	const struct queue_item *item;

	while ((item = queue_each(&place)) != NULL)
		if (item->kind == QUEUE_RECORD && item->state != QUEUE_DONE) {
			int64_t age_ns = wall_ns() - item->read_ns;

			return age_ns > 0 ? (double)age_ns / NS_PER_SEC : 0;
		}
	return 0;
}

void engine_collect(const struct engine *g, struct page *page)
{
	ledger_collect(&g->ledger, page);
	page_gauge(page, "records_waiting", "Records read and not yet sent.",
		   (double)g->queue.waiting);
	page_gauge(page, "records_in_flight",
		   "Records sent and not yet acknowledged.",
		   (double)(g->queue.open - g->queue.waiting));
	page_gauge(page, "oldest_record_age_seconds",
		   "How long the oldest record that is not delivered has been "
		   "held.",
		   oldest_age(g));
	page_gauge(page, "alert",
		   "1 while nothing is delivered for --alert-after seconds.",
		   g->alert.raised);
	page_gauges(page, "destination_failing",
		    "1 where a destination fails, again and again.");
	for (size_t i = 0; i < g->failover.count; i++)
		page_part(page, "destination_failing", "destination",
			  slice_of(g->failover.places[i].name),
			  breaker_is_open(&g->failover.places[i].breaker));
	page_gauge(page, "memory_bytes",
		   "Memory that records and their requests take.",
		   (double)queue_memory(&g->queue));
}

void engine_close(struct engine *g)
{
	if (g == NULL)
		return;
	failover_close(&g->failover);
	alert_close(&g->alert);
	intake_free(&g->intake);
	queue_free(&g->queue);
	ledger_free(&g->ledger);
	free(g);
}

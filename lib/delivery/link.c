#include "delivery/link.h"

#include "core/msg.h"
#include "delivery/renewal.h"
#include "dest/opening.h"
#include "net/address.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	BLOCK = 256 << 10,   // of frames, written at once
	ROUNDS = 64,         // writes before others have their turn
	SYNC_MS = 100,       // between syncs of a file
	SAMPLE_MS = 10,      // between looks at what TCP has acknowledged,
	IDLE_SAMPLE_MS = 50, // and when there is nothing else to do
	WELL_MS = 1000,      // up for so long, a connection is a good one
	GOODBYE_MS = 1000,   // for the answer to a goodbye
};

static struct link *link_of(struct carrier *c)
{
	return (struct link *)(void *)c;
}

static const struct link *const_link_of(const struct carrier *c)
{
	return (const struct link *)(const void *)c;
}

static const struct dest_stream *stream_of(const struct link *l)
{
	return l->dest->plan.stream;
}

/* Does the far end itself acknowledge each frame? */
static bool confirms(const struct link *l)
{
	return stream_of(l)->receive != NULL && !l->dry_run;
}

/* Do only acknowledgements of the transport tell, which need time? */
static bool must_settle(const struct link *l)
{
	return !confirms(l) && (l->route.target.transport == TRANSPORT_TCP ||
				l->route.target.transport == TRANSPORT_TLS);
}

static bool is_flushed(const struct link *l)
{
	return l->out_done == l->out.len;
}

/* Out of memory, as a failure that may pass. */
static int no_memory(struct err *e)
{
	return err_set(e, ERR_TEMPORARY, "%s", strerror(ENOMEM));
}

/* Everything that may fail before there is a connection. */
static int prepare(struct link *l, struct dest *dest,
		   const struct carrier_load *load, struct err *e)
{
	*l = (struct link){
		.dest = dest,
		.queue = load->queue,
		.ledger = load->ledger,
		.flight = { .queue = load->queue,
			    .ledger = load->ledger,
			    .owner = load->owner },
		.dry_run = load->dry_run != DRY_RUN_NO,
		.pull = PULL_ALL,
		.leeway = LEEWAY_INIT,
		.out = BUF_INIT(SIZE_MAX / 4),
	};
	stream_of(l)->route(dest->plan.config, &l->route);
	l->datagrams = l->route.target.transport == TRANSPORT_UDP;
	l->answers = ANSWERS_INIT(.dest = dest,
				  .transport = l->route.target.transport,
				  .confirms = confirms(l), .flight = &l->flight,
				  .written = &l->written,
				  .session = &l->session, .out = &l->out,
				  .progress = &l->progress);
	if (l->dry_run) {
		l->route.target.transport = TRANSPORT_STDOUT;
		return 0;
	}
	if (l->route.target.port != NULL &&
	    address_check_port(l->route.target.port,
			       l->datagrams ? SOCK_DGRAM : SOCK_STREAM, e) < 0)
		return -1;
	if (l->datagrams)
		msg_warn("%s: UDP confirms nothing: what was sent counts as "
			 "delivered",
			 dest->name);
	if (l->route.target.transport != TRANSPORT_TLS)
		return 0;
	if (l->route.tls.insecure)
		msg_warn("%s: insecure: nobody verifies who the other side is",
			 dest->name);
	l->route.target.tls = tls_client(&l->route.tls, e);
	return l->route.target.tls != NULL ? 0 : -1;
}

/* Forget the connection, and what was on its way into it. */
static void drop_connection(struct link *l)
{
	conn_close(l->conn);
	l->conn = NULL;
	if (stream_of(l)->release != NULL && l->session.state != NULL)
		stream_of(l)->release(&l->session);
	l->session = (struct dest_link){ 0 };
	answers_drop(&l->answers);
	buf_clear(&l->out);
	l->out_done = 0;
	l->written = l->acked = 0;
	l->last = NULL;
	l->phase = LINK_DOWN;
}

/*
 * After a failure. Where nothing was settled since the one before, it counts
 * as a try of every record that is held; else of those that were under way.
 * That we are not let in says nothing about any of them.
 */
static int fail(struct link *l, int64_t now_ms, const struct err *e)
{
	bool counts = e->kind == ERR_TEMPORARY;

	l->has_taken |= l->progress;
	if (must_settle(l) && l->settle.taken == 0)
		leeway_shrink(&l->leeway, l->written);
	if (confirms(l) && !l->progress)
		leeway_shrink(&l->leeway, l->flight.bytes);
	l->carrier.tried_all |= counts && !l->progress;
	flight_put_back(&l->flight, l->written, counts && l->progress);
	drop_connection(l);
	l->progress = false;
	l->retry_ms = now_ms + backoff_pause(&l->backoff);
	return -1;
}

/* Settle what has arrived, up to that byte of the connection. */
static void arrived(struct link *l, uint64_t end)
{
	uint64_t before = l->flight.count;

	flight_deliver_up_to(&l->flight, end);
	// A datagram that was sent proves nothing.
	l->progress |= !l->datagrams && l->flight.count < before;
	l->has_taken |= l->progress;
}

/* The connection is up. */
static int begin(struct link *l, int64_t now_ms, struct err *e)
{
	const struct dest_stream *stream = stream_of(l);

	const char *facts = conn_facts(l->conn);

	msg_info("%s: connected to %s%s%s", l->dest->name,
		 conn_name(l->conn), facts[0] != '\0' ? ": " : "", facts);
	l->phase = LINK_UP;
	l->ledger->counts.connections++;
	l->up_ms = now_ms;
	answers_expect(&l->answers, now_ms);
	l->settle = SETTLE_INIT(l->route.settle_ms);
	if (stream->open != NULL &&
	    stream->open(l->dest->plan.config, &l->session, &l->out, e) < 0)
		return -1;
	l->session.ready |= !confirms(l);
	return 0;
}

/* Bytes that have not settled, written or not. */
static uint64_t under_way(const struct link *l)
{
	if (confirms(l))
		return l->flight.bytes;
	return l->written + (l->out.len - l->out_done) - l->settle.taken;
}

static bool may_send(const struct link *l)
{
	const struct dest_link *s = &l->session;

	return l->phase == LINK_UP && l->pull == PULL_ALL && s->ready &&
	       !s->spent && !s->ended &&
	       (s->window == 0 || l->flight.count < s->window) &&
	       (l->flight.count == 0 || under_way(l) < l->leeway.bytes);
}

/* Append the frame of an item. */
static int frame(struct link *l, struct queue_item *item, int64_t now_ms,
		 struct err *e)
{
	struct dest_record record = { queue_bytes(item), item->read_ns };
	size_t before = l->out.len;

	if (item->kind != QUEUE_RECORD) {
		// Where a batch ends means nothing to a stream.
		queue_settle(l->queue, item, FATE_NONE);
		return 0;
	}
	int rc = stream_of(l)->frame(l->dest->plan.config, &l->session, &record,
				     &l->out, e);
	if (l->dry_run && l->datagrams)
		buf_putc(&l->out, '\n');
	if (rc == 0 && buf_status(&l->out) != 0)
		rc = no_memory(e);
	if (rc < 0) {
		buf_cut(&l->out, before);
		if (e->kind != ERR_DATA) {
			queue_put_back(l->queue, item);
			return -1;
		}
		ledger_reject(l->ledger, record.bytes, item->line, e->text);
		queue_settle(l->queue, item, FATE_REJECTED);
		return 0;
	}
	if (l->flight.count == 0)
		answers_expect(&l->answers, now_ms);
	flight_add(&l->flight, item, l->session.frames++,
		   l->written + (l->out.len - l->out_done));
	l->last = item;
	return 0;
}

/* Frame a block of what waits. */
static int fill(struct link *l, int64_t now_ms, struct err *e)
{
	size_t most = l->datagrams && !l->dry_run ? 1 : BLOCK;
	struct queue_item *item;

	buf_clear(&l->out);
	buf_trim(&l->out, (size_t)2 * BLOCK);
	l->out_done = 0;
	while (l->out.len < most && may_send(l) &&
	       (item = queue_take(l->queue)) != NULL)
		if (frame(l, item, now_ms, e) < 0)
			return -1;
	return 0;
}

/*
 * A file takes no more: it still has all that was written before, which, once
 * synced, need not be written again. Other connections take it with them.
 */
static void keep_written(struct link *l)
{
	struct err ignored;

	if (!confirms(l) && !must_settle(l) && !l->datagrams &&
	    conn_sync(l->conn, &ignored) == 0)
		arrived(l, conn_acked(l->conn));
}

/* Write what the connection takes. */
static int pump(struct link *l, int64_t now_ms, struct err *e)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (is_flushed(l) && fill(l, now_ms, e) < 0)
			return -1;
		if (is_flushed(l))
			return 0;

		ssize_t n = conn_write(l->conn, l->out.data + l->out_done,
				       l->out.len - l->out_done, e);
		if (n < 0 && e->kind == ERR_DATA && l->datagrams) {
			flight_reject(&l->flight, l->last, e->text);
			l->out_done = l->out.len;
			continue;
		}
		if (n < 0)
			keep_written(l);
		if (n <= 0)
			return (int)n;
		if (l->datagrams && l->written == 0)
			l->up_ms = now_ms;
		l->out_done += (size_t)n;
		l->written += (uint64_t)n;
		if (must_settle(l))
			settle_look(&l->settle, conn_acked(l->conn),
				    conn_window(l->conn));
	}
	return 0;
}

/* Make a file durable: at once where it has been a while, and at the end. */
static int sync_file(struct link *l, int64_t now_ms, struct err *e)
{
	bool at_the_end = l->phase == LINK_ENDING;

	if (l->acked == l->written ||
	    (!at_the_end && now_ms - l->synced_ms < SYNC_MS))
		return 0;
	if (conn_sync(l->conn, e) < 0)
		return -1;
	l->synced_ms = now_ms;
	return 0;
}

/* Is an answer overdue? */
static int check_answers(const struct link *l, int64_t now_ms, struct err *e)
{
	int64_t due_ms = answers_due_ms(&l->answers);

	if (due_ms < 0 || now_ms < due_ms)
		return 0;
	return err_set(e, ERR_TEMPORARY, "%s: no answer within %g s",
		       conn_name(l->conn), l->session.answer_ms / 1000.0);
}

/* Say goodbye once there is nothing left to say. */
static int say_goodbye(struct link *l, int64_t now_ms, struct err *e)
{
	const struct dest_stream *stream = stream_of(l);
	bool is_last = (l->finishing && l->queue->waiting == 0) ||
		       l->pull == PULL_NOTHING;

	if (l->phase != LINK_UP || !is_flushed(l) ||
	    (!is_last && !l->session.spent) ||
	    (confirms(l) && l->flight.count > 0))
		return 0;
	l->phase = LINK_ENDING;
	l->ending_ms = now_ms;
	if (!confirms(l)) {
		conn_end(l->conn);
		return 0;
	}
	if (stream->goodbye != NULL && l->session.ready)
		stream->goodbye(l->dest->plan.config, &l->session, &l->out);
	else
		l->session.ended = true;
	return pump(l, now_ms, e);
}

/* Close once nothing more is to be learned from waiting. */
static void close_if_over(struct link *l, int64_t now_ms)
{
	if (l->phase != LINK_ENDING || l->flight.count > 0)
		return;
	if (confirms(l) && !l->session.ended &&
	    now_ms - l->ending_ms < GOODBYE_MS)
		return;
	drop_connection(l);
	l->retry_ms = now_ms;
}

/* The other side has closed, in good order. */
static int closed(struct link *l, int64_t now_ms, struct err *e)
{
	// It read all there was before it answered our end with its own.
	if (l->phase == LINK_ENDING && !confirms(l) &&
	    conn_acked(l->conn) >= l->written)
		arrived(l, l->written);
	if (l->flight.count > 0 || !is_flushed(l))
		return err_set(e, ERR_TEMPORARY, "%s closed the connection",
			       conn_name(l->conn));
	msg_info("%s: %s closed the connection", l->dest->name,
		 conn_name(l->conn));
	drop_connection(l);
	l->retry_ms = now_ms + backoff_pause(&l->backoff);
	return 0;
}

/* Read what comes back: what it settles makes room for more. */
static int read_answers(struct link *l, int64_t now_ms, struct err *e)
{
	uint64_t before = l->flight.bytes;
	int rc = answers_read(&l->answers, l->conn, now_ms, e);

	if (confirms(l))
		leeway_grow(&l->leeway, before - l->flight.bytes);
	return rc;
}

/* Look at the connection: is it up, what has come back, has it ended? */
static int look(struct link *l, int64_t now_ms, struct err *e)
{
	if (l->phase != LINK_OPENING && read_answers(l, now_ms, e) < 0)
		return -1;
	// What is not answered by then is not going to be.
	if (l->phase == LINK_UP && l->session.ended)
		return closed(l, now_ms, e);

	int state = conn_step(l->conn, e);
	if (state < 0)
		return -1;
	if (state == CONN_CLOSED)
		return closed(l, now_ms, e);
	if (state == CONN_READY && l->phase == LINK_OPENING)
		return begin(l, now_ms, e);
	return 0;
}

/*
 * Settle what TCP has acknowledged and time, or later bytes, have confirmed.
 * What it says counts only if the connection has not failed by then.
 */
static int collect_settled(struct link *l, int64_t now_ms, struct err *e)
{
	if (l->phase == LINK_UP && now_ms - l->sampled_ms < SAMPLE_MS)
		return 0;
	l->sampled_ms = now_ms;
	uint64_t acked = conn_acked(l->conn);
	uint64_t window = conn_window(l->conn);
	if (look(l, now_ms, e) < 0)
		return -1;
	if (l->phase == LINK_DOWN)
		return 0; // it ended in good order
	uint64_t before = l->settle.taken;
	l->acked = acked;
	arrived(l, settle_note(&l->settle, now_ms, l->written, acked, window,
			       !is_flushed(l)));
	leeway_grow(&l->leeway, l->settle.taken - before);
	return 0;
}

/* Settle what the transport has acknowledged, where that has to do. */
static int collect(struct link *l, int64_t now_ms, struct err *e)
{
	if (confirms(l) || l->flight.count == 0)
		return 0;
	if (must_settle(l))
		return collect_settled(l, now_ms, e);
	if (sync_file(l, now_ms, e) < 0)
		return -1;
	l->acked = conn_acked(l->conn);
	arrived(l, l->acked);
	return 0;
}

/* Secrets may have changed since they were read. */
static void refresh_plan(struct link *l)
{
	struct conn_target *target = &l->route.target;
	struct tls_context *tls = target->tls;

	l->stale = false;
	if (!renewal_take(l->dest))
		return;
	stream_of(l)->route(l->dest->plan.config, &l->route);
	target->tls = tls;
	if (tls != NULL)
		tls_client_set(tls, &l->route.tls);
}

static int run(struct link *l, int64_t now_ms, short revents, struct err *e)
{
	if (l->phase == LINK_DOWN) {
		if (l->stale)
			refresh_plan(l);
		l->conn = conn_open(&l->route.target, e);
		if (l->conn == NULL)
			return -1;
		l->phase = LINK_OPENING;
	}
	// Where nothing came back, nothing has failed or ended either.
	bool silent = l->phase == LINK_UP && (revents & ~POLLOUT) == 0 &&
		      !conn_has_input(l->conn);
	if (!silent && look(l, now_ms, e) < 0)
		return -1;
	if (l->phase != LINK_UP && l->phase != LINK_ENDING)
		return 0;
	if (pump(l, now_ms, e) < 0 || say_goodbye(l, now_ms, e) < 0 ||
	    collect(l, now_ms, e) < 0 || check_answers(l, now_ms, e) < 0)
		return -1;
	close_if_over(l, now_ms);
	return 0;
}

/* Is there nothing that it should have a connection for? */
static bool is_idle(const struct link *l)
{
	return (l->finishing && l->queue->open == 0) ||
	       (l->pull == PULL_NOTHING && l->flight.count == 0);
}

static bool is_done(const struct carrier *c)
{
	const struct link *l = const_link_of(c);

	return l->finishing && l->phase == LINK_DOWN && is_idle(l);
}

/* A datagram that was sent proves little, and none proves nothing. */
static bool is_silent(const struct link *l)
{
	return l->datagrams && l->written == 0 && l->pull != PULL_PROBE;
}

/* Is it a good sign that the connection is up? Not where an answer is due. */
static bool tells_by_its_age(const struct link *l)
{
	return l->phase == LINK_UP && !is_silent(l) &&
	       (!confirms(l) || (l->session.ready && l->flight.count == 0));
}

static bool is_well(const struct carrier *c, int64_t now_ms)
{
	const struct link *l = const_link_of(c);

	return l->progress ||
	       (tells_by_its_age(l) && now_ms - l->up_ms >= WELL_MS);
}

/* Is only the answer to our goodbye still to come? Nobody needs it. */
static bool has_said_all(const struct link *l)
{
	return l->phase == LINK_ENDING && l->flight.count == 0;
}

/*
 * A server that waits for TLS and gets something else says nothing: it ends the
 * connection as soon as it has read some of that.
 */
static void ask_for_tls(const struct link *l, int64_t now_ms, struct err *e)
{
	size_t len = strlen(e->text);

	if (l->route.target.transport == TRANSPORT_TCP &&
	    e->kind == ERR_TEMPORARY && l->phase != LINK_OPENING &&
	    l->written > 0 && !l->has_taken && !l->progress &&
	    now_ms - l->up_ms < WELL_MS)
		snprintf(e->text + len, sizeof(e->text) - len,
			 " (does it speak TLS? Then it is %s://)",
			 confirms(l) ? "relp+tls" : "tls");
}

static int step(struct carrier *c, int64_t now_ms, short revents, struct err *e)
{
	struct link *l = link_of(c);
	bool idle = is_idle(l);

	if (l->phase == LINK_DOWN && (now_ms < l->retry_ms || idle))
		return 0;
	if (l->phase == LINK_OPENING && idle) {
		drop_connection(l);
		return 0;
	}
	if (run(l, now_ms, revents, e) < 0) {
		if (!has_said_all(l)) {
			ask_for_tls(l, now_ms, e);
			return fail(l, now_ms, e);
		}
		drop_connection(l);
		l->retry_ms = now_ms;
		return 0;
	}
	if (is_well(c, now_ms))
		backoff_reset(&l->backoff);
	return 0;
}

/* The sooner of two waits, of which -1 has no end. */
static int sooner(int timeout_ms, int64_t wait_ms)
{
	if (wait_ms < 0)
		wait_ms = 0;
	return timeout_ms < 0 || wait_ms < timeout_ms ? (int)wait_ms
						      : timeout_ms;
}

/* How long until one of the clocks of an open connection has run out. */
static int clocks(const struct link *l, int64_t now_ms)
{
	int timeout_ms = conn_timeout_ms(l->conn);

	if (tells_by_its_age(l) && !is_well(&l->carrier, now_ms))
		timeout_ms = sooner(timeout_ms, l->up_ms + WELL_MS - now_ms);
	if (confirms(l)) {
		if (l->phase == LINK_ENDING)
			return sooner(timeout_ms,
				      l->ending_ms + GOODBYE_MS - now_ms);
		int64_t answer_ms = answers_due_ms(&l->answers);

		return answer_ms < 0 ? timeout_ms
				     : sooner(timeout_ms, answer_ms - now_ms);
	}
	if (l->flight.count == 0)
		return timeout_ms;
	if (!must_settle(l))
		return sooner(timeout_ms, l->synced_ms + SYNC_MS - now_ms);
	if (l->acked < l->written)
		timeout_ms = sooner(timeout_ms, IDLE_SAMPLE_MS);
	int64_t due_ms = settle_due_ms(&l->settle);
	if (due_ms < 0)
		return timeout_ms;
	// Before the next look is due, nothing settles.
	if (due_ms < l->sampled_ms + SAMPLE_MS)
		due_ms = l->sampled_ms + SAMPLE_MS;
	return sooner(timeout_ms, due_ms - now_ms);
}

static void wait_for(const struct carrier *c, int64_t now_ms, struct pollfd *fd,
		     int *timeout_ms)
{
	const struct link *l = const_link_of(c);

	*fd = (struct pollfd){ .fd = -1 };
	if (l->phase == LINK_DOWN) {
		*timeout_ms = is_done(c)   ? 0
			      : is_idle(l) ? -1
					   : sooner(-1, l->retry_ms - now_ms);
		return;
	}
	bool wants_write =
		!is_flushed(l) || (may_send(l) && l->queue->waiting > 0);
	fd->fd = conn_fd(l->conn);
	fd->events = conn_events(l->conn, wants_write);
	*timeout_ms = clocks(l, now_ms);
}

static void pull(struct carrier *c, enum carrier_pull what)
{
	link_of(c)->pull = what;
}

static void finish(struct carrier *c)
{
	link_of(c)->finishing = true;
}

static void stop(struct carrier *c)
{
	struct link *l = link_of(c);

	flight_put_back(&l->flight, l->written, false);
	drop_connection(l);
}

static void replan(struct carrier *c)
{
	struct link *l = link_of(c);

	dest_ask_secrets(l->dest);
	l->stale = true;
}

static void release(struct carrier *c)
{
	struct link *l = link_of(c);

	drop_connection(l);
	tls_context_free(l->route.target.tls);
	buf_free(&l->out);
	answers_free(&l->answers);
	free(l);
}

struct carrier *link_open(void *target, const struct carrier_load *load,
			  struct err *e)
{
	static const struct carrier_type type = {
		.step = step,
		.wait = wait_for,
		.pull = pull,
		.finish = finish,
		.stop = stop,
		.is_done = is_done,
		.is_well = is_well,
		.replan = replan,
		.close = release,
	};
	struct link *l = malloc(sizeof(*l));

	if (l == NULL) {
		err_sys(e, "link");
		return NULL;
	}
	if (prepare(l, target, load, e) < 0) {
		release(&l->carrier);
		return NULL;
	}
	l->carrier.type = &type;
	return &l->carrier;
}

#include "delivery/spooler.h"

#include "core/msg.h"
#include "delivery/backoff.h"
#include "delivery/flight.h"
#include "stream/segments.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	GROUP_BYTES = 8 << 20, // that are made durable at once
	KEEP = 1 << 20,        // memory kept once a large group is gone
	AGAIN_MOST_MS = 2000,  // from one try to the next
};

/* Who has the group at the moment? */
enum turn {
	TURN_ENGINE,
	TURN_THREAD,
	TURN_DONE, // the thread has come to its end, and the engine may look
	TURN_END,  // the thread is to end
};

struct spooler {
	struct carrier carrier;
	struct spooler_target *target;
	struct queue *queue;
	struct flight flight;
	const struct reader *in;
	bool pulls, finishing;
	bool progress;    // something was taken since it last failed
	uint64_t written; // bytes, before this group
	struct backoff backoff;
	int64_t retry_ms; // not before
	uint64_t told_dropped, told_torn, told_damaged;
	int64_t told_ms;

	bool has_thread;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t turned;
	int done; // eventfd: it is TURN_DONE

	// Of whoever's turn it is.
	enum turn turn; // under the lock
	struct segments segments;
	struct buf group;
	size_t durable; // bytes of it
	bool failed;
	struct err why;
};

static struct spooler *spooler_of(struct carrier *c)
{
	return (struct spooler *)c;
}

static const struct spooler *const_spooler_of(const struct carrier *c)
{
	return (const struct spooler *)c;
}

static enum turn whose_turn(const struct spooler *constant)
{
	struct spooler *s = (struct spooler *)constant;

	pthread_mutex_lock(&s->lock);
	enum turn turn = s->turn;
	pthread_mutex_unlock(&s->lock);
	return turn;
}

static void give_turn(struct spooler *s, enum turn turn)
{
	const uint64_t one = 1;

	pthread_mutex_lock(&s->lock);
	s->turn = turn;
	pthread_cond_signal(&s->turned);
	// Within the lock: it must not come behind the read() for it, or poll()
	// would tell of it for as long as nothing else is done.
	if (turn == TURN_DONE) {
		ssize_t ignored = write(s->done, &one, sizeof(one));
		(void)ignored;
	}
	pthread_mutex_unlock(&s->lock);
}

/* Wait until it is the thread's turn. */
static enum turn wait_for_turn(struct spooler *s)
{
	pthread_mutex_lock(&s->lock);
	while (s->turn != TURN_THREAD && s->turn != TURN_END)
		pthread_cond_wait(&s->turned, &s->lock);
	enum turn turn = s->turn;
	pthread_mutex_unlock(&s->lock);
	return turn;
}

static void *write_groups(void *context)
{
	struct spooler *s = context;

	while (wait_for_turn(s) == TURN_THREAD) {
		s->failed = segments_append(&s->segments, buf_slice(&s->group),
					    &s->durable, &s->why) < 0;
		give_turn(s, TURN_DONE);
	}
	return NULL;
}

static bool may_drop(const struct spooler *s)
{
	switch (s->target->overflow) {
	case SPOOLER_BY_INPUT:
		return !s->in->marked;
	case SPOOLER_BLOCK:
		return false;
	case SPOOLER_DROP_OLDEST:
		return true;
	}
	return false;
}

/* Take what waits, as much as goes out together. */
static void take_group(struct spooler *s)
{
	struct queue_item *item;

	buf_clear(&s->group);
	buf_trim(&s->group, KEEP);
	while (s->group.len < GROUP_BYTES &&
	       (item = queue_peek(s->queue)) != NULL) {
		char *room = NULL;

		if (item->kind == QUEUE_RECORD)
			room = buf_room(&s->group, item->len + 1);
		// Without memory it waits for its turn.
		if (item->kind == QUEUE_RECORD && room == NULL)
			break;
		(void)!queue_take(s->queue);
		if (item->kind != QUEUE_RECORD) {
			queue_settle(s->queue, item, FATE_NONE);
			continue;
		}
		memcpy(room, queue_bytes(item).data, item->len);
		room[item->len] = '\n';
		buf_grown(&s->group, item->len + 1);
		flight_add(&s->flight, item, 0, s->written + s->group.len);
	}
	s->group.error = 0;
}

/* Say what was lost, at first and now and then. */
static void tell(struct spooler *s, int64_t now_ms)
{
	enum { TELL_EVERY_MS = 60000 };
	const struct segments *g = &s->segments;

	s->target->dropped = g->dropped;
	if (g->torn > s->told_torn)
		msg_warn("%s: cut off %llu bytes at the end of segment %llu, "
			 "which a crash has torn; they were never acknowledged",
			 s->target->path,
			 (unsigned long long)(g->torn - s->told_torn),
			 (unsigned long long)g->torn_in);
	if (g->damaged != s->told_damaged)
		msg_error("%s: the side file of segment %llu is damaged, and "
			  "readers stop there: siem-batch --fsck says more",
			  s->target->path, (unsigned long long)g->damaged);
	s->told_damaged = g->damaged;
	s->told_torn = g->torn;
	if (g->dropped == s->told_dropped ||
	    (s->told_dropped > 0 && !s->finishing &&
	     now_ms - s->told_ms < TELL_EVERY_MS))
		return;
	msg_warn("%s is full (--max, or the disk): %llu unread records "
		 "dropped, %llu in all",
		 s->target->path,
		 (unsigned long long)(g->dropped - s->told_dropped),
		 (unsigned long long)g->dropped);
	s->told_dropped = g->dropped;
	s->told_ms = now_ms;
}

/* The thread is through with its group. */
static int collect(struct spooler *s, int64_t now_ms, struct err *e)
{
	uint64_t count;
	ssize_t ignored = read(s->done, &count, sizeof(count));

	(void)ignored;
	give_turn(s, TURN_ENGINE);
	s->written += s->durable;
	if (s->durable > 0) {
		flight_deliver_up_to(&s->flight, s->written);
		s->progress = true;
	}
	tell(s, now_ms);
	if (!s->failed) {
		backoff_reset(&s->backoff);
		return 0;
	}
	s->progress = false;
	// Nobody has what is not durable: none of it will be there twice.
	flight_put_back(&s->flight, s->written, false);
	unsigned wait_ms = backoff_pause(&s->backoff);
	s->retry_ms =
		now_ms + (wait_ms < AGAIN_MOST_MS ? wait_ms : AGAIN_MOST_MS);
	*e = s->why;
	return -1;
}

/* The thread takes no signals: they are for who waits in poll(). */
static int start_thread(struct spooler *s, struct err *e)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&s->thread, NULL, write_groups, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0)
		return err_set(e, ERR_SYSTEM, "thread: %s", strerror(failed));
	s->has_thread = true;
	return 0;
}

static int step(struct carrier *carrier, int64_t now_ms, short revents,
		struct err *e)
{
	struct spooler *s = spooler_of(carrier);
	enum turn turn = whose_turn(s);

	(void)revents;
	// Not before the tool has sealed itself, which holds for one thread.
	if (!s->has_thread && start_thread(s, e) < 0)
		return -1;
	if (turn == TURN_DONE && collect(s, now_ms, e) < 0)
		return -1;
	if (turn == TURN_THREAD || now_ms < s->retry_ms || !s->pulls)
		return 0;
	take_group(s);
	if (s->group.len == 0)
		return 0;
	s->segments.may_drop = may_drop(s);
	give_turn(s, TURN_THREAD);
	return 0;
}

static bool is_done(const struct carrier *carrier)
{
	const struct spooler *s = const_spooler_of(carrier);

	return s->finishing && s->queue->open == 0;
}

static void wait_for(const struct carrier *carrier, int64_t now_ms,
		     struct pollfd *fd, int *timeout_ms)
{
	const struct spooler *s = const_spooler_of(carrier);

	*fd = (struct pollfd){ .fd = s->done, .events = POLLIN };
	*timeout_ms = -1;
	if (is_done(carrier))
		*timeout_ms = 0;
	else if (s->queue->waiting > 0 && s->pulls &&
		 whose_turn(s) == TURN_ENGINE)
		*timeout_ms =
			s->retry_ms > now_ms ? (int)(s->retry_ms - now_ms) : 0;
}

static bool is_well(const struct carrier *carrier, int64_t now_ms)
{
	(void)now_ms;
	return const_spooler_of(carrier)->progress;
}

static void pull(struct carrier *carrier, enum carrier_pull what)
{
	spooler_of(carrier)->pulls = what != PULL_NOTHING;
}

static void finish(struct carrier *carrier)
{
	spooler_of(carrier)->finishing = true;
}

static void stop(struct carrier *carrier)
{
	struct spooler *s = spooler_of(carrier);

	// What the thread makes durable now may be there twice.
	flight_put_back(&s->flight, UINT64_MAX, false);
}

static void release(struct carrier *carrier)
{
	struct spooler *s = spooler_of(carrier);

	// A disk that hangs is not waited for: the process is about to end.
	if (s->has_thread && whose_turn(s) == TURN_THREAD)
		return;
	if (s->has_thread) {
		give_turn(s, TURN_END);
		pthread_join(s->thread, NULL);
	}
	s->finishing = true;
	tell(s, 0);
	segments_close(&s->segments);
	if (s->done >= 0)
		close(s->done);
	pthread_cond_destroy(&s->turned);
	pthread_mutex_destroy(&s->lock);
	buf_free(&s->group);
	free(s);
}

struct carrier *spooler_open(void *target, const struct carrier_load *load,
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
		.close = release,
	};
	struct spooler *s = malloc(sizeof(*s));

	if (s == NULL) {
		err_sys(e, "spool");
		return NULL;
	}
	*s = (struct spooler){
		.carrier = { .type = &type },
		.target = target,
		.queue = load->queue,
		.flight = { .queue = load->queue,
			    .ledger = load->ledger,
			    .owner = load->owner },
		.in = load->in,
		.pulls = true,
		.segments = { .spool = SPOOL_NONE, .log = -1, .side = -1 },
		.group = BUF_INIT(SIZE_MAX / 4),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.turned = PTHREAD_COND_INITIALIZER,
	};
	s->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->done < 0)
		err_sys(e, "spool");
	else if (segments_open(&s->segments, s->target->path, s->target->max,
			       s->target->segment, e) == 0)
		return &s->carrier;
	release(&s->carrier);
	return NULL;
}

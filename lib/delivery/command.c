#include "delivery/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PIPE_BYTES = 1 << 20,
	KILL_AFTER_MS = 5000, // from asking it to end to ending it
	LOOK_EVERY_MS = 10,   // whether it has ended, where that is not told
	STATUS_REJECTED = 65, // EX_DATAERR of sysexits.h
	STATUS_NOT_RUN = 126, // as the shell has it; 127: not found
	STATUS_NOT_FOUND = 127,
};

struct command {
	struct carrier carrier;
	const struct command_target *target;
	struct queue *queue;
	struct batch_source source;
	struct batch *batch; // that is being filled, or under way
	struct buf body;     // the same as bytes
	size_t written;      // of those

	enum carrier_pull pull;
	bool finishing;
	bool progress;   // something was taken since it last failed
	size_t again;    // so many records failed together; 0: none
	size_t suspects; // so many of the first hold one that was rejected
	struct backoff backoff;
	int64_t retry_ms; // not before

	pid_t pid;                    // 0: it is not running
	int64_t started_ms, asked_ms; // to end; -1: not
	int events;                   // epoll: of the two that follow
	int pidfd;                    // -1: none
	int in, its_in; // the pipe to it, and its end: to see what it left
};

static struct command *command_of(struct carrier *c)
{
	return (struct command *)c;
}

static const struct command *const_command_of(const struct carrier *c)
{
	return (const struct command *)c;
}

static int add_record(void *context, const struct queue_item *item,
		      size_t index, struct buf *body, struct err *e)
{
	(void)context;
	(void)index;
	(void)e;
	buf_put_slice(body, queue_bytes(item));
	buf_putc(body, '\n');
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int watch(struct command *c, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };

	return epoll_ctl(c->events, EPOLL_CTL_ADD, fd, &event);
}

/* It is not running any more. */
static void let_go(struct command *c)
{
	// What is closed leaves the epoll set, unless somebody else has it.
	close_fd(&c->in);
	close_fd(&c->its_in);
	close_fd(&c->pidfd);
	c->pid = 0;
}

static int open_pipe(struct command *c, struct err *e)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	c->its_in = ends[0];
	c->in = ends[1];
	// One large block for it where we may, fewer switches.
	fcntl(c->in, F_SETPIPE_SZ, PIPE_BYTES);
	if (fcntl(c->in, F_SETFL, O_NONBLOCK) < 0 ||
	    watch(c, c->in, EPOLLOUT) < 0)
		return err_sys(e, "pipe");
	return 0;
}

/* Its signals are as usual, and those of a terminal are not for it. */
static int spawn(struct command *c)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, usual;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGXFSZ);
	int failed = posix_spawn_file_actions_init(&actions);
	if (failed != 0)
		return failed;
	failed = posix_spawnattr_init(&attributes);
	if (failed != 0)
		goto out;
	failed = posix_spawn_file_actions_adddup2(&actions, c->its_in,
						  STDIN_FILENO);
	if (failed == 0)
		failed = posix_spawnattr_setsigdefault(&attributes, &usual);
	if (failed == 0)
		failed = posix_spawnattr_setsigmask(&attributes, &none);
	if (failed == 0)
		failed = posix_spawnattr_setflags(
			&attributes, POSIX_SPAWN_SETSIGDEF |
					     POSIX_SPAWN_SETSIGMASK |
					     POSIX_SPAWN_SETPGROUP);
	if (failed == 0)
		failed = posix_spawnp(&c->pid, c->target->argv[0], &actions,
				      &attributes, c->target->argv, environ);
	posix_spawnattr_destroy(&attributes);
out:
	posix_spawn_file_actions_destroy(&actions);
	return failed;
}

/* Is it a shortage, or an update, and not the command, that keeps it from
   running? */
static bool may_pass(int failed)
{
	return failed == EAGAIN || failed == ENOMEM || failed == EMFILE ||
	       failed == ENFILE || failed == ETXTBSY;
}

static int start(struct command *c, int64_t now_ms, struct err *e)
{
	if (open_pipe(c, e) < 0) {
		let_go(c);
		e->kind = ERR_TEMPORARY;
		return -1;
	}
	int failed = spawn(c);
	if (failed != 0) {
		let_go(c);
		return err_set(e, may_pass(failed) ? ERR_TEMPORARY : ERR_DENIED,
			       "it cannot be run: %s", strerror(failed));
	}
	c->written = 0;
	c->started_ms = now_ms;
	c->asked_ms = -1;
	// Without a descriptor of it, it is looked at every so often.
	c->pidfd = pidfd_open(c->pid, 0);
	if (c->pidfd >= 0 && watch(c, c->pidfd, EPOLLIN) < 0)
		close_fd(&c->pidfd);
	for (size_t i = 0; i < c->batch->count; i++) {
		struct queue_item *item = c->batch->items[i];

		c->source.ledger->counts.retried += item->sent_before;
		item->resent |= item->sent_before;
	}
	return 0;
}

/* Write what its pipe takes; all of it is followed by the end. */
static int feed(struct command *c, struct err *e)
{
	while (c->in >= 0 && c->written < c->body.len) {
		ssize_t n = write(c->in, c->body.data + c->written,
				  c->body.len - c->written);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0)
			return err_sys(e, "pipe");
		c->written += (size_t)n;
	}
	close_fd(&c->in);
	return 0;
}

/* End it, and whatever it has started and not let go of. */
static void kill_it(const struct command *c, int signal)
{
	kill(-c->pid, signal);
}

static void put_back(struct command *c, bool was_a_try)
{
	if (was_a_try) {
		batch_note_sent(c->batch);
		batch_count_try(c->batch);
	}
	batch_put_back(c->batch, &c->source);
	c->batch->closed = false;
	buf_clear(&c->body);
}

/* It failed: the same records are tried again, after a while. */
static int fail(struct command *c, int64_t now_ms)
{
	c->again = c->batch->count;
	c->progress = false;
	put_back(c, true);
	c->retry_ms = now_ms + backoff_pause(&c->backoff);
	return -1;
}

/* What was under way is settled; from here it is batches as usual. */
static void go_on(struct command *c)
{
	c->again = 0;
	c->progress = true;
	c->batch->closed = false;
	buf_clear(&c->body);
	buf_trim(&c->body, PIPE_BYTES);
	backoff_reset(&c->backoff);
}

static void delivered(struct command *c)
{
	size_t count = c->batch->count;

	batch_deliver(c->batch, &c->source);
	c->suspects -= count < c->suspects ? count : c->suspects;
	go_on(c);
}

/* One of them is to blame. If it is only one, it is this. */
static void rejected(struct command *c)
{
	if (c->batch->count > 1) {
		c->suspects = c->batch->count;
		put_back(c, true);
	} else {
		struct queue_item *item = c->batch->items[0];

		ledger_reject(c->source.ledger, queue_bytes(item), item->line,
			      "rejected by the command (exit status 65)");
		queue_settle(c->queue, item, FATE_REJECTED);
		c->batch->count = 0;
		c->suspects -= c->suspects > 0;
	}
	go_on(c);
}

/* Of what it was given, so many bytes were not read. */
static size_t left_unread(const struct command *c)
{
	int in_pipe = 0;

	if (ioctl(c->its_in, FIONREAD, &in_pipe) < 0 || in_pipe < 0)
		in_pipe = 0;
	return c->body.len - c->written + (size_t)in_pipe;
}

/* What its end means. -1 with e filled: it failed. */
static int judge(struct command *c, int status, size_t unread, struct err *e)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (c->asked_ms >= 0)
		return err_set(e, ERR_TEMPORARY,
			       "not through within %g seconds (--timeout)",
			       (double)c->target->timeout_ms / 1000);
	if (code < 0)
		return err_set(e, ERR_TEMPORARY, "ended by signal %d (%s)",
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (code == STATUS_NOT_RUN || code == STATUS_NOT_FOUND)
		return err_set(e, ERR_DENIED,
			       "it cannot be run (exit status %d)", code);
	if (code != 0 && code != STATUS_REJECTED)
		return err_set(e, ERR_TEMPORARY, "exit status %d", code);
	if (code == 0 && unread > 0)
		return err_set(e, ERR_TEMPORARY,
			       "exit status 0, but %zu bytes of the batch were "
			       "not read",
			       unread);
	if (code == 0)
		delivered(c);
	else
		rejected(c);
	return 0;
}

/* Has it run for too long? Then it is asked to end, and then ended. */
static void check_time(struct command *c, int64_t now_ms)
{
	int64_t most_ms = (int64_t)c->target->timeout_ms;

	if (most_ms == 0 || now_ms - c->started_ms < most_ms)
		return;
	if (c->asked_ms < 0) {
		c->asked_ms = now_ms;
		kill_it(c, SIGTERM);
	} else if (now_ms - c->asked_ms >= KILL_AFTER_MS) {
		kill_it(c, SIGKILL);
	}
}

/* While it runs. */
static int attend(struct command *c, int64_t now_ms, struct err *e)
{
	int status;

	if (feed(c, e) < 0) {
		e->kind = ERR_TEMPORARY;
		kill_it(c, SIGKILL);
		waitpid(c->pid, NULL, 0);
		let_go(c);
		return fail(c, now_ms);
	}
	check_time(c, now_ms);
	if (waitpid(c->pid, &status, WNOHANG) != c->pid)
		return 0;

	size_t unread = left_unread(c);
	if (c->asked_ms >= 0) // and what it has left behind
		kill_it(c, SIGKILL);
	let_go(c);
	return judge(c, status, unread, e) < 0 ? fail(c, now_ms) : 0;
}

/* Of those that wait, how many go together? */
static struct batch_limits limits_now(const struct command *c)
{
	struct batch_limits limits = c->target->limits;

	if (c->again > 0)
		limits.count = c->again;
	else if (c->suspects > 0)
		limits.count = c->suspects > 1 ? c->suspects / 2 : 1;
	return limits;
}

static bool is_trying_again(const struct command *c)
{
	return c->again > 0 || c->suspects > 0;
}

/* Are there records that are not to wait for more? */
static bool is_due(const struct command *c, int64_t now_ms)
{
	return c->batch->count > 0 &&
	       (c->batch->closed || c->finishing || is_trying_again(c) ||
		now_ms - c->batch->opened_ms >= (int64_t)c->target->wait_ms);
}

static int step(struct carrier *carrier, int64_t now_ms, short revents,
		struct err *e)
{
	struct command *c = command_of(carrier);

	(void)revents;
	if (c->pid > 0)
		return attend(c, now_ms, e);
	if (now_ms < c->retry_ms)
		return 0;
	if (c->pull != PULL_NOTHING) {
		c->source.limits = limits_now(c);
		if (batch_fill(c->batch, &c->source, &c->body, now_ms, e) < 0)
			return fail(c, now_ms);
	}
	if (!is_due(c, now_ms))
		return 0;
	return start(c, now_ms, e) < 0 ? fail(c, now_ms) : attend(c, now_ms, e);
}

static bool is_done(const struct carrier *carrier)
{
	const struct command *c = const_command_of(carrier);

	return c->finishing && c->pid == 0 && c->queue->open == 0;
}

/* The sooner of two waits, of which -1 has no end. */
static int64_t sooner(int64_t a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a < 0 || b < a ? b : a;
}

static void wait_for(const struct carrier *carrier, int64_t now_ms,
		     struct pollfd *fd, int *timeout_ms)
{
	const struct command *c = const_command_of(carrier);
	int64_t wait_ms = -1;

	*fd = (struct pollfd){ .fd = -1 };
	if (c->pid > 0) {
		*fd = (struct pollfd){ .fd = c->events, .events = POLLIN };
		if (c->target->timeout_ms > 0)
			wait_ms = sooner(
				wait_ms,
				c->asked_ms >= 0
					? c->asked_ms + KILL_AFTER_MS - now_ms
					: c->started_ms +
						  (int64_t)c->target
							  ->timeout_ms -
						  now_ms);
		if (c->pidfd < 0 ||
		    (c->asked_ms >= 0 && wait_ms < LOOK_EVERY_MS))
			wait_ms = LOOK_EVERY_MS;
	} else if (is_done(carrier)) {
		wait_ms = 0;
	} else if (c->batch->count > 0) {
		wait_ms = is_due(c, now_ms)
				  ? 0
				  : sooner(-1,
					   c->batch->opened_ms +
						   (int64_t)c->target->wait_ms -
						   now_ms);
	} else if (c->queue->waiting > 0 && c->pull != PULL_NOTHING) {
		wait_ms = sooner(-1, c->retry_ms - now_ms);
	}
	*timeout_ms = (int)wait_ms;
}

static bool is_well(const struct carrier *carrier, int64_t now_ms)
{
	(void)now_ms;
	return const_command_of(carrier)->progress;
}

static void pull(struct carrier *carrier, enum carrier_pull what)
{
	command_of(carrier)->pull = what;
}

static void finish(struct carrier *carrier)
{
	command_of(carrier)->finishing = true;
}

/* End what runs: nobody will learn what it would have said. */
static void end_it(struct command *c)
{
	if (c->pid <= 0)
		return;
	kill_it(c, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	let_go(c);
}

static void stop(struct carrier *carrier)
{
	struct command *c = command_of(carrier);

	end_it(c);
	put_back(c, false);
}

static void release(struct carrier *carrier)
{
	struct command *c = command_of(carrier);

	end_it(c);
	close_fd(&c->events);
	batch_free(c->batch);
	buf_free(&c->body);
	free(c);
}

struct carrier *command_open(void *target, const struct carrier_load *load,
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
	struct command *c = malloc(sizeof(*c));

	if (c == NULL) {
		err_sys(e, "command");
		return NULL;
	}
	*c = (struct command){
		.carrier = { .type = &type },
		.target = target,
		.queue = load->queue,
		.source = { .queue = load->queue,
			    .ledger = load->ledger,
			    .owner = load->owner,
			    .add = add_record },
		.body = BUF_INIT(SIZE_MAX / 4),
		.pull = PULL_ALL,
		.pidfd = -1,
		.in = -1,
		.its_in = -1,
	};
	c->batch = batch_new(c->queue);
	c->events = epoll_create1(EPOLL_CLOEXEC);
	if (c->batch == NULL || c->events < 0) {
		err_sys(e, "command");
		release(&c->carrier);
		return NULL;
	}
	return &c->carrier;
}

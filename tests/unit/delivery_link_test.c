/*
 * The way to a destination of the stream shape, on a clock of our own, with a
 * listener that accepts whatever comes and never reads.
 */
#include "delivery/link.h"

#include "check.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct config {
	char port[8];
};

static void route(const void *config, struct dest_route *route)
{
	const struct config *c = config;

	*route = (struct dest_route){
		.target = { .transport = TRANSPORT_TCP,
			    .host = "127.0.0.1",
			    .port = c->port,
			    .connect_timeout_ms = 5000 },
		.settle_ms = 1000,
	};
}

static int frame(const void *config, struct dest_link *link,
		 const struct dest_record *record, struct buf *out,
		 struct err *e)
{
	(void)config;
	(void)link;
	(void)e;
	buf_put_slice(out, record->bytes);
	buf_putc(out, '\n');
	return 0;
}

static const struct dest_stream stream = { .route = route, .frame = frame };
static const struct dest_type type = { .name = "test" };

struct fixture {
	struct config config;
	struct dest dest;
	struct queue queue;
	struct ledger ledger;
	struct carrier *carrier;
	int listener;
};

static int listen_somewhere(char port[8])
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 5) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		abort();
	snprintf(port, 8, "%d", ntohs(a.sin_port));
	return fd;
}

/* Step at this time, with whatever poll() says. */
static void step(struct fixture *f, int64_t now_ms)
{
	struct pollfd fd;
	struct err e;
	int timeout_ms;

	carrier_wait(f->carrier, now_ms, &fd, &timeout_ms);
	poll(&fd, 1, 0);
	CHECK(carrier_step(f->carrier, now_ms, fd.revents, &e) == 0);
}

static int wait_at(const struct fixture *f, int64_t now_ms)
{
	struct pollfd fd;
	int timeout_ms;

	carrier_wait(f->carrier, now_ms, &fd, &timeout_ms);
	return timeout_ms;
}

/* At this time it comes, is written, and acknowledged. */
static void add(struct fixture *f, const char *record, int64_t now_ms)
{
	struct pollfd fd;
	int timeout_ms, unacknowledged = 1;

	CHECK(queue_add(&f->queue, QUEUE_RECORD, slice_of(record)) != NULL);
	step(f, now_ms);
	carrier_wait(f->carrier, now_ms, &fd, &timeout_ms);
	// The kernel may take a moment, which the link knows nothing of.
	for (int i = 0; i < 6000; i++) {
		if (ioctl(fd.fd, SIOCOUTQ, &unacknowledged) < 0 ||
		    unacknowledged == 0)
			break;
		poll(NULL, 0, 10);
	}
	CHECK(unacknowledged == 0);
	step(f, now_ms);
}

/* An open connection at the time 0. */
static void begin(struct fixture *f)
{
	struct err e;

	*f = (struct fixture){ .queue = QUEUE_INIT(1 << 20) };
	f->listener = listen_somewhere(f->config.port);
	f->dest = (struct dest){
		.name = "test",
		.type = &type,
		.plan = { .stream = &stream, .config = &f->config },
	};
	if (ledger_open(&f->ledger, NULL, &e) < 0)
		abort();

	struct carrier_load load = { .queue = &f->queue, .ledger = &f->ledger };
	f->carrier = link_open(&f->dest, &load, &e);
	if (f->carrier == NULL)
		abort();
	step(f, 0);
	step(f, 0);
	CHECK(carrier_is_well(f->carrier, 2000));
}

static void end(struct fixture *f)
{
	carrier_close(f->carrier);
	ledger_free(&f->ledger);
	queue_free(&f->queue);
	close(f->listener);
}

static void a_record_counts_after_a_quiet_second(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one", 20);
	CHECK(wait_at(&f, 20) > 0);
	step(&f, 1019);
	CHECK(f.ledger.counts.delivered == 0);
	step(&f, 1040);
	CHECK(f.ledger.counts.delivered == 1);
	end(&f);
}

/* Else it would spin until then. */
static void it_waits_for_a_time_at_which_something_can_be_done(void)
{
	struct fixture f;

	begin(&f);
	add(&f, "one", 20);
	add(&f, "two", 1015);
	step(&f, 1020);
	CHECK(f.ledger.counts.delivered == 0);
	int wait_ms = wait_at(&f, 1020);
	CHECK(wait_ms > 0);
	step(&f, 1020 + wait_ms);
	CHECK(f.ledger.counts.delivered == 1);
	end(&f);
}

/* The descriptor of the connection. */
static int fd_of(const struct fixture *f)
{
	struct pollfd fd;
	int timeout_ms;

	carrier_wait(f->carrier, 20, &fd, &timeout_ms);
	return fd.fd;
}

/* Wait until something has come back on it. */
static void wait_for_answer(int fd)
{
	struct pollfd answer = { .fd = fd, .events = POLLIN };

	CHECK(poll(&answer, 1, 60000) == 1);
}

static void a_reset_that_poll_did_not_tell_of_yet_leaves_nothing_delivered(void)
{
	const struct linger at_once = { .l_onoff = 1 };
	struct fixture f;
	struct err e;

	begin(&f);
	add(&f, "one", 20);
	int peer = accept(f.listener, NULL, NULL);
	CHECK(setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once,
			 sizeof(at_once)) == 0);
	close(peer);
	wait_for_answer(fd_of(&f));
	CHECK(carrier_step(f.carrier, 1040, 0, &e) == -1);
	CHECK(f.ledger.counts.delivered == 0);
	CHECK(f.queue.waiting == 1);
	end(&f);
}

static void an_end_before_all_is_acknowledged_leaves_it_undelivered(void)
{
	const int small = 4096;
	char record[512 << 10];
	struct fixture f;
	struct err e;
	int unacknowledged = 0;

	begin(&f);
	int peer = accept(f.listener, NULL, NULL);
	CHECK(setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)) ==
	      0);
	memset(record, 'x', sizeof(record));
	const struct slice bytes = { record, sizeof(record) };
	CHECK(queue_add(&f.queue, QUEUE_RECORD, bytes) != NULL);
	for (int64_t now_ms = 20; now_ms < 30; now_ms++)
		step(&f, now_ms);
	carrier_finish(f.carrier);
	step(&f, 30);
	CHECK(ioctl(fd_of(&f), SIOCOUTQ, &unacknowledged) == 0);
	CHECK(unacknowledged > 1);

	CHECK(shutdown(peer, SHUT_WR) == 0);
	wait_for_answer(fd_of(&f));
	CHECK(carrier_step(f.carrier, 40, POLLIN, &e) == -1);
	CHECK(f.ledger.counts.delivered == 0);
	CHECK(f.queue.waiting == 1);
	close(peer);
	end(&f);
}

int main(void)
{
	RUN(a_record_counts_after_a_quiet_second);
	RUN(it_waits_for_a_time_at_which_something_can_be_done);
	RUN(a_reset_that_poll_did_not_tell_of_yet_leaves_nothing_delivered);
	RUN(an_end_before_all_is_acknowledged_leaves_it_undelivered);
	return check_done();
}

/*
 * What comes back over the connection of a stream, of a protocol made for this:
 * each byte is about the next frame, and confirms it, refuses it, or neither.
 */
#include "delivery/answers.h"

#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t receive(const void *config, struct dest_link *link,
		       struct slice bytes, struct buf *out, dest_ack_fn *ack,
		       void *context, struct err *e)
{
	uint64_t *next = link->state;

	(void)config;
	(void)out;
	for (size_t i = 0; i < bytes.len; i++)
		switch (bytes.data[i]) {
		case '+':
			ack(context, (*next)++, VERDICT_DELIVERED, NULL);
			break;
		case '-':
			ack(context, (*next)++, VERDICT_REJECT, "no");
			break;
		case '/':
			ack(context, (*next)++, VERDICT_SPLIT, "not this one");
			break;
		case '.': // half an answer
			return (ssize_t)i;
		default:
			return err_set(e, ERR_TEMPORARY, "no answer at all");
		}
	return (ssize_t)bytes.len;
}

static const struct dest_stream stream = { .receive = receive };
static const struct dest_type type = { .name = "test" };

struct fixture {
	struct dest dest;
	struct queue queue;
	struct ledger ledger;
	struct flight flight;
	struct dest_link session;
	struct buf out;
	struct answers answers;
	uint64_t written;
	bool progress;
	uint64_t next; // frame that is answered
	struct conn *conn;
	int peer;
};

/* A connection, and the other end of it. */
static struct conn *connect_to(int *peer)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char port[8];
	struct err e;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 || bind(listener, (struct sockaddr *)&a, len) < 0 ||
	    listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&a, &len) < 0)
		abort();
	snprintf(port, sizeof(port), "%d", ntohs(a.sin_port));

	struct conn_target target = { .transport = TRANSPORT_TCP,
				      .host = "127.0.0.1",
				      .port = port,
				      .connect_timeout_ms = 60000 };
	struct conn *c = conn_open(&target, &e);
	*peer = accept(listener, NULL, NULL);
	close(listener);
	if (c == NULL || *peer < 0 || conn_step(c, &e) != CONN_READY)
		abort();
	return c;
}

/* So many frames are under way. */
static void begin(struct fixture *f, size_t frames, bool confirms)
{
	struct err e;

	*f = (struct fixture){
		.dest = { .name = "test", .type = &type, .plan = { .stream = &stream } },
		.queue = QUEUE_INIT(1 << 20),
		.session = { .ready = true, .state = &f->next },
		.out = BUF_INIT(1 << 10),
	};
	if (ledger_open(&f->ledger, NULL, &e) < 0)
		abort();
	f->flight = (struct flight){ .queue = &f->queue, .ledger = &f->ledger };
	f->answers = ANSWERS_INIT(.dest = &f->dest, .transport = TRANSPORT_TCP,
				  .confirms = confirms, .flight = &f->flight,
				  .written = &f->written,
				  .session = &f->session, .out = &f->out,
				  .progress = &f->progress);
	f->conn = connect_to(&f->peer);
	for (size_t i = 0; i < frames; i++) {
		(void)!queue_add(&f->queue, QUEUE_RECORD, SLICE("record"));
		flight_add(&f->flight, queue_take(&f->queue), i, i + 1);
	}
	f->written = frames;
}

/* The other end says this. */
static int hear(struct fixture *f, const char *text, int64_t now_ms,
		struct err *e)
{
	struct pollfd fd = { .fd = conn_fd(f->conn), .events = POLLIN };

	if (write(f->peer, text, strlen(text)) < 0 || poll(&fd, 1, 60000) != 1)
		abort();
	return answers_read(&f->answers, f->conn, now_ms, e);
}

static void end(struct fixture *f)
{
	answers_free(&f->answers);
	conn_close(f->conn);
	close(f->peer);
	ledger_free(&f->ledger);
	queue_free(&f->queue);
	buf_free(&f->out);
}

static void an_answer_settles_the_frame_that_it_is_about(void)
{
	struct fixture f;
	struct err e;

	begin(&f, 3, true);
	CHECK(hear(&f, "+-", 0, &e) == 0);
	CHECK(f.progress);
	CHECK(f.ledger.counts.delivered == 1);
	CHECK(f.ledger.counts.rejected == 1);
	CHECK(f.flight.count == 1);
	end(&f);
}

static void what_is_refused_in_company_goes_once_more_and_is_rejected_then(void)
{
	struct fixture f;
	struct err e;

	begin(&f, 1, true);
	CHECK(hear(&f, "/", 0, &e) == 0);
	CHECK(!f.progress && f.session.spent);
	CHECK(f.queue.waiting == 1 && f.ledger.counts.rejected == 0);

	flight_add(&f.flight, queue_take(&f.queue), 1, 1);
	CHECK(hear(&f, "/", 0, &e) == 0);
	CHECK(f.progress && f.ledger.counts.rejected == 1);
	end(&f);
}

static void an_answer_to_what_was_not_sent_ends_the_connection(void)
{
	struct fixture f;
	struct err e;

	begin(&f, 1, true);
	CHECK(hear(&f, "++", 0, &e) < 0);
	CHECK(e.kind == ERR_TEMPORARY);
	CHECK(strstr(e.text, "confirms what was not sent") != NULL);
	// What was confirmed before that is.
	CHECK(f.progress && f.ledger.counts.delivered == 1);
	end(&f);
}

static void an_answer_to_half_a_frame_ends_the_connection(void)
{
	struct fixture f;
	struct err e;

	begin(&f, 2, true);
	f.written = 1;
	CHECK(hear(&f, "++", 0, &e) < 0);
	CHECK(strstr(e.text, "confirms what was not sent") != NULL);
	CHECK(f.ledger.counts.delivered == 1 && f.flight.count == 1);
	end(&f);
}

static void half_an_answer_is_kept_until_the_connection_is_gone(void)
{
	struct fixture f;
	struct err e;

	begin(&f, 1, true);
	CHECK(hear(&f, ".", 0, &e) == 0);
	CHECK(f.answers.in.len == 1);
	answers_drop(&f.answers);
	CHECK(hear(&f, "+", 0, &e) == 0);
	CHECK(f.ledger.counts.delivered == 1);
	end(&f);
}

static void an_answer_is_due_while_one_is_to_come(void)
{
	struct fixture f;
	struct err e;

	begin(&f, 2, true);
	CHECK(answers_due_ms(&f.answers) == -1); // it may take for ever
	f.session.answer_ms = 1000;
	answers_expect(&f.answers, 50);
	CHECK(answers_due_ms(&f.answers) == 1050);

	// One that is not about the first brings the first no nearer.
	f.next = 1;
	CHECK(hear(&f, "+", 300, &e) == 0);
	CHECK(answers_due_ms(&f.answers) == 1050);
	f.next = 0;
	CHECK(hear(&f, "+", 400, &e) == 0);
	CHECK(answers_due_ms(&f.answers) == -1);

	f.session.ready = false; // the session is to be opened
	CHECK(answers_due_ms(&f.answers) == 1400);
	end(&f);
}

static void who_is_no_receiver_takes_no_record(void)
{
	static const char *const spoken[] = {
		"\x15\x03\x01",
		"HTTP/1.1 400 Bad Request\r\n",
		"SSH-2.0-OpenSSH_9.2\r\n",
	};
	struct fixture f;
	struct err e;

	for (size_t i = 0; i < sizeof(spoken) / sizeof(spoken[0]); i++) {
		begin(&f, 1, false);
		CHECK(hear(&f, spoken[i], 0, &e) < 0);
		CHECK(e.kind == ERR_DENIED);
		CHECK(f.flight.count == 1);
		end(&f);
	}
	begin(&f, 1, false);
	CHECK(hear(&f, "welcome\n", 0, &e) == 0);
	CHECK(answers_due_ms(&f.answers) == -1);
	end(&f);
}

int main(void)
{
	RUN(an_answer_settles_the_frame_that_it_is_about);
	RUN(what_is_refused_in_company_goes_once_more_and_is_rejected_then);
	RUN(an_answer_to_what_was_not_sent_ends_the_connection);
	RUN(an_answer_to_half_a_frame_ends_the_connection);
	RUN(half_an_answer_is_kept_until_the_connection_is_gone);
	RUN(an_answer_is_due_while_one_is_to_come);
	RUN(who_is_no_receiver_takes_no_record);
	return check_done();
}

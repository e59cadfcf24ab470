/*
 * serve() is the loop; pump() reads a connection; take_message() is what
 * happens to a message.
 */
#include "peers.h"

#include "arrival.h"
#include "core/msg.h"
#include "core/quit.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	PEERS_MAX = 900,       // below what a process may usually open
	HANDSHAKE_MS = 10000,  // to be through with TLS
	READS = 4,             // of a connection, before others have their turn
	ANSWERS_MAX = 1 << 20, // bytes that a sender may leave unread
};

enum peer_state {
	PEER_OPENING,
	PEER_READING,
	PEER_WAITING, // until until_ms, before its next message is taken
	PEER_STALLED, // on purpose: not read, and not closed, until until_ms
	PEER_ENDING,  // on purpose: what was read is taken, and no more read
	PEER_GONE,    // to be swept out
};

struct peer {
	enum peer_state state;
	int64_t until_ms; // PEER_WAITING, PEER_STALLED; there 0 is for good
	struct conn *conn;
	const char *transport;
	const char *name; // "127.0.0.1:51234", part of conn's
	void *state_of_talk;
	struct message_in message; // PEER_WAITING: the next
	struct buf out;            // answers
	uint64_t messages;
	bool hangs_up;    // on purpose, whatever it has not read
	bool half_closes; // on purpose, behind what is in out
	bool half_closed; // so nothing more is answered
};

struct server {
	struct mock *mock;
	const struct talk *talk;
	struct peer *peers[PEERS_MAX];
	size_t count;
	bool full;            // no more can be accepted, until one goes
	bool told_full;       // which is said once
	struct pollfd *polls; // signals, output, listeners, peers
};

int peers_take(struct mock *m, const struct message_in *message,
	       const char *transport, const char *from, struct err *e)
{
	const struct origin origin = {
		.transport = transport,
		.peer = from,
		.framing = message->framing,
		.cut = message->cut,
	};

	arrival_put(&m->out.out, message->text, &origin);
	if (writer_end_line(&m->out, e) < 0)
		return -1;
	m->counts.messages++;
	m->counts.bytes += message->text.len;
	m->counts.cut += message->cut;
	mock_touch(m);
	return 0;
}

static int accept_peer(struct server *s, struct conn *conn, bool tls,
		       struct err *e)
{
	struct peer *p = calloc(1, sizeof(*p));
	void *state = calloc(1, s->talk->size);

	if (p == NULL || state == NULL) {
		conn_close(conn);
		free(state);
		free(p);
		return err_sys(e, "connection");
	}
	p->conn = conn;
	p->transport = tls ? "tls" : "tcp";
	p->name = strstr(conn_name(conn), "://") + 3;
	p->state_of_talk = state;
	p->out = BUF_INIT(ANSWERS_MAX);
	s->talk->begin(state, s->mock);
	s->peers[s->count++] = p;
	msg_info("%s connects", conn_name(conn));
	mock_touch(s->mock);
	return 0;
}

static int accept_peers(struct server *s, const struct listener *l,
			struct err *e)
{
	bool tls = l->transport == TRANSPORT_TLS;
	struct conn *conn;

	while (!s->full) {
		int got = conn_accept(l->fd, tls ? s->mock->tls : NULL,
				      HANDSHAKE_MS, &conn, e);
		if (got == 0)
			return 0;
		if (got < 0 && s->count == 0)
			return -1; // nobody is there whose end would help
		if (got < 0 && !s->told_full)
			msg_warn("%s: %s; others wait until one is closed",
				 l->name, e->text);
		s->told_full |= got < 0;
		if (got > 0 && accept_peer(s, conn, tls, e) < 0)
			return -1;
		s->full = got < 0 || s->count == PEERS_MAX;
	}
	return 0;
}

/* Do to a connection what --fault says. */
static void strike(struct server *s, struct peer *p, enum fault fault)
{
	static const char *const words[] = {
		[FAULT_STALL] = "stalled",
		[FAULT_RESET] = "reset",
		[FAULT_CLOSE] = "closed",
		[FAULT_HALF_CLOSE] = "half-closed",
	};
	uint64_t stall_ms = s->mock->faults.stall_ms;

	if (fault == FAULT_NONE)
		return;
	msg_info("%s: %s on purpose after %" PRIu64 " messages",
		 conn_name(p->conn), words[fault], p->messages);
	switch (fault) {
	case FAULT_NONE:
		break;
	case FAULT_STALL:
		p->state = PEER_STALLED;
		p->until_ms =
			stall_ms > 0 ? mock_now_ms() + (int64_t)stall_ms : 0;
		break;
	case FAULT_RESET:
		conn_reset(p->conn);
		p->conn = NULL;
		p->state = PEER_GONE;
		break;
	case FAULT_CLOSE:
		p->state = PEER_ENDING;
		p->hangs_up = true;
		break;
	case FAULT_HALF_CLOSE:
		p->half_closes = true;
		break;
	}
}

static int take_message(struct server *s, struct peer *p, struct err *e)
{
	enum fault fault = FAULT_NONE;
	size_t said = p->out.len;

	if (peers_take(s->mock, &p->message, p->transport, p->name, e) < 0)
		return -1;
	p->messages++;
	if (s->talk->taken != NULL)
		fault = s->talk->taken(p->state_of_talk, &p->out);
	if (p->half_closes)
		buf_cut(&p->out, said);
	if (fault == FAULT_NONE && !p->half_closes)
		fault = fault_next(&s->mock->faults, p->messages);
	if (p->state == PEER_READING)
		strike(s, p, fault);
	return 0;
}

/* It is over: what has no end is dropped, and said to be. */
static void leave(struct server *s, struct peer *p)
{
	// What a stalled one has not been asked for is not to blame on it.
	size_t left =
		p->state == PEER_STALLED ? 0 : s->talk->left(p->state_of_talk);

	p->state = PEER_GONE;
	msg_info("%s is gone after %" PRIu64 " messages", conn_name(p->conn),
		 p->messages);
	if (left == 0)
		return;
	s->mock->counts.unfinished++;
	msg_warn("%s: dropped %zu bytes of a message without an end",
		 conn_name(p->conn), left);
}

/* Print what was taken, and then say so. */
static int answer(struct server *s, struct peer *p, struct err *e)
{
	struct err why;

	if (p->half_closed)
		buf_clear(&p->out);
	if (p->state == PEER_GONE || p->out.len == 0)
		return 0;
	if (writer_flush(&s->mock->out, e) < 0)
		return -1;
	ssize_t n = conn_write(p->conn, p->out.data, p->out.len, &why);
	if (n < 0 || buf_status(&p->out) != 0) {
		msg_warn("%s", n < 0 ? why.text : "nobody reads the answers");
		leave(s, p);
		return 0;
	}
	buf_drop(&p->out, (size_t)n);
	return 0;
}

/* Take the messages that are there. 1: the connection may be read on. */
static int take_messages(struct server *s, struct peer *p, struct err *e)
{
	uint64_t delay = s->mock->faults.delay_ms;
	struct err why;
	int got;

	while ((got = s->talk->next(p->state_of_talk, &p->message, &p->out,
				    &why)) > 0) {
		if (delay > 0 && p->state == PEER_READING) {
			p->state = PEER_WAITING;
			p->until_ms = mock_now_ms() + (int64_t)delay;
			return 0;
		}
		if (take_message(s, p, e) < 0)
			return -1;
		if (p->state != PEER_READING && p->state != PEER_ENDING)
			return 0;
	}
	if (got < 0) {
		msg_warn("%s: %s", conn_name(p->conn), why.text);
		p->state = PEER_ENDING;
	}
	return p->state == PEER_READING;
}

/* Take the messages that are there, and read more of them. */
static int pump(struct server *s, struct peer *p, struct err *e)
{
	struct err why;

	for (int reads = 0;; reads++) {
		int got = take_messages(s, p, e);
		if (got <= 0 || reads == READS)
			return got < 0 ? -1 : 0;

		size_t size;
		char *room = s->talk->room(p->state_of_talk, &size);
		if (room == NULL)
			return err_sys(e, "%s", conn_name(p->conn));
		ssize_t n = conn_read(p->conn, room, size, &why);
		if (n < 0) {
			msg_warn("%s", why.text);
			leave(s, p);
		}
		if (n <= 0)
			return 0;
		s->talk->grown(p->state_of_talk, (size_t)n);
		mock_touch(s->mock);
	}
}

/* pump(), and what belongs behind it. */
static int pump_and_answer(struct server *s, struct peer *p, struct err *e)
{
	if (p->state != PEER_ENDING && pump(s, p, e) < 0)
		return -1;
	if (s->talk->idle != NULL && p->state == PEER_READING)
		s->talk->idle(p->state_of_talk, &p->out);
	if (answer(s, p, e) < 0)
		return -1;
	if (p->out.len > 0)
		return 0;
	if (p->half_closes && !p->half_closed && p->state != PEER_GONE)
		conn_end(p->conn);
	p->half_closed = p->half_closes;
	if (p->state == PEER_ENDING)
		p->state = PEER_GONE;
	return 0;
}

/* A time has come, or a connection that stalls has something to say. */
static int go_on(struct server *s, struct peer *p, struct err *e)
{
	bool is_time = p->until_ms > 0 && mock_now_ms() >= p->until_ms;
	bool waits = p->state == PEER_WAITING;

	if (!is_time) {
		if (!waits)
			leave(s, p);
		return 0;
	}
	p->state = PEER_READING;
	p->until_ms = 0;
	if (waits && take_message(s, p, e) < 0)
		return -1;
	return p->state == PEER_READING || p->state == PEER_ENDING
		       ? pump_and_answer(s, p, e)
		       : 0;
}

/* A connection has something to say, or its time has come. */
static int work(struct server *s, struct peer *p, struct err *e)
{
	struct err why;
	int state;

	if (p->state == PEER_STALLED || p->state == PEER_WAITING)
		return go_on(s, p, e);
	state = conn_step(p->conn, &why);
	if (state < 0) {
		s->mock->counts.refused += p->state == PEER_OPENING;
		msg_warn("%s", why.text);
		leave(s, p);
	} else if (state == CONN_CLOSED) {
		leave(s, p);
	} else if (state == CONN_READY) {
		s->mock->counts.connections += p->state == PEER_OPENING;
		if (p->state == PEER_OPENING)
			p->state = PEER_READING;
		return pump_and_answer(s, p, e);
	}
	return 0;
}

/* Does only the clock wake it? */
static bool is_timed(const struct peer *p)
{
	return p->state == PEER_WAITING ||
	       (p->state == PEER_STALLED && p->until_ms > 0);
}

/* For how long poll() may wait for this connection; -1: for ever. */
static int wait_of(const struct peer *p)
{
	if (p->state == PEER_STALLED && !is_timed(p))
		return -1;
	if (!is_timed(p))
		return conn_timeout_ms(p->conn);
	int64_t left = p->until_ms - mock_now_ms();
	return left > 0 ? (int)left : 0;
}

static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Fill in what to poll for; returns for how long at most. */
static int prepare(struct server *s, int wait_ms)
{
	struct pollfd *next = s->polls;

	*next++ = (struct pollfd){ .fd = quit_fd(), .events = POLLIN };
	*next++ = (struct pollfd){ .fd = s->mock->out.fd };
	for (size_t i = 0; i < s->mock->listener_count; i++) {
		const struct listener *l = &s->mock->listeners[i];
		bool open = !s->full || l->transport == TRANSPORT_UDP;

		*next++ = (struct pollfd){ open ? l->fd : -1, POLLIN, 0 };
	}
	for (size_t i = 0; i < s->count; i++) {
		const struct peer *p = s->peers[i];
		short events = conn_events(p->conn, p->out.len > 0);

		if (p->state == PEER_STALLED)
			events = POLLRDHUP;

		*next++ = (struct pollfd){
			.fd = is_timed(p) ? -1 : conn_fd(p->conn),
			.events = events,
		};
		wait_ms = sooner(wait_ms, wait_of(p));
	}
	return wait_ms;
}

/*
 * Close a connection. Where it hangs up with bytes unread, that is a reset, as
 * the kernel makes one where they wait in the socket: the other side must not
 * take it for the end of one who has read everything.
 */
static void hang_up(struct server *s, struct peer *p)
{
	bool unread = p->conn != NULL && (s->talk->left(p->state_of_talk) > 0 ||
					  conn_has_input(p->conn));

	if (p->hangs_up && unread)
		conn_reset(p->conn);
	else
		conn_close(p->conn);
}

static void sweep(struct server *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct peer *p = s->peers[i];

		if (p->state != PEER_GONE) {
			s->peers[kept++] = p;
			continue;
		}
		hang_up(s, p);
		s->talk->end(p->state_of_talk);
		free(p->state_of_talk);
		buf_free(&p->out);
		free(p);
		s->full = false;
	}
	s->count = kept;
}

/* Wait, and deal with what came. 1: something did; 0: nothing; -1. */
static int go_round(struct server *s, int wait_ms, struct err *e)
{
	struct mock *m = s->mock;
	const struct pollfd *at = s->polls;
	size_t peers = s->count;

	wait_ms = prepare(s, wait_ms);
	int ready = poll(s->polls, 2 + m->listener_count + peers, wait_ms);
	if (ready < 0 && errno != EINTR)
		return err_sys(e, "poll");
	if (ready < 0)
		return 1;
	ready -= at++->revents != 0;
	if ((at++->revents & POLLERR) != 0)
		return err_set(e, ERR_PIPE, "nobody reads any more");
	for (size_t i = 0; i < m->listener_count; i++, at++) {
		const struct listener *l = &m->listeners[i];

		if (at->revents != 0 &&
		    (l->transport == TRANSPORT_UDP ? s->talk->datagrams(m, l, e)
						   : accept_peers(s, l, e)) < 0)
			return -1;
	}
	for (size_t i = 0; i < peers; i++, at++)
		if ((at->revents != 0 || wait_of(s->peers[i]) == 0) &&
		    work(s, s->peers[i], e) < 0)
			return -1;
	sweep(s);
	return writer_flush(&m->out, e) < 0 ? -1 : ready > 0;
}

static int run(struct server *s, struct err *e)
{
	int got = 0;

	while (got >= 0 && !mock_is_done(s->mock, s->count)) {
		got = go_round(s, mock_wait_ms(s->mock), e);
		quit_clear();
		mock_tell(s->mock);
	}
	// What has reached this machine may count as delivered: take it all.
	while (got >= 0 && (got = go_round(s, 0, e)) > 0)
		;
	return got;
}

int peers_serve(struct mock *m, const struct talk *talk, struct err *e)
{
	struct server *s = calloc(1, sizeof(*s));
	int rc = -1;

	if (s == NULL)
		return err_sys(e, "connections");
	s->mock = m;
	s->talk = talk;
	s->polls = calloc(2 + m->listener_count + PEERS_MAX, sizeof(*s->polls));
	if (s->polls == NULL) {
		err_sys(e, "connections");
		goto out;
	}
	rc = run(s, e);
out:
	for (size_t i = 0; i < s->count; i++)
		if (s->peers[i]->state != PEER_GONE)
			leave(s, s->peers[i]);
	for (size_t i = 0; i < s->count; i++)
		s->peers[i]->state = PEER_GONE;
	sweep(s);
	free(s->polls);
	free(s);
	return rc;
}

#include "net/conn.h"

#include "core/clock.h"
#include "net/address.h"
#include "net/output.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum phase {
	PHASE_CONNECT,
	PHASE_HANDSHAKE,
	PHASE_UP,
};

struct conn {
	struct conn_target target;
	enum phase phase;
	int fd;               // of a socket, or -1
	struct tls *tls;      // over it, or NULL
	struct output output; // of a file or standard output

	struct address_list addresses;
	size_t next;         // of addresses, to be tried
	int64_t deadline_ms; // of the one being tried
	struct err why;      // what became of those that failed

	uint64_t written, acked, window;
	bool accepted; // it came to us
	bool failed;   // acked stays as it is
	bool ending;   // nothing more will be written
	bool told_closed; // conn_step() has said CONN_CLOSED
	bool ended_first; // the other side had ended when we did

	char where[NI_MAXHOST + 40];              // "siem.example.com:6514"
	char name[NI_MAXHOST + 60 + ADDRESS_MAX]; // for conn_name()
};

static int64_t now_ms(void)
{
	return clock_ns() / NS_PER_MS;
}

static bool is_socket(const struct conn *c)
{
	return c->target.transport != TRANSPORT_FILE &&
	       c->target.transport != TRANSPORT_STDOUT;
}

static bool is_udp(const struct conn *c)
{
	return c->target.transport == TRANSPORT_UDP;
}

/* The connection is lost: what the socket said, in words. */
static int lost(struct conn *c, int error, struct err *e)
{
	c->failed = true;
	if (is_udp(c) && error == ECONNREFUSED)
		return err_set(e, ERR_TEMPORARY,
			       "send %s: %s (nothing listens on this port)",
			       c->where, strerror(error));
	return err_set(e, ERR_TEMPORARY, "connection %s %s: %s",
		       c->accepted ? "from" : "to", c->where, strerror(error));
}

/* The same for what TLS has said. */
static int lost_tls(struct conn *c, struct err *e)
{
	c->failed = true;
	return err_prefix(e, "connection %s %s", c->accepted ? "from" : "to",
			  c->where);
}

static void keep_alive(int fd, unsigned idle_timeout_ms)
{
	const struct {
		int level, option, value;
	} settings[] = {
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 60 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 10 },
		{ IPPROTO_TCP, TCP_KEEPCNT, 6 },
		// Keepalive is silent while data is unacknowledged.
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, (int)idle_timeout_ms },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		setsockopt(fd, settings[i].level, settings[i].option,
			   &settings[i].value, sizeof(settings[i].value));
}

/* The name that messages give a connection, once its address is known. */
static void make_name(struct conn *c, const struct address *a)
{
	static const char *const schemes[] = {
		[TRANSPORT_UDP] = "udp",
		[TRANSPORT_TCP] = "tcp",
		[TRANSPORT_TLS] = "tls",
	};
	char host[ADDRESS_MAX] = "";

	if (a != NULL)
		address_host(a, host);
	bool known = a == NULL || strcmp(host, c->target.host) == 0;
	snprintf(c->name, sizeof(c->name), "%s://%s%s%s%s",
		 schemes[c->target.transport], c->where, known ? "" : " (",
		 known ? "" : host, known ? "" : ")");
}

/* Remember why the address tried last is no good. */
static void note_failure(struct conn *c, enum err_kind kind, const char *what)
{
	char host[ADDRESS_MAX] = "";
	struct err *why = &c->why;
	size_t len = strlen(why->text);

	if (!c->accepted)
		address_host(&c->addresses.items[c->next - 1], host);
	bool known = c->accepted || strcmp(host, c->target.host) == 0;
	snprintf(why->text + len, sizeof(why->text) - len, "%s%s%s%s%s",
		 len > 0 ? ", " : "", what, known ? "" : " (",
		 known ? "" : host, known ? "" : ")");
	// One server that refuses us is told of, though others are only away.
	if (why->kind != ERR_DENIED)
		why->kind = kind;
}

static void close_socket(struct conn *c)
{
	tls_close(c->tls);
	c->tls = NULL;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static int start(struct conn *c, const struct address *a)
{
	int type = is_udp(c) ? SOCK_DGRAM : SOCK_STREAM;

	c->fd = socket(a->sa.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return -1;
	if (!is_udp(c))
		keep_alive(c->fd, c->target.idle_timeout_ms);
	return connect(c->fd, (const struct sockaddr *)&a->sa, a->len);
}

/* The socket is connected; the handshake, where there is one, comes next. */
static int connected(struct conn *c, struct err *e)
{
	c->phase = PHASE_UP;
	if (c->target.transport != TRANSPORT_TLS)
		return CONN_READY;
	c->phase = PHASE_HANDSHAKE;
	c->tls = tls_open(c->target.tls, c->fd, c->target.host, e);
	return c->tls != NULL ? CONN_OPENING : -1;
}

/* Try the addresses that are left, until one is connected or on its way. */
static int try_next(struct conn *c, struct err *e)
{
	while (c->next < c->addresses.count) {
		const struct address *a = &c->addresses.items[c->next++];

		close_socket(c);
		make_name(c, a);
		c->phase = PHASE_CONNECT;
		c->deadline_ms = now_ms() + c->target.connect_timeout_ms;
		if (start(c, a) == 0)
			return connected(c, e);
		if (errno == EINPROGRESS)
			return CONN_OPENING;
		note_failure(c, ERR_TEMPORARY, strerror(errno));
	}
	c->failed = true;
	return err_set(e, c->why.kind, "%s %s: %s",
		       c->accepted ? "connection from" : "connect", c->where,
		       c->why.text);
}

static int open_socket(struct conn *c, struct err *e)
{
	const struct conn_target *t = &c->target;

	snprintf(c->where, sizeof(c->where),
		 strchr(t->host, ':') != NULL ? "[%s]:%s" : "%s:%s", t->host,
		 t->port);
	make_name(c, NULL);
	if (address_resolve(t->host, t->port,
			    is_udp(c) ? SOCK_DGRAM : SOCK_STREAM, &c->addresses,
			    e) < 0)
		return -1;
	return try_next(c, e) < 0 ? -1 : 0;
}

static int open_output(struct conn *c, struct err *e)
{
	bool file = c->target.transport == TRANSPORT_FILE;

	snprintf(c->name, sizeof(c->name), "%s",
		 file ? c->target.host : "standard output");
	c->phase = PHASE_UP;
	return output_open(&c->output, file ? c->target.host : NULL,
			   &c->target.rotation, e);
}

static struct conn *make(const struct conn_target *target, struct err *e)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		err_sys(e, "connection");
		return NULL;
	}
	c->target = *target;
	c->fd = -1;
	c->output = OUTPUT_NONE;
	return c;
}

struct conn *conn_open(const struct conn_target *target, struct err *e)
{
	struct conn *c = make(target, e);

	if (c == NULL)
		return NULL;
	if ((is_socket(c) ? open_socket(c, e) : open_output(c, e)) < 0) {
		conn_close(c);
		return NULL;
	}
	return c;
}

int conn_accept(int listener, struct tls_context *tls, unsigned timeout_ms,
		struct conn **c, struct err *e)
{
	struct conn_target target = {
		.transport = tls != NULL ? TRANSPORT_TLS : TRANSPORT_TCP,
		.tls = tls,
		.connect_timeout_ms = timeout_ms,
		.host = "",
	};
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		       errno == ENOMEM))
		return err_sys(e, "accept");
	if (fd < 0) // whoever it was has gone already
		return 0;
	*c = make(&target, e);
	if (*c == NULL) {
		close(fd);
		return -1;
	}

	struct address peer = address_of_peer(fd);
	address_text(&peer, (*c)->where);
	(*c)->fd = fd;
	(*c)->accepted = true;
	(*c)->deadline_ms = now_ms() + timeout_ms;
	keep_alive(fd, 0);
	make_name(*c, NULL);
	if (connected(*c, e) < 0) {
		conn_close(*c);
		return -1;
	}
	return 1;
}

int conn_fd(const struct conn *c)
{
	return is_socket(c) ? c->fd : c->output.fd;
}

short conn_events(const struct conn *c, bool want_write)
{
	if (c->phase == PHASE_CONNECT)
		return POLLOUT;
	if (c->tls != NULL)
		return tls_events(c->tls, want_write);
	// Files are always readable, and datagrams that come back unread.
	bool reads = is_socket(c) && !is_udp(c);
	return (short)((reads ? POLLIN : 0) | (want_write ? POLLOUT : 0));
}

bool conn_has_input(const struct conn *c)
{
	return c->phase == PHASE_UP && c->tls != NULL && tls_has_input(c->tls);
}

int conn_timeout_ms(const struct conn *c)
{
	if (c->phase == PHASE_UP)
		return conn_has_input(c) ? 0 : -1;
	int64_t left = c->deadline_ms - now_ms();
	return left > 0 ? (int)left : 0;
}

/* This address did not answer in time; take the next. */
static int too_late(struct conn *c, const char *what, const char *hint,
		    struct err *e)
{
	char text[120];

	snprintf(text, sizeof(text), "%s within %g s%s", what,
		 c->target.connect_timeout_ms / 1000.0, hint);
	note_failure(c, ERR_TEMPORARY, text);
	return try_next(c, e);
}

static int step_connect(struct conn *c, struct err *e)
{
	struct pollfd p = { .fd = c->fd, .events = POLLOUT };
	int error = 0;
	socklen_t len = sizeof(error);

	if (poll(&p, 1, 0) == 0)
		return now_ms() < c->deadline_ms
			       ? CONN_OPENING
			       : too_late(c, "no answer", "", e);
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error != 0) {
		note_failure(c, ERR_TEMPORARY, strerror(error));
		return try_next(c, e);
	}
	return connected(c, e);
}

/* Bytes that the other side's TCP has not acknowledged, a FIN being one. */
static uint64_t unacked(const struct conn *c)
{
	int n;

	return ioctl(c->fd, SIOCOUTQ, &n) < 0 ? UINT64_MAX : (uint64_t)n;
}

/*
 * The other side has ended. That answers our own end only if it came later and
 * acknowledges every byte before; else something may lie there unread.
 */
static int ended(struct conn *c, struct err *e)
{
	if (c->ending && !c->told_closed &&
	    (c->ended_first || unacked(c) != 0)) {
		c->failed = true;
		return err_set(e, ERR_TEMPORARY,
			       "connection %s %s: closed before it had taken "
			       "everything",
			       c->accepted ? "from" : "to", c->where);
	}
	c->told_closed = true;
	return CONN_CLOSED;
}

static int step_handshake(struct conn *c, struct err *e)
{
	struct err why = { 0 };

	switch (tls_step(c->tls, &why)) {
	case TLS_BUSY:
		return now_ms() < c->deadline_ms
			       ? CONN_OPENING
			       : too_late(c, "no end of the TLS handshake",
					  ": does the server speak TLS here?",
					  e);
	case TLS_OPEN:
		c->phase = PHASE_UP;
		return CONN_READY;
	case TLS_ENDED:
		c->phase = PHASE_UP;
		return ended(c, e);
	default:
		note_failure(c, why.kind, why.text);
		return try_next(c, e);
	}
}

/* An ICMP error, which does not end anything. */
static int step_udp(struct conn *c, struct err *e)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (c->ending)
		return CONN_CLOSED;
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ||
	    error == 0)
		return CONN_READY;
	return lost(c, error, e);
}

static int step_tls(struct conn *c, struct err *e)
{
	switch (tls_step(c->tls, e)) {
	case TLS_BUSY:
	case TLS_OPEN:
		return CONN_READY;
	case TLS_ENDED:
		return ended(c, e);
	default:
		return lost_tls(c, e);
	}
}

static int step_tcp(struct conn *c, struct err *e)
{
	char byte;
	ssize_t got = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	if (got == 0)
		return ended(c, e);
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		return lost(c, errno, e);
	return CONN_READY;
}

int conn_step(struct conn *c, struct err *e)
{
	if (c->phase != PHASE_UP && c->failed)
		return try_next(c, e); // none is left: the same error again
	if (c->phase == PHASE_CONNECT)
		return step_connect(c, e);
	if (c->phase == PHASE_HANDSHAKE)
		return step_handshake(c, e);
	switch (c->target.transport) {
	case TRANSPORT_UDP:
		return step_udp(c, e);
	case TRANSPORT_TCP:
		return step_tcp(c, e);
	case TRANSPORT_TLS:
		return step_tls(c, e);
	case TRANSPORT_FILE:
	case TRANSPORT_STDOUT:
		if (output_check(&c->output, e) < 0)
			return -1;
		return c->ending ? CONN_CLOSED : CONN_READY;
	}
	return CONN_CLOSED;
}

static ssize_t write_socket(struct conn *c, const void *bytes, size_t n,
			    struct err *e)
{
	ssize_t got = send(c->fd, bytes, n, MSG_NOSIGNAL);

	if (got >= 0)
		return got;
	if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)
		return 0;
	if (is_udp(c) && errno == EMSGSIZE)
		return err_set(e, ERR_DATA,
			       "message of %zu bytes is larger than a datagram",
			       n);
	return lost(c, errno, e);
}

ssize_t conn_write(struct conn *c, const void *bytes, size_t n, struct err *e)
{
	ssize_t got;

	if (c->phase != PHASE_UP)
		return 0;
	if (!is_socket(c))
		return output_write(&c->output, bytes, n, e);
	if (c->tls != NULL) {
		got = tls_write(c->tls, bytes, n, e);
		if (got < 0)
			lost_tls(c, e);
	} else {
		got = write_socket(c, bytes, n, e);
	}
	if (got > 0)
		c->written += (uint64_t)got;
	return got;
}

ssize_t conn_read(struct conn *c, void *bytes, size_t n, struct err *e)
{
	ssize_t got;

	if (c->phase != PHASE_UP || !is_socket(c))
		return 0;
	if (c->tls != NULL) {
		got = tls_read(c->tls, bytes, n, e);
		return got < 0 ? lost_tls(c, e) : got;
	}
	got = recv(c->fd, bytes, n, MSG_DONTWAIT);
	if (got >= 0)
		return got;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	return lost(c, errno, e);
}

uint64_t conn_acked(struct conn *c)
{
	if (!is_socket(c))
		return output_acked(&c->output);
	if (is_udp(c))
		return c->written;
	if (c->failed || c->phase != PHASE_UP)
		return c->acked;

	uint64_t waiting = unacked(c);
	// With a FIN on its way, more can wait than was written.
	if (c->tls != NULL)
		c->acked = tls_acked(c->tls, waiting);
	else if (waiting <= c->written && c->written - waiting > c->acked)
		c->acked = c->written - waiting;
	return c->acked;
}

uint64_t conn_window(struct conn *c)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (is_socket(c) && !is_udp(c) && c->phase != PHASE_CONNECT &&
	    getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	    len >= offsetof(struct tcp_info, tcpi_snd_wnd) +
			    sizeof(info.tcpi_snd_wnd) &&
	    info.tcpi_snd_wnd > c->window)
		c->window = info.tcpi_snd_wnd;
	return c->window;
}

int conn_sync(struct conn *c, struct err *e)
{
	return is_socket(c) ? 0 : output_sync(&c->output, e);
}

void conn_end(struct conn *c)
{
	struct err e;

	if (c->ending || !is_socket(c) || is_udp(c) || c->phase != PHASE_UP) {
		c->ending = true;
		return;
	}
	c->ended_first = !c->told_closed && conn_step(c, &e) != CONN_READY;
	c->told_closed &= !c->ended_first;
	c->ending = true;
	if (c->tls != NULL)
		tls_end(c->tls);
	else
		shutdown(c->fd, SHUT_WR);
}

const char *conn_name(const struct conn *c)
{
	return c->name;
}

const char *conn_facts(const struct conn *c)
{
	return c->tls != NULL ? tls_facts(c->tls) : "";
}

void conn_close(struct conn *c)
{
	if (c == NULL)
		return;
	if (c->tls != NULL && c->phase == PHASE_UP && !c->failed)
		tls_say_goodbye(c->tls);
	close_socket(c);
	output_close(&c->output);
	address_list_free(&c->addresses);
	free(c);
}

void conn_reset(struct conn *c)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (c->fd >= 0)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once,
			   sizeof(at_once));
	close_socket(c);
	conn_close(c);
}

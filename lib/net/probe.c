#include "net/probe.h"

#include "core/clock.h"
#include "core/quit.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

static int64_t now_ms(void)
{
	return clock_ns() / NS_PER_MS;
}

int probe_poll(int fd, short events, int64_t timeout_ms, struct err *e)
{
	struct pollfd fds[] = { { .fd = fd, .events = events },
				{ .fd = quit_fd(), .events = POLLIN } };
	int n;

	if (timeout_ms > INT_MAX)
		timeout_ms = INT_MAX;
	n = poll(fds, 2, (int)timeout_ms);
	if (n < 0 && errno != EINTR)
		return err_sys(e, "poll");
	if (quit_asked())
		return err_set(e, ERR_TEMPORARY, "interrupted");
	return n > 0 && fds[0].revents != 0;
}

int probe_connect(struct probe *p, const char *host, const char *port,
		  unsigned timeout_ms, struct err *e)
{
	const struct conn_target target = {
		.transport = TRANSPORT_TCP,
		.host = host,
		.port = port,
		.connect_timeout_ms = timeout_ms,
	};
	int state;

	p->host = host;
	p->conn = conn_open(&target, e);
	if (p->conn == NULL)
		return -1;
	while ((state = conn_step(p->conn, e)) == CONN_OPENING)
		if (probe_poll(conn_fd(p->conn), conn_events(p->conn, false),
			       conn_timeout_ms(p->conn), e) < 0)
			return -1;
	if (state == CONN_CLOSED)
		return err_set(e, ERR_TEMPORARY, "closed at once");
	return state < 0 ? -1 : 0;
}

int probe_secure(struct probe *p, struct tls_context *context,
		 unsigned timeout_ms, struct err *e)
{
	const int64_t until_ms = now_ms() + timeout_ms;
	const int fd = conn_fd(p->conn);
	int state;

	p->tls = tls_open(context, fd, p->host, e);
	if (p->tls == NULL)
		return -1;
	while ((state = tls_step(p->tls, e)) == TLS_BUSY) {
		const int64_t left_ms = until_ms - now_ms();

		if (left_ms <= 0)
			return err_set(e, ERR_TEMPORARY,
				       "no end of the TLS handshake within "
				       "%u s",
				       timeout_ms / 1000);
		if (probe_poll(fd, tls_events(p->tls, false), left_ms, e) < 0)
			return -1;
	}
	return state < 0 ? -1 : 0;
}

int probe_listen(struct probe *p, unsigned quiet_ms, struct err *e)
{
	const int ready = probe_poll(conn_fd(p->conn), POLLIN, quiet_ms, e);
	int state;

	if (ready <= 0)
		return ready;
	if (p->tls == NULL)
		state = conn_step(p->conn, e) == CONN_CLOSED ? TLS_ENDED
							     : TLS_OPEN;
	else
		state = tls_step(p->tls, e);
	if (state == TLS_ENDED)
		return err_set(e, ERR_TEMPORARY,
			       "closed at once: does it "
			       "know this host?");
	return state < 0 ? -1 : 0;
}

void probe_close(struct probe *p)
{
	if (p->tls != NULL)
		tls_say_goodbye(p->tls);
	tls_close(p->tls);
	if (p->conn != NULL)
		conn_close(p->conn);
	*p = PROBE_NONE;
}

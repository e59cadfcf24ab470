/*
 * One way to somewhere: UDP, TCP, TLS, a file, standard output.
 *
 * Nothing here waits, but for the resolver. conn_open() starts; poll conn_fd()
 * for conn_events(), call conn_step(), and once it says CONN_READY, write and
 * read. Names are resolved anew at every conn_open(), all their addresses are
 * tried in turn. SIGPIPE has to be ignored (core/quit.h).
 *
 *     while ((state = conn_step(c, &e)) == CONN_OPENING)
 *             poll(conn_fd(c), conn_events(c, false), conn_timeout_ms(c));
 */
#ifndef SIEM_NET_CONN_H
#define SIEM_NET_CONN_H

#include "core/attr.h"
#include "core/err.h"
#include "net/rotation.h"
#include "net/tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum transport {
	TRANSPORT_UDP,
	TRANSPORT_TCP,
	TRANSPORT_TLS,
	TRANSPORT_FILE, // appended to; host is its path
	TRANSPORT_STDOUT,
};

/* Where to. Strings are borrowed for as long as the conn lives. */
struct conn_target {
	enum transport transport;
	const char *host;
	const char *port;            // decimal, or a service name
	struct tls_context *tls;     // of TRANSPORT_TLS
	unsigned connect_timeout_ms; // for each address, handshake included
	unsigned idle_timeout_ms;    // without progress of unacknowledged bytes
				     // (TCP_USER_TIMEOUT); 0: no bound
	struct rotation rotation;    // of TRANSPORT_FILE
};

enum conn_state {
	CONN_OPENING,
	CONN_READY,
	CONN_CLOSED, // by the other side, in good order
};

struct conn;

/* NULL with e filled: ERR_TEMPORARY; ERR_DENIED, ERR_SYSTEM, ERR_USAGE where
   waiting will not help. */
struct conn *conn_open(const struct conn_target *target,
		       struct err *e) MUST_CHECK;

/*
 * Take the next connection that waits at a listening socket; tls is that of a
 * server, or NULL for plain TCP. 1: *c is it, whose handshake may still have
 * to be done; 0: there is none; -1 with e filled.
 */
int conn_accept(int listener, struct tls_context *tls, unsigned timeout_ms,
		struct conn **c, struct err *e) MUST_CHECK;

/*
 * What to poll for, and for how long at most (-1: no limit). Once ready, a
 * socket is polled for reading: who polls it reads until conn_read() gives 0,
 * also where no answer is expected.
 */
int conn_fd(const struct conn *c);
short conn_events(const struct conn *c, bool want_write);
int conn_timeout_ms(const struct conn *c);

/* Has something come that waits here, so that poll() does not tell of it? */
bool conn_has_input(const struct conn *c);

/*
 * Go on with opening; once ready, notice what the other side did. Call when
 * poll() returns, and before every write: a half-closed peer or a late TLS
 * alert shows here, behind whatever is left to read. -1 with e filled: the
 * connection is of no more use (ERR_TEMPORARY; ERR_DENIED: certificates,
 * theirs or ours; ERR_PIPE: the reader of standard output has gone). An ICMP
 * error leaves a UDP socket usable, and is reported once.
 */
int conn_step(struct conn *c, struct err *e) MUST_CHECK; // an enum conn_state

/*
 * Write what the socket takes now: how many bytes, 0 for none, -1 with e
 * filled. A retry after 0 must offer the same bytes first. UDP: one call, one
 * datagram; ERR_DATA where it is too large for one, which does no harm to
 * others.
 */
ssize_t conn_write(struct conn *c, const void *bytes, size_t n,
		   struct err *e) MUST_CHECK;

/* Read what is there: how many bytes, 0 for none, -1 with e filled. */
ssize_t conn_read(struct conn *c, void *bytes, size_t n,
		  struct err *e) MUST_CHECK;

/*
 * How many of the bytes written so far the other side's kernel is known to
 * have: by SIOCOUTQ for TCP and TLS (of whole TLS records), all for UDP and
 * pipes, what was synced for files. Never grows once the connection failed.
 */
uint64_t conn_acked(struct conn *c);

/*
 * The largest receive window that the other side has been seen to advertise,
 * in bytes (tcpi_snd_wnd of struct tcp_info): so much may be acknowledged and
 * not yet read by the program behind it. Looks anew at every call. 0 for all
 * but TCP and TLS, and where the kernel does not tell.
 */
uint64_t conn_window(struct conn *c);

/* Make what a file holds durable, so that it counts as acknowledged; nothing
   to do for the others. ERR_TEMPORARY: open anew and write again. */
int conn_sync(struct conn *c, struct err *e) MUST_CHECK;

/*
 * Say that nothing more will come: close_notify, FIN. Everything offered to
 * conn_write() must have been taken. Go on polling and reading: conn_step()
 * says CONN_CLOSED once the other side has answered with its own end, after it
 * took every byte. One that had ended before is an error (ERR_TEMPORARY): it
 * may have left something unread.
 */
void conn_end(struct conn *c);

/* Who it is, for messages: "tls://siem.example.com:6514 (192.0.2.7)". */
const char *conn_name(const struct conn *c);

/* With whom, as whom and how it has shaken hands, where it is TLS; or "". */
const char *conn_facts(const struct conn *c);

/* Close, TLS with a close_notify; conn_reset() so that the other side sees a
   reset. */
void conn_close(struct conn *c);
void conn_reset(struct conn *c);

#endif

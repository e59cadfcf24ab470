#include "net/tls.h"

#include "core/clock.h"
#include "net/tlsguard.h"
#include "net/tlsidentity.h"
#include "net/tlssocket.h"
#include "net/tlswords.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Plaintext to this offset is in ciphertext to that one. */
struct sealed {
	uint64_t cipher, plain;
};

enum { SEALED_MAX = 1024 };

/* How soon an end after the handshake is taken for an answer to it. */
enum { ANSWER_MS = 5000 };

struct tls {
	SSL *ssl;
	const struct tls_context *context;
	struct tls_socket socket;
	struct tls_guard guard;

	bool open; // the handshake is done
	int64_t opened_ms;
	struct err broken; // why it is of no more use
	short wants;       // POLLIN or POLLOUT, while shaking hands

	bool ending, ended; // asked to, and done

	uint64_t plain, acked; // bytes written, and known to be there
	struct sealed sealed[SEALED_MAX]; // a ring, of what is not acked
	size_t first, count;
};

static int64_t now_ms(void)
{
	return clock_ns() / NS_PER_MS;
}

/* Why a connection failed. */

/* The other side is gone, in a manner that how describes. */
static int hung_up(const struct tls *t, const char *how, struct err *e)
{
	struct tls_side side = tls_guard_side(&t->guard);

	// Long after the handshake, that is no answer to it.
	if (t->open && now_ms() - t->opened_ms > ANSWER_MS)
		side.cert_was_asked = false;
	return tls_say_hung_up(how, &side, e);
}

/* An operation has failed, for a reason that is in one of many places. */
static int failed(const struct tls *t, struct err *e)
{
	struct tls_side side = tls_guard_side(&t->guard);
	unsigned long code = ERR_peek_error();
	int reason = ERR_GET_REASON(code);

	side.plain = "tcp";
	ERR_clear_error();
	if (t->guard.refused.kind != ERR_NONE) {
		*e = t->guard.refused;
		return -1;
	}
	if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET &&
	    reason <= SSL_AD_REASON_OFFSET + 255)
		return tls_say_alert(reason - SSL_AD_REASON_OFFSET, &side, e);
	if (t->socket.read_error != 0)
		return hung_up(t, strerror(t->socket.read_error), e);
	if (t->socket.eof)
		return hung_up(t,
			       t->open ? "closed without a close_notify"
				       : "closed during the TLS handshake",
			       e);
	if (code == 0 && t->socket.write_error != 0)
		return hung_up(t, strerror(t->socket.write_error), e);
	return tls_say_error(code, &side, e);
}

/* Connections. */

static bool attach(struct tls *t)
{
	BIO *bio = tls_socket_bio(t->context->method, &t->socket);

	if (bio == NULL)
		return false;
	SSL_set_bio(t->ssl, bio, bio);
	if (t->context->is_server)
		SSL_set_accept_state(t->ssl);
	else
		SSL_set_connect_state(t->ssl);
	return tls_guard_connection(t->ssl, &t->guard);
}

struct tls *tls_open(struct tls_context *context, int fd, const char *host,
		     struct err *e)
{
	struct tls *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		err_sys(e, "TLS");
		return NULL;
	}
	if (context->options.server_name != NULL)
		host = context->options.server_name;
	t->guard.options = &context->options;
	t->guard.client_ca = context->client_ca;
	t->guard.is_server = context->is_server;
	tls_guard_set_host(&t->guard, host != NULL ? host : "");

	t->context = context;
	t->socket.fd = fd;
	t->wants = context->is_server ? POLLIN : POLLOUT;
	if (context->identity != NULL &&
	    tls_identity_apply(context->identity, context->ctx, e) < 0) {
		free(t);
		return NULL;
	}
	t->ssl = SSL_new(context->ctx);
	if (t->ssl == NULL || !attach(t)) {
		err_set(e, ERR_SYSTEM, "TLS: %s",
			ERR_reason_error_string(ERR_get_error()));
		tls_close(t);
		return NULL;
	}
	return t;
}

static int shake_hands(struct tls *t, struct err *e)
{
	ERR_clear_error();
	int rc = SSL_do_handshake(t->ssl);
	if (rc == 1) {
		t->open = true;
		t->opened_ms = now_ms();
		return TLS_OPEN;
	}
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		t->wants = POLLIN;
		return TLS_BUSY;
	case SSL_ERROR_WANT_WRITE:
		t->wants = POLLOUT;
		return t->socket.write_error != 0 ? failed(t, e) : TLS_BUSY;
	default:
		return failed(t, e);
	}
}

/* After our close_notify and FIN: has the other side's FIN come, too? */
static int await_end(struct tls *t, struct err *e)
{
	char left[4096];
	ssize_t got;

	while ((got = recv(t->socket.fd, left, sizeof(left), 0)) > 0)
		;
	if (got == 0)
		return TLS_ENDED;
	if (errno == EAGAIN || errno == EINTR)
		return TLS_OPEN;
	return err_set(e, ERR_TEMPORARY, "%s", strerror(errno));
}

/* What SSL_read() or SSL_peek() said when it had nothing to give. */
static int take_note(struct tls *t, int rc, struct err *e)
{
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return t->socket.write_error != 0 ? failed(t, e) : TLS_OPEN;
	case SSL_ERROR_ZERO_RETURN:
		if (t->ended)
			return await_end(t, e);
		if (t->guard.cert_was_asked &&
		    now_ms() - t->opened_ms <= ANSWER_MS)
			return hung_up(t, "closed", e);
		return TLS_ENDED;
	default:
		// Not all are so polite as to answer with a close_notify.
		if (t->ended && t->socket.eof) {
			ERR_clear_error();
			return TLS_ENDED;
		}
		return failed(t, e);
	}
}

static int check(struct tls *t, struct err *e)
{
	char byte;

	ERR_clear_error();
	int rc = SSL_peek(t->ssl, &byte, 1);
	return rc > 0 ? TLS_OPEN : take_note(t, rc, e);
}

/* A write has failed: what the other side said before is the better reason. */
static int gone(struct tls *t, struct err *e)
{
	if (check(t, e) >= 0)
		return hung_up(t, strerror(t->socket.write_error), e);
	return -1;
}

static void go_on_ending(struct tls *t)
{
	ERR_clear_error();
	int rc = SSL_shutdown(t->ssl);
	if (rc < 0 && SSL_get_error(t->ssl, rc) == SSL_ERROR_WANT_WRITE &&
	    t->socket.write_error == 0)
		return;
	// The error of a connection that was reset is told once. It was told
	// to the write, and what comes now looks like an end in good order.
	if (t->socket.write_error == 0 && shutdown(t->socket.fd, SHUT_WR) < 0)
		t->socket.write_error = errno;
	if (t->socket.write_error != 0)
		(void)gone(t, &t->broken);
	t->ended = true;
}

/* Is it broken? Then it stays so, for the same reason. */
static bool is_broken(const struct tls *t, struct err *e)
{
	if (t->broken.kind != ERR_NONE)
		*e = t->broken;
	return t->broken.kind != ERR_NONE;
}

static ssize_t remember_failure(struct tls *t, ssize_t rc, const struct err *e)
{
	if (rc < 0)
		t->broken = *e;
	return rc;
}

static int step(struct tls *t, struct err *e)
{
	if (!t->open) {
		int state = shake_hands(t, e);
		if (state != TLS_OPEN)
			return state;
	}
	if (t->ending && !t->ended)
		go_on_ending(t);
	return is_broken(t, e) ? -1 : check(t, e);
}

int tls_step(struct tls *t, struct err *e)
{
	if (is_broken(t, e))
		return -1;
	return (int)remember_failure(t, step(t, e), e);
}

short tls_events(const struct tls *t, bool want_write)
{
	if (!t->open)
		return t->wants;
	if (t->ending && !t->ended)
		want_write = true;
	return (short)(POLLIN | (want_write ? POLLOUT : 0));
}

bool tls_has_input(const struct tls *t)
{
	return t->open && SSL_pending(t->ssl) > 0;
}

/* Remember which ciphertext holds what was written up to here. */
static void remember(struct tls *t)
{
	// With no place left, the last piece grows: it counts later, not wrong.
	if (t->count < SEALED_MAX)
		t->count++;
	t->sealed[(t->first + t->count - 1) % SEALED_MAX] =
		(struct sealed){ t->socket.sent, t->plain };
}

static ssize_t write_records(struct tls *t, const void *bytes, size_t n,
			     struct err *e)
{
	const char *p = bytes;
	size_t done = 0;
	size_t got = 0;

	while (done < n && t->socket.write_error == 0) {
		ERR_clear_error();
		int rc = SSL_write_ex(t->ssl, p + done, n - done, &got);
		if (rc != 1) {
			int why = SSL_get_error(t->ssl, rc);
			if (why == SSL_ERROR_WANT_WRITE ||
			    why == SSL_ERROR_WANT_READ)
				break;
			return done > 0 ? (ssize_t)done : failed(t, e);
		}
		done += got;
		t->plain += got;
		remember(t);
	}
	if (done > 0 || t->socket.write_error == 0)
		return (ssize_t)done;
	return gone(t, e);
}

ssize_t tls_write(struct tls *t, const void *bytes, size_t n, struct err *e)
{
	if (is_broken(t, e))
		return -1;
	return remember_failure(t, write_records(t, bytes, n, e), e);
}

ssize_t tls_read(struct tls *t, void *bytes, size_t n, struct err *e)
{
	size_t got = 0;

	if (is_broken(t, e))
		return -1;
	ERR_clear_error();
	int rc = SSL_read_ex(t->ssl, bytes, n, &got);
	if (rc == 1)
		return (ssize_t)got;
	return remember_failure(t, take_note(t, rc, e) < 0 ? -1 : 0, e);
}

uint64_t tls_acked(struct tls *t, uint64_t unacked)
{
	uint64_t sent = t->socket.sent;
	uint64_t there = unacked < sent ? sent - unacked : 0;

	while (t->count > 0 && t->sealed[t->first].cipher <= there) {
		t->acked = t->sealed[t->first].plain;
		t->first = (t->first + 1) % SEALED_MAX;
		t->count--;
	}
	return t->acked;
}

bool tls_cert_was_asked(const struct tls *t)
{
	return t->guard.cert_was_asked;
}

const char *tls_facts(const struct tls *t)
{
	return t->guard.facts;
}

void tls_say_goodbye(struct tls *t)
{
	if (!t->open || t->ended || t->broken.kind != ERR_NONE)
		return;
	ERR_clear_error();
	(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}

void tls_end(struct tls *t)
{
	t->ending = true;
	if (t->open)
		go_on_ending(t);
}

void tls_close(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	free(t);
}

const char *tls_version(const struct tls *t)
{
	return SSL_get_version(t->ssl);
}

const char *tls_cipher(const struct tls *t)
{
	return SSL_get_cipher_name(t->ssl);
}

bool tls_certificate(const struct tls *t, size_t i, struct tls_certificate *out)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(t->ssl);

	if (i >= (size_t)(chain != NULL ? sk_X509_num(chain) : 0))
		return false;
	tls_read_certificate(sk_X509_value(chain, (int)i), out);
	return true;
}

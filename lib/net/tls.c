#include "net/tls.h"

#include "core/clock.h"
#include "net/tlsfiles.h"
#include "net/tlswords.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tls_context {
	SSL_CTX *ctx;
	BIO_METHOD *method;
	struct tls_options options; // of a client
	char *client_ca;            // of a server
	bool is_server;
};

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
	int fd;
	char host[NI_MAXHOST]; // to verify

	bool open; // the handshake is done
	int64_t opened_ms;
	bool asked_for_ours;  // the server wanted a certificate
	struct err untrusted; // what was wrong with the peer's certificate
	struct err broken;    // why it is of no more use
	short wants;          // POLLIN or POLLOUT, while shaking hands

	bool ending, ended;          // asked to, and done
	bool eof;                    // the socket has come to its end
	int read_error, write_error; // errno, where it failed

	uint64_t cipher, plain, acked; // bytes written, and known to be there
	struct sealed sealed[SEALED_MAX]; // a ring, of what is not acked
	size_t first, count;
};

static int64_t now_ms(void)
{
	return clock_ns() / NS_PER_MS;
}

/*
 * The socket as OpenSSL sees it. It counts what went out, and remembers what
 * went wrong. A write that fails for good is told as one to be tried again, so
 * that an alert which came before can still be read.
 */
static int socket_write(BIO *bio, const char *bytes, int n)
{
	struct tls *t = BIO_get_data(bio);
	ssize_t got = send(t->fd, bytes, (size_t)n, MSG_NOSIGNAL);

	BIO_clear_retry_flags(bio);
	if (got >= 0) {
		t->cipher += (uint64_t)got;
		return (int)got;
	}
	if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		t->write_error = errno;
	BIO_set_retry_write(bio);
	return -1;
}

static int socket_read(BIO *bio, char *bytes, int n)
{
	struct tls *t = BIO_get_data(bio);
	ssize_t got = recv(t->fd, bytes, (size_t)n, 0);

	BIO_clear_retry_flags(bio);
	if (got > 0)
		return (int)got;
	if (got == 0)
		t->eof = true;
	else if (errno == EAGAIN || errno == EINTR)
		BIO_set_retry_read(bio);
	else
		t->read_error = errno;
	return (int)got;
}

static long socket_ctrl(BIO *bio, int command, long number, void *pointer)
{
	const struct tls *t = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	if (command == BIO_CTRL_FLUSH)
		return 1;
	return command == BIO_CTRL_EOF && t->eof;
}

static BIO_METHOD *socket_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "siem socket");

	if (m != NULL && BIO_meth_set_write(m, socket_write) == 1 &&
	    BIO_meth_set_read(m, socket_read) == 1 &&
	    BIO_meth_set_ctrl(m, socket_ctrl) == 1)
		return m;
	BIO_meth_free(m);
	return NULL;
}

/* Contexts. */

static struct tls_context *context_new(const SSL_METHOD *method, struct err *e)
{
	struct tls_context *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		err_sys(e, "TLS");
		return NULL;
	}
	t->ctx = SSL_CTX_new(method);
	t->method = socket_method();
	if (t->ctx == NULL || t->method == NULL) {
		err_set(e, ERR_SYSTEM, "TLS: %s",
			ERR_reason_error_string(ERR_get_error()));
		tls_context_free(t);
		return NULL;
	}
	SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(t->ctx,
			    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					 SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	return t;
}

static int set_min_version(SSL_CTX *ctx, const char *version, struct err *e)
{
	if (version == NULL || strcmp(version, "1.2") == 0)
		return 0;
	if (strcmp(version, "1.3") != 0)
		return err_set(e, ERR_USAGE,
			       "TLS version %s is neither 1.2 nor 1.3",
			       version);
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	return 0;
}

/* A certificate is not good: say why, and go no further. */
static int on_verify(int ok, X509_STORE_CTX *store);

static int configure_client(struct tls_context *t, struct err *e)
{
	const struct tls_options *o = &t->options;

	if (set_min_version(t->ctx, o->min_version, e) < 0)
		return -1;
	if (o->key_file != NULL && o->cert_file == NULL)
		return err_set(e, ERR_USAGE,
			       "key_file %s: needs a cert_file beside it",
			       o->key_file);
	if (o->cert_file != NULL &&
	    tls_load_own(t->ctx, o->cert_file, o->key_file, e) < 0)
		return -1;
	if (!o->insecure || o->ca_file != NULL)
		if (tls_load_authorities(t->ctx, "ca_file", o->ca_file, e) < 0)
			return -1;
	SSL_CTX_set_verify(t->ctx,
			   o->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER,
			   on_verify);
	return 0;
}

struct tls_context *tls_client(const struct tls_options *options, struct err *e)
{
	struct tls_context *t = context_new(TLS_client_method(), e);

	if (t == NULL)
		return NULL;
	t->options = *options;
	if (configure_client(t, e) < 0) {
		tls_context_free(t);
		return NULL;
	}
	return t;
}

static int configure_server(struct tls_context *t,
			    const struct tls_server_options *o, struct err *e)
{
	if (tls_load_own(t->ctx, o->cert_file, o->key_file, e) < 0)
		return -1;
	SSL_CTX_set_num_tickets(t->ctx, 0);
	SSL_CTX_set_options(t->ctx, SSL_OP_NO_TICKET);
	if (o->client_ca == NULL)
		return 0;
	if (tls_load_authorities(t->ctx, "client CA", o->client_ca, e) < 0)
		return -1;
	SSL_CTX_set_client_CA_list(t->ctx,
				   SSL_load_client_CA_file(o->client_ca));
	SSL_CTX_set_verify(t->ctx,
			   SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
			   on_verify);
	return 0;
}

struct tls_context *tls_server(const struct tls_server_options *options,
			       struct err *e)
{
	struct tls_context *t = context_new(TLS_server_method(), e);

	if (t == NULL)
		return NULL;
	t->is_server = true;
	if (options->client_ca != NULL &&
	    (t->client_ca = strdup(options->client_ca)) == NULL) {
		err_sys(e, "TLS");
		tls_context_free(t);
		return NULL;
	}
	if (configure_server(t, options, e) < 0) {
		tls_context_free(t);
		return NULL;
	}
	return t;
}

void tls_context_free(struct tls_context *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->ctx);
	BIO_meth_free(t->method);
	free(t->client_ca);
	free(t);
}

/* Why a connection failed. */

static struct tls_side side_of(const struct tls *t)
{
	const struct tls_context *c = t->context;

	return (struct tls_side){
		.is_server = c->is_server,
		.ca_file = c->is_server ? c->client_ca : c->options.ca_file,
		.cert_file = c->options.cert_file,
		.peer_name = t->host,
		.cert_was_asked = t->asked_for_ours,
	};
}

static int on_verify(int ok, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);

	if (ok == 0) {
		struct tls_side side = side_of(t);
		tls_say_untrusted(store, &side, &t->untrusted);
	}
	return ok;
}

static int on_certificate_asked(SSL *ssl, void *arg)
{
	struct tls *t = arg;

	(void)ssl;
	t->asked_for_ours = !t->context->is_server;
	return 1;
}

/* The other side is gone, in a manner that how describes. */
static int hung_up(const struct tls *t, const char *how, struct err *e)
{
	struct tls_side side = side_of(t);

	// Long after the handshake, that is no answer to it.
	if (t->open && now_ms() - t->opened_ms > ANSWER_MS)
		side.cert_was_asked = false;
	return tls_say_hung_up(how, &side, e);
}

/* An operation has failed, for a reason that is in one of many places. */
static int failed(const struct tls *t, struct err *e)
{
	struct tls_side side = side_of(t);
	unsigned long code = ERR_peek_error();
	int reason = ERR_GET_REASON(code);

	ERR_clear_error();
	if (t->untrusted.kind != ERR_NONE) {
		*e = t->untrusted;
		return -1;
	}
	if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET &&
	    reason <= SSL_AD_REASON_OFFSET + 255)
		return tls_say_alert(reason - SSL_AD_REASON_OFFSET, &side, e);
	if (t->read_error != 0)
		return hung_up(t, strerror(t->read_error), e);
	if (t->eof)
		return hung_up(t,
			       t->open ? "closed without a close_notify"
				       : "closed during the TLS handshake",
			       e);
	if (code == 0 && t->write_error != 0)
		return hung_up(t, strerror(t->write_error), e);
	return tls_say_error(code, &side, e);
}

/* Connections. */

/* What has to stand in the certificate, and what to ask the server for. */
static bool name_peer(struct tls *t)
{
	unsigned char binary[16];
	X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);

	if (inet_pton(AF_INET, t->host, binary) == 1 ||
	    inet_pton(AF_INET6, t->host, binary) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(param, t->host) == 1;
	X509_VERIFY_PARAM_set_hostflags(
		param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
			       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, t->host, 0) == 1 &&
	       SSL_set_tlsext_host_name(t->ssl, t->host) == 1;
}

static bool attach(struct tls *t)
{
	BIO *bio = BIO_new(t->context->method);

	if (bio == NULL)
		return false;
	BIO_set_data(bio, t);
	BIO_set_init(bio, 1);
	SSL_set_bio(t->ssl, bio, bio);
	SSL_set_app_data(t->ssl, t);
	SSL_set_cert_cb(t->ssl, on_certificate_asked, t);
	if (t->context->is_server) {
		SSL_set_accept_state(t->ssl);
		return true;
	}
	SSL_set_connect_state(t->ssl);
	return name_peer(t);
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
	snprintf(t->host, sizeof(t->host), "%s", host != NULL ? host : "");
	// A final dot says that a name is whole; certificates do without.
	size_t len = strlen(t->host);
	if (len > 0 && t->host[len - 1] == '.')
		t->host[len - 1] = '\0';

	t->context = context;
	t->fd = fd;
	t->wants = context->is_server ? POLLIN : POLLOUT;
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
		return t->write_error != 0 ? failed(t, e) : TLS_BUSY;
	default:
		return failed(t, e);
	}
}

/* After our close_notify and FIN: has the other side's FIN come, too? */
static int await_end(struct tls *t, struct err *e)
{
	char left[4096];
	ssize_t got;

	while ((got = recv(t->fd, left, sizeof(left), 0)) > 0)
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
		return t->write_error != 0 ? failed(t, e) : TLS_OPEN;
	case SSL_ERROR_ZERO_RETURN:
		if (t->ended)
			return await_end(t, e);
		if (t->asked_for_ours && now_ms() - t->opened_ms <= ANSWER_MS)
			return hung_up(t, "closed", e);
		return TLS_ENDED;
	default:
		// Not all are so polite as to answer with a close_notify.
		if (t->ended && t->eof) {
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
		return hung_up(t, strerror(t->write_error), e);
	return -1;
}

static void go_on_ending(struct tls *t)
{
	ERR_clear_error();
	int rc = SSL_shutdown(t->ssl);
	if (rc < 0 && SSL_get_error(t->ssl, rc) == SSL_ERROR_WANT_WRITE &&
	    t->write_error == 0)
		return;
	// The error of a connection that was reset is told once. It was told
	// to the write, and what comes now looks like an end in good order.
	if (t->write_error == 0 && shutdown(t->fd, SHUT_WR) < 0)
		t->write_error = errno;
	if (t->write_error != 0)
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
		(struct sealed){ t->cipher, t->plain };
}

static ssize_t write_records(struct tls *t, const void *bytes, size_t n,
			     struct err *e)
{
	const char *p = bytes;
	size_t done = 0;
	size_t got = 0;

	while (done < n && t->write_error == 0) {
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
	if (done > 0 || t->write_error == 0)
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
	uint64_t there = unacked < t->cipher ? t->cipher - unacked : 0;

	while (t->count > 0 && t->sealed[t->first].cipher <= there) {
		t->acked = t->sealed[t->first].plain;
		t->first = (t->first + 1) % SEALED_MAX;
		t->count--;
	}
	return t->acked;
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

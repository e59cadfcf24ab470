/*
 * kafka-front: TLS, and who may come in, before a broker that has neither, as
 * those of kafka-cluster.
 *
 * kafka-front [--client-ca FILE] [--user NAME --password WORD] [--at PORT]
 *             CERT KEY PORT
 *
 * Listens on a port of 127.0.0.1, one that the kernel picks or that of --at,
 * and prints it; passes
 * requests of Kafka's protocol to PORT and answers back, in which it puts its
 * own port in the place of that one. With --user, who has not shown that name
 * and password (SASL, mechanism PLAIN) is passed on nothing. Prints a line for
 * each who came in, with the subject of their certificate, if they had one.
 */
#include "core/buf.h"
#include "core/err.h"
#include "core/file.h"
#include "core/msg.h"
#include "core/opt.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Requests that matter here, and an error, by their numbers. */
enum { SASL_HANDSHAKE = 17, API_VERSIONS = 18, SASL_AUTHENTICATE = 36 };
enum { UNSUPPORTED_VERSION = 35, SASL_AUTHENTICATION_FAILED = 58 };

struct config {
	const char *client_ca, *user, *password, *at;
};

static const struct opt options[] = {
	OPT_STRING(0, "at", at, "PORT", "listen there"),
	OPT_STRING(0, "client-ca", client_ca, "FILE",
		   "who has to have signed certificates of clients"),
	OPT_STRING(0, "password", password, "WORD", "that goes with --user"),
	OPT_STRING(0, "user", user, "NAME", "who may come in"),
	OPT_END,
};

static const struct cli cli = {
	.name = "kafka-front",
	.operands = "CERT KEY PORT",
	.summary = "Be the TLS of a broker of Kafka.",
	.options = options,
};

/* One connection. */
struct front {
	const struct config *cfg;
	SSL *ssl;
	int there; // the broker
	uint16_t our_port, their_port;
	bool is_in;         // has shown who they are
	int versions_asked; // the version of API_VERSIONS under way; -1: none
	struct buf from_client, from_broker;
};

static uint32_t number(const char *at, size_t bytes)
{
	uint32_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | (unsigned char)at[i];
	return n;
}

static void put_number(struct buf *out, uint32_t n, size_t bytes)
{
	for (size_t i = bytes; i-- > 0;)
		buf_putc(out, (char)(n >> 8 * i));
}

/* A whole message with its length in front, to the client. */
static bool tell(struct front *f, struct slice message)
{
	struct buf out = BUF_INIT(64 << 20);
	bool ok;

	put_number(&out, (uint32_t)message.len, 4);
	buf_put_slice(&out, message);
	ok = buf_status(&out) == 0 &&
	     SSL_write(f->ssl, out.data, (int)out.len) == (int)out.len;
	buf_free(&out);
	return ok;
}

/* Is it the one who may come in? auth is what mechanism PLAIN has. */
static bool is_right(const struct config *cfg, struct slice auth)
{
	struct buf want = BUF_INIT(4096);
	bool is;

	buf_putc(&want, '\0');
	buf_puts(&want, cfg->user);
	buf_putc(&want, '\0');
	buf_puts(&want, cfg->password);
	is = slice_is(auth, buf_slice(&want));
	buf_free(&want);
	return is;
}

/* The answer to a request that is about who they are. */
static bool answer_sasl(struct front *f, int api, int version,
			struct slice request)
{
	struct buf out = BUF_INIT(4096);
	size_t id_len = number(request.data + 8, 2);
	size_t at = 10 + (id_len == 0xffff ? 0 : id_len);

	put_number(&out, number(request.data + 4, 4), 4);
	if (api == SASL_HANDSHAKE) {
		put_number(&out, 0, 2);
		put_number(&out, 1, 4);
		put_number(&out, 5, 2);
		buf_puts(&out, "PLAIN");
	} else {
		f->is_in = at + 4 <= request.len &&
			   is_right(f->cfg, slice_from(request, at + 4));
		put_number(&out, f->is_in ? 0 : SASL_AUTHENTICATION_FAILED, 2);
		put_number(&out, 0xffff, 2); // no words
		put_number(&out, 0, 4);
		if (version > 0)
			put_number(&out, 0, 8);
	}
	bool ok = tell(f, buf_slice(&out));
	buf_free(&out);
	return ok;
}

/* false: the connection is over. */
static bool on_request(struct front *f, struct slice request)
{
	if (request.len < 10)
		return false;
	const int api = (int)number(request.data, 2);
	const int version = (int)number(request.data + 2, 2);

	if (f->cfg->user != NULL &&
	    (api == SASL_HANDSHAKE || api == SASL_AUTHENTICATE))
		return answer_sasl(f, api, version, request);
	if (f->cfg->user != NULL && api != API_VERSIONS && !f->is_in)
		return false;
	if (api == API_VERSIONS)
		f->versions_asked = version;

	struct buf out = BUF_INIT(64 << 20);
	put_number(&out, (uint32_t)request.len, 4);
	buf_put_slice(&out, request);
	bool ok = buf_status(&out) == 0 &&
		  file_write_all(f->there, out.data, out.len) == 0;
	buf_free(&out);
	return ok;
}

/* The broker knows nothing of SASL: its list of requests gets two more. */
static void put_versions(struct front *f, struct slice answer, struct buf *out)
{
	const bool is_flexible =
		f->versions_asked >= 3 &&
		number(answer.data + 4, 2) != UNSUPPORTED_VERSION;
	const size_t count_bytes = is_flexible ? 1 : 4;
	static const int added[] = { SASL_HANDSHAKE, SASL_AUTHENTICATE };

	buf_put(out, answer.data, 6);
	put_number(out, number(answer.data + 6, count_bytes) + 2, count_bytes);
	for (size_t i = 0; i < 2; i++) {
		put_number(out, (uint32_t)added[i], 2);
		put_number(out, 0, 2);
		put_number(out, 1, 2);
		if (is_flexible)
			buf_putc(out, '\0');
	}
	buf_put_slice(out, slice_from(answer, 6 + count_bytes));
}

/* Where the broker says where it is, say where we are. */
static void move(const struct front *f, struct buf *answer)
{
	static const char host[] = "127.0.0.1";
	const size_t len = sizeof(host) - 1;

	for (size_t i = 0; i + len + 4 <= answer->len; i++) {
		char *port = answer->data + i + len;

		if (memcmp(answer->data + i, host, len) == 0 &&
		    number(port, 4) == f->their_port) {
			port[2] = (char)(f->our_port >> 8);
			port[3] = (char)f->our_port;
		}
	}
}

static bool on_answer(struct front *f, struct slice answer)
{
	struct buf out = BUF_INIT(64 << 20);
	bool ok;

	if (f->cfg->user != NULL && f->versions_asked >= 0 && answer.len > 10)
		put_versions(f, answer, &out);
	else
		buf_put_slice(&out, answer);
	f->versions_asked = -1;
	move(f, &out);
	ok = buf_status(&out) == 0 && tell(f, buf_slice(&out));
	buf_free(&out);
	return ok;
}

/* Take whole messages off the front of bytes. */
static bool each(struct front *f, struct buf *bytes,
		 bool (*on_message)(struct front *f, struct slice message))
{
	while (bytes->len >= 4) {
		size_t len = number(bytes->data, 4);

		if (len > bytes->len - 4)
			return len < 64U << 20;
		if (!on_message(f, (struct slice){ bytes->data + 4, len }))
			return false;
		buf_drop(bytes, len + 4);
	}
	return true;
}

static void pass(struct front *f)
{
	struct pollfd fds[] = { { SSL_get_fd(f->ssl), POLLIN, 0 },
				{ f->there, POLLIN, 0 } };
	static char block[64 << 10];

	for (;;) {
		bool has_some = SSL_pending(f->ssl) > 0;

		if (!has_some && poll(fds, 2, -1) < 0)
			return;
		if (has_some || fds[0].revents != 0) {
			int n = SSL_read(f->ssl, block, sizeof(block));

			if (n <= 0)
				return;
			buf_put(&f->from_client, block, (size_t)n);
			if (!each(f, &f->from_client, on_request))
				return;
		}
		if (!has_some && fds[1].revents != 0) {
			ssize_t n = read(f->there, block, sizeof(block));

			if (n <= 0)
				return;
			buf_put(&f->from_broker, block, (size_t)n);
			if (!each(f, &f->from_broker, on_answer))
				return;
		}
	}
}

static void say_who(const SSL *ssl)
{
	X509 *cert = SSL_get0_peer_certificate(ssl);
	char name[200] = "nobody";

	if (cert != NULL)
		X509_NAME_oneline(X509_get_subject_name(cert), name,
				  sizeof(name));
	printf("%s\n", name);
	fflush(stdout);
}

static struct sockaddr_in here(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static void serve(SSL_CTX *ctx, struct front *f, int fd)
{
	struct sockaddr_in broker = here(f->their_port);

	f->ssl = SSL_new(ctx);
	f->there = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	f->versions_asked = -1;
	f->from_client = f->from_broker = BUF_INIT(64 << 20);
	if (f->ssl == NULL || SSL_set_fd(f->ssl, fd) != 1 ||
	    SSL_accept(f->ssl) != 1)
		return;
	say_who(f->ssl);
	if (connect(f->there, (struct sockaddr *)&broker, sizeof(broker)) == 0)
		pass(f);
	SSL_shutdown(f->ssl);
}

static SSL_CTX *make_context(const struct config *cfg, char *const files[2])
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL ||
	    SSL_CTX_use_certificate_chain_file(ctx, files[0]) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, files[1], SSL_FILETYPE_PEM) != 1)
		return NULL;
	if (cfg->client_ca == NULL)
		return ctx;
	SSL_CTX_set_verify(
		ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return SSL_CTX_load_verify_locations(ctx, cfg->client_ca, NULL) == 1
		       ? ctx
		       : NULL;
}

/* A child for each connection; they end with it, or when we do. */
static int run(const struct config *cfg, char *const files[2], uint16_t port,
	       struct err *e)
{
	const int on = 1;
	struct sockaddr_in at =
		here(cfg->at != NULL ? (uint16_t)atoi(cfg->at) : 0);
	socklen_t len = sizeof(at);
	SSL_CTX *ctx = make_context(cfg, files);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd;

	if (ctx == NULL)
		return err_set(e, ERR_USAGE, "the files are of no use");
	if (listener < 0 ||
	    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) <
		    0 ||
	    bind(listener, (struct sockaddr *)&at, len) < 0 ||
	    listen(listener, 16) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &len) < 0)
		return err_sys(e, "listen");
	printf("%u\n", (unsigned)ntohs(at.sin_port));
	fflush(stdout);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (fork() == 0) {
			struct front f = { .cfg = cfg,
					   .our_port = ntohs(at.sin_port),
					   .their_port = port };

			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(ctx, &f, fd);
			_exit(0);
		}
		close(fd);
	}
	return err_sys(e, "accept");
}

int main(int argc, char *argv[])
{
	struct config cfg = { 0 };
	struct err e = { 0 };

	msg_init(cli.name);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first > 0 && argc - first != 3)
		first = err_set(&e, ERR_USAGE, "CERT, KEY and PORT, please");
	if (first < 0 ||
	    run(&cfg, &argv[first], (uint16_t)atoi(argv[first + 2]), &e) < 0)
		return msg_exit(&e);
	return STATUS_DONE;
}

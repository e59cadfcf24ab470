/*
 * TLS, both ends of it in one process, with certificates made for the occasion:
 * what is accepted, what is refused, and in which words.
 */
#include "net/conn.h"

#include "net/address.h"
#include "net/throwaway.h"
#include "net/tls.h"

#include "check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A server and a client, over one connection. */
struct pair {
	int listener;
	char port[8];
	struct tls_context *server_tls, *client_tls;
	struct conn *server, *client;
	int states[2];                     // of the client, of the server
	struct err server_err, client_err; // of what failed first
};

static int listen_here(char port[8])
{
	struct address_list list = { 0 };
	struct err e = { 0 };

	CHECK(address_resolve("127.0.0.1", "0", SOCK_STREAM, &list, &e) == 0);
	int fd = address_listen(&list.items[0], SOCK_STREAM, &e);
	address_list_free(&list);

	struct address a = address_of(fd);
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a.sa;
	snprintf(port, 8, "%d", ntohs(in->sin_port));
	return fd;
}

/* Let both ends go on once; what goes wrong first is kept. */
static void step_both(struct pair *p)
{
	struct pollfd both[2];
	nfds_t n = 0;

	if (p->server == NULL &&
	    conn_accept(p->listener, p->server_tls, 60000, &p->server,
			&p->server_err) < 0)
		return;
	struct conn *ends[] = { p->client, p->server };
	struct err *errs[] = { &p->client_err, &p->server_err };
	for (int i = 0; i < 2; i++) {
		p->states[i] = -1;
		if (ends[i] == NULL || errs[i]->kind != ERR_NONE)
			continue;
		p->states[i] = conn_step(ends[i], errs[i]);
		both[n++] = (struct pollfd){ conn_fd(ends[i]),
					     conn_events(ends[i], false), 0 };
	}
	if (p->states[0] != CONN_READY || p->states[1] != CONN_READY)
		poll(both, n, 5);
}

static int state(struct conn *c)
{
	struct err e = { 0 };

	return c == NULL ? -1 : conn_step(c, &e);
}

/* Clients may keep the certificate to themselves that the server wants. */
static bool server_only_asks;

/* Connect the two, or find out why not. */
static void meet(struct pair *p, const char *host,
		 const struct tls_server_options *server,
		 const struct tls_options *client)
{
	struct err e = { 0 };

	*p = (struct pair){ 0 };
	p->listener = listen_here(p->port);
	p->server_tls = tls_server(server, &e);
	p->client_tls = tls_client(client, &e);
	if (server_only_asks && p->server_tls != NULL)
		SSL_CTX_set_verify(p->server_tls->ctx, SSL_VERIFY_PEER, NULL);
	CHECK(p->server_tls != NULL && p->client_tls != NULL);
	if (p->server_tls == NULL || p->client_tls == NULL)
		printf("# %s\n", e.text);

	struct conn_target t = {
		.transport = TRANSPORT_TLS,
		.host = host,
		.port = p->port,
		.tls = p->client_tls,
		.connect_timeout_ms = 60000,
	};
	p->client = conn_open(&t, &p->client_err);
	if (p->client == NULL) {
		printf("# %s\n", p->client_err.text);
		exit(1);
	}
	for (int i = 0; i < 12000 && p->server_err.kind == ERR_NONE; i++) {
		step_both(p);
		if (p->states[0] == CONN_READY && p->states[1] == CONN_READY)
			break;
	}
}

/* Step until the client has an error; for five seconds at most. */
static void wait_for_client_err(struct pair *p)
{
	for (int i = 0; i < 12000 && p->client_err.kind == ERR_NONE; i++)
		step_both(p);
}

static void part(struct pair *p)
{
	conn_close(p->client);
	conn_close(p->server);
	tls_context_free(p->client_tls);
	tls_context_free(p->server_tls);
	close(p->listener);
}

static bool says(const struct err *e, enum err_kind kind, const char *words)
{
	if (e->kind == kind && strstr(e->text, words) != NULL)
		return true;
	printf("# kind %d: %s\n", (int)e->kind, e->text);
	return false;
}

static const struct tls_server_options plain_server = {
	.cert_file = "good/server.pem",
	.key_file = "good/server.key",
};
static const struct tls_server_options strict_server = {
	.cert_file = "good/server.pem",
	.key_file = "good/server.key",
	.client_ca = "good/ca.pem",
};
static const struct tls_options plain_client = { .ca_file = "good/ca.pem" };
static const struct tls_options known_client = {
	.ca_file = "good/ca.pem",
	.cert_file = "good/client.pem",
	.key_file = "good/client.key",
};

static void bytes_go_both_ways_and_are_acknowledged(void)
{
	struct pair p;
	struct err e = { 0 };
	char got[16] = "";

	meet(&p, "localhost", &plain_server, &plain_client);
	CHECK(state(p.client) == CONN_READY && state(p.server) == CONN_READY);
	CHECK(strncmp(conn_name(p.client), "tls://localhost:", 16) == 0);
	CHECK(conn_acked(p.client) == 0);
	CHECK(conn_write(p.client, "hello", 5, &e) == 5);
	while (conn_read(p.server, got, sizeof(got), &e) == 0)
		step_both(&p);
	CHECK(strcmp(got, "hello") == 0);
	for (int i = 0; i < 6000 && conn_acked(p.client) < 5; i++)
		poll(NULL, 0, 10);
	CHECK(conn_acked(p.client) == 5);
	CHECK(conn_write(p.server, "world", 5, &e) == 5);
	while (conn_read(p.client, got, 2, &e) == 0)
		step_both(&p);
	// The rest has been decrypted: poll() would wait for it in vain.
	CHECK(conn_timeout_ms(p.client) == 0);
	CHECK(conn_read(p.client, got, sizeof(got), &e) == 3);
	CHECK(conn_timeout_ms(p.client) == -1);
	part(&p);
}

static void plaintext_counts_when_its_whole_ciphertext_does(void)
{
	static char block[1 << 20];
	struct pair p;
	struct err e = { 0 };
	uint64_t written = 0, there = 0;
	ssize_t got;

	meet(&p, "localhost", &plain_server, &plain_client);
	for (int idle = 0; idle < 10; idle++)
		while ((got = conn_write(p.client, block, sizeof(block), &e)) >
		       0) {
			written += (uint64_t)got;
			idle = 0;
			poll(NULL, 0, 2);
		}
	CHECK(written > 0 && conn_acked(p.client) < written);
	while (there < written) {
		got = conn_read(p.server, block, sizeof(block), &e);
		CHECK(got >= 0);
		if (got < 0)
			break;
		there += (uint64_t)got;
		// What is in records that are whole, and no part of the others.
		CHECK(conn_acked(p.client) % 16384 == 0 ||
		      conn_acked(p.client) == written);
		if (got == 0)
			step_both(&p);
	}
	for (int i = 0; i < 6000 && conn_acked(p.client) < written; i++)
		poll(NULL, 0, 10);
	CHECK(conn_acked(p.client) == written);
	part(&p);
}

static void an_address_is_verified_as_one(void)
{
	struct pair p;

	meet(&p, "127.0.0.1", &plain_server, &plain_client);
	CHECK(state(p.client) == CONN_READY);
	part(&p);
}

static void a_stranger_s_certificate_is_refused(void)
{
	struct pair p;
	struct tls_options client = { .ca_file = "other/ca.pem" };

	meet(&p, "localhost", &plain_server, &client);
	CHECK(says(&p.client_err, ERR_DENIED,
		   "certificate is not signed by an authority in "
		   "other/ca.pem"));
	CHECK(strncmp(p.client_err.text, "connect localhost:", 18) == 0);
	struct err again = { 0 };
	CHECK(conn_step(p.client, &again) == -1);
	CHECK(strcmp(again.text, p.client_err.text) == 0);
	CHECK(says(&p.server_err, ERR_DENIED, "unknown CA"));
	part(&p);
}

static void the_system_does_not_trust_a_throw_away_authority(void)
{
	struct pair p;
	struct tls_options client = { 0 };

	meet(&p, "localhost", &plain_server, &client);
	CHECK(says(&p.client_err, ERR_DENIED,
		   "which this system does not trust"));
	CHECK(says(&p.client_err, ERR_DENIED, "set ca_file"));
	part(&p);
}

static void an_expired_certificate_is_refused_with_its_day(void)
{
	struct pair p;
	struct tls_server_options server = {
		.cert_file = "expired/server.pem",
		.key_file = "expired/server.key",
	};
	struct tls_options client = { .ca_file = "expired/ca.pem" };

	meet(&p, "localhost", &server, &client);
	CHECK(says(&p.client_err, ERR_DENIED,
		   "certificate has expired (notAfter 20"));
	part(&p);
}

static void a_certificate_for_another_name_is_refused_with_both(void)
{
	struct pair p;
	struct tls_server_options server = {
		.cert_file = "named/server.pem",
		.key_file = "named/server.key",
	};
	struct tls_options client = { .ca_file = "named/ca.pem" };

	meet(&p, "localhost", &server, &client);
	CHECK(says(&p.client_err, ERR_DENIED,
		   "certificate is for other.example.com, not for localhost"));
	part(&p);

	meet(&p, "127.0.0.1", &server, &client);
	CHECK(says(&p.client_err, ERR_DENIED,
		   "certificate is for other.example.com, not for 127.0.0.1"));
	part(&p);
}

static void server_name_is_what_is_verified_when_it_is_set(void)
{
	struct pair p;
	struct tls_server_options server = {
		.cert_file = "named/server.pem",
		.key_file = "named/server.key",
	};
	struct tls_options client = {
		.ca_file = "named/ca.pem",
		.server_name = "other.example.com.",
	};

	meet(&p, "127.0.0.1", &server, &client);
	CHECK(state(p.client) == CONN_READY);
	part(&p);
}

static void insecure_accepts_what_would_be_refused(void)
{
	struct pair p;
	struct tls_options client = { .insecure = true };

	meet(&p, "localhost", &plain_server, &client);
	CHECK(state(p.client) == CONN_READY);
	part(&p);
}

static void a_client_certificate_that_is_required_is_shown(void)
{
	struct pair p;

	meet(&p, "localhost", &strict_server, &known_client);
	CHECK(state(p.client) == CONN_READY && state(p.server) == CONN_READY);
	part(&p);
}

static void a_client_certificate_that_is_missing_is_named(void)
{
	struct pair p;

	// With TLS 1.3 the client is through before the server says no.
	meet(&p, "localhost", &strict_server, &plain_client);
	wait_for_client_err(&p);
	CHECK(says(&p.client_err, ERR_DENIED,
		   "the server requires a client certificate: set cert_file "
		   "and key_file"));
	CHECK(says(&p.server_err, ERR_DENIED,
		   "the client sent no certificate"));
	CHECK(conn_acked(p.client) == 0);

	struct err again = { 0 };
	CHECK(conn_step(p.client, &again) == -1);
	CHECK(says(&again, ERR_DENIED, "set cert_file and key_file"));
	part(&p);
}

static void writing_to_a_server_that_says_no_fails_for_the_same_reason(void)
{
	struct pair p = { 0 };
	struct err e = { 0 };

	meet(&p, "localhost", &strict_server, &plain_client);
	conn_close(p.server);
	p.server = NULL;
	for (int i = 0; i < 6000; i++) {
		if (conn_write(p.client, "hello", 5, &e) < 0)
			break;
		poll(NULL, 0, 10);
	}
	CHECK(says(&e, ERR_DENIED, "the server requires a client certificate"));
	part(&p);
}

static void a_client_certificate_of_another_authority_is_named(void)
{
	struct pair p;
	struct tls_options client = {
		.ca_file = "good/ca.pem",
		.cert_file = "other/client.pem",
		.key_file = "other/client.key",
	};

	meet(&p, "localhost", &strict_server, &client);
	wait_for_client_err(&p);
	CHECK(says(&p.client_err, ERR_DENIED,
		   "the server does not accept the certificate in "
		   "other/client.pem"));
	CHECK(says(&p.server_err, ERR_DENIED,
		   "certificate is not signed by an authority in "
		   "good/ca.pem"));
	part(&p);
}

static void an_end_is_answered_by_an_end(void)
{
	struct pair p;
	struct err e = { 0 };
	char got[16];

	meet(&p, "localhost", &plain_server, &plain_client);
	CHECK(conn_write(p.client, "hello", 5, &e) == 5);
	conn_end(p.client);
	while (state(p.server) == CONN_READY)
		if (conn_read(p.server, got, sizeof(got), &e) == 0)
			step_both(&p);
	CHECK(state(p.server) == CONN_CLOSED);
	CHECK(state(p.client) == CONN_READY);
	conn_end(p.server);
	for (int i = 0; i < 6000 && state(p.client) == CONN_READY; i++)
		poll(NULL, 0, 10);
	CHECK(state(p.client) == CONN_CLOSED);
	CHECK(conn_acked(p.client) == 5);
	part(&p);
}

static void an_end_that_came_before_ours_is_no_answer_to_it(void)
{
	struct pair p;
	struct err e = { 0 };
	struct pollfd wait;

	meet(&p, "localhost", &plain_server, &plain_client);
	CHECK(conn_write(p.client, "hello", 5, &e) == 5);
	conn_end(p.server);
	wait = (struct pollfd){ conn_fd(p.client), POLLIN, 0 };
	CHECK(poll(&wait, 1, 60000) == 1);
	conn_end(p.client);
	wait_for_client_err(&p);
	CHECK(says(&p.client_err, ERR_TEMPORARY,
		   "closed before it had taken everything"));
	part(&p);
}

static void a_connection_is_closed_with_a_close_notify(void)
{
	struct pair p;

	meet(&p, "localhost", &plain_server, &plain_client);
	conn_close(p.server);
	p.server = NULL;
	for (int i = 0; i < 6000 && state(p.client) == CONN_READY; i++)
		poll(NULL, 0, 10);
	CHECK(state(p.client) == CONN_CLOSED);
	part(&p);
}

static void an_end_without_a_close_notify_is_no_good_order(void)
{
	struct pair p;

	meet(&p, "localhost", &plain_server, &plain_client);
	shutdown(conn_fd(p.server), SHUT_WR);
	wait_for_client_err(&p);
	CHECK(says(&p.client_err, ERR_TEMPORARY,
		   "closed without a close_notify"));
	part(&p);
}

/* Two ends without connections around them. */
static void shake_hands(struct tls *ends[2])
{
	struct err e = { 0 };
	int states[2] = { TLS_BUSY, TLS_BUSY };

	for (int i = 0;
	     i < 12000 && (states[0] == TLS_BUSY || states[1] == TLS_BUSY);
	     i++) {
		for (int n = 0; n < 2; n++)
			states[n] = tls_step(ends[n], &e);
		poll(NULL, 0, 1);
	}
	CHECK(states[0] == TLS_OPEN && states[1] == TLS_OPEN);
}

static void a_reset_that_meets_our_end_is_no_good_order(void)
{
	char port[8];
	struct err e = { 0 };
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	struct address_list list = { 0 };
	int listener = listen_here(port);
	struct tls_context *contexts[] = { tls_client(&plain_client, &e),
					   tls_server(&plain_server, &e) };
	int fds[2] = { socket(AF_INET, SOCK_STREAM, 0), -1 };

	CHECK(address_resolve("127.0.0.1", port, SOCK_STREAM, &list, &e) == 0);
	CHECK(connect(fds[0], (const struct sockaddr *)&list.items[0].sa,
		      list.items[0].len) == 0);
	fds[1] = accept(listener, NULL, NULL);
	for (int n = 0; n < 2; n++)
		CHECK(fcntl(fds[n], F_SETFL, O_NONBLOCK) == 0);
	struct tls *ends[] = { tls_open(contexts[0], fds[0], "localhost", &e),
			       tls_open(contexts[1], fds[1], NULL, &e) };
	shake_hands(ends);

	setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fds[1]);
	tls_end(ends[0]);
	CHECK(tls_step(ends[0], &e) < 0);
	CHECK(e.kind == ERR_TEMPORARY);
	for (int n = 0; n < 2; n++) {
		tls_close(ends[n]);
		tls_context_free(contexts[n]);
	}
	address_list_free(&list);
	close(fds[0]);
	close(listener);
}

static void a_server_that_asked_and_hung_up_is_told_as_refusing(void)
{
	struct pair p;

	meet(&p, "localhost", &strict_server, &known_client);
	conn_reset(p.server);
	p.server = NULL;
	p.server_err.kind = ERR_TEMPORARY; // no more of it
	for (int i = 0; i < 6000 && p.client_err.kind == ERR_NONE; i++) {
		(void)!conn_step(p.client, &p.client_err);
		poll(NULL, 0, 10);
	}
	CHECK(says(&p.client_err, ERR_TEMPORARY,
		   "does the server accept the certificate in "
		   "good/client.pem?"));
	part(&p);
}

/* It may only have been restarted: no alert says that it wants one. */
static void a_server_that_only_asked_and_is_gone_is_tried_again(void)
{
	struct pair p;

	server_only_asks = true;
	for (int reset = 0; reset < 2; reset++) {
		meet(&p, "localhost", &strict_server, &plain_client);
		CHECK(p.states[0] == CONN_READY && p.states[1] == CONN_READY);
		if (reset == 1)
			conn_reset(p.server);
		else
			conn_close(p.server);
		p.server = NULL;
		p.server_err.kind = ERR_TEMPORARY; // no more of it
		wait_for_client_err(&p);
		CHECK(says(&p.client_err, ERR_TEMPORARY,
			   "if it needs one, set cert_file and key_file"));
		part(&p);
	}
	server_only_asks = false;
}

/* Connect to a peer that is none of ours. */
static struct err connect_to(int fd, const char *port, const char *greeting)
{
	struct err e = { 0 };
	struct tls_context *tls = tls_client(&plain_client, &e);
	struct conn_target t = {
		.transport = TRANSPORT_TLS,
		.host = "127.0.0.1",
		.port = port,
		.tls = tls,
		.connect_timeout_ms = 100,
	};
	struct conn *c = conn_open(&t, &e);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	CHECK(poll(&p, 1, 60000) == 1);
	int peer = accept(fd, NULL, NULL);
	if (greeting != NULL)
		CHECK(write(peer, greeting, strlen(greeting)) > 0);
	if (greeting != NULL && greeting[0] == '\0')
		shutdown(peer, SHUT_WR);
	while (conn_step(c, &e) == CONN_OPENING) {
		struct pollfd wait = { conn_fd(c), conn_events(c, false), 0 };

		poll(&wait, 1, conn_timeout_ms(c));
	}
	conn_close(c);
	close(peer);
	tls_context_free(tls);
	return e;
}

static void a_server_that_speaks_no_tls_is_told(void)
{
	char port[8];
	int fd = listen_here(port);
	struct err e = connect_to(fd, port, "220 mail ready\r\n");

	CHECK(says(&e, ERR_DENIED, "the server does not speak TLS here"));
	e = connect_to(fd, port, NULL);
	CHECK(says(&e, ERR_TEMPORARY,
		   "no end of the TLS handshake within 0.1 s"));
	close(fd);
}

static void a_server_gone_in_the_handshake_is_temporary(void)
{
	struct pair p = { 0 };
	struct err e = { 0 };

	p.listener = listen_here(p.port);
	p.client_tls = tls_client(&plain_client, &e);
	struct conn_target t = {
		.transport = TRANSPORT_TLS,
		.host = "127.0.0.1",
		.port = p.port,
		.tls = p.client_tls,
		.connect_timeout_ms = 60000,
	};
	p.client = conn_open(&t, &e);
	while (conn_accept(p.listener, NULL, 1000, &p.server, &e) == 0)
		poll(NULL, 0, 1);
	shutdown(conn_fd(p.server), SHUT_WR);
	while (conn_step(p.client, &p.client_err) == CONN_OPENING)
		poll(NULL, 0, 1);
	CHECK(says(&p.client_err, ERR_TEMPORARY,
		   "closed during the TLS handshake"));
	part(&p);
}

/* What tls_client() says of these. */
static struct err refusal(const struct tls_options *options)
{
	struct err e = { 0 };
	struct tls_context *t = tls_client(options, &e);

	CHECK(t == NULL);
	tls_context_free(t);
	return e;
}

static void files_that_are_no_good_are_named_at_the_start(void)
{
	struct err e = refusal(&(struct tls_options){ .ca_file = "none.pem" });
	CHECK(says(&e, ERR_USAGE,
		   "ca_file none.pem: No such file or directory"));

	e = refusal(&(struct tls_options){ .ca_file = "good/client.key" });
	CHECK(says(&e, ERR_USAGE,
		   "ca_file good/client.key: holds no certificate in PEM "
		   "form"));

	e = refusal(&(struct tls_options){ .cert_file = "good/client.key" });
	CHECK(says(&e, ERR_USAGE,
		   "cert_file good/client.key: holds no certificate"));

	e = refusal(&(struct tls_options){ .cert_file = "good/client.pem" });
	CHECK(says(&e, ERR_USAGE,
		   "cert_file good/client.pem: holds no key in PEM form"));

	e = refusal(&(struct tls_options){ .cert_file = "good/client.pem",
					   .key_file = "good/server.key" });
	CHECK(says(&e, ERR_USAGE,
		   "key_file good/server.key: the key does not belong to the "
		   "certificate in good/client.pem"));

	e = refusal(&(struct tls_options){ .key_file = "good/client.key" });
	CHECK(says(&e, ERR_USAGE, "needs a cert_file"));

	e = refusal(&(struct tls_options){ .min_version = "1.1" });
	CHECK(says(&e, ERR_USAGE, "TLS version 1.1 is neither 1.2 nor 1.3"));
}

static bool make_certificates(const char *dir, const char *name, bool expired)
{
	struct throwaway_options options = { .name = name, .expired = expired };
	struct err e = { 0 };

	if (mkdir(dir, 0700) == 0 && throwaway_make(dir, &options, &e) == 0)
		return true;
	printf("# %s: %s\n", dir, e.text);
	return false;
}

static void remove_certificates(const char *dir)
{
	char path[80];

	for (int i = 0; throwaway_files[i] != NULL; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, throwaway_files[i]);
		unlink(path);
	}
	rmdir(dir);
}

int main(void)
{
	const char *base = getenv("TMPDIR");
	char dir[] = "siem-tls.XXXXXX";

	signal(SIGPIPE, SIG_IGN);
	alarm(300);
	if (chdir(base != NULL ? base : "/tmp") < 0 || mkdtemp(dir) == NULL ||
	    chdir(dir) < 0 || !make_certificates("good", NULL, false) ||
	    !make_certificates("other", NULL, false) ||
	    !make_certificates("expired", NULL, true) ||
	    !make_certificates("named", "other.example.com", false))
		return 1;
	RUN(bytes_go_both_ways_and_are_acknowledged);
	RUN(plaintext_counts_when_its_whole_ciphertext_does);
	RUN(an_address_is_verified_as_one);
	RUN(a_stranger_s_certificate_is_refused);
	RUN(the_system_does_not_trust_a_throw_away_authority);
	RUN(an_expired_certificate_is_refused_with_its_day);
	RUN(a_certificate_for_another_name_is_refused_with_both);
	RUN(server_name_is_what_is_verified_when_it_is_set);
	RUN(insecure_accepts_what_would_be_refused);
	RUN(a_client_certificate_that_is_required_is_shown);
	RUN(a_client_certificate_that_is_missing_is_named);
	RUN(writing_to_a_server_that_says_no_fails_for_the_same_reason);
	RUN(a_client_certificate_of_another_authority_is_named);
	RUN(an_end_is_answered_by_an_end);
	RUN(an_end_that_came_before_ours_is_no_answer_to_it);
	RUN(a_connection_is_closed_with_a_close_notify);
	RUN(an_end_without_a_close_notify_is_no_good_order);
	RUN(a_reset_that_meets_our_end_is_no_good_order);
	RUN(a_server_that_asked_and_hung_up_is_told_as_refusing);
	RUN(a_server_that_only_asked_and_is_gone_is_tried_again);
	RUN(a_server_that_speaks_no_tls_is_told);
	RUN(a_server_gone_in_the_handshake_is_temporary);
	RUN(files_that_are_no_good_are_named_at_the_start);
	remove_certificates("good");
	remove_certificates("other");
	remove_certificates("expired");
	remove_certificates("named");
	if (chdir("..") == 0)
		rmdir(dir);
	return check_done();
}

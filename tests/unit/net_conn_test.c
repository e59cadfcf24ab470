/* Connections over UDP and TCP, against peers that behave and that do not. */
#include "net/conn.h"

#include "net/address.h"

#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A socket that listens on a port of the kernel's choice, and that port. */
static int listener(int type, char port[8])
{
	struct address_list list = { 0 };
	struct err e = { 0 };

	CHECK(address_resolve("127.0.0.1", "0", type, &list, &e) == 0);
	int fd = address_listen(&list.items[0], type, &e);
	CHECK(fd >= 0);
	address_list_free(&list);

	struct address a = address_of(fd);
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a.sa;
	snprintf(port, 8, "%d", ntohs(in->sin_port));
	return fd;
}

static int accepted(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	CHECK(poll(&p, 1, 60000) == 1);
	return accept(fd, NULL, NULL);
}

static struct conn_target target(enum transport transport, const char *port)
{
	return (struct conn_target){
		.transport = transport,
		.host = "127.0.0.1",
		.port = port,
		.connect_timeout_ms = 60000,
		.idle_timeout_ms = 30000,
	};
}

/* Step until the state is not this one any more; for a minute at most. */
static int step_while(struct conn *c, int state, struct err *e)
{
	int now = state;

	for (int i = 0; i < 6000 && now == state; i++) {
		struct pollfd p = { conn_fd(c), conn_events(c, false), 0 };

		poll(&p, 1, 10);
		now = conn_step(c, e);
	}
	return now;
}

static struct conn *open_ready(const struct conn_target *t)
{
	struct err e = { 0 };
	struct conn *c = conn_open(t, &e);

	if (c == NULL) {
		printf("# %s\n", e.text);
		exit(1);
	}
	CHECK(step_while(c, CONN_OPENING, &e) == CONN_READY);
	return c;
}

/* Ask until that many bytes are acknowledged; for a minute at most. */
static bool acks(struct conn *c, uint64_t want)
{
	for (int i = 0; i < 6000 && conn_acked(c) < want; i++)
		poll(NULL, 0, 10);
	return conn_acked(c) == want;
}

static void bytes_go_and_come_and_are_acknowledged(void)
{
	char port[8], got[16] = "";
	struct err e = { 0 };
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *c = open_ready(&t);
	int peer = accepted(fd);

	CHECK(conn_acked(c) == 0);
	CHECK(conn_write(c, "hello", 5, &e) == 5);
	CHECK(read(peer, got, sizeof(got)) == 5 && strcmp(got, "hello") == 0);
	CHECK(acks(c, 5));
	CHECK(conn_window(c) > 0);
	CHECK(conn_read(c, got, sizeof(got), &e) == 0);
	CHECK(write(peer, "world", 5) == 5);
	while (conn_read(c, got, sizeof(got), &e) == 0)
		poll(NULL, 0, 1);
	CHECK(strcmp(got, "world") == 0);
	conn_close(c);
	close(peer);
	close(fd);
}

static void a_connection_is_named_as_it_was_asked_for(void)
{
	char port[8], want[80];
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *c = open_ready(&t);

	snprintf(want, sizeof(want), "tcp://127.0.0.1:%s", port);
	CHECK(strcmp(conn_name(c), want) == 0);
	conn_close(c);

	t.host = "localhost"; // ::1 may come first, where nobody listens
	c = open_ready(&t);
	snprintf(want, sizeof(want), "tcp://localhost:%s (127.0.0.1)", port);
	CHECK(strcmp(conn_name(c), want) == 0);
	conn_close(c);
	close(fd);
}

static void a_refused_connection_is_temporary_and_says_who_refused(void)
{
	char port[8], want[80];
	struct err e = { 0 };
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);

	close(fd); // so that nobody listens there
	struct conn *c = conn_open(&t, &e);
	if (c != NULL)
		CHECK(step_while(c, CONN_OPENING, &e) == -1);
	CHECK(e.kind == ERR_TEMPORARY);
	snprintf(want, sizeof(want), "connect 127.0.0.1:%s: Connection refused",
		 port);
	CHECK(strcmp(e.text, want) == 0);
	conn_close(c);
}

static void a_server_that_never_answers_is_given_up(void)
{
	char port[8];
	struct err e = { 0 };
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *waiting[8] = { NULL };
	struct conn *c = NULL;

	// With its queue full, a listener answers no more.
	CHECK(listen(fd, 0) == 0);
	t.connect_timeout_ms = 50;
	for (int i = 0; i < 8 && e.kind == ERR_NONE; i++) {
		waiting[i] = c = conn_open(&t, &e);
		if (c != NULL)
			(void)!step_while(c, CONN_OPENING, &e);
	}
	CHECK(e.kind == ERR_TEMPORARY);
	CHECK(strstr(e.text, "no answer within 0.05 s") != NULL);
	for (int i = 0; i < 8; i++)
		conn_close(waiting[i]);
	close(fd);
}

static void a_peer_that_hangs_up_is_noticed_before_the_next_write(void)
{
	char port[8];
	struct err e = { 0 };
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *c = open_ready(&t);

	close(accepted(fd));
	CHECK(step_while(c, CONN_READY, &e) == CONN_CLOSED);
	conn_close(c);
	close(fd);
}

static void what_a_peer_said_before_it_hung_up_is_read_first(void)
{
	char port[8], got[8];
	struct err e = { 0 };
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *c = open_ready(&t);
	int peer = accepted(fd);

	CHECK(write(peer, "bye", 3) == 3);
	close(peer);
	while (conn_read(c, got, 1, &e) == 0)
		poll(NULL, 0, 1);
	CHECK(conn_step(c, &e) == CONN_READY);
	CHECK(conn_read(c, got, sizeof(got), &e) == 2);
	CHECK(step_while(c, CONN_READY, &e) == CONN_CLOSED);
	conn_close(c);
	close(fd);
}

static void after_a_reset_nothing_more_counts(void)
{
	static char block[1 << 20];
	struct linger at_once = { .l_onoff = 1 };
	char port[8];
	struct err e = { 0 };
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *c = open_ready(&t);
	int peer = accepted(fd);

	while (conn_write(c, block, sizeof(block), &e) > 0)
		;
	uint64_t before = conn_acked(c);
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(peer);
	CHECK(step_while(c, CONN_READY, &e) == -1);
	CHECK(e.kind == ERR_TEMPORARY);
	CHECK(strstr(e.text, "Connection reset by peer") != NULL);
	CHECK(conn_acked(c) == before);
	CHECK(conn_write(c, "x", 1, &e) == -1 && e.kind == ERR_TEMPORARY);
	conn_close(c);
	close(fd);
}

static void bytes_that_wait_for_a_reader_are_not_acknowledged(void)
{
	static char block[1 << 20];
	char port[8];
	struct err e = { 0 };
	uint64_t written = 0;
	ssize_t got;
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *c = open_ready(&t);
	int peer = accepted(fd);

	for (int idle = 0; idle < 10; idle++)
		while ((got = conn_write(c, block, sizeof(block), &e)) > 0) {
			written += (uint64_t)got;
			idle = 0;
			poll(NULL, 0, 2);
		}
	CHECK(conn_acked(c) < written);
	// The last acknowledgement may come after the last byte.
	for (uint64_t read_so_far = 0; read_so_far < written;) {
		got = read(peer, block, sizeof(block));
		if (got <= 0)
			break;
		read_so_far += (uint64_t)got;
	}
	CHECK(acks(c, written));
	conn_close(c);
	close(peer);
	close(fd);
}

static void an_end_is_answered_by_an_end(void)
{
	char port[8], got[8];
	struct err e = { 0 };
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *c = open_ready(&t);
	int peer = accepted(fd);

	CHECK(conn_write(c, "hello", 5, &e) == 5);
	conn_end(c);
	CHECK(conn_step(c, &e) == CONN_READY);
	CHECK(read(peer, got, 8) == 5);
	CHECK(read(peer, got, 8) == 0);
	close(peer);
	CHECK(step_while(c, CONN_READY, &e) == CONN_CLOSED);
	CHECK(acks(c, 5));
	conn_close(c);
	close(fd);
}

static void an_end_that_came_before_ours_is_no_answer_to_it(void)
{
	char port[8];
	struct err e = { 0 };
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *c = open_ready(&t);
	int peer = accepted(fd);
	struct pollfd p = { .fd = conn_fd(c), .events = POLLIN };

	CHECK(conn_write(c, "hello", 5, &e) == 5);
	shutdown(peer, SHUT_WR);
	CHECK(poll(&p, 1, 60000) == 1);
	conn_end(c);
	CHECK(conn_step(c, &e) == -1 && e.kind == ERR_TEMPORARY);
	CHECK(strstr(e.text, "closed before it had taken everything") != NULL);
	conn_close(c);
	close(peer);
	close(fd);
}

static void our_end_may_answer_theirs(void)
{
	char port[8];
	struct err e = { 0 };
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *c = open_ready(&t);
	int peer = accepted(fd);

	shutdown(peer, SHUT_WR);
	CHECK(step_while(c, CONN_READY, &e) == CONN_CLOSED);
	conn_end(c);
	CHECK(conn_step(c, &e) == CONN_CLOSED);
	conn_close(c);
	close(peer);
	close(fd);
}

static void an_accepted_connection_is_one_like_any_other(void)
{
	char port[8], got[8];
	struct err e = { 0 };
	int fd = listener(SOCK_STREAM, port);
	struct conn_target t = target(TRANSPORT_TCP, port);
	struct conn *server = NULL;

	CHECK(conn_accept(fd, NULL, 1000, &server, &e) == 0);
	struct conn *client = open_ready(&t);
	while (conn_accept(fd, NULL, 1000, &server, &e) == 0)
		poll(NULL, 0, 1);
	CHECK(conn_step(server, &e) == CONN_READY);
	CHECK(strncmp(conn_name(server), "tcp://127.0.0.1:", 16) == 0);
	CHECK(conn_write(client, "hello", 5, &e) == 5);
	while (conn_read(server, got, sizeof(got), &e) == 0)
		poll(NULL, 0, 1);
	conn_reset(server);
	CHECK(step_while(client, CONN_READY, &e) == -1);
	CHECK(strstr(e.text, "Connection reset by peer") != NULL);
	conn_close(client);
	close(fd);
}

static void a_write_to_udp_is_one_datagram(void)
{
	char port[8], got[16] = "";
	struct err e = { 0 };
	int fd = listener(SOCK_DGRAM, port);
	struct conn_target t = target(TRANSPORT_UDP, port);
	struct conn *c = open_ready(&t);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	CHECK(conn_write(c, "one", 3, &e) == 3);
	CHECK(conn_write(c, "three", 5, &e) == 5);
	CHECK(poll(&p, 1, 60000) == 1);
	CHECK(recv(fd, got, sizeof(got), 0) == 3);
	CHECK(recv(fd, got, sizeof(got), 0) == 5);
	CHECK(strcmp(got, "three") == 0);
	CHECK(conn_acked(c) == 8);
	conn_end(c);
	CHECK(conn_step(c, &e) == CONN_CLOSED);
	conn_close(c);
	close(fd);
}

static void nobody_at_a_udp_port_is_reported_once(void)
{
	char port[8];
	struct err e = { 0 };
	int fd = listener(SOCK_DGRAM, port);
	struct conn_target t = target(TRANSPORT_UDP, port);

	close(fd);
	struct conn *c = open_ready(&t);
	CHECK(conn_write(c, "one", 3, &e) == 3);
	CHECK(step_while(c, CONN_READY, &e) == -1);
	CHECK(e.kind == ERR_TEMPORARY);
	CHECK(strncmp(e.text, "send 127.0.0.1:", 15) == 0);
	CHECK(strstr(e.text, "Connection refused") != NULL);
	CHECK(conn_step(c, &e) == CONN_READY);
	CHECK(conn_write(c, "two", 3, &e) == 3);
	conn_close(c);
}

static void a_message_larger_than_a_datagram_harms_no_other(void)
{
	static char large[70000];
	char port[8];
	struct err e = { 0 };
	int fd = listener(SOCK_DGRAM, port);
	struct conn_target t = target(TRANSPORT_UDP, port);
	struct conn *c = open_ready(&t);

	CHECK(conn_write(c, large, sizeof(large), &e) == -1);
	CHECK(e.kind == ERR_DATA);
	CHECK(strcmp(e.text,
		     "message of 70000 bytes is larger than a datagram") == 0);
	CHECK(conn_step(c, &e) == CONN_READY);
	CHECK(conn_write(c, large, 65507, &e) == 65507);
	conn_close(c);
	close(fd);
}

static void a_file_is_opened_written_and_synced_like_a_connection(void)
{
	char path[] = "siem-conn.XXXXXX";
	struct err e = { 0 };
	struct conn_target t = { .transport = TRANSPORT_FILE, .host = path };

	close(mkstemp(path));
	struct conn *c = open_ready(&t);
	CHECK(strcmp(conn_name(c), path) == 0);
	CHECK(conn_write(c, "one\n", 4, &e) == 4);
	CHECK(conn_acked(c) == 0);
	CHECK(conn_sync(c, &e) == 0);
	CHECK(conn_acked(c) == 4);
	// Or a poll() would never wait.
	CHECK(conn_events(c, false) == 0);
	conn_end(c);
	CHECK(conn_step(c, &e) == CONN_CLOSED);
	conn_close(c);
	unlink(path);
}

int main(void)
{
	const char *dir = getenv("TMPDIR");

	signal(SIGPIPE, SIG_IGN);
	alarm(300);
	if (chdir(dir != NULL ? dir : "/tmp") < 0)
		return 1;
	RUN(bytes_go_and_come_and_are_acknowledged);
	RUN(a_connection_is_named_as_it_was_asked_for);
	RUN(a_refused_connection_is_temporary_and_says_who_refused);
	RUN(a_server_that_never_answers_is_given_up);
	RUN(a_peer_that_hangs_up_is_noticed_before_the_next_write);
	RUN(what_a_peer_said_before_it_hung_up_is_read_first);
	RUN(after_a_reset_nothing_more_counts);
	RUN(bytes_that_wait_for_a_reader_are_not_acknowledged);
	RUN(an_end_is_answered_by_an_end);
	RUN(an_end_that_came_before_ours_is_no_answer_to_it);
	RUN(our_end_may_answer_theirs);
	RUN(an_accepted_connection_is_one_like_any_other);
	RUN(a_write_to_udp_is_one_datagram);
	RUN(nobody_at_a_udp_port_is_reported_once);
	RUN(a_message_larger_than_a_datagram_harms_no_other);
	RUN(a_file_is_opened_written_and_synced_like_a_connection);
	return check_done();
}

/*
 * websink: the cheapest HTTP server there can be, so that a measurement is of
 * the client.
 *
 * Listens on a port of 127.0.0.1 that the kernel picks and prints it; answers
 * every request as the HTTP Event Collector does, and ends when the last
 * connection has; then prints how many bytes of bodies and requests came.
 *
 * Usage: websink [BYTES]: with so many bytes of text in each answer.
 */
#include "core/err.h"
#include "core/file.h"
#include "core/msg.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 16, HEAD_MAX = 8192, BLOCK = 256 << 10 };

struct client {
	char head[HEAD_MAX]; // of a request, as far as it has come
	size_t head_len;
	uint64_t left; // bytes of its body that have not come yet
};

struct server {
	struct pollfd fds[1 + CLIENTS]; // the first one listens
	struct client clients[1 + CLIENTS];
	nfds_t count;
	uint64_t bytes, requests;
	size_t text_len; // of an answer; 0: as the real one has it
};

static int listen_somewhere(struct err *e)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(here);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(e, "socket");
	if (bind(fd, (struct sockaddr *)&here, len) < 0 ||
	    listen(fd, CLIENTS) < 0 ||
	    getsockname(fd, (struct sockaddr *)&here, &len) < 0) {
		err_sys(e, "listen");
		close(fd);
		return -1;
	}
	printf("%u\n", (unsigned)ntohs(here.sin_port));
	fflush(stdout);
	return fd;
}

static int answer(struct server *s, int fd, struct err *e)
{
	static const char end[] = "\",\"code\":0}";
	static char text[BLOCK];
	const size_t len = s->text_len > 0 ? s->text_len : strlen("Success");
	char head[128];
	int n = snprintf(head, sizeof(head),
			 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
			 "Content-Length: %zu\r\n\r\n{\"text\":\"",
			 len + 9 + sizeof(end) - 1);

	s->requests++;
	if (s->text_len == 0)
		n += snprintf(head + n, sizeof(head) - (size_t)n, "Success%s",
			      end);
	if (file_write_all(fd, head, (size_t)n) < 0)
		return err_sys(e, "answer");
	if (s->text_len == 0)
		return 0;
	memset(text, 'x', sizeof(text));
	for (size_t left = len; left > 0;) {
		size_t part = left < sizeof(text) ? left : sizeof(text);

		if (file_write_all(fd, text, part) < 0)
			return err_sys(e, "answer");
		left -= part;
	}
	return file_write_all(fd, end, sizeof(end) - 1) < 0
		       ? err_sys(e, "answer")
		       : 0;
}

/* Take bytes of a request; the body is only counted. */
static int take(struct server *s, nfds_t i, const char *bytes, size_t n,
		struct err *e)
{
	struct client *c = &s->clients[i];

	while (n > 0) {
		if (c->left > 0) {
			size_t part = n < c->left ? n : (size_t)c->left;

			c->left -= part;
			s->bytes += part;
			bytes += part;
			n -= part;
			if (c->left == 0 && answer(s, s->fds[i].fd, e) < 0)
				return -1;
			continue;
		}
		if (c->head_len + 1 == HEAD_MAX)
			return err_set(e, ERR_DATA, "head too long");
		c->head[c->head_len++] = *bytes++;
		n--;
		c->head[c->head_len] = '\0';
		if (c->head_len < 4 ||
		    memcmp(c->head + c->head_len - 4, "\r\n\r\n", 4) != 0)
			continue;
		const char *length = strcasestr(c->head, "\r\nContent-Length:");
		c->left = length != NULL ? strtoull(length + 17, NULL, 10) : 0;
		c->head_len = 0;
		if (c->left == 0 && answer(s, s->fds[i].fd, e) < 0)
			return -1;
	}
	return 0;
}

/* Read once; one that has ended makes room for the last. */
static int serve(struct server *s, nfds_t i, struct err *e)
{
	static char bytes[BLOCK];
	ssize_t n = read(s->fds[i].fd, bytes, sizeof(bytes));

	if (n < 0)
		return err_sys(e, "read");
	if (n > 0)
		return take(s, i, bytes, (size_t)n, e);
	close(s->fds[i].fd);
	s->count--;
	s->fds[i] = s->fds[s->count];
	s->clients[i] = s->clients[s->count];
	return 0;
}

static int run(struct server *s, struct err *e)
{
	do {
		if (poll(s->fds, s->count, -1) < 0)
			return err_sys(e, "poll");
		for (nfds_t i = s->count - 1; i > 0; i--)
			if (s->fds[i].revents != 0 && serve(s, i, e) < 0)
				return -1;
		if (s->fds[0].revents == 0 || s->count > CLIENTS)
			continue;
		int fd = accept4(s->fds[0].fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			return err_sys(e, "accept");
		s->clients[s->count] = (struct client){ 0 };
		s->fds[s->count++] =
			(struct pollfd){ .fd = fd, .events = POLLIN };
	} while (s->count > 1);
	printf("%" PRIu64 " %" PRIu64 "\n", s->bytes, s->requests);
	return 0;
}

int main(int argc, char *argv[])
{
	static struct server s;
	struct err e = { 0 };

	msg_init("websink");
	if (argc > 1)
		s.text_len = strtoull(argv[1], NULL, 10);
	s.fds[0] =
		(struct pollfd){ .fd = listen_somewhere(&e), .events = POLLIN };
	s.count = 1;
	if (s.fds[0].fd < 0 || run(&s, &e) < 0)
		return msg_exit(&e);
	return STATUS_DONE;
}

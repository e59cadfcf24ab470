/*
 * tunnel: a proxy for one connection, or a few (RFC 9110 section 9.3.6).
 *
 * tunnel [--count N] [--refuse STATUS]
 *
 * Listens on a port of 127.0.0.1 that the kernel picks and prints it; prints
 * the request it is sent, then connects to where CONNECT asks and passes bytes
 * both ways until one side ends. --refuse answers with STATUS instead. Each of
 * several connections has a process of its own.
 */
#include "core/err.h"
#include "core/file.h"
#include "core/msg.h"
#include "core/opt.h"
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct config {
	size_t count;
	const char *refuse;
};

static const struct opt options[] = {
	OPT_SIZE(0, "count", count, "N", 1000, "end after N connections"),
	OPT_STRING(0, "refuse", refuse, "STATUS", "answer with it"),
	OPT_END,
};

static const struct cli cli = {
	.name = "tunnel",
	.operands = "",
	.summary = "Be a proxy for a few connections.",
	.options = options,
};

/* Print the port. */
static int open_listener(struct err *e)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(here);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listener < 0 || bind(listener, (struct sockaddr *)&here, len) < 0 ||
	    listen(listener, 16) < 0 ||
	    getsockname(listener, (struct sockaddr *)&here, &len) < 0)
		return err_sys(e, "listen");
	printf("%u\n", (unsigned)ntohs(here.sin_port));
	fflush(stdout);
	return listener;
}

/* Read the head of a request, up to the empty line, and print it. */
static int read_head(int fd, char *head, size_t size, struct err *e)
{
	size_t len = 0;

	for (;;) {
		ssize_t n = read(fd, head + len, size - 1 - len);
		if (n <= 0)
			return err_sys(e, "read");
		len += (size_t)n;
		head[len] = '\0';
		if (strstr(head, "\r\n\r\n") != NULL)
			break;
	}
	fputs(head, stdout);
	fflush(stdout);
	return 0;
}

/* Connect to the "CONNECT HOST:PORT" of a head, where HOST is an address. */
static int connect_to(const char *head, struct err *e)
{
	struct address_list list = { 0 };
	char host[80], port[8];
	int fd = -1;

	if (sscanf(head, "CONNECT %79[^: ]:%7[0-9]", host, port) != 2)
		return err_set(e, ERR_DATA, "what is asked for is no tunnel");
	if (address_resolve(host, port, SOCK_STREAM, &list, e) < 0)
		return -1;
	fd = socket(list.items[0].sa.ss_family, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&list.items[0].sa,
			      list.items[0].len) < 0)
		err_sys(e, "connect %s:%s", host, port);
	address_list_free(&list);
	return fd;
}

static int pass(int a, int b, struct err *e)
{
	static char bytes[1 << 16];
	struct pollfd fds[] = { { a, POLLIN, 0 }, { b, POLLIN, 0 } };

	while (poll(fds, 2, -1) > 0)
		for (size_t i = 0; i < 2; i++) {
			if (fds[i].revents == 0)
				continue;
			ssize_t n = read(fds[i].fd, bytes, sizeof(bytes));
			if (n <= 0)
				return 0;
			if (file_write_all(fds[1 - i].fd, bytes, (size_t)n) < 0)
				return 0;
		}
	return err_sys(e, "poll");
}

static int serve(int fd, const char *refuse, struct err *e)
{
	char head[4096], answer[80];
	int there = -1;
	int rc = -1;

	if (read_head(fd, head, sizeof(head), e) < 0)
		return -1;
	if (refuse == NULL && (there = connect_to(head, e)) < 0)
		return -1;
	snprintf(answer, sizeof(answer),
		 "HTTP/1.1 %s x\r\nContent-Length: 0\r\n\r\n",
		 refuse != NULL ? refuse : "200");
	if (refuse == NULL)
		snprintf(answer, sizeof(answer), "HTTP/1.1 200 x\r\n\r\n");
	if (file_write_all(fd, answer, strlen(answer)) < 0)
		err_sys(e, "write");
	else
		rc = there >= 0 ? pass(fd, there, e) : 0;
	if (there >= 0)
		close(there);
	return rc;
}

/* Serve one connection, in a process of its own unless it is the last. */
static int accept_one(int listener, bool is_last, const char *refuse,
		      struct err *e)
{
	int fd = accept(listener, NULL, NULL);
	pid_t child = -1;
	int rc = 0;

	if (fd < 0)
		return err_sys(e, "accept");
	if (!is_last)
		child = fork();
	if (child <= 0)
		rc = serve(fd, refuse, e);
	if (child == 0)
		_exit(rc == 0 ? STATUS_DONE : msg_exit(e));
	close(fd);
	return rc;
}

int main(int argc, char *argv[])
{
	struct config cfg = { .count = 1 };
	struct err e = { 0 };
	int listener;

	msg_init(cli.name);
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first < 0 || (listener = open_listener(&e)) < 0)
		return msg_exit(&e);
	for (size_t n = 1; n <= cfg.count; n++)
		if (accept_one(listener, n == cfg.count, cfg.refuse, &e) < 0)
			return msg_exit(&e);
	while (cfg.count > 1 && wait(NULL) > 0)
		;
	return STATUS_DONE;
}

/*
 * sink: the cheapest receiver there can be, so that a measurement is of the
 * sender.
 *
 * sink [--times FILE]
 *
 * Listens on a port of 127.0.0.1 that the kernel picks and prints it; reads
 * one TCP connection to its end, then prints how many bytes and lines came.
 * --times notes when each line was complete: nanoseconds of the monotonic
 * clock, a line of text for each.
 */
#include "core/err.h"
#include "core/msg.h"
#include "core/opt.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct config {
	const char *times;
};

static const struct opt options[] = {
	OPT_STRING(0, "times", times, "FILE", "note when each line came"),
	OPT_END,
};

static const struct cli cli = {
	.name = "sink",
	.operands = "",
	.summary = "Read one TCP connection and count.",
	.options = options,
};

/* Wait for the one connection, the port having been printed. */
static int accept_one(struct err *e)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(here);
	int fd = -1;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listener < 0)
		return err_sys(e, "socket");
	if (bind(listener, (struct sockaddr *)&here, len) < 0 ||
	    listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&here, &len) < 0) {
		err_sys(e, "listen");
		goto out;
	}
	printf("%u\n", (unsigned)ntohs(here.sin_port));
	fflush(stdout);
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		err_sys(e, "accept");
out:
	close(listener);
	return fd;
}

static void note(FILE *times)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	fprintf(times, "%" PRId64 "\n",
		(int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
}

static int count(int fd, FILE *times, struct err *e)
{
	static char bytes[1 << 18];
	uint64_t total = 0;
	uint64_t lines = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
		total += (uint64_t)n;
		for (const char *p = bytes, *lf;
		     (lf = memchr(p, '\n', (size_t)(bytes + n - p))) != NULL;
		     p = lf + 1) {
			lines++;
			if (times != NULL)
				note(times);
		}
	}
	if (n < 0)
		return err_sys(e, "read");
	printf("%" PRIu64 " %" PRIu64 "\n", total, lines);
	return 0;
}

static int run(const struct config *cfg, struct err *e)
{
	FILE *times = NULL;
	int rc = -1;
	int fd;

	if (cfg->times != NULL && (times = fopen(cfg->times, "we")) == NULL)
		return err_sys(e, "%s", cfg->times);
	fd = accept_one(e);
	if (fd >= 0) {
		rc = count(fd, times, e);
		close(fd);
	}
	if (times != NULL && fclose(times) != 0 && rc == 0)
		rc = err_sys(e, "%s", cfg->times);
	return rc;
}

int main(int argc, char *argv[])
{
	struct config cfg = { 0 };
	struct err e = { 0 };

	msg_init("sink");
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first < 0 || run(&cfg, &e) < 0)
		return msg_exit(&e);
	return STATUS_DONE;
}

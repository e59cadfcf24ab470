/*
 * sink: the cheapest receiver there can be, so that a measurement is of the
 * sender.
 *
 * sink [--times FILE] [--relp] [--say TEXT]
 *
 * Listens on a port of 127.0.0.1 that the kernel picks and prints it; reads
 * one TCP connection to its end, then prints how many bytes and lines came.
 * --times notes when each line was complete: nanoseconds of the monotonic
 * clock, a line of text for each. --relp answers each message by RELP, and
 * these are what counts then. --say sends TEXT first, as no receiver does.
 */
#include "core/buf.h"
#include "core/err.h"
#include "core/file.h"
#include "core/msg.h"
#include "core/opt.h"
#include "format/relp.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_MAX = 256 << 10 };

struct config {
	const char *times, *say;
	bool relp;
};

static const struct opt options[] = {
	OPT_FLAG(0, "relp", relp, "answer each message by RELP"),
	OPT_STRING(0, "say", say, "TEXT", "send TEXT at the beginning"),
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

/* Take the frames at the front of in, and answer them. */
static int answer_frames(struct buf *in, struct buf *out, uint64_t *messages,
			 struct err *e)
{
	struct slice rest = buf_slice(in);
	struct relp_frame f;
	const char *why;
	enum relp_got got;

	while ((got = relp_parse(rest, MESSAGE_MAX, &f, &why)) == RELP_FRAME) {
		bool is_open = slice_is(f.command, SLICE("open"));
		bool is_close = slice_is(f.command, SLICE("close"));

		*messages += !is_open && !is_close;
		relp_put(out, f.txnr, "rsp",
			 is_close  ? SLICE("")
			 : is_open ? SLICE("200 OK\nrelp_version=0\n"
					   "commands=syslog")
				   : SLICE("200 OK"));
		rest = slice_from(rest, f.len);
	}
	if (got == RELP_BROKEN)
		return err_set(e, ERR_DATA, "no RELP: %s", why);
	buf_drop(in, in->len - rest.len);
	return 0;
}

static int count_relp(int fd, struct err *e)
{
	struct buf in = BUF_INIT((size_t)4 * MESSAGE_MAX);
	struct buf out = BUF_INIT((size_t)4 * MESSAGE_MAX);
	uint64_t total = 0, messages = 0;
	char *room;
	ssize_t n = 0;
	int rc = -1;

	while ((room = buf_room(&in, MESSAGE_MAX)) != NULL &&
	       (n = read(fd, room, MESSAGE_MAX)) > 0) {
		buf_grown(&in, (size_t)n);
		total += (uint64_t)n;
		if (answer_frames(&in, &out, &messages, e) < 0)
			goto out;
		if (file_write_all(fd, out.data, out.len) < 0)
			break;
		buf_clear(&out);
	}
	if (n != 0) {
		err_sys(e, "connection");
		goto out;
	}
	printf("%" PRIu64 " %" PRIu64 "\n", total, messages);
	rc = 0;
out:
	buf_free(&in);
	buf_free(&out);
	return rc;
}

static int run(const struct config *cfg, struct err *e)
{
	FILE *times = NULL;
	int rc = -1;
	int fd;

	if (cfg->times != NULL && (times = fopen(cfg->times, "we")) == NULL)
		return err_sys(e, "%s", cfg->times);
	fd = accept_one(e);
	if (fd >= 0 && cfg->say != NULL &&
	    file_write_all(fd, cfg->say, strlen(cfg->say)) < 0) {
		err_sys(e, "write");
	} else if (fd >= 0) {
		rc = cfg->relp ? count_relp(fd, e) : count(fd, times, e);
	}
	if (fd >= 0)
		close(fd);
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

/*
 * websink: the cheapest HTTP server there can be, so that a measurement is of
 * the client.
 *
 * Listens on a port of 127.0.0.1 that the kernel picks and prints it; answers
 * every request as the HTTP Event Collector does, and ends when the last
 * connection has; then prints how many bytes of bodies and requests came.
 *
 * Usage: websink [BYTES]: with so many bytes of text in each answer.
 *        websink --bulk: as _bulk of Elasticsearch does, with an item for each
 *        two lines of a body, which may be compressed.
 */
#include "core/buf.h"
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
#include <zlib.h>

enum { CLIENTS = 16, HEAD_MAX = 8192, BLOCK = 256 << 10 };

struct client {
	char head[HEAD_MAX]; // of a request, as far as it has come
	size_t head_len;
	uint64_t left;      // bytes of its body that have not come yet
	size_t lines;       // in what has come of it
	bool packed;        // the body is
	z_stream *unpacker; // NULL: none was needed yet
};

struct server {
	struct pollfd fds[1 + CLIENTS]; // the first one listens
	struct client clients[1 + CLIENTS];
	nfds_t count;
	uint64_t bytes, requests;
	size_t text_len; // of an answer; 0: as the real one has it
	bool is_bulk;
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

static int write_answer(int fd, const void *bytes, size_t n, struct err *e)
{
	return file_write_all(fd, bytes, n) < 0 ? err_sys(e, "answer") : 0;
}

/* All documents are stored; what filter_path leaves of saying so. */
static int answer_bulk(int fd, size_t count, struct err *e)
{
	static const char begin[] = "{\"errors\":false,\"items\":[";
	static const char item[] = "{\"create\":{\"status\":201}},";
	static struct buf out = { .max = (size_t)64 << 20 };
	const size_t len = sizeof(begin) - 1 + count * (sizeof(item) - 1) + 2 -
			   (count > 0);

	buf_clear(&out);
	buf_printf(&out,
		   "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
		   "Content-Length: %zu\r\n\r\n%s",
		   len, begin);
	for (size_t i = 0; i < count; i++)
		buf_put(&out, item, sizeof(item) - 1);
	if (count > 0)
		buf_cut(&out, out.len - 1); // the last comma
	buf_puts(&out, "]}");
	if (buf_status(&out) != 0)
		return err_sys(e, "answer");
	return write_answer(fd, out.data, out.len, e);
}

static int answer_collected(const struct server *s, int fd, struct err *e)
{
	static const char end[] = "\",\"code\":0}";
	static char text[BLOCK];
	const size_t len = s->text_len > 0 ? s->text_len : strlen("Success");
	char head[128];
	int n = snprintf(head, sizeof(head),
			 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
			 "Content-Length: %zu\r\n\r\n{\"text\":\"",
			 len + 9 + sizeof(end) - 1);

	if (s->text_len == 0)
		n += snprintf(head + n, sizeof(head) - (size_t)n, "Success%s",
			      end);
	if (write_answer(fd, head, (size_t)n, e) < 0)
		return -1;
	if (s->text_len == 0)
		return 0;
	memset(text, 'x', sizeof(text));
	for (size_t left = len; left > 0;) {
		size_t part = left < sizeof(text) ? left : sizeof(text);

		if (write_answer(fd, text, part, e) < 0)
			return -1;
		left -= part;
	}
	return write_answer(fd, end, sizeof(end) - 1, e);
}

/* A request is complete. */
static int answer(struct server *s, nfds_t i, struct err *e)
{
	const size_t lines = s->clients[i].lines;

	s->clients[i].lines = 0;
	s->requests++;
	return s->is_bulk ? answer_bulk(s->fds[i].fd, lines / 2, e)
			  : answer_collected(s, s->fds[i].fd, e);
}

static size_t count_lines(const char *bytes, size_t n)
{
	const char *end = bytes + n;
	size_t count = 0;

	while ((bytes = memchr(bytes, '\n', (size_t)(end - bytes))) != NULL) {
		bytes++;
		count++;
	}
	return count;
}

/* A compressed body begins. */
static int start_unpacking(struct client *c, struct err *e)
{
	enum { GZIP = 16 };

	if (c->unpacker != NULL)
		return inflateReset(c->unpacker) == Z_OK ? 0
							 : err_sys(e, "zlib");
	c->unpacker = calloc(1, sizeof(*c->unpacker));
	if (c->unpacker == NULL ||
	    inflateInit2(c->unpacker, MAX_WBITS + GZIP) != Z_OK)
		return err_sys(e, "zlib");
	return 0;
}

static int count_packed_lines(struct client *c, const char *bytes, size_t n,
			      struct err *e)
{
	static char text[BLOCK];
	z_stream *z = c->unpacker;
	int rc;

	z->next_in = (Bytef *)(uintptr_t)bytes;
	z->avail_in = (uInt)n;
	do {
		z->next_out = (Bytef *)text;
		z->avail_out = sizeof(text);
		rc = inflate(z, Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return err_set(e, ERR_DATA, "not gzip");
		c->lines += count_lines(text, sizeof(text) - z->avail_out);
	} while (rc == Z_OK && z->avail_out == 0);
	return 0;
}

/* Some of the body has come. */
static int take_body(struct server *s, struct client *c, const char *bytes,
		     size_t n, struct err *e)
{
	c->left -= n;
	s->bytes += n;
	if (c->packed)
		return count_packed_lines(c, bytes, n, e);
	if (s->is_bulk)
		c->lines += count_lines(bytes, n);
	return 0;
}

/* A head is complete. */
static int begin_body(const struct server *s, struct client *c, struct err *e)
{
	const char *length = strcasestr(c->head, "\r\nContent-Length:");

	c->left = length != NULL ? strtoull(length + 17, NULL, 10) : 0;
	c->packed = s->is_bulk && strcasestr(c->head, "\r\nContent-Encoding: "
						      "gzip\r\n") != NULL;
	c->head_len = 0;
	return c->packed ? start_unpacking(c, e) : 0;
}

/* Take bytes of a request; the body is only counted. */
static int take(struct server *s, nfds_t i, const char *bytes, size_t n,
		struct err *e)
{
	struct client *c = &s->clients[i];

	while (n > 0) {
		if (c->left > 0) {
			size_t part = n < c->left ? n : (size_t)c->left;

			if (take_body(s, c, bytes, part, e) < 0 ||
			    (c->left == 0 && answer(s, i, e) < 0))
				return -1;
			bytes += part;
			n -= part;
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
		if (begin_body(s, c, e) < 0 ||
		    (c->left == 0 && answer(s, i, e) < 0))
			return -1;
	}
	return 0;
}

/* One that has ended makes room for the last. */
static void drop_client(struct server *s, nfds_t i)
{
	z_stream *unpacker = s->clients[i].unpacker;

	if (unpacker != NULL)
		inflateEnd(unpacker);
	free(unpacker);
	close(s->fds[i].fd);
	s->count--;
	s->fds[i] = s->fds[s->count];
	s->clients[i] = s->clients[s->count];
}

/* Read once. */
static int serve(struct server *s, nfds_t i, struct err *e)
{
	static char bytes[BLOCK];
	ssize_t n = read(s->fds[i].fd, bytes, sizeof(bytes));

	if (n < 0)
		return err_sys(e, "read");
	if (n > 0)
		return take(s, i, bytes, (size_t)n, e);
	drop_client(s, i);
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
	s.is_bulk = argc > 1 && strcmp(argv[1], "--bulk") == 0;
	if (argc > 1 && !s.is_bulk)
		s.text_len = strtoull(argv[1], NULL, 10);
	s.fds[0] =
		(struct pollfd){ .fd = listen_somewhere(&e), .events = POLLIN };
	s.count = 1;
	if (s.fds[0].fd < 0 || run(&s, &e) < 0)
		return msg_exit(&e);
	return STATUS_DONE;
}

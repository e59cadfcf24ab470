/*
 * marks: takes down how far a marked stream has come.
 *
 * marks FILE
 *
 * Copies standard input to standard output and appends "SOURCE POSITION" of
 * each mark to FILE, before the records that it covers go on, and those only
 * with it: so nobody behind it can have seen a record beyond the last mark that
 * is there. What has no mark when the input ends is dropped.
 */
#include "core/buf.h"
#include "core/file.h"
#include "core/msg.h"
#include "stream/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 64 << 10 };

/* Take down a line that may be a mark. True: what is up to here may go on. */
static bool note(struct slice line, struct buf *out)
{
	struct control c;
	struct err e;

	if (!control_begins(line) || control_parse(line, &c, &e) < 0)
		return false;
	if (c.kind == CONTROL_MARK) {
		buf_put(out, c.source.data, c.source.len);
		buf_putc(out, ' ');
		buf_put(out, c.position.data, c.position.len);
		buf_putc(out, '\n');
	}
	return c.kind != CONTROL_REJECT;
}

/* How much of in may go on; the marks in it are appended to out. */
static size_t look_through(struct slice in, struct buf *out)
{
	size_t good = 0;

	for (size_t at = 0; at < in.len;) {
		const char *lf = memchr(in.data + at, '\n', in.len - at);

		if (lf == NULL)
			break;
		size_t end = (size_t)(lf - in.data) + 1;
		if (note((struct slice){ in.data + at, end - at - 1 }, out))
			good = end;
		at = end;
	}
	return good;
}

/* Wait for input. False: nobody reads the output any more. */
static bool wait_for_input(void)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				{ .fd = STDOUT_FILENO } };

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	return (fds[1].revents & POLLERR) == 0;
}

static int copy(int file, struct err *e)
{
	struct buf in = BUF_INIT(SIZE_MAX / 4);
	struct buf out = BUF_INIT(SIZE_MAX / 4);
	static char block[READ_SIZE];
	ssize_t n = 1;

	while (n > 0 && wait_for_input()) {
		n = read(STDIN_FILENO, block, sizeof(block));
		if (n < 0)
			return err_sys(e, "read");
		buf_put(&in, block, (size_t)n);
		size_t good = look_through(buf_slice(&in), &out);
		if (buf_status(&in) != 0 || buf_status(&out) != 0)
			return err_set(e, ERR_SYSTEM, "out of memory");
		if (file_write_all(file, out.data, out.len) < 0 ||
		    file_write_all(STDOUT_FILENO, in.data, good) < 0)
			return err_sys(e, "write");
		buf_clear(&out);
		buf_drop(&in, good);
	}
	buf_free(&in);
	buf_free(&out);
	return 0;
}

int main(int argc, char *argv[])
{
	struct err e = { 0 };

	msg_init("marks");
	int file = argc != 2
			   ? -1
			   : open(argv[1], O_WRONLY | O_APPEND | O_CREAT, 0600);
	if (file < 0)
		err_set(&e, ERR_USAGE, "which file?");
	if (file < 0 || copy(file, &e) < 0)
		return msg_exit(&e);
	return STATUS_DONE;
}

#include "stream/outlet.h"

#include "core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIPE_BYTES = 1 << 20 };

int outlet_open(struct outlet *o, struct err *e)
{
	struct stat st;

	*o = (struct outlet){ .fd = STDOUT_FILENO };
	if (fstat(STDOUT_FILENO, &st) < 0)
		return err_sys(e, "standard output");
	o->regular = S_ISREG(st.st_mode);
	o->socket = S_ISSOCK(st.st_mode);
	o->dev = st.st_dev;
	o->ino = st.st_ino;
	if (!S_ISFIFO(st.st_mode))
		return 0;

	// O_NONBLOCK belongs to the open file, which others may share: the
	// shell, its other children. So the same pipe is opened once more.
	int fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	o->own = fd >= 0;
	o->shared_pipe = fd < 0;
	if (o->own)
		o->fd = fd;
	// Fewer switches between us and the reader. Not given, not needed.
	fcntl(o->fd, F_SETPIPE_SZ, PIPE_BYTES);
	return 0;
}

/* As write(2), but fails with EAGAIN where that would have to wait. */
static ssize_t try_write(const struct outlet *o, const char *bytes, size_t n)
{
	struct pollfd room = { .fd = o->fd, .events = POLLOUT };

	if (o->socket)
		return send(o->fd, bytes, n, MSG_DONTWAIT);
	if (o->shared_pipe) {
		// Where a pipe has room at all, it is for as much as this.
		if (n > PIPE_BUF)
			n = PIPE_BUF;
		int ready = poll(&room, 1, 0);
		if (ready == 0)
			errno = EAGAIN;
		if (ready <= 0)
			return -1;
	}
	return write(o->fd, bytes, n);
}

ssize_t outlet_write(struct outlet *o, const char *bytes, size_t n,
		     struct err *e)
{
	ssize_t done = try_write(o, bytes, n);

	if (done < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (done < 0)
		return err_sys(e, "write");
	o->wrote_ns = clock_ns();
	return done;
}

void outlet_close(struct outlet *o)
{
	if (o->own)
		close(o->fd);
}

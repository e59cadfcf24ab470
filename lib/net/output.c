#include "net/output.h"

#include "core/file.h"
#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *name_of(const struct output *o)
{
	return o->path != NULL ? o->path : "standard output";
}

/* A failure of ours, unless it passes: space comes back, and so do readers. */
static int failed(const struct output *o, struct err *e)
{
	int why = errno;

	err_sys(e, "%s", name_of(o));
	if (o->path != NULL && (why == ENOSPC || why == EDQUOT || why == EPIPE))
		e->kind = ERR_TEMPORARY;
	return -1;
}

/* Does the file end in the middle of a line? -1 with e filled. */
static int is_torn(const char *path, off_t size, struct err *e)
{
	char last = '\n';
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || pread(fd, &last, 1, size - 1) < 0) {
		err_sys(e, "%s: to see whether its last line is whole", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	return last != '\n';
}

static int open_path(struct output *o, struct err *e)
{
	struct stat st;
	int torn;

	// Non-blocking for named pipes; to a file it makes no difference.
	o->fd = open(o->path,
		     O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
		     0640);
	if (o->fd < 0 && errno == ENXIO)
		return err_set(e, ERR_TEMPORARY, "%s: nobody reads this pipe",
			       o->path);
	if (o->fd < 0)
		return failed(o, e);
	if (fstat(o->fd, &st) < 0)
		return failed(o, e);
	o->regular = S_ISREG(st.st_mode);
	if (!o->regular)
		return 0;
	o->size = (uint64_t)st.st_size;
	// A name that is not durable would lose the file with all it holds.
	if (st.st_size == 0)
		return file_sync_parent(o->path, e);
	if ((torn = is_torn(o->path, st.st_size, e)) < 0)
		return -1;
	o->torn = torn > 0;
	return 0;
}

int output_open(struct output *o, const char *path,
		const struct rotation *rotation, struct err *e)
{
	*o = (struct output){ .fd = -1, .path = path };
	if (rotation != NULL)
		o->rotation = *rotation;
	if (path == NULL) {
		o->fd = STDOUT_FILENO;
		o->regular = file_is_regular(o->fd);
		return 0;
	}
	if (open_path(o, e) < 0) {
		output_close(o);
		return -1;
	}
	return 0;
}

/* Go on in the file that has the name now; all before it is durable. */
static int go_after_name(struct output *o, struct err *e)
{
	const struct output before = *o;

	if (o->path == NULL || !o->regular || o->within ||
	    o->synced != o->written || !file_has_moved(o->fd, o->path))
		return 0;
	if (open_path(o, e) < 0) {
		if (o->fd >= 0)
			close(o->fd);
		*o = before;
		e->kind = ERR_TEMPORARY;
		return -1;
	}
	close(before.fd);
	return 0;
}

/*
 * How many of n bytes go into this file: lines that leave it no longer than it
 * may be, and at least one where it is empty. 0: they are for another.
 */
static size_t fitting(const struct output *o, const char *bytes, size_t n)
{
	const uint64_t most = o->rotation.size;
	const uint64_t room = most > o->size ? most - o->size : 0;
	const char *lf;

	if (most == 0 || o->path == NULL || !o->regular || n <= room)
		return n;
	lf = memrchr(bytes, '\n', (size_t)room);
	if (lf == NULL && !o->within && o->size > 0)
		return 0;
	if (lf == NULL)
		lf = memchr(bytes, '\n', n);
	return lf != NULL ? (size_t)(lf - bytes) + 1 : n;
}

/*
 * Move the file away, and go on in another. Where it cannot be moved it grows
 * on: that is not for the records to pay.
 */
static int rotate(struct output *o, struct err *e)
{
	struct err why = { 0 };

	if (output_sync(o, e) < 0)
		return -1;
	if (!file_has_moved(o->fd, o->path) &&
	    rotation_move(o->path, &why) < 0) {
		msg_warn("%s: it grows on", why.text);
		o->rotation.size = 0;
		return 0;
	}
	if (go_after_name(o, e) < 0)
		return -1;
	if (o->rotation.keep > 0 &&
	    rotation_trim(o->path, o->rotation.keep, &why) < 0)
		msg_warn("%s: more files are kept than was asked for",
			 why.text);
	return 0;
}

int output_check(struct output *o, struct err *e)
{
	struct pollfd p = { .fd = o->fd };

	if (poll(&p, 1, 0) > 0 && (p.revents & POLLERR) != 0) {
		errno = EPIPE;
		return failed(o, e);
	}
	return 0;
}

/* Standard output is shared with others and may block: take what poll() says
   it has room for, which is PIPE_BUF bytes at least. */
static ssize_t write_shared(struct output *o, const char *bytes, size_t n)
{
	size_t done = 0;

	while (done < n) {
		struct pollfd p = { .fd = o->fd, .events = POLLOUT };
		size_t piece = n - done < PIPE_BUF ? n - done : PIPE_BUF;

		if (poll(&p, 1, 0) <= 0 ||
		    (p.revents & (POLLOUT | POLLERR | POLLNVAL)) == 0)
			break;
		ssize_t got = write(o->fd, bytes + done, piece);
		if (got < 0)
			return done > 0 ? (ssize_t)done : -1;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* End the line that an earlier run has left without its end. */
static int end_torn_line(struct output *o, struct err *e)
{
	if (!o->torn)
		return 0;
	if (write(o->fd, "\n", 1) < 0)
		return failed(o, e);
	o->torn = false;
	o->size++;
	msg_warn("%s: its last line had no end, and was ended: half a "
		 "record, if a crash or a full disk has left it",
		 name_of(o));
	return 0;
}

/* Find the file for these bytes; *n is then how many of them go there. */
static int find_file(struct output *o, const char *bytes, size_t *n,
		     struct err *e)
{
	size_t fits;

	if (go_after_name(o, e) < 0 || end_torn_line(o, e) < 0)
		return -1;
	fits = fitting(o, bytes, *n);
	if (fits == 0 && *n > 0) {
		if (rotate(o, e) < 0 || end_torn_line(o, e) < 0)
			return -1;
		fits = fitting(o, bytes, *n);
	}
	*n = fits;
	return 0;
}

ssize_t output_write(struct output *o, const void *bytes, size_t n,
		     struct err *e)
{
	if (find_file(o, bytes, &n, e) < 0)
		return -1;

	ssize_t got = o->path == NULL && !o->regular ? write_shared(o, bytes, n)
						     : write(o->fd, bytes, n);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got < 0)
		return failed(o, e);
	o->written += (uint64_t)got;
	o->size += (uint64_t)got;
	if (got > 0)
		o->within = ((const char *)bytes)[got - 1] != '\n';
	return got;
}

int output_sync(struct output *o, struct err *e)
{
	if (!o->regular || o->synced == o->written)
		return 0;
	if (fdatasync(o->fd) < 0) {
		err_sys(e, "sync %s", name_of(o));
		if (o->path != NULL)
			e->kind = ERR_TEMPORARY;
		return -1;
	}
	if (o->path != NULL && file_is_removed(o->fd))
		return err_set(e, ERR_TEMPORARY,
			       "%s: it was removed, and is made again",
			       o->path);
	o->synced = o->written;
	return 0;
}

uint64_t output_acked(const struct output *o)
{
	return o->regular ? o->synced : o->written;
}

void output_close(struct output *o)
{
	if (o->fd >= 0 && o->path != NULL)
		close(o->fd);
	*o = OUTPUT_NONE;
}

#include "stream/reject.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/timestamp.h"
#include "json/write.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Cut a last line that has no LF. Returns the length, or -1 with errno. */
static off_t cut_torn_line(int fd)
{
	char block[4096];
	off_t len = lseek(fd, 0, SEEK_END);
	off_t end = len;
	const char *lf = NULL;

	while (end > 0 && lf == NULL) {
		size_t n = end < (off_t)sizeof(block) ? (size_t)end :
							sizeof(block);
		if (pread(fd, block, n, end - (off_t)n) != (ssize_t)n)
			return -1;
		lf = memrchr(block, '\n', n);
		end -= (off_t)n;
		if (lf != NULL)
			end += (lf - block) + 1;
	}
	return end == len || ftruncate(fd, end) == 0 ? end : -1;
}

/* Open for appending, without the torn line that a crash may have left. */
static int open_whole(const char *path, off_t *len, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(e, "%s", path);
	if (!file_is_regular(fd)) {
		err_set(e, ERR_SYSTEM, "%s: not a regular file", path);
		goto fail;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			err_set(e, ERR_USAGE,
				"%s: in use by another process", path);
		else
			err_sys(e, "%s", path);
		goto fail;
	}
	*len = cut_torn_line(fd);
	if (*len < 0) {
		err_sys(e, "%s", path);
		goto fail;
	}
	return fd;
fail:
	close(fd);
	return -1;
}

int reject_open(struct reject_file *f, const char *path, struct err *e)
{
	char why_path[PATH_MAX];
	off_t len = 0;
	off_t why_len = 0;

	*f = REJECT_NONE;
	if (snprintf(why_path, sizeof(why_path), "%s.why", path) >=
	    (int)sizeof(why_path))
		return err_set(e, ERR_USAGE, "name too long: %s", path);

	f->fd = open_whole(path, &len, e);
	if (f->fd < 0)
		return -1;
	f->why_fd = open_whole(why_path, &why_len, e);
	if (f->why_fd < 0 || file_sync_parent(path, e) < 0)
		goto fail;
	f->path = path;
	f->offset = f->begun = (uint64_t)len;
	return 0;
fail:
	close(f->fd);
	if (f->why_fd >= 0)
		close(f->why_fd);
	*f = REJECT_NONE;
	return -1;
}

/* Write, or leave the file as it was before this record began. */
static int put_bytes(struct reject_file *f, struct slice bytes, struct err *e)
{
	f->dirty = true;
	if (file_write_all(f->fd, bytes.data, bytes.len) == 0) {
		f->offset += bytes.len;
		return 0;
	}
	err_sys(e, "%s", f->path);
	// Should this fail as well, the torn line is cut at the next start.
	if (ftruncate(f->fd, (off_t)f->begun) == 0)
		f->offset = f->begun;
	return -1;
}

static int put_why(struct reject_file *f, const struct reject_why *why,
		   struct err *e)
{
	struct timestamp now = timestamp_now();
	char when[TIMESTAMP_MAX];
	struct buf line = BUF_INIT((size_t)64 << 10);
	int rc = 0;

	timestamp_rfc5424(&now, when);
	buf_printf(&line, "{\"time\":\"%s\",\"offset\":%llu,\"length\":%llu",
		   when, (unsigned long long)f->begun,
		   (unsigned long long)(f->offset - f->begun - 1));
	if (why->source != NULL) {
		buf_puts(&line, ",\"source\":");
		json_put_string(&line, slice_of(why->source));
	}
	if (why->line != 0)
		buf_printf(&line, ",\"line\":%llu",
			   (unsigned long long)why->line);
	if (why->column != 0)
		buf_printf(&line, ",\"column\":%zu", why->column);
	buf_puts(&line, ",\"reason\":");
	json_put_string(&line, why->reason);
	buf_puts(&line, "}\n");
	if (buf_status(&line) != 0) {
		errno = buf_status(&line);
		rc = err_sys(e, "%s.why", f->path);
	} else if (file_write_all(f->why_fd, line.data, line.len) < 0) {
		rc = err_sys(e, "%s.why", f->path);
	}
	buf_free(&line);
	return rc;
}

int reject_put_piece(struct reject_file *f, struct slice piece,
		     const struct reject_why *why, struct err *e)
{
	if (put_bytes(f, piece, e) < 0)
		return -1;
	if (why == NULL)
		return 0;
	if (put_bytes(f, SLICE("\n"), e) < 0 || put_why(f, why, e) < 0)
		return -1;
	f->begun = f->offset;
	return 0;
}

int reject_put(struct reject_file *f, struct slice record,
	       const struct reject_why *why, struct err *e)
{
	return reject_put_piece(f, record, why, e);
}

int reject_sync(struct reject_file *f, struct err *e)
{
	if (f->path == NULL || !f->dirty)
		return 0;
	if (fdatasync(f->fd) < 0 || fdatasync(f->why_fd) < 0)
		return err_sys(e, "%s", f->path);
	f->dirty = false;
	return 0;
}

int reject_close(struct reject_file *f, struct err *e)
{
	int rc = 0;

	if (f->path == NULL)
		return 0;
	// A record whose last piece never came is none.
	if (f->begun != f->offset && ftruncate(f->fd, (off_t)f->begun) < 0)
		rc = err_sys(e, "%s", f->path);
	if (rc == 0)
		rc = reject_sync(f, e);
	if (close(f->fd) < 0 && rc == 0)
		rc = err_sys(e, "%s", f->path);
	if (close(f->why_fd) < 0 && rc == 0)
		rc = err_sys(e, "%s.why", f->path);
	*f = REJECT_NONE;
	return rc;
}

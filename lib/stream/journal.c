#include "stream/journal.h"

#include "core/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the last line that ends before end is over, or -1 with errno. */
static off_t find_line_end(int fd, off_t end)
{
	char block[4096];
	const char *lf = NULL;

	while (end > 0 && lf == NULL) {
		size_t n = end < (off_t)sizeof(block) ? (size_t)end
						      : sizeof(block);
		if (pread(fd, block, n, end - (off_t)n) != (ssize_t)n)
			return -1;
		lf = memrchr(block, '\n', n);
		end -= (off_t)n;
		if (lf != NULL)
			end += (lf - block) + 1;
	}
	return end;
}

/* Cut a last line that has no LF. Returns the length, or -1 with errno. */
static off_t cut_torn_line(int fd)
{
	off_t len = lseek(fd, 0, SEEK_END);
	off_t end = find_line_end(fd, len);

	return end == len || (end >= 0 && ftruncate(fd, end) == 0) ? end : -1;
}

/* Lock it, and find its end. */
static int take_over(struct journal *j, struct err *e)
{
	if (!file_is_regular(j->fd))
		return err_set(e, ERR_SYSTEM, "%s: not a regular file",
			       j->path);
	if (flock(j->fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return err_sys(e, "%s", j->path);
		return err_set(e, ERR_USAGE, "%s: in use by another process",
			       j->path);
	}

	off_t len = cut_torn_line(j->fd);
	if (len < 0)
		return err_sys(e, "%s", j->path);
	j->durable = (uint64_t)len;
	return file_sync_parent(j->path, e);
}

static int open_path(struct journal *j, struct err *e)
{
	j->fd = open(j->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return j->fd < 0 ? err_sys(e, "%s", j->path) : take_over(j, e);
}

int journal_open(struct journal *j, const char *path, struct err *e)
{
	*j = JOURNAL_NONE;
	j->pending = BUF_INIT(SIZE_MAX / 4);
	j->path = strdup(path);
	if (j->path == NULL)
		return err_sys(e, "%s", path);
	if (open_path(j, e) == 0)
		return 0;
	journal_close(j);
	return -1;
}

/* Go on in the file that has the name now, with all that is not durable. */
static int go_after_name(struct journal *j, struct err *e)
{
	const struct journal before = *j;

	if (!j->follows || j->within || !file_has_moved(j->fd, j->path))
		return 0;
	if (open_path(j, e) < 0) {
		if (j->fd >= 0 && j->fd != before.fd)
			close(j->fd);
		*j = before;
		return -1;
	}
	// What is written anew is not to be there twice; what cannot be cut
	// is, which is no loss.
	if (before.written > 0)
		(void)!ftruncate(before.fd, (off_t)before.durable);
	close(before.fd);
	j->written = 0;
	return 0;
}

int journal_read_last(const struct journal *j, struct buf *line, struct err *e)
{
	off_t end = (off_t)j->durable;
	off_t start = end > 0 ? find_line_end(j->fd, end - 1) : 0;
	size_t len = (size_t)(end - start);
	char *room = start < 0 ? NULL : buf_room(line, len);

	if (start < 0)
		return err_sys(e, "%s", j->path);
	if (room == NULL)
		return err_set(e, ERR_SYSTEM, "%s: %s", j->path,
			       strerror(buf_status(line)));
	if (pread(j->fd, room, len, start) != (ssize_t)len)
		return err_sys(e, "%s", j->path);
	buf_grown(line, len);
	return 0;
}

int journal_put(struct journal *j, struct slice bytes, struct err *e)
{
	size_t len = j->pending.len;

	buf_put_slice(&j->pending, bytes);
	if (buf_status(&j->pending) == 0)
		return 0;
	errno = buf_status(&j->pending);
	err_sys(e, "%s", j->path);
	buf_cut(&j->pending, len);
	return -1;
}

void journal_cut(struct journal *j, uint64_t len)
{
	uint64_t in_file = j->durable + j->written;

	if (len >= journal_len(j))
		return;
	if (len < j->durable) {
		j->durable = len;
		j->within = false; // for it is cut to what was begun
	}
	buf_cut(&j->pending, (size_t)(len - j->durable));
	if (len >= in_file)
		return;
	j->written = (size_t)(len - j->durable);
	// Should this fail, what is put next is written over it.
	(void)!ftruncate(j->fd, (off_t)len);
}

/* Somebody may have emptied the file; go on at its new end. */
static int find_end(struct journal *j)
{
	struct stat st;

	if (fstat(j->fd, &st) < 0)
		return -1;
	if ((uint64_t)st.st_size < j->durable + j->written) {
		j->durable = (uint64_t)st.st_size < j->durable
				     ? (uint64_t)st.st_size
				     : j->durable;
		j->written = 0;
	}
	return 0;
}

int journal_write(struct journal *j, struct err *e)
{
	if (j->written == j->pending.len)
		return 0;
	if (go_after_name(j, e) < 0)
		return -1;
	if (find_end(j) < 0)
		return err_sys(e, "%s", j->path);
	while (j->written < j->pending.len) {
		ssize_t n = pwrite(j->fd, j->pending.data + j->written,
				   j->pending.len - j->written,
				   (off_t)(j->durable + j->written));

		if (n >= 0)
			j->written += (size_t)n;
		else if (errno != EINTR)
			return err_sys(e, "%s", j->path);
	}
	return 0;
}

int journal_sync(struct journal *j, struct err *e)
{
	enum { KEEP = 64 << 10 };

	if (!journal_is_dirty(j))
		return 0;
	if (journal_write(j, e) < 0)
		return -1;
	if (fdatasync(j->fd) < 0) {
		// Nobody knows what of it is on the disk: all of it again.
		j->written = 0;
		return err_sys(e, "%s", j->path);
	}
	if (j->follows && !j->within && file_is_removed(j->fd)) {
		j->written = 0;
		return err_set(e, ERR_SYSTEM,
			       "%s: it was removed, and is made again",
			       j->path);
	}
	j->within = j->pending.data[j->pending.len - 1] != '\n';
	j->durable += j->pending.len;
	j->written = 0;
	buf_clear(&j->pending);
	buf_trim(&j->pending, KEEP);
	return 0;
}

/* What could be written may end in the middle of a line. */
static void cut_half_line(struct journal *j)
{
	const char *lf = memrchr(j->pending.data, '\n', j->written);
	size_t whole = lf == NULL ? 0 : (size_t)(lf - j->pending.data) + 1;

	journal_cut(j, j->durable + whole);
}

void journal_close(struct journal *j)
{
	if (j->written > 0)
		cut_half_line(j);
	if (j->fd >= 0)
		close(j->fd);
	free(j->path);
	buf_free(&j->pending);
	*j = JOURNAL_NONE;
}

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

int file_write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done >= 0) {
			p += done;
			n -= (size_t)done;
		} else if (errno == EAGAIN) {
			struct pollfd wait = { .fd = fd, .events = POLLOUT };

			if (poll(&wait, 1, -1) < 0 && errno != EINTR)
				return -1;
		} else if (errno != EINTR) {
			return -1;
		}
	}
	return 0;
}

int file_read_all(int fd, struct buf *out)
{
	enum { BLOCK = 16 << 10 };

	for (;;) {
		char *room = buf_room(out, BLOCK);
		if (room == NULL) {
			errno = buf_status(out);
			return -1;
		}
		ssize_t n = read(fd, room, BLOCK);
		if (n > 0)
			buf_grown(out, (size_t)n);
		else if (n == 0)
			return 0;
		else if (errno != EINTR)
			return -1;
	}
}

int file_read(const char *path, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "%s", path);
	int rc = file_read_all(fd, out);
	if (rc < 0 && errno == EMSGSIZE)
		err_set(e, ERR_SYSTEM, "%s: too large", path);
	else if (rc < 0)
		err_sys(e, "%s", path);
	close(fd);
	return rc;
}

int file_replace_at(int dirfd, const char *name, const void *bytes, size_t n,
		    struct err *e)
{
	char tmp[NAME_MAX + 1];
	int rc = -1;

	if (snprintf(tmp, sizeof(tmp), ".%s.tmp", name) >= (int)sizeof(tmp))
		return err_set(e, ERR_USAGE, "name too long: %s", name);

	int fd = openat(dirfd, tmp,
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0600);
	if (fd < 0)
		return err_sys(e, "%s", tmp);
	if (file_write_all(fd, bytes, n) < 0 || fsync(fd) < 0) {
		err_sys(e, "%s", tmp);
		goto out;
	}
	// The rename is durable only once the folder is.
	if (renameat(dirfd, tmp, dirfd, name) < 0 || fsync(dirfd) < 0) {
		err_sys(e, "%s", name);
		goto out;
	}
	rc = 0;
out:
	close(fd);
	if (rc < 0)
		unlinkat(dirfd, tmp, 0);
	return rc;
}

int file_replace(const char *dir, const char *name, const void *bytes,
		 size_t n, struct err *e)
{
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dirfd < 0)
		return err_sys(e, "%s", dir);
	int rc = file_replace_at(dirfd, name, bytes, n, e);
	if (rc < 0)
		err_prefix(e, "%s", dir);
	close(dirfd);
	return rc;
}

/* The folder that holds path. False: its name is too long. */
static bool parent_of(const char *path, char dir[PATH_MAX])
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	const char *slash = memrchr(path, '/', len);
	int n = slash == NULL ? snprintf(dir, PATH_MAX, ".")
			      : snprintf(dir, PATH_MAX, "%.*s",
					 (int)(slash - path) + 1, path);

	return n < PATH_MAX;
}

/* Where files without a name cannot be made. */
static int check_room(const char *dir)
{
	struct statvfs fs;

	if (access(dir, W_OK | X_OK) < 0 || statvfs(dir, &fs) < 0)
		return -1;
	errno = ENOSPC;
	return fs.f_bavail > 0 ? 0 : -1;
}

int file_check_parent(const char *path, struct err *e)
{
	static const char block[4096];
	char real[PATH_MAX];
	char dir[PATH_MAX];
	int rc = -1;

	if (!parent_of(realpath(path, real) != NULL ? real : path, dir))
		return err_set(e, ERR_USAGE, "name too long: %s", path);
	int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
		rc = check_room(dir);
	else if (fd >= 0 && file_write_all(fd, block, sizeof(block)) == 0)
		rc = fsync(fd);
	if (rc < 0)
		err_sys(e, "%s", path);
	if (fd >= 0)
		close(fd);
	return rc;
}

int file_sync_parent(const char *path, struct err *e)
{
	char dir[PATH_MAX];

	if (!parent_of(path, dir))
		return err_set(e, ERR_USAGE, "name too long: %s", path);

	int rc = -1;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		err_sys(e, "%s", dir);
	else
		rc = 0;
	if (fd >= 0)
		close(fd);
	return rc;
}

bool file_is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_one(const struct stat *a, const struct stat *b)
{
	return S_ISREG(a->st_mode) && a->st_dev == b->st_dev &&
	       a->st_ino == b->st_ino;
}

bool file_is_same(int a, int b)
{
	struct stat of_a, of_b;

	return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 &&
	       is_one(&of_a, &of_b);
}

bool file_is_at(int fd, const char *path)
{
	struct stat of_fd, of_path;

	return fstat(fd, &of_fd) == 0 && stat(path, &of_path) == 0 &&
	       is_one(&of_fd, &of_path);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Would both, made now, be one? */
static bool has_one_place(const char *path, const char *other)
{
	char dir[PATH_MAX], other_dir[PATH_MAX];
	struct stat of_dir, of_other;

	return strcmp(last_part(path), last_part(other)) == 0 &&
	       parent_of(path, dir) && parent_of(other, other_dir) &&
	       stat(dir, &of_dir) == 0 && stat(other_dir, &of_other) == 0 &&
	       of_dir.st_dev == of_other.st_dev &&
	       of_dir.st_ino == of_other.st_ino;
}

bool file_is_one(const char *path, const char *other)
{
	struct stat of_path, of_other;

	// What is not there yet has no more than its place.
	if (stat(path, &of_path) < 0 || stat(other, &of_other) < 0)
		return has_one_place(path, other);
	return is_one(&of_path, &of_other);
}

bool file_has_moved(int fd, const char *path)
{
	struct stat ours, named;

	if (fstat(fd, &ours) < 0)
		return false;
	if (stat(path, &named) < 0)
		return errno == ENOENT;
	return named.st_dev != ours.st_dev || named.st_ino != ours.st_ino;
}

bool file_is_removed(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink == 0;
}

void file_allow_many(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

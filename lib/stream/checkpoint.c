#include "stream/checkpoint.h"

#include "core/buf.h"
#include "core/digest.h"
#include "core/file.h"
#include "stream/bookmarks.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "siem-checkpoint/"

enum {
	SUM_LEN = sizeof("sum 0123456789abcdef\n") - 1,
	ENTRIES_MAX = CHECKPOINT_MAX - (64 << 10), // bytes of their lines
};

struct checkpoint {
	char id[CHECKPOINT_ID_LEN];
	struct bookmarks entries;
	bool dirty; // something is not saved

	char *path; // NULL: it was made from a text
	int dirfd;
	const char *name; // in that folder; borrowed from path
};

static void put_hex(struct buf *out, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%02x", bytes[i]);
}

/* The last line of a file that begins with text. */
static void put_sum(struct buf *out, struct slice text)
{
	buf_printf(out, "sum %016" PRIx64 "\n", digest_of(text));
}

int checkpoint_set(struct checkpoint *c, struct slice source,
		   struct slice position, struct err *e)
{
	size_t at;

	if (!slice_is_word(source) || !slice_is_word(position))
		return err_set(e, ERR_SYSTEM,
			       "the marked stream is damaged: malformed M "
			       "line");
	if (c->entries.bytes + source.len + position.len + 2 > ENTRIES_MAX)
		return err_set(e, ERR_SYSTEM,
			       "too many sources for one checkpoint");
	if (!slice_is(position, SLICE("-"))) {
		if (bookmarks_set(&c->entries, source, position) < 0)
			return err_sys(e, "checkpoint");
	} else if (bookmarks_find(&c->entries, source, &at)) {
		bookmarks_remove(&c->entries, at);
	}
	c->dirty = true;
	return 0;
}

static int damaged(struct err *e, const char *how)
{
	return err_set(e, ERR_USAGE,
		       "damaged (%s): restore it from a backup, or remove it "
		       "to have everything sent again",
		       how);
}

static int foreign(struct err *e)
{
	return err_set(e, ERR_USAGE,
		       "no checkpoint, but something else: give another name");
}

/* The text of the line at the front, which has an LF. */
static bool take_line(struct slice *text, struct slice *line)
{
	const char *lf =
		text->len > 0 ? memchr(text->data, '\n', text->len) : NULL;

	if (lf == NULL)
		return false;
	*line = slice_take_n(text, (size_t)(lf - text->data));
	*text = slice_from(*text, 1);
	return true;
}

/* Cut off the last line, which must be the sum of those before. */
static int check_sum(struct slice *text, struct err *e)
{
	struct buf want = BUF_INIT(SUM_LEN);
	int rc = 0;

	if (text->len < SUM_LEN)
		return damaged(e, "its end is missing");

	struct slice sum = slice_from(*text, text->len - SUM_LEN);
	text->len -= SUM_LEN;
	put_sum(&want, *text);
	if (buf_status(&want) != 0)
		rc = err_set(e, ERR_SYSTEM, "%s", strerror(buf_status(&want)));
	else if (!slice_is(buf_slice(&want), sum))
		rc = damaged(e, "its sum is wrong or missing");
	buf_free(&want);
	return rc;
}

static int parse_header(struct checkpoint *c, struct slice *text, struct err *e)
{
	struct slice line, id;

	if (!take_line(text, &line) || !slice_take(&line, SLICE(MAGIC "1 ")))
		return damaged(e, "its first line is wrong");
	id = line;
	for (size_t i = 0; i < id.len; i++)
		if (strchr("0123456789abcdef", id.data[i]) == NULL ||
		    id.data[i] == '\0')
			return damaged(e, "its id is wrong");
	if (id.len != sizeof(c->id))
		return damaged(e, "its id is wrong");
	memcpy(c->id, id.data, sizeof(c->id));
	return 0;
}

static int parse_entries(struct checkpoint *c, struct slice text, struct err *e)
{
	struct slice line, source;
	size_t at;

	while (text.len > 0) {
		if (!take_line(&text, &line) ||
		    !slice_take_word(&line, &source) ||
		    slice_is(line, SLICE("-")) ||
		    bookmarks_find(&c->entries, source, &at) ||
		    at != c->entries.count)
			return damaged(e, "a line is wrong");
		if (!slice_is_word(source) || !slice_is_word(line))
			return damaged(e, "a line is wrong");
		if (checkpoint_set(c, source, line, e) < 0)
			return -1;
	}
	return 0;
}

static int parse(struct checkpoint *c, struct slice text, struct err *e)
{
	struct slice head = { text.data, text.len };

	if (text.len == 0)
		return damaged(e, "it is empty");
	if (!slice_take(&head, SLICE(MAGIC)) &&
	    !slice_has_prefix(SLICE(MAGIC), head))
		return foreign(e);
	if (head.len >= 2 && slice_has_prefix(text, SLICE(MAGIC)) &&
	    !slice_has_prefix(head, SLICE("1 ")))
		return err_set(e, ERR_USAGE,
			       "a checkpoint of a version that this program "
			       "does not know");
	if (check_sum(&text, e) < 0 || parse_header(c, &text, e) < 0 ||
	    parse_entries(c, text, e) < 0)
		return -1;
	c->dirty = false;
	return 0;
}

static struct checkpoint *new_checkpoint(struct err *e)
{
	struct checkpoint *c = calloc(1, sizeof(*c));

	if (c == NULL)
		err_sys(e, "checkpoint");
	else
		c->dirfd = -1;
	return c;
}

int checkpoint_parse(struct slice text, struct checkpoint **c, struct err *e)
{
	struct checkpoint *made = new_checkpoint(e);

	if (made == NULL)
		return -1;
	if (parse(made, text, e) < 0) {
		checkpoint_free(made);
		return -1;
	}
	*c = made;
	return 0;
}

/* The path without symbolic links at its end; for the caller to free. */
static char *resolve(const char *path, struct err *e)
{
	struct stat st;
	char *real;

	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode))
		real = strdup(path);
	else
		real = realpath(path, NULL);
	if (real == NULL && errno == ENOENT)
		err_set(e, ERR_USAGE, "%s: a symbolic link to nothing", path);
	else if (real == NULL)
		err_sys(e, "%s", path);
	return real;
}

/* Remember where the file is, and open its folder. */
static int place(struct checkpoint *c, const char *path, struct err *e)
{
	c->path = resolve(path, e);
	if (c->path == NULL)
		return -1;

	char *slash = strrchr(c->path, '/');
	c->name = slash == NULL ? c->path : slash + 1;
	if (c->name[0] == '\0')
		return err_set(e, ERR_USAGE,
			       "%s is not the name of a checkpoint",
			       path[0] != '\0' ? path : "an empty text");
	// Its temporary file and its lock have longer names.
	if (strlen(c->name) > NAME_MAX - 8)
		return err_set(e, ERR_USAGE, "%s: too long a name", path);

	size_t len = slash == NULL ? 0 : (size_t)(slash - c->path) + 1;
	char *dir = slash == NULL ? strdup(".") : strndup(c->path, len);
	if (dir != NULL)
		c->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->dirfd < 0)
		err_sys(e, "%s", dir != NULL ? dir : path);
	free(dir);
	return c->dirfd < 0 ? -1 : 0;
}

int checkpoint_check(const char *path, struct err *e)
{
	char head[sizeof(MAGIC) - 1];
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t len;
	int rc = -1;

	if (fd < 0)
		return err_sys(e, "%s", path);
	if (!file_is_regular(fd))
		err_set(e, ERR_USAGE, "%s: not a regular file", path);
	else if ((len = pread(fd, head, sizeof(head), 0)) < 0)
		err_sys(e, "%s", path);
	else if (memcmp(head, MAGIC, (size_t)len) == 0)
		rc = 0;
	else if (foreign(e) < 0)
		err_prefix(e, "%s", path);
	close(fd);
	return rc;
}

/* Read the whole file. 1, 0 where there is none, or -1. */
static int read_file(const struct checkpoint *c, struct buf *text,
		     struct err *e)
{
	// Not to be held up by a FIFO.
	int fd = openat(c->dirfd, c->name,
			O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	int rc = -1;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_sys(e, "%s", c->path);
	if (!file_is_regular(fd)) {
		err_set(e, ERR_USAGE, "%s: not a regular file", c->path);
	} else if (file_read_all(fd, text) < 0) {
		err_sys(e, "%s", c->path);
		if (errno == EMSGSIZE && foreign(e) < 0)
			err_prefix(e, "%s", c->path);
	} else {
		rc = 1;
	}
	close(fd);
	return rc;
}

int checkpoint_load(const char *path, struct checkpoint **c, struct err *e)
{
	struct buf text = BUF_INIT(CHECKPOINT_MAX);
	struct checkpoint *made = new_checkpoint(e);
	int rc = -1;

	if (made == NULL || place(made, path, e) < 0)
		goto out;
	rc = read_file(made, &text, e);
	if (rc > 0 && parse(made, buf_slice(&text), e) < 0)
		rc = err_prefix(e, "%s", made->path);
out:
	buf_free(&text);
	if (rc > 0)
		*c = made;
	else
		checkpoint_free(made);
	return rc;
}

static int format(const struct checkpoint *c, struct buf *out, struct err *e)
{
	buf_puts(out, MAGIC "1 ");
	buf_put(out, c->id, sizeof(c->id));
	buf_putc(out, '\n');
	for (size_t i = 0; i < c->entries.count; i++)
		buf_put_slice(out, bookmark_line(&c->entries.items[i]));
	put_sum(out, buf_slice(out));
	if (buf_status(out) == 0)
		return 0;
	errno = buf_status(out);
	return err_sys(e, "%s", c->path);
}

/*
 * Write a file under a name nobody else would choose, then give it the right
 * one, unless that is taken. Not by renaming: that would replace it.
 */
static int make_file(const struct checkpoint *c, const struct buf *text,
		     struct err *e)
{
	char tmp[sizeof(c->id) + sizeof(".siem-checkpoint-")];
	int rc = -1;

	snprintf(tmp, sizeof(tmp), ".siem-checkpoint-%.*s", (int)sizeof(c->id),
		 c->id);
	int fd = openat(c->dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			0600);
	if (fd < 0)
		return err_sys(e, "%s", c->path);
	if (file_write_all(fd, text->data, text->len) < 0 || fsync(fd) < 0 ||
	    linkat(c->dirfd, tmp, c->dirfd, c->name, 0) < 0) {
		err_sys(e, "%s", c->path);
		if (errno == EEXIST)
			err_set(e, ERR_USAGE,
				"%s: another pipeline has made it meanwhile: "
				"use another checkpoint for each pipeline",
				c->path);
	} else {
		rc = 0;
	}
	close(fd);
	unlinkat(c->dirfd, tmp, 0);
	if (rc == 0 && fsync(c->dirfd) < 0)
		rc = err_sys(e, "%s", c->path);
	return rc;
}

static int choose_id(struct checkpoint *c, struct err *e)
{
	unsigned char random[sizeof(c->id) / 2];
	struct buf hex = BUF_INIT(sizeof(c->id));

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return err_sys(e, "random numbers");
	put_hex(&hex, random, sizeof(random));
	int error = buf_status(&hex);
	if (error == 0)
		memcpy(c->id, hex.data, sizeof(c->id));
	buf_free(&hex);
	errno = error;
	return error == 0 ? 0 : err_sys(e, "checkpoint");
}

int checkpoint_new(const char *path, struct checkpoint **c, struct err *e)
{
	struct checkpoint *made = new_checkpoint(e);

	if (made == NULL)
		return -1;
	if (place(made, path, e) < 0 || choose_id(made, e) < 0) {
		checkpoint_free(made);
		return -1;
	}
	*c = made;
	return 0;
}

int checkpoint_create(struct checkpoint *c, struct err *e)
{
	struct buf text = BUF_INIT(CHECKPOINT_MAX);
	int rc = -1;

	if (format(c, &text, e) == 0)
		rc = make_file(c, &text, e);
	if (rc == 0)
		c->dirty = false;
	buf_free(&text);
	return rc;
}

int checkpoint_check_folder(const struct checkpoint *c, struct err *e)
{
	if (faccessat(c->dirfd, ".", W_OK, AT_EACCESS) == 0 ||
	    (errno != EACCES && errno != EROFS))
		return 0;
	return err_sys(e, "%s: it cannot be replaced in its folder", c->path);
}

int checkpoint_save(struct checkpoint *c, struct err *e)
{
	struct buf text = BUF_INIT(CHECKPOINT_MAX);
	int rc = -1;

	assert(c->path != NULL);
	if (!c->dirty)
		return 0;
	if (format(c, &text, e) == 0) {
		rc = file_replace_at(c->dirfd, c->name, text.data, text.len, e);
		if (rc < 0)
			err_prefix(e, "%s", c->path);
	}
	if (rc == 0)
		c->dirty = false;
	buf_free(&text);
	return rc;
}

/* Where the lock of path is: name; -1 with e filled. */
static int lock_name(const char *path, char name[PATH_MAX], struct err *e)
{
	char *real = resolve(path, e);

	if (real == NULL)
		return -1;
	int len = snprintf(name, PATH_MAX, "%s.lock", real);
	free(real);
	return len < PATH_MAX ? 0
			      : err_set(e, ERR_USAGE, "name too long: %s",
					path);
}

/* Open and lock that file; *gone: it was removed meanwhile. */
static int lock_file(const char *path, const char *name, bool *gone,
		     struct err *e)
{
	struct stat st;
	int fd = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	*gone = false;
	if (fd < 0)
		return err_sys(e, "%s", name);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0) {
		*gone = st.st_nlink == 0;
		return fd;
	}
	err_sys(e, "%s", name);
	if (errno == EWOULDBLOCK)
		err_set(e, ERR_USAGE,
			"%s is in use by another pipeline: end that one, or "
			"give this one a checkpoint of its own",
			path);
	close(fd);
	return -1;
}

int checkpoint_lock(const char *path, struct err *e)
{
	char name[PATH_MAX];
	bool gone = true;
	int fd = -1;

	if (lock_name(path, name, e) < 0)
		return -1;
	// Who has just removed it does so once: see checkpoint_give_up().
	while (gone) {
		if (fd >= 0)
			close(fd);
		fd = lock_file(path, name, &gone, e);
	}
	return fd;
}

void checkpoint_give_up(const char *path, int lock)
{
	char name[PATH_MAX];
	struct err ignored;

	if (access(path, F_OK) < 0 && errno == ENOENT &&
	    lock_name(path, name, &ignored) == 0)
		unlink(name);
	close(lock);
}

struct slice checkpoint_id(const struct checkpoint *c)
{
	return (struct slice){ c->id, sizeof(c->id) };
}

struct slice checkpoint_get(const struct checkpoint *c, struct slice source)
{
	size_t at;

	return bookmarks_find(&c->entries, source, &at)
		       ? bookmark_position(&c->entries.items[at])
		       : (struct slice){ NULL, 0 };
}

size_t checkpoint_count(const struct checkpoint *c)
{
	return c->entries.count;
}

struct checkpoint_entry checkpoint_at(const struct checkpoint *c, size_t i)
{
	assert(i < c->entries.count);
	return (struct checkpoint_entry){
		bookmark_source(&c->entries.items[i]),
		bookmark_position(&c->entries.items[i]),
	};
}

void checkpoint_free(struct checkpoint *c)
{
	if (c == NULL)
		return;
	bookmarks_free(&c->entries);
	if (c->dirfd >= 0)
		close(c->dirfd);
	free(c->path);
	free(c);
}

#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool source_same_birth(struct timespec one, struct timespec other)
{
	if (one.tv_sec == 0 || other.tv_sec == 0)
		return true;
	return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

struct timespec source_birth(const struct statx *stx)
{
	struct timespec born = { 0 };

	if ((stx->stx_mask & STATX_BTIME) != 0)
		born = (struct timespec){ .tv_sec = stx->stx_btime.tv_sec,
					  .tv_nsec = stx->stx_btime.tv_nsec };
	return born;
}

int source_open(struct source *s, const char *path, struct err *e)
{
	struct statx stx;
	struct stat st;

	*s = (struct source){ .fd = -1, .rest = BUF_INIT(SOURCE_REST) };
	// O_NONBLOCK: in case it became a FIFO since the caller looked.
	s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (s->fd < 0 || fstat(s->fd, &st) < 0) {
		err_sys(e, "%s", path);
		goto fail;
	}
	if (!S_ISREG(st.st_mode)) {
		errno = 0;
		err_set(e, ERR_USAGE, "%s: not a regular file", path);
		goto fail;
	}
	s->path = strdup(path);
	if (s->path == NULL) {
		err_sys(e, "%s", path);
		goto fail;
	}
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	s->size = (uint64_t)st.st_size;
	if (statx(s->fd, "", AT_EMPTY_PATH, STATX_BTIME, &stx) == 0)
		s->born = source_birth(&stx);
	return 0;
fail:;
	int saved = errno;

	source_close(s);
	errno = saved;
	return -1;
}

int source_unpack(struct source *s, struct err *e)
{
	s->rest = BUF_INIT(SOURCE_CHUNK);
	s->unpack = unpack_open(s->fd);
	if (s->unpack != NULL)
		return 0;
	errno = ENOMEM;
	return err_sys(e, "%s", s->path);
}

void source_close(struct source *s)
{
	unpack_close(s->unpack);
	s->unpack = NULL;
	free(s->trail);
	s->trail = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	free(s->path);
	s->path = NULL;
	buf_free(&s->rest);
}

int source_measure(struct source *s, struct err *e)
{
	struct stat st;

	if (fstat(s->fd, &st) < 0) {
		// How a server says that it was deleted there.
		if (errno == ESTALE)
			s->links = 0;
		return err_sys(e, "%s", s->path);
	}

	uint64_t size = (uint64_t)st.st_size;
	bool changed = size != (s->unpack != NULL ? s->packed_size
						  : s->position + s->seen) ||
		       st.st_mtim.tv_sec != s->changed.tv_sec ||
		       st.st_mtim.tv_nsec != s->changed.tv_nsec;
	if (size > s->size)
		s->size = size;
	s->packed_size = size;
	s->changed = st.st_mtim;
	s->links = st.st_nlink;
	return changed;
}

ssize_t source_read_at(const struct source *s, char *out, size_t n,
		       uint64_t offset)
{
	ssize_t got;

	do
		got = pread(s->fd, out, n, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got;
}

bool source_looks_packed(const struct source *s)
{
	// RFC 1952, section 2.3.1: ID1, ID2, and CM, of which there is one.
	static const char magic[] = { '\x1f', '\x8b', '\x08' };
	char start[sizeof(magic)];

	return source_read_at(s, start, sizeof(start), 0) ==
		       (ssize_t)sizeof(start) &&
	       memcmp(start, magic, sizeof(magic)) == 0;
}

/* The file holds the n bytes before stop, and they end at offset end. */
static void keep(struct source *s, const char *stop, size_t n, uint64_t end)
{
	s->kept_len = n < SOURCE_KEPT ? n : SOURCE_KEPT;
	s->kept_end = end;
	memcpy(s->kept, stop - s->kept_len, s->kept_len);
}

/* More of a line whose end has not been written yet. */
static void note_unfinished(struct source *s, struct slice part)
{
	if (s->rest.len == s->seen)
		buf_put_slice(&s->rest, part);
	s->seen += part.len;
}

static void forget_unfinished(struct source *s)
{
	s->seen = 0;
	buf_clear(&s->rest);
}

/*
 * Read what comes after what was seen, into block; before it, there, is what
 * was kept. SOURCE_PIECE: fresh has it.
 */
static enum source_got read_fresh(struct source *s, char *block,
				  struct slice *fresh, struct err *e)
{
	uint64_t from = s->position + s->seen;
	size_t overlap = s->kept_end == from ? s->kept_len : 0;
	ssize_t got = source_read_at(s, block, overlap + SOURCE_CHUNK,
				     from - overlap);

	if (got < 0) {
		err_sys(e, "%s", s->path);
		return SOURCE_FAILED;
	}
	if ((size_t)got < overlap || memcmp(block, s->kept, overlap) != 0)
		return SOURCE_TRUNCATED;
	*fresh = (struct slice){ block + overlap, (size_t)got - overlap };
	if (fresh->len > 0)
		return SOURCE_PIECE;
	if (overlap > 0 || from == 0)
		return SOURCE_DRY;

	// Nothing to compare with, so the size has to tell.
	struct stat st;
	if (fstat(s->fd, &st) < 0) {
		err_sys(e, "%s", s->path);
		return SOURCE_FAILED;
	}
	return (uint64_t)st.st_size < from ? SOURCE_TRUNCATED : SOURCE_DRY;
}

/*
 * A writer without O_APPEND goes on where it was when its file was truncated,
 * and leaves a hole before that: pass over it.
 */
static void skip_hole(struct source *s, struct slice *fresh)
{
	size_t n = 0;

	while (n < fresh->len && fresh->data[n] == '\0')
		n++;
	s->position += n;
	*fresh = slice_from(*fresh, n);
	s->after_truncation = fresh->len == 0;
}

/* Hand out the whole lines of fresh, which begins one. False: there is none. */
static bool take_lines(struct source *s, const char *block, struct slice fresh,
		       struct chunk *chunk)
{
	const char *stop = fresh.data + fresh.len;
	const char *lf = memrchr(fresh.data, '\n', fresh.len);
	size_t n = lf != NULL ? (size_t)(lf - fresh.data) + 1 : 0;

	chunk->bytes = (struct slice){ fresh.data, n };
	chunk->offset = s->position;
	chunk->added = 0;
	s->position += n;
	// In the middle of the file, the rest comes with the next block.
	if (n == 0 || fresh.len < SOURCE_CHUNK)
		note_unfinished(s, slice_from(fresh, n));
	else
		stop = lf + 1;
	keep(s, stop, (size_t)(stop - block), s->position + s->seen);
	return n > 0;
}

/* Is the end of the unfinished line in fresh? Then it is read once more. */
static void find_end(struct source *s, const char *block, struct slice fresh)
{
	const char *stop = fresh.data + fresh.len;
	const char *lf = memchr(fresh.data, '\n', fresh.len);

	if (lf == NULL) {
		note_unfinished(s, fresh);
		keep(s, stop, (size_t)(stop - block), s->position + s->seen);
		return;
	}

	uint64_t len = s->seen + (size_t)(lf - fresh.data) + 1;
	forget_unfinished(s);
	if (len > SOURCE_CHUNK)
		s->line_left = len;
}

/* The next piece of a line that is too long for one. */
static enum source_got read_piece(struct source *s, char *block,
				  struct chunk *chunk, struct err *e)
{
	size_t most = SOURCE_CHUNK - (s->line_torn ? 1 : 0);
	size_t n = s->line_left < most ? (size_t)s->line_left : most;
	ssize_t got = source_read_at(s, block, n, s->position);

	if (got < 0) {
		err_sys(e, "%s", s->path);
		return SOURCE_FAILED;
	}
	if (got == 0)
		return SOURCE_TRUNCATED;

	n = (size_t)got;
	chunk->bytes = (struct slice){ block, n };
	chunk->offset = s->position;
	chunk->added = 0;
	s->position += n;
	s->line_left -= n;
	s->line_open = s->line_left > 0;
	if (s->line_open)
		return SOURCE_PIECE;
	keep(s, block + n, n, s->position);
	if (s->line_torn) {
		block[n] = '\n';
		chunk->bytes.len++;
		chunk->added = 1;
		s->line_torn = false;
	}
	return SOURCE_LINES;
}

/* The line at the end of a compressed file, which has no LF. */
static enum source_got take_torn(struct source *s, char *block,
				 struct chunk *chunk)
{
	size_t n = s->rest.len;

	memcpy(block, s->rest.data, n);
	block[n] = '\n';
	*chunk = (struct chunk){ { block, n + 1 }, s->position, 1 };
	s->position += n;
	forget_unfinished(s);
	s->line_torn = false;
	s->line_open = false;
	return SOURCE_LINES;
}

/*
 * The next lines of a compressed file. What is there stays, so a line that is
 * too long is handed out before its end was seen, but never all of it.
 */
static enum source_got read_unpacked(struct source *s, char *block,
				     struct chunk *chunk, struct err *e)
{
	size_t had = s->rest.len;

	if (s->line_torn)
		return take_torn(s, block, chunk);
	if (had > 0)
		memcpy(block, s->rest.data, had);
	ssize_t got =
		unpack_read(s->unpack, block + had, SOURCE_CHUNK - had, e);
	if (got < 0) {
		err_prefix(e, "%s", s->path);
		return SOURCE_FAILED;
	}
	if (got == 0)
		return SOURCE_DRY;

	size_t len = had + (size_t)got;
	const char *lf = memrchr(block, '\n', len);
	size_t n = lf != NULL ? (size_t)(lf - block) + 1 : 0;
	if (n == 0 && len == SOURCE_CHUNK)
		n = len - 1;
	buf_clear(&s->rest);
	buf_put(&s->rest, block + n, len - n);
	if (buf_status(&s->rest) != 0) {
		errno = ENOMEM;
		err_sys(e, "%s", s->path);
		return SOURCE_FAILED;
	}
	s->seen = len - n;
	if (n == 0)
		return SOURCE_DRY;
	*chunk = (struct chunk){ { block, n }, s->position, 0 };
	s->position += n;
	s->line_open = lf == NULL;
	return s->line_open ? SOURCE_PIECE : SOURCE_LINES;
}

enum source_got source_read(struct source *s, char *block, struct chunk *chunk,
			    struct err *e)
{
	if (s->unpack != NULL)
		return read_unpacked(s, block, chunk, e);
	while (s->line_left == 0) {
		struct slice fresh;
		enum source_got got = read_fresh(s, block, &fresh, e);

		if (got != SOURCE_PIECE)
			return got;
		if (s->after_truncation)
			skip_hole(s, &fresh);
		if (s->seen > 0)
			find_end(s, block, fresh);
		else if (fresh.len > 0 && take_lines(s, block, fresh, chunk))
			return SOURCE_LINES;
	}
	return read_piece(s, block, chunk, e);
}

void source_end_line(struct source *s)
{
	s->line_torn = s->seen > 0;
	if (s->unpack != NULL)
		return;
	s->line_left = s->seen;
	forget_unfinished(s);
}

uint64_t source_truncated(struct source *s, char *block, struct slice *torn)
{
	uint64_t end = s->position + s->seen;
	struct stat st;

	// A size that the file has still, or again, may be that of what is new.
	if (fstat(s->fd, &st) == 0 && (uint64_t)st.st_size >= s->size)
		s->size = 0;
	uint64_t lost = (s->size > end ? s->size : end) - s->position;

	*torn = (struct slice){ block, 0 };
	if (s->seen > 0 && s->rest.len == s->seen) {
		memcpy(block, s->rest.data, s->rest.len);
		torn->len = s->rest.len;
		lost -= s->rest.len;
	}
	if (torn->len > 0 || s->line_open)
		block[torn->len++] = '\n';

	forget_unfinished(s);
	s->position = 0;
	s->size = 0;
	s->kept_len = 0;
	s->line_left = 0;
	s->line_open = false;
	s->line_torn = false;
	s->after_truncation = true;
	free(s->trail);
	s->trail = NULL;
	return lost;
}

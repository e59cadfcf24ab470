#include "input.h"

#include "core/quit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BLOCK = 64 << 10 };

/* Read once into b. 1: something came, 0: the end. */
static int read_block(struct input *in, struct buf *b, struct err *e)
{
	char *room = buf_room(b, BLOCK);
	ssize_t n;

	if (room == NULL)
		return err_set(e, ERR_SYSTEM, "%s: out of memory", in->name);
	do {
		n = read(in->fd, room, BLOCK);
	} while (n < 0 && errno == EINTR && !quit_asked());
	// An end that a signal has made, here or at who writes, is none.
	if (n <= 0 && quit_asked())
		return err_set(e, ERR_SYSTEM, "interrupted");
	if (n < 0)
		return err_sys(e, "%s", in->name);
	buf_grown(b, (size_t)n);
	return n > 0;
}

static int damaged(struct input *in, const char *why, struct err *e)
{
	return err_set(e, ERR_SYSTEM, "%s: the compressed data is %s", in->name,
		       why);
}

/* Some more of what a compressed file holds. 1: it came, 0: the end. */
static int unpack_block(struct input *in, struct err *e)
{
	struct z_stream_s *z = in->gzip;
	char *room = buf_room(&in->in, BLOCK);

	if (room == NULL)
		return err_set(e, ERR_SYSTEM, "%s: out of memory", in->name);
	z->next_out = (Bytef *)room;
	z->avail_out = BLOCK;
	while (z->avail_out == BLOCK) {
		if (z->avail_in == 0) {
			buf_clear(&in->packed);
			int got = read_block(in, &in->packed, e);
			if (got < 0)
				return -1;
			if (got == 0)
				return in->ended ? 0
						 : damaged(in, "cut off", e);
			z->next_in = (Bytef *)in->packed.data;
			z->avail_in = (uInt)in->packed.len;
		}
		// Another member may follow, as after "cat a.gz b.gz".
		if (in->ended && inflateReset(z) != Z_OK)
			return damaged(in, "damaged", e);
		in->ended = false;
		int rc = inflate(z, Z_NO_FLUSH);
		if (rc == Z_STREAM_END)
			in->ended = true;
		else if (rc != Z_OK)
			return damaged(in, "damaged", e);
	}
	buf_grown(&in->in, BLOCK - z->avail_out);
	return 1;
}

static int fill(struct input *in, struct err *e)
{
	int got;

	if (in->eof)
		return 0;
	if (in->start > 0) {
		buf_drop(&in->in, in->start);
		in->start = 0;
	}
	got = in->gzip != NULL ? unpack_block(in, e)
			       : read_block(in, &in->in, e);
	in->eof = got == 0;
	return got;
}

/* gzip begins with two bytes of its own: RFC 1952 section 2.3.1. */
static int tell_compressed(struct input *in, struct err *e)
{
	int got;

	do {
		got = fill(in, e);
	} while (got > 0 && in->in.len < 2);
	if (got < 0)
		return -1;
	if (!slice_has_prefix(buf_slice(&in->in), SLICE("\x1f\x8b")))
		return 0;

	in->gzip = calloc(1, sizeof(*in->gzip));
	if (in->gzip == NULL)
		return err_sys(e, "%s", in->name);
	if (inflateInit2(in->gzip, 15 + 16) != Z_OK) {
		free(in->gzip);
		in->gzip = NULL;
		return err_set(e, ERR_SYSTEM, "%s: out of memory", in->name);
	}
	in->packed = in->in;
	in->in = BUF_INIT(SIZE_MAX / 4);
	in->gzip->next_in = (Bytef *)in->packed.data;
	in->gzip->avail_in = (uInt)in->packed.len;
	in->eof = false;
	return 0;
}

/* From here, which is not the start of what somebody else has open. */
static uint64_t bytes_left(const struct input *in)
{
	off_t at = lseek(in->fd, 0, SEEK_CUR);

	return at > 0 && (uint64_t)at < in->size ? in->size - (uint64_t)at
						 : in->size;
}

int input_open(struct input *in, const char *name, struct err *e)
{
	struct stat st;
	bool standard = strcmp(name, "-") == 0;

	*in = (struct input){
		.name = standard ? "standard input" : name,
		.fd = standard ? STDIN_FILENO
			       : open(name, O_RDONLY | O_CLOEXEC),
		.in = BUF_INIT(SIZE_MAX / 4),
		.packed = BUF_INIT(SIZE_MAX / 4),
	};
	if (in->fd < 0 && errno == EMFILE)
		return err_set(e, ERR_SYSTEM,
			       "%s: more files than may be open at once "
			       "(ulimit -Hn)",
			       in->name);
	if (in->fd < 0 || fstat(in->fd, &st) < 0)
		return err_sys(e, "%s", in->name);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return err_sys(e, "%s", in->name);
	}
	in->dev = st.st_dev;
	in->ino = st.st_ino;
	in->size = (uint64_t)st.st_size;
	in->most = S_ISREG(st.st_mode) ? bytes_left(in) : UINT64_MAX;
	return 0;
}

bool input_is_checkpoint(const struct input *in)
{
	static const char header[] = "siem-checkpoint/1 ";
	char start[sizeof(header) - 1];

	return pread(in->fd, start, sizeof(start), 0) ==
		       (ssize_t)sizeof(start) &&
	       memcmp(start, header, sizeof(start)) == 0;
}

static void forget(struct input *in)
{
	if (in->gzip != NULL)
		inflateEnd(in->gzip);
	free(in->gzip);
	in->gzip = NULL;
	buf_free(&in->packed);
	buf_free(&in->in);
}

/* Before anything else is read. */
static int begin(struct input *in, struct err *e)
{
	return in->in.data != NULL ? 0 : tell_compressed(in, e);
}

/* As after input_open(), where the file can be read again. */
static void rewind_input(struct input *in)
{
	if (lseek(in->fd, 0, SEEK_SET) < 0)
		return;
	forget(in);
	in->eof = in->ended = false;
	in->start = in->seen = 0;
	in->offset = 0;
}

int input_head(struct input *in, size_t most, struct buf *head, struct err *e)
{
	int got = 1;

	if (begin(in, e) < 0)
		return -1;
	while (in->in.len < most && got > 0)
		got = fill(in, e);
	if (got < 0)
		return -1;
	buf_put(head, in->in.data, in->in.len < most ? in->in.len : most);
	rewind_input(in);
	return 0;
}

/* Does a line end in the CR that some put before their LF? */
static bool ends_in_cr(struct slice s)
{
	return s.data != NULL && s.len > 0 && s.data[s.len - 1] == '\r';
}

/* Give the line whose size bytes, without its LF, are in memory. */
static int give(struct input *in, size_t size, struct input_line *line)
{
	line->text = (struct slice){ in->in.data + in->start, size };
	line->raw = line->text;
	line->offset = in->offset;
	line->len = size + line->ended;
	in->start += (size_t)line->len;
	in->offset += line->len;
	in->seen = 0;
	if (ends_in_cr(line->text))
		line->text.len--;
	return 1;
}

/* Pass over the rest of a line whose beginning is too long already. */
static int pass_over(struct input *in, struct input_line *line, struct err *e)
{
	uint64_t start = in->offset;

	line->too_long = true;
	for (;;) {
		size_t left = in->in.len - in->start;
		const char *at = in->in.data + in->start;
		const char *lf = memchr(at, '\n', left);
		size_t n = lf != NULL ? (size_t)(lf - at) + 1 : left;

		in->offset += n;
		in->start += n;
		line->ended = lf != NULL;
		if (lf != NULL)
			break;
		int got = fill(in, e);
		if (got < 0)
			return -1;
		if (got == 0)
			break;
	}
	in->seen = 0;
	line->offset = start;
	line->len = in->offset - start;
	line->text = line->raw = (struct slice){ NULL, 0 };
	return 1;
}

int input_next(struct input *in, size_t max, struct input_line *line,
	       struct err *e)
{
	*line = (struct input_line){ 0 };
	if (begin(in, e) < 0)
		return -1;
	if (in->gzip == NULL && in->offset >= in->most)
		return 0;
	for (;;) {
		size_t left = in->in.len - in->start;
		const char *at = in->in.data + in->start;
		const char *lf = left > in->seen ? memchr(at + in->seen, '\n',
							  left - in->seen)
						 : NULL;

		if (lf != NULL && (size_t)(lf - at) <= max) {
			line->ended = true;
			return give(in, (size_t)(lf - at), line);
		}
		if (lf != NULL || left > max)
			return pass_over(in, line, e);
		in->seen = left;
		int got = fill(in, e);
		if (got < 0)
			return -1;
		if (got == 0)
			return left > 0 ? give(in, left, line) : 0;
	}
}

void input_close(struct input *in)
{
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	forget(in);
	in->fd = -1;
}

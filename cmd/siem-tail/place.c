#include "place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int place_content(const struct source *s, uint64_t *size, struct err *e)
{
	enum { TRAILER_SIZE = 4 }; // RFC 1952, section 2.3.1: ISIZE
	unsigned char last[TRAILER_SIZE];
	struct stat st;

	if (fstat(s->fd, &st) < 0)
		return err_sys(e, "%s", s->path);
	*size = (uint64_t)st.st_size;
	if (s->unpack == NULL)
		return 0;
	if (*size < sizeof(last) ||
	    source_read_at(s, (char *)last, sizeof(last),
			   *size - sizeof(last)) != (ssize_t)sizeof(last)) {
		*size = 0;
		return 0;
	}
	*size = (uint64_t)last[3] << 24 | (uint64_t)last[2] << 16 |
		(uint64_t)last[1] << 8 | last[0];
	return 0;
}

ssize_t place_read(struct place_start *start, char *out, size_t n,
		   struct err *e)
{
	const struct source *s = start->source;
	ssize_t got;

	if (s->unpack == NULL) {
		got = source_read_at(s, out, n, start->offset);
		if (got < 0)
			return err_sys(e, "%s", s->path);
		start->offset += (uint64_t)got;
		return got;
	}
	if (start->unpack == NULL)
		start->unpack = unpack_open(s->fd);
	if (start->unpack == NULL)
		return err_set(e, ERR_SYSTEM, "%s: %s", s->path,
			       strerror(ENOMEM));
	got = unpack_read(start->unpack, out, n, e);
	return got < 0 ? err_prefix(e, "%s", s->path) : got;
}

void place_end_read(struct place_start *start)
{
	unpack_close(start->unpack);
	start->unpack = NULL;
}

ssize_t place_head(const struct source *s, char head[POSITION_HEAD],
		   struct err *e)
{
	struct place_start start = PLACE_START(s);
	ssize_t got = place_read(&start, head, POSITION_HEAD, e);

	place_end_read(&start);
	return got;
}

/* The trail of who comes to an offset, with what the file has before it. */
static int find_trail(const struct source *s, uint64_t offset, struct trail *t,
		      struct err *e)
{
	char head[POSITION_HEAD];
	char tail[POSITION_TAIL];
	size_t tail_len = offset < sizeof(tail) ? (size_t)offset : sizeof(tail);
	ssize_t got = place_head(s, head, e);
	ssize_t tail_got = 0;

	if (got < 0)
		return -1;
	if (s->unpack == NULL)
		tail_got = source_read_at(s, tail, tail_len, offset - tail_len);
	if (tail_got < 0)
		return err_sys(e, "%s", s->path);
	trail_resume(t, offset, (struct slice){ head, (size_t)got },
		     (struct slice){ tail, (size_t)tail_got });
	return 0;
}

int place_fingerprint(const struct source *s, uint64_t offset,
		      struct position *p, struct err *e)
{
	struct trail trail;

	if (find_trail(s, offset, &trail, e) < 0)
		return -1;
	trail_position(&trail, p);
	p->dev = (uint64_t)s->dev;
	p->ino = (uint64_t)s->ino;
	return 0;
}

static int begin_trail(struct source *s, uint64_t offset, struct err *e)
{
	s->trail = malloc(sizeof(*s->trail));
	if (s->trail == NULL)
		return err_sys(e, "%s", s->path);
	if (find_trail(s, offset, s->trail, e) == 0)
		return 0;
	free(s->trail);
	s->trail = NULL;
	return -1;
}

int place_position(struct source *s, uint64_t offset, struct slice bytes,
		   struct position *p, struct err *e)
{
	if (s->trail != NULL && s->trail->offset != offset) {
		free(s->trail);
		s->trail = NULL;
	}
	if (s->trail == NULL && begin_trail(s, offset, e) < 0)
		return -1;
	trail_follow(s->trail, bytes);
	trail_position(s->trail, p);
	p->dev = (uint64_t)s->dev;
	p->ino = (uint64_t)s->ino;
	return 0;
}

/* Go to the start of a compressed file. */
static int restart_unpacked(struct source *s, struct err *e)
{
	free(s->trail);
	s->trail = calloc(1, sizeof(*s->trail)); // TRAIL_START
	if (s->trail == NULL || unpack_restart(s->unpack) < 0) {
		errno = ENOMEM;
		return err_sys(e, "%s", s->path);
	}
	s->position = 0;
	return 0;
}

/*
 * Unpack a compressed file from its start to an offset. 1: there it is; 0: it
 * ends before that; -1 with e filled.
 */
static int unpack_to(struct source *s, uint64_t offset, char *block,
		     struct err *e)
{
	if (restart_unpacked(s, e) < 0)
		return -1;
	while (s->trail->offset < offset) {
		uint64_t left = offset - s->trail->offset;
		size_t n = left < SOURCE_CHUNK ? (size_t)left : SOURCE_CHUNK;
		ssize_t got = unpack_read(s->unpack, block, n, e);

		if (got < 0)
			return err_prefix(e, "%s", s->path);
		if (got == 0)
			return 0;
		trail_follow(s->trail, (struct slice){ block, (size_t)got });
	}
	s->position = offset;
	return 1;
}

/* Unpack up to a position and see whether it is the same by then. */
static int resume_unpacked(struct source *s, const struct position *p,
			   char *block, struct err *e)
{
	struct position at;
	int rc = unpack_to(s, p->offset, block, e);

	if (rc < 0)
		return -1;
	trail_position(s->trail, &at);
	if (rc > 0 && at.head_hash == p->head_hash &&
	    at.head_len == p->head_len && at.tail_hash == p->tail_hash &&
	    at.tail_len == p->tail_len)
		return 1;
	return restart_unpacked(s, e);
}

struct counted {
	uint64_t lines;  // that have an LF
	bool torn;       // there is one more, without
	uint64_t offset; // behind as many as were asked for
};

/* Count the lines of a compressed file. */
static int count_unpacked(const struct source *s, uint64_t asked,
			  struct counted *c, char *block, struct err *e)
{
	struct place_start start = PLACE_START(s);
	uint64_t passed = 0;
	ssize_t got;

	*c = (struct counted){ 0 };
	while ((got = place_read(&start, block, SOURCE_CHUNK, e)) > 0) {
		const char *end = block + got;

		for (const char *p = block;
		     (p = memchr(p, '\n', (size_t)(end - p))) != NULL;)
			if (p++, ++c->lines == asked)
				c->offset = passed + (uint64_t)(p - block);
		passed += (uint64_t)got;
		c->torn = end[-1] != '\n';
	}
	if (c->torn && asked > c->lines)
		c->offset = passed;
	place_end_read(&start);
	return got < 0 ? -1 : 0;
}

/* There is no way back in a compressed file: it is read three times. */
static int skip_unpacked(struct source *s, size_t lines, bool count_unfinished,
			 char *block, struct err *e)
{
	struct counted all;
	struct counted c;

	if (count_unpacked(s, 0, &all, block, e) < 0)
		return -1;
	all.lines += count_unfinished && all.torn;
	if (all.lines <= lines)
		return 0;
	if (count_unpacked(s, all.lines - lines, &c, block, e) < 0)
		return -1;
	return unpack_to(s, c.offset, block, e) < 0 ? -1 : 0;
}

int place_last_lines(struct source *s, size_t lines, bool count_unfinished,
		     char *block, struct err *e)
{
	if (s->unpack != NULL)
		return skip_unpacked(s, lines, count_unfinished, block, e);

	// An LF at the very end closes the last line. The one before the
	// first line that is wanted is the LF to find.
	uint64_t end = s->size;
	size_t left = count_unfinished ? lines : lines + 1;

	if (left == 0)
		s->position = end;
	if (count_unfinished && end > 0)
		end--;
	while (left > 0 && end > 0) {
		size_t n = end < SOURCE_CHUNK ? (size_t)end : SOURCE_CHUNK;
		ssize_t got = source_read_at(s, block, n, end - n);

		if (got < 0)
			return err_sys(e, "%s", s->path);
		if ((size_t)got < n)
			return 0; // it shrinks under our eyes
		end -= n;
		for (const char *lf = block + n;
		     (lf = memrchr(block, '\n', (size_t)(lf - block))) != NULL;)
			if (--left == 0) {
				s->position = end + (size_t)(lf - block) + 1;
				break;
			}
	}
	return 0;
}

int place_resume(struct source *s, const struct position *p, char *block,
		 struct err *e)
{
	char head[POSITION_HEAD];
	char tail[POSITION_TAIL];
	uint64_t size = 0;
	ssize_t got = place_head(s, head, e);

	if (got < 0 || place_content(s, &size, e) < 0)
		return -1;
	if (s->unpack == NULL && size < p->offset)
		return 0;
	if (!position_fits_head(p, (struct slice){ head, (size_t)got }))
		return 0;
	if (s->unpack != NULL)
		return resume_unpacked(s, p, block, e);

	got = source_read_at(s, tail, (size_t)p->tail_len,
			     p->offset - p->tail_len);
	if (got < 0)
		return err_sys(e, "%s", s->path);
	if (!position_fits_tail(p, (struct slice){ tail, (size_t)got }))
		return 0;
	s->position = p->offset;
	return 1;
}

#include "stream/segments.h"

#include "core/clock.h"
#include "core/digest.h"
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRIES = 80 }; // bytes that a side file takes for each write, about

static const char side_header[] = SPOOL_SIDE_HEADER;
static const int64_t free_every_ns = NS_PER_SEC;

int segments_open(struct segments *g, const char *path, uint64_t max,
		  uint64_t segment, struct err *e)
{
	*g = (struct segments){
		.max = max, .segment = segment, .log = -1, .side = -1
	};
	return spool_create(&g->spool, path, e);
}

static int open_log(const struct segments *g, uint64_t number, int flags)
{
	char name[SPOOL_NAME_MAX];

	spool_log_name(number, name);
	return openat(g->spool.dir, name,
		      flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

static int open_side(const struct segments *g, uint64_t number, int flags)
{
	char name[SPOOL_NAME_MAX];

	spool_side_name(number, name);
	return openat(g->spool.dir, name,
		      flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

static uint64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Append an entry to a side file. -1 with errno. */
static int put_entry(int side, const struct spool_entry *entry)
{
	char space[128];
	struct buf line = { .data = space,
			    .cap = sizeof(space),
			    .max = sizeof(space) - 1 };

	spool_put_entry(&line, entry);
	return file_write_all(side, line.data, line.len);
}

static void remove_log(const struct segments *g, uint64_t number)
{
	char name[SPOOL_NAME_MAX];

	spool_log_name(number, name);
	(void)!unlinkat(g->spool.dir, name, 0);
}

static void remove_segment(const struct segments *g, uint64_t number)
{
	char name[SPOOL_NAME_MAX];

	remove_log(g, number);
	spool_side_name(number, name);
	(void)!unlinkat(g->spool.dir, name, 0);
}

/* Cut off what is torn, and say that nothing more will come. */
static int cut_torn(struct segments *g, int log, int side,
		    const struct spool_belief *believed, struct err *e)
{
	const struct spool_entry end = { .kind = 'e',
					 .len = believed->len,
					 .records = believed->records };
	uint64_t size = size_of(log);

	// A log that lost what was durable is nothing to be mended here.
	if ((size > believed->len &&
	     ftruncate(log, (off_t)believed->len) < 0) ||
	    fsync(log) < 0 || ftruncate(side, (off_t)believed->good) < 0 ||
	    (believed->good == 0 &&
	     file_write_all(side, side_header, sizeof(side_header) - 1) < 0) ||
	    put_entry(side, &end) < 0 || fsync(side) < 0)
		return err_sys(e, "%s", g->spool.path);
	if (size > believed->len)
		g->torn += size - believed->len;
	return 0;
}

/* Close a segment of an earlier run in good order, if it was not. */
static int recover(struct segments *g, uint64_t number, bool newest,
		   struct err *e)
{
	struct spool_belief believed;
	int found = spool_believe(&g->spool, number, &believed, e);
	int rc = -1;

	// What is damaged is left as it is: all of it may be needed.
	bool damaged = believed.broken || (believed.untold && !newest);
	if (found > 0 && damaged)
		g->damaged = number;
	if (found <= 0 || believed.ended || damaged)
		return found < 0 ? -1 : 0;
	int log = open_log(g, number, O_WRONLY | O_CREAT);
	int side = open_side(g, number, O_WRONLY | O_APPEND);
	uint64_t before = log >= 0 ? size_of(log) : 0;
	if (log < 0 || side < 0)
		err_sys(e, "%s", g->spool.path);
	else
		rc = cut_torn(g, log, side, &believed, e);
	if (log >= 0 && size_of(log) < before)
		g->torn_in = number;
	if (log >= 0)
		close(log);
	if (side >= 0)
		close(side);
	return rc;
}

static uint64_t segment_size(const struct segments *g, uint64_t number)
{
	int log = open_log(g, number, O_RDONLY);
	int side = open_side(g, number, O_RDONLY);
	uint64_t size =
		(log >= 0 ? size_of(log) : 0) + (side >= 0 ? size_of(side) : 0);

	if (log >= 0)
		close(log);
	if (side >= 0)
		close(side);
	return size;
}

/*
 * A segment of which one file is left, after a crash while it was let go of,
 * loses that, too. Others that lack a file are damaged, and stay; records that
 * somebody may want are never removed.
 */
static void finish_removals(const struct segments *g, const uint64_t *logs,
			    size_t log_count, const uint64_t *sides,
			    size_t side_count)
{
	uint64_t slowest = spool_slowest(&g->spool).segment;
	uint64_t newest = side_count > 0 ? sides[side_count - 1] : 0;
	bool is_oldest = true;

	while (side_count > 0) {
		bool log = log_count > 0 && *logs <= *sides;
		bool side = log_count == 0 || *sides <= *logs;
		uint64_t number = log ? *logs : *sides;

		if (log != side && number < newest &&
		    (number < slowest || (side && is_oldest && g->may_drop)))
			remove_segment(g, number);
		else
			is_oldest = false;
		logs += log;
		log_count -= log;
		sides += side;
		side_count -= side;
	}
}

/* The segments that are there. */
static int list_segments(const struct segments *g, uint64_t **numbers,
			 size_t *count, struct err *e)
{
	uint64_t *logs = NULL;
	size_t log_count = 0;
	int rc = spool_list_logs(&g->spool, &logs, &log_count, e);

	if (rc == 0)
		rc = spool_list(&g->spool, numbers, count, e);
	if (rc == 0) {
		finish_removals(g, logs, log_count, *numbers, *count);
		free(*numbers);
		*numbers = NULL;
		rc = spool_list(&g->spool, numbers, count, e);
	}
	free(logs);
	return rc;
}

int segments_recover(struct segments *g, struct err *e)
{
	uint64_t *numbers = NULL;
	size_t count = 0;
	int rc = -1;

	if (g->ready)
		return 0;
	if (list_segments(g, &numbers, &count, e) < 0)
		goto out;
	g->others = 0;
	for (size_t i = 0; i < count; i++) {
		if (recover(g, numbers[i], i + 1 == count, e) < 0)
			goto out;
		g->others += segment_size(g, numbers[i]);
	}
	// Those that are gone, but were read, count as well.
	if (spool_find_begun(&g->spool, &g->number, e) < 0)
		goto out;
	if (count > 0 && g->number < numbers[count - 1])
		g->number = numbers[count - 1];
	g->oldest = count > 0 ? numbers[0] : g->number + 1;
	if (fsync(g->spool.dir) < 0) {
		err_sys(e, "%s", g->spool.path);
		goto out;
	}
	g->ready = true;
	rc = 0;
out:
	free(numbers);
	return rc;
}

static void close_files(struct segments *g)
{
	if (g->log >= 0)
		close(g->log);
	if (g->side >= 0)
		close(g->side);
	g->log = g->side = -1;
}

/*
 * Nothing more will be written to the current segment. Where this cannot be
 * said, the segment after it says so.
 */
static void end_segment(struct segments *g)
{
	const struct spool_entry end = { .kind = 'e',
					 .len = g->durable,
					 .records = g->records };

	if (g->log < 0)
		return;
	if (put_entry(g->side, &end) == 0)
		(void)!fdatasync(g->side);
	close_files(g);
	g->others += segment_size(g, g->number);
}

/*
 * Take the number behind the newest segment's, before that goes: a side file
 * with nothing in it. So no run that comes after a crash gives it once more to
 * others than readers have read.
 */
static void take_number(const struct segments *g)
{
	int side = open_side(g, g->number + 1, O_WRONLY | O_CREAT);

	if (side >= 0)
		close(side);
	(void)!fsync(g->spool.dir);
}

/* Something failed in it: let it be what is durable, and no more. */
static void abandon(struct segments *g)
{
	int saved = errno;

	if (g->durable > 0) {
		(void)!ftruncate(g->log, (off_t)g->durable);
		end_segment(g);
	} else {
		// Its number is for the next, so that numbers have no gaps. For
		// who has opened it, that is another file.
		close_files(g);
		remove_segment(g, g->number--);
		if (g->oldest > g->number)
			take_number(g);
	}
	errno = saved;
}

static int begin_segment(struct segments *g, struct err *e)
{
	uint64_t number = g->number + 1;

	// What could not be removed before. The side file comes last: with it
	// there is a segment; and it stays, as its number is taken.
	remove_log(g, number);
	g->log = open_log(g, number, O_WRONLY | O_CREAT | O_EXCL | O_APPEND);
	if (g->log >= 0)
		g->side = open_side(g, number,
				    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
	g->durable = g->records = 0;
	if (g->log < 0 || g->side < 0 ||
	    file_write_all(g->side, side_header, sizeof(side_header) - 1) < 0) {
		err_sys(e, "%s", g->spool.path);
		int error = errno;
		close_files(g);
		errno = error;
		return -1;
	}
	g->number = number;
	g->is_new = true;
	g->noted = sizeof(side_header) - 1;
	return 0;
}

static uint64_t count_lines(struct slice lines)
{
	uint64_t count = 0;

	while (lines.len > 0) {
		const char *lf = memchr(lines.data, '\n', lines.len);
		size_t n =
			lf == NULL ? lines.len : (size_t)(lf - lines.data) + 1;

		count++;
		lines = slice_from(lines, n);
	}
	return count;
}

/* Write these lines into the current segment, and sync it. */
static int put_lines(struct segments *g, struct slice lines, struct err *e)
{
	struct spool_entry entry = { .kind = 'w',
				     .offset = g->durable,
				     .len = lines.len,
				     .records = count_lines(lines),
				     .checksum = digest_of(lines) };

	// Its entry first: so after a crash what is whole is known to be.
	if (put_entry(g->side, &entry) < 0 ||
	    file_write_all(g->log, lines.data, lines.len) < 0 ||
	    fdatasync(g->log) < 0 || fdatasync(g->side) < 0 ||
	    (g->is_new && fsync(g->spool.dir) < 0))
		return err_sys(e, "%s", g->spool.path);
	g->is_new = false;
	g->noted += ENTRIES;

	const struct spool_entry durable = {
		.kind = 'd',
		.len = g->durable + lines.len,
		.records = g->records + entry.records,
	};
	// Who reads it does not believe it before.
	if (put_entry(g->side, &durable) < 0)
		return err_sys(e, "%s", g->spool.path);
	g->durable = durable.len;
	g->records = durable.records;
	return 0;
}

/* Bytes of all segments. */
static uint64_t total(const struct segments *g)
{
	return g->others + (g->log >= 0 ? g->durable + g->noted : 0);
}

/* Let go of one segment, the oldest. */
static void drop_segment(struct segments *g)
{
	uint64_t size = segment_size(g, g->oldest);

	remove_segment(g, g->oldest);
	g->others -= size < g->others ? size : g->others;
	g->oldest++;
}

/* Let go of what all readers have read. True: there was something. */
static bool free_read(struct segments *g)
{
	uint64_t before = g->oldest;
	uint64_t slowest = spool_slowest(&g->spool).segment;

	g->freed_ns = clock_ns();
	if (g->oldest >= slowest || g->oldest >= g->number)
		return false;
	// A checkpoint that was renamed may not be there after a power cut. It
	// is before what it allows to be removed is not.
	if (fsync(g->spool.dir) < 0)
		return false;
	while (g->oldest < slowest && g->oldest < g->number)
		drop_segment(g);
	return g->oldest > before;
}

/* Does the current segment hold all records that there are, if any? */
static bool is_alone(const struct segments *g)
{
	return g->log >= 0 && g->oldest == g->number;
}

/* How many records of the oldest segment has the reader who is at not read? */
static uint64_t count_unread(const struct segments *g, struct spool_position at)
{
	struct spool_side side;
	struct err ignored;
	uint64_t unread = 0;

	if (spool_side_open(&side, &g->spool, g->oldest, &ignored) > 0) {
		(void)!spool_side_update(&side, &ignored);
		unread = side.records;
		if (at.segment == g->oldest && at.offset > 0)
			(void)!spool_count_lines(&g->spool, g->oldest,
						 at.offset, side.durable,
						 &unread, &ignored);
	}
	spool_side_close(&side);
	return unread;
}

/* Make room somehow. False: there is no way. */
static bool make_room(struct segments *g)
{
	if (free_read(g))
		return true;
	// The newest goes as well, where nothing more is written to it.
	if (g->oldest > g->number || is_alone(g))
		return false;
	struct spool_position slowest = spool_slowest(&g->spool);
	if (slowest.segment <= g->oldest) {
		if (!g->may_drop)
			return false;
		g->dropped += count_unread(g, slowest);
	}
	if (g->oldest == g->number)
		take_number(g);
	drop_segment(g);
	return true;
}

static bool is_full(int error)
{
	return error == ENOSPC || error == EDQUOT;
}

/* As many of the lines as go into the current segment. */
static struct slice first_part(const struct segments *g, struct slice lines)
{
	uint64_t room = g->durable < g->segment ? g->segment - g->durable : 0;
	const char *lf = NULL;

	// Where few bytes come at a time, the side file is what grows.
	if (g->noted >= g->segment)
		room = 0;

	if (lines.len <= room)
		return lines;
	if (room > 0)
		lf = memrchr(lines.data, '\n', room);
	if (lf == NULL && g->durable > 0)
		return SLICE("");
	if (lf == NULL) // one that is longer than a segment has its own
		lf = memchr(lines.data, '\n', lines.len);
	lines.len = (size_t)(lf - lines.data) + 1;
	return lines;
}

/* Make the first part of the lines durable. 0: how much is in part. */
static int append_part(struct segments *g, struct slice lines,
		       struct slice *part, struct err *e)
{
	if (g->log < 0 && begin_segment(g, e) < 0)
		return -1;
	*part = first_part(g, lines);
	if (part->len == 0) {
		end_segment(g);
		return 0;
	}
	if (put_lines(g, *part, e) == 0)
		return 0;
	abandon(g);
	return -1;
}

/* Within --max, as far as that depends on us. */
static int stay_below(struct segments *g, size_t more, struct err *e)
{
	while (total(g) + more > g->max) {
		if (make_room(g))
			continue;
		// Nothing is there: a record that is longer goes as well.
		if (g->oldest > g->number || (is_alone(g) && g->durable == 0))
			return 0;
		if (!is_alone(g))
			return err_set(e, ERR_TEMPORARY,
				       "%s is full (--max): it waits for its "
				       "readers",
				       g->spool.path);
		// What is still written to can be neither freed nor dropped.
		end_segment(g);
		if (begin_segment(g, e) < 0)
			return -1;
	}
	return 0;
}

int segments_append(struct segments *g, struct slice lines, size_t *done,
		    struct err *e)
{
	*done = 0;
	if (segments_recover(g, e) < 0)
		goto fail;
	if (g->oldest < g->number && clock_ns() - g->freed_ns > free_every_ns)
		free_read(g);
	while (*done < lines.len) {
		struct slice part = SLICE("");

		if (stay_below(g,
			       lines.len - *done < g->segment
				       ? lines.len - *done
				       : (size_t)g->segment,
			       e) < 0)
			goto fail;
		if (append_part(g, slice_from(lines, *done), &part, e) < 0) {
			if (is_full(errno) && make_room(g))
				continue;
			goto fail;
		}
		*done += part.len;
	}
	return 0;
fail:
	e->kind = ERR_TEMPORARY;
	return -1;
}

void segments_close(struct segments *g)
{
	end_segment(g);
	spool_close(&g->spool);
}

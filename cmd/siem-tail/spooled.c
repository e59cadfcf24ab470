#include "spooled.h"

#include "core/clock.h"
#include "core/msg.h"
#include "core/quit.h"
#include "core/seal.h"
#include "follow.h"
#include "send.h"
#include "standing.h"
#include "stream/control.h"
#include "stream/spool.h"
#include "tail.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	GATHER_MS = 2,  // after a write, for more to come with what comes
	LOOK_MS = 1000, // should inotify see nothing
	BLIND_MS = 100, // where it cannot
};

struct spooled {
	struct tail *tail;
	struct spool spool;
	char source[SPOOL_SOURCE_MAX];
	struct spool_position at;
	uint64_t end; // of what may be read of the segment
	bool whole;   // and nothing more will come of it
	bool is_open;
	int log; // -1: gone
	struct spool_side side;
	int changes; // inotify, or -1
	int watched; // its descriptor of the side file, or -1
	bool failed; // which has been said
};

bool spooled_is(char *const operands[], int count)
{
	return count == 1 && spool_is(operands[0]);
}

bool spooled_may_come(const struct config *cfg, char *const operands[],
		      int count)
{
	return count == 1 && !cfg->once && cfg->checkpoint != NULL &&
	       standing_may_come(cfg->checkpoint, operands[0]);
}

int spooled_check(char *const operands[], int count, struct err *e)
{
	for (int i = 0; count > 1 && i < count; i++)
		if (spool_is(operands[i]))
			return err_set(e, ERR_USAGE,
				       "%s is a spool: it needs a siem-tail of "
				       "its own",
				       operands[i]);
	for (int i = 0; i < count; i++)
		if (spool_was(operands[i]))
			return err_set(e, ERR_USAGE,
				       "%s is no spool, but holds segments of "
				       "one: it lost its %s, in which the id "
				       "is that checkpoints have behind "
				       "\"spool:\"",
				       operands[i], SPOOL_ID_NAME);
	return 0;
}

/*
 * The segments that there are: the first that is not behind where it stands,
 * or of all where all are, and the last; 0: none.
 */
static int look(const struct spooled *s, uint64_t *first, uint64_t *last,
		struct err *e)
{
	uint64_t *numbers = NULL;
	size_t count = 0;
	size_t i = 0;
	int rc = spool_list(&s->spool, &numbers, &count, e);

	while (i < count && numbers[i] < s->at.segment)
		i++;
	if (i == count)
		i = 0;
	*first = count > 0 ? numbers[i] : 0;
	*last = count > 0 ? numbers[count - 1] : 0;
	free(numbers);
	return rc;
}

static void watch_side(struct spooled *s)
{
	char name[SPOOL_NAME_MAX];
	char path[PATH_MAX];

	spool_side_name(s->at.segment, name);
	if (s->changes >= 0 &&
	    snprintf(path, sizeof(path), "%s/%s", s->spool.path, name) <
		    (int)sizeof(path))
		s->watched = inotify_add_watch(s->changes, path,
					       IN_MODIFY | IN_DELETE_SELF);
}

static void close_segment(struct spooled *s)
{
	if (!s->is_open)
		return;
	if (s->log >= 0)
		close(s->log);
	if (s->watched >= 0)
		inotify_rm_watch(s->changes, s->watched);
	spool_side_close(&s->side);
	s->watched = -1;
	s->is_open = false;
}

/* Say that what comes next in order is not there any more. */
static void tell_gap(struct spooled *s, uint64_t first)
{
	char to[48] = "";

	if (first - 1 > s->at.segment)
		snprintf(to, sizeof(to), " to %" PRIu64, first - 1);
	msg_warn("%s: segment %" PRIu64 "%s was dropped before it was read "
		 "to its end: records are missing; going on with segment "
		 "%" PRIu64,
		 s->spool.path, s->at.segment, to, first);
	s->tail->report.gaps++;
	if (s->tail->status < STATUS_REJECTS)
		s->tail->status = STATUS_REJECTS;
}

/* A segment that is not in the list: what was dropped leaves nothing behind. */
static int check_dropped(const struct spooled *s, struct err *e)
{
	char name[SPOOL_NAME_MAX];
	int log = spool_open_log(&s->spool, s->at.segment);

	if (log < 0)
		return 0;
	close(log);
	spool_side_name(s->at.segment, name);
	return err_set(e, ERR_SYSTEM,
		       "%s/%s: it is not there, so how much of its segment "
		       "is durable is not known",
		       s->spool.path, name);
}

/* Which segment is next to be read? 1: this; 0: none yet. */
static int choose_segment(struct spooled *s, uint64_t first, uint64_t last,
			  struct err *e)
{
	if (last == 0)
		return 0;
	if (s->at.segment == 0)
		s->at = (struct spool_position){ first, 0 };
	if (s->at.segment < first) {
		if (check_dropped(s, e) < 0)
			return -1;
		tell_gap(s, first);
		s->at = (struct spool_position){ first, 0 };
	}
	if (s->at.segment > last + 1) {
		msg_error("%s: there is no segment %" PRIu64 " yet, and it was "
			  "read: the spool is not what it was; reading it from "
			  "segment %" PRIu64,
			  s->spool.path, s->at.segment, first);
		s->tail->status = STATUS_UNDELIVERED;
		s->at = (struct spool_position){ first, 0 };
	}
	return s->at.segment <= last;
}

/* 1: a segment is open; 0: there is none to read yet. */
static int open_segment(struct spooled *s, struct err *e)
{
	uint64_t first, last;

	if (s->is_open)
		return 1;
	if (look(s, &first, &last, e) < 0)
		return -1;
	int found = choose_segment(s, first, last, e);
	if (found > 0)
		found = spool_side_open(&s->side, &s->spool, s->at.segment, e);
	if (found <= 0)
		return found;
	s->is_open = true;
	s->end = 0;
	s->whole = false;
	s->log = -1;
	watch_side(s);
	s->tail->report.files++;
	return 1;
}

/* Its side file is damaged. It is opened anew, should it be mended. */
static int is_broken(struct spooled *s, struct err *e)
{
	char name[SPOOL_NAME_MAX];

	close_segment(s);
	spool_side_name(s->at.segment, name);
	return err_set(e, ERR_SYSTEM,
		       "%s/%s: it is damaged, so how much of its segment is "
		       "durable is not known; siem-batch --fsck says more",
		       s->spool.path, name);
}

/* Has the segment been let go of since it was opened? */
static bool is_dropped(const struct spooled *s)
{
	struct stat st;

	return fstat(s->side.fd, &st) == 0 && st.st_nlink == 0;
}

/* How much of the segment may be read, and is that all there will be? */
static int measure(struct spooled *s, struct err *e)
{
	struct spool_belief believed;
	uint64_t first, last;

	if (s->whole)
		return 0;
	// First whether there is another: after that nothing is added to this.
	if (look(s, &first, &last, e) < 0 || spool_side_update(&s->side, e) < 0)
		return -1;
	s->end = s->side.durable;
	s->whole = s->side.ended && !s->side.damaged;
	if (s->whole || (last <= s->at.segment && !s->side.damaged)) {
		// Its number may have been given to another meanwhile.
		if (s->end == 0 && is_dropped(s))
			close_segment(s);
		return 0;
	}
	// Its writer could not close it, or was killed.
	int found = spool_believe(&s->spool, s->at.segment, &believed, e);
	if (found < 0)
		return -1;
	if (found > 0 &&
	    (believed.broken || (believed.untold && last > s->at.segment)))
		return is_broken(s, e);
	if (last <= s->at.segment)
		return 0;
	if (found > 0)
		s->end = believed.len;
	s->whole = true;
	return 0;
}

/* Append the mark for where it stands to the bytes in the block. */
static int put_mark(struct spooled *s, char *room, size_t *len, struct err *e)
{
	char text[48];
	struct buf position = { .data = text,
				.cap = sizeof(text),
				.max = sizeof(text) - 1 };
	struct buf out = { .data = room,
			   .cap = SEND_ROOM,
			   .max = SEND_ROOM - 1 };

	*len = 0;
	if (s->tail->history.path == NULL)
		return 0;
	spool_put_position(&position, s->at);
	control_put_mark(&out, slice_of(s->source), buf_slice(&position));
	if (buf_status(&out) != 0)
		return err_set(e, ERR_SYSTEM, "mark too long");
	*len = out.len;
	return 0;
}

/* Send lines, or a piece of one that is longer than the block. */
static int send(struct spooled *s, struct slice bytes, struct err *e)
{
	struct tail *t = s->tail;
	size_t units = 0;
	size_t mark = 0;

	// What was read goes out, however slowly it was to go.
	if (!quit_asked())
		bytes.len = send_allowed(t, bytes, &units);
	if (bytes.len == 0)
		return follow_wait(t, 0, clock_ns() + rate_wait_ns(&t->limit),
				   e);
	s->at.offset += bytes.len;
	if (bytes.data[bytes.len - 1] == '\n' &&
	    put_mark(s, t->block + bytes.len, &mark, e) < 0)
		return -1;
	rate_spend(&t->limit, units);
	return send_lines(t, bytes, mark, e);
}

/* Read what may be read. 1: something was; 0: nothing is there yet. */
static int read_on(struct spooled *s, struct err *e)
{
	struct tail *t = s->tail;
	uint64_t left = s->end > s->at.offset ? s->end - s->at.offset : 0;
	size_t most = left < SOURCE_BLOCK ? (size_t)left : SOURCE_BLOCK;

	if (most == 0)
		return 0;
	if (s->log < 0)
		s->log = spool_open_log(&s->spool, s->at.segment);
	if (s->log < 0 && errno == ENOENT && is_dropped(s)) {
		close_segment(s);
		return 1;
	}
	ssize_t n = -1;
	if (s->log >= 0)
		n = pread(s->log, t->block, most, (off_t)s->at.offset);
	if (n < 0)
		return err_sys(e, "%s: segment %" PRIu64, s->spool.path,
			       s->at.segment);
	const char *lf = memrchr(t->block, '\n', (size_t)n);
	// What is durable ends with a line.
	if (n == 0 || (lf == NULL && (size_t)n < most))
		return err_set(e, ERR_SYSTEM,
			       "%s: segment %" PRIu64 " is shorter than what "
			       "was durable; siem-batch --fsck says more",
			       s->spool.path, s->at.segment);
	if (lf != NULL)
		n = lf - t->block + 1;
	return send(s, (struct slice){ t->block, (size_t)n }, e) < 0 ? -2 : 1;
}

/* All of the segment was read, and the next one comes. */
static int finish_segment(struct spooled *s, struct err *e)
{
	size_t mark;

	close_segment(s);
	s->at = (struct spool_position){ s->at.segment + 1, 0 };
	if (put_mark(s, s->tail->block, &mark, e) < 0)
		return -1;
	return send_lines(s->tail, (struct slice){ s->tail->block, 0 }, mark,
			  e);
}

/*
 * Do what can be done now. 1: something was; 0: nothing; -1 with e filled: the
 * spool could not be read; -2: nothing more can be written.
 */
static int step(struct spooled *s, struct err *e)
{
	int rc = open_segment(s, e);

	if (rc <= 0)
		return rc;
	if (s->at.offset >= s->end && measure(s, e) < 0)
		return -1;
	if (!s->is_open)
		return 1;
	rc = read_on(s, e);
	if (rc != 0 || !s->whole)
		return rc;
	return finish_segment(s, e) < 0 ? -2 : 1;
}

/* Until something changes. -1 with e filled; ERR_PIPE: the reader has gone. */
static int wait_for_more(struct spooled *s, struct err *e)
{
	struct tail *t = s->tail;
	int64_t gathered_ns = t->out.wrote_ns + GATHER_MS * (int64_t)NS_PER_MS;
	char events[4096];

	if (clock_ns() < gathered_ns)
		return follow_wait(t, 0, gathered_ns, e);
	struct pollfd fds[] = {
		{ .fd = t->out.fd },
		{ .fd = quit_fd(), .events = POLLIN },
		{ .fd = s->changes, .events = POLLIN },
	};
	if (poll(fds, 3, s->changes >= 0 && !s->failed ? LOOK_MS : BLIND_MS) <
		    0 &&
	    errno != EINTR)
		return err_sys(e, "poll");
	if (fds[2].revents != 0) {
		ssize_t ignored = read(s->changes, events, sizeof(events));
		(void)ignored;
	}
	// It also sees to signals, and to a reader that has gone.
	return follow_wait(t, 0, 0, e);
}

/* The spool could not be read: said once, and tried again. */
static void complain(struct spooled *s, const struct err *why)
{
	if (!s->failed)
		msg_error("%s", why->text);
	s->failed = true;
	s->tail->status = STATUS_UNDELIVERED;
}

static int read_all(struct spooled *s, struct err *e)
{
	struct tail *t = s->tail;

	// A line that was begun is brought to its end.
	while (!quit_asked() || t->within_line) {
		int rc = step(s, e);

		if (rc == -2)
			return -1;
		if (rc < 0)
			complain(s, e);
		else
			s->failed = false;
		if (rc <= 0 && (t->cfg->once || quit_asked()))
			break;
		if (rc <= 0 && wait_for_more(s, e) < 0)
			return -1;
		if (rc > 0 && metrics_step(&t->metrics))
			report_stats(&t->report);
		report_progress(&t->report, clock_ns());
	}
	return send_end(t, e);
}

/* The options that are not for it. */
static int check(const struct config *cfg, struct err *e)
{
	if (cfg->last_lines != SIZE_MAX)
		return err_set(e, ERR_USAGE,
			       "option --lines: not of a spool, which is read "
			       "from its oldest record on");
	if (cfg->stamp)
		return err_set(e, ERR_USAGE,
			       "option --stamp: not of a spool: put it where "
			       "the records come from");
	return 0;
}

/* From the spool, which is there by now, and its checkpoint. */
static int begin(struct spooled *s, const char *dir, struct err *e)
{
	const char *path = s->tail->cfg->checkpoint;

	if (spool_open(&s->spool, dir, e) < 0)
		return -1;
	spool_source(&s->spool, s->source);
	return path != NULL && standing_load(&s->spool, path, &s->at, e) < 0
		       ? -1
		       : 0;
}

/*
 * Wait for the folder to become a spool. 1: it has; 0: a signal asks to end;
 * -1 with e filled.
 */
static int await_spool(struct spooled *s, const char *dir, struct err *e)
{
	const char *path = s->tail->cfg->checkpoint;

	while (!quit_asked()) {
		bool may_come = standing_may_come(path, dir);

		if (spool_is(dir))
			return begin(s, dir, e) < 0 ? -1 : 1;
		if (!may_come)
			return err_set(e, ERR_USAGE,
				       "%s is no spool, but has files: start "
				       "siem-tail again to follow them",
				       dir);
		if (follow_wait(s->tail, 0,
				clock_ns() + BLIND_MS * (int64_t)NS_PER_MS,
				e) < 0)
			return -1;
	}
	return 0;
}

static int open_all(struct spooled *s, const char *dir, struct err *e)
{
	const struct config *cfg = s->tail->cfg;

	if (check(cfg, e) < 0 ||
	    (cfg->checkpoint != NULL &&
	     standing_open(&s->tail->history, cfg->checkpoint, dir, e) < 0) ||
	    (spool_is(dir) && begin(s, dir, e) < 0))
		return -1;
	s->changes = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->changes >= 0 &&
	    inotify_add_watch(s->changes, dir, IN_CREATE) < 0) {
		close(s->changes);
		s->changes = -1;
	}
	return seal_source(e);
}

/* To its end, after the header. */
static int run(struct spooled *s, const char *dir, struct err *e)
{
	if (send_header(s->tail, e) < 0)
		return -1;
	if (s->spool.dir < 0) {
		msg_warn("%s: waiting for it to become a spool", dir);
		int rc = await_spool(s, dir, e);
		if (rc <= 0)
			return rc < 0 ? -1 : send_end(s->tail, e);
	}
	return read_all(s, e);
}

int spooled_run(struct tail *t, const char *dir, struct err *e)
{
	struct spooled s = { .tail = t,
			     .spool = SPOOL_NONE,
			     .log = -1,
			     .changes = -1,
			     .watched = -1 };
	int rc = -1;

	if (open_all(&s, dir, e) == 0)
		rc = run(&s, dir, e);
	close_segment(&s);
	if (s.changes >= 0)
		close(s.changes);
	spool_close(&s.spool);
	return rc;
}

#include "follow.h"

#include "core/clock.h"
#include "core/msg.h"
#include "core/quit.h"
#include "send.h"
#include "tail.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
	GATHER_NS = 2 * NS_PER_MS, // after a write, for more to come with what
				   // comes
	BLIND_MS = 250,    // between looks where something is not watched
	ROTATED_MS = 1000, // where files that were rotated away are kept open
	WATCHED_MS = 5000, // where all is watched
	PUT_OFF_MOST = 50, // turns, until a folder is seen at rest
	LEFT_SEC = 60,     // without a write: gzip is not at it any more
};

/* Is it compressed, and not to its end yet? */
static bool is_incomplete(const struct file *f)
{
	return f->source.unpack != NULL && !unpack_is_whole(f->source.unpack);
}

/* Has nothing been written to it for so long that nobody is at it any more? */
static bool is_left(const struct file *f)
{
	struct stat st;

	return fstat(f->source.fd, &st) == 0 &&
	       time(NULL) - st.st_mtime >= LEFT_SEC;
}

/* The end of f is missing. Where it may still come, it is waited for. */
static void tell_cut_off(struct tail *t, struct file *f)
{
	const bool waits = t->history.path != NULL || !t->cfg->once;

	if (f->cut_off || (waits && !is_left(f)))
		return;
	msg_error("%s: its end is missing: cut off, or still being written",
		  f->source.path);
	f->cut_off = true;
	t->status = STATUS_UNDELIVERED;
}

/* Did it grow, is it over? */
static void look_at_file(struct tail *t, struct file *f, int64_t now_ns)
{
	struct err trouble;
	int changed = source_measure(&f->source, &trouble);

	if (changed < 0 && !f->failed) {
		msg_error("%s", trouble.text);
		t->status = STATUS_UNDELIVERED;
	}
	f->failed = f->failed || changed < 0;
	if (is_incomplete(f) && !f->queued)
		tell_cut_off(t, f);
	t->names.blind = t->names.blind || f->wd < 0;
	f->ending =
		f->ending || (files_is_over(f, now_ns) && !is_incomplete(f));
	if (changed > 0 || f->ending)
		files_queue(&t->files, f);
}

static int look(struct tail *t, struct err *e)
{
	int64_t now_ns = clock_ns();

	if (names_look(t, e) < 0 || ((t->history.again || t->history.waiting) &&
				     names_look_back(t, e) < 0))
		return -1;
	for (struct file *f = t->files.first; f != NULL; f = files_next(f))
		look_at_file(t, f, now_ns);
	size_t rotated = held_settle(t);
	known_forget_gone(&t->history.known);
	if (!t->history.moving)
		names_tell_unseen(t);
	gaps_tell(t, false);

	size_t interval_ms = t->cfg->poll_ms != SIZE_MAX ? t->cfg->poll_ms
			     : t->names.blind            ? BLIND_MS
			     : rotated > 0 || t->history.waiting ? ROTATED_MS
								 : WATCHED_MS;
	t->looked_ns = clock_ns();
	t->look_ns = t->looked_ns + (int64_t)interval_ms * NS_PER_MS;
	return 0;
}

/* Queue the files that have changed, and note what names have. */
static void take_events(struct tail *t, int64_t now_ns)
{
	struct watch_event event;

	t->asked_ns = now_ns;
	while (watch_next(&t->watch, &event)) {
		if (event.file != NULL)
			files_queue(&t->files, event.file);
		names_event(t, &event);
	}
}

/*
 * Notice what has happened meanwhile: names and files that change are opened
 * and queued, also while a write waits, so that no rotation is missed. Nothing
 * is read here, and nothing written. Where it is not known that something has
 * changed that is asked every so often, so that what a file gets while it is
 * read is gathered, too.
 */
static int tend(struct tail *t, bool changed, struct err *e)
{
	int64_t now_ns = clock_ns();

	if (metrics_step(&t->metrics))
		report_stats(&t->report);
	report_progress(&t->report, now_ns);
	if (t->cfg->once) {
		// There is nothing to look at again, only this to wake up for.
		if (now_ns >= t->look_ns)
			t->look_ns = now_ns + BLIND_MS * (int64_t)NS_PER_MS;
		return 0;
	}
	if (changed || now_ns - t->asked_ns >= GATHER_NS)
		take_events(t, now_ns);
	return now_ns < t->look_ns ? 0 : look(t, e);
}

int follow_wait(struct tail *t, int what, int64_t until_ns, struct err *e)
{
	struct pollfd fds[] = {
		{ .fd = t->out.fd,
		  .events = (what & FOLLOW_OUTPUT) != 0 ? POLLOUT : 0 },
		{ .fd = quit_fd(), .events = POLLIN },
		{ .fd = (what & FOLLOW_CHANGES) != 0 ? t->watch.fd : -1,
		  .events = POLLIN },
	};
	int64_t left_ns = until_ns - clock_ns();

	if (left_ns < 0)
		left_ns = 0;
	struct timespec left = { .tv_sec = left_ns / NS_PER_SEC,
				 .tv_nsec = left_ns % NS_PER_SEC };
	if (ppoll(fds, sizeof(fds) / sizeof(fds[0]), &left, NULL) < 0) {
		if (errno != EINTR)
			return err_sys(e, "poll");
		return tend(t, false, e);
	}
	if ((fds[0].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
		return err_set(e, ERR_PIPE, "write: nobody reads it any more");
	if (fds[1].revents != 0)
		quit_clear();
	return tend(t, fds[2].revents != 0, e);
}

/* Nothing is there to be read. */
static int rest(struct tail *t, struct err *e)
{
	int64_t gathered_ns = t->out.wrote_ns + GATHER_NS;

	// One wake-up for all that comes in this time, not one for each line.
	if (clock_ns() < gathered_ns)
		return follow_wait(t, 0, gathered_ns, e);
	return follow_wait(t, FOLLOW_CHANGES, t->look_ns, e);
}

static int handle_truncation(struct tail *t, struct file *f, struct err *e)
{
	struct slice torn;
	bool was_open = f->source.line_open;
	uint64_t lost = source_truncated(&f->source, t->block, &torn);
	bool found = false;
	char also[80] = "";

	t->report.truncations++;
	EVP_MD_CTX_free(f->seed);
	f->seed = NULL;
	if (f->known != NULL && history_truncated(t, f, &found, e) < 0)
		return -1;
	if (found) {
		msg_info("%s: copied and truncated", f->source.path);
		return was_open ? send_text(t, SLICE("\n"), e) : 0;
	}
	if (lost > 0)
		snprintf(also, sizeof(also),
			 "; %" PRIu64 " bytes of it were not read and are lost",
			 lost);
	msg_warn("%s: truncated%s; reading it from its start%s", f->source.path,
		 torn.len > 1 ? " within a line, which is sent as it is" : "",
		 also);
	t->report.lost += lost;
	if (lost > 0 && t->status < STATUS_REJECTS)
		t->status = STATUS_REJECTS;
	return send_text(t, torn, e);
}

static int handle_failure(struct tail *t, struct file *f,
			  const struct err *trouble, struct err *e)
{
	if (!f->failed)
		msg_error("%s", trouble->text);
	f->failed = true;
	t->status = STATUS_UNDELIVERED;
	if (!f->source.line_open)
		return 0;
	f->source.line_open = false;
	return send_text(t, SLICE("\n"), e);
}

/*
 * Read a block of f and send it. Returns what was got (enum source_got), or -1
 * with e filled.
 */
static int step(struct tail *t, struct file *f, struct err *e)
{
	struct chunk chunk;
	struct err trouble;
	enum source_got got =
		source_read(&f->source, t->block, &chunk, &trouble);
	int rc = 0;

	switch (got) {
	case SOURCE_LINES:
	case SOURCE_PIECE:
		files_note_activity(f, clock_ns());
		f->failed = false;
		rc = send_chunk(t, f, &chunk, e);
		break;
	case SOURCE_TRUNCATED:
		rc = handle_truncation(t, f, e);
		break;
	case SOURCE_FAILED:
		rc = handle_failure(t, f, &trouble, e);
		break;
	case SOURCE_DRY:
		break;
	}
	return rc < 0 ? -1 : (int)got;
}

/* Send the line at the end of f that has no LF. */
static int send_unfinished(struct tail *t, struct file *f, struct err *e)
{
	int got = SOURCE_DRY;

	if (f->source.seen == 0)
		return 0;
	source_end_line(&f->source);
	do
		got = step(t, f, e);
	while (got == SOURCE_PIECE);
	return got < 0 ? -1 : 0;
}

void follow_close(struct tail *t, struct file *f)
{
	names_forget_file(&t->names, f);
	watch_drop(&t->watch, f->wd);
	files_remove(&t->files, f);
	// There is room for another that waits for it.
	if (t->history.waiting)
		names_look_soon(t);
}

static void close_file(struct tail *t, struct file *f, bool finished)
{
	history_close(f, finished);
	follow_close(t, f);
}

/*
 * May the line at the end of f, which has no LF, be sent as it is? Where it is
 * remembered what was read, it can wait as long as its end may come.
 */
static bool may_end_line(const struct tail *t, const struct file *f)
{
	if (f->source.seen == 0 || t->history.path == NULL)
		return true;
	return (f->names == 0 || f->source.unpack != NULL) && !is_incomplete(f);
}

/* All that is in f was read, and nothing more is expected. */
static int end_file(struct tail *t, struct file *f, struct err *e)
{
	if (t->cfg->once && is_incomplete(f)) {
		tell_cut_off(t, f);
		if (!f->cut_off)
			msg_info("%s: its end is not there yet",
				 f->source.path);
	}
	if (!may_end_line(t, f)) {
		if (!f->queued && f->names == 0)
			close_file(t, f, false);
		return 0;
	}
	if (f->source.seen > 0 && !t->cfg->once)
		msg_warn("%s: ended within a line, which is sent as it is",
			 f->source.path);
	if (send_unfinished(t, f, e) < 0)
		return -1;
	if (!f->queued && (t->cfg->once || f->names == 0)) {
		msg_info("%s: read to its end", f->source.path);
		close_file(t, f, true);
	}
	return 0;
}

/*
 * Read f up to the size it has now, so that one that grows without an end does
 * not keep the others waiting; with --once there is an end, which is reached.
 */
static int read_turn(struct tail *t, struct file *f, struct err *e)
{
	struct source *s = &f->source;
	struct err trouble;

	// Where it cannot be asked it cannot be read either, which is said.
	(void)!source_measure(s, &trouble);
	uint64_t until = s->size;
	do {
		int got = step(t, f, e);

		bool over = s->unpack != NULL && !is_incomplete(f);

		if (got == SOURCE_DRY && (t->cfg->once || f->ending || over))
			return end_file(t, f, e);
		if (got == SOURCE_FAILED && f->ending && !f->queued)
			close_file(t, f, false);
		if (got < 0 || got == SOURCE_DRY || got == SOURCE_FAILED)
			return got < 0 ? -1 : 0;
		if (tend(t, false, e) < 0 || send_news(t, e) < 0)
			return -1;
		if (quit_asked() && !s->line_open)
			return 0;
		if (f->after != NULL && f->after->queued && !s->line_open) {
			// A copy of what was truncated comes before the rest.
			files_queue(&t->files, f);
			return 0;
		}
	} while (t->cfg->once || s->line_open || s->unpack != NULL ||
		 s->position + s->seen < until);

	// What comes to a file that is watched is told.
	if (f->wd < 0 && source_measure(s, &trouble) > 0 &&
	    s->size > s->position + s->seen)
		files_queue(&t->files, f);
	return 0;
}

/* Open what waits for that, as far as there is room. */
static int open_waiting(struct tail *t, struct err *e)
{
	held_settle(t);
	return names_look_back(t, e);
}

/*
 * May there be earlier generations that are to be opened first? They wait for
 * room, or could not be found while names changed; but one that has been begun
 * is not kept waiting for these, nor any for ever.
 */
static bool may_be_preceded(const struct tail *t, const struct file *f)
{
	if (f->names == 0 || f->known == NULL)
		return false;
	return t->history.waiting ||
	       (t->history.moving && f->source.position == 0 &&
		f->put_off < PUT_OFF_MOST);
}

/* The same, but for what comes before it. */
static int take_turn(struct tail *t, struct file *f, struct err *e)
{
	int rc = 0;

	if (may_be_preceded(t, f)) {
		f->put_off++;
		if (open_waiting(t, e) < 0)
			return -1;
		files_queue(&t->files, f);
		if (may_be_preceded(t, f) ||
		    (f->after != NULL && f->after->queued))
			return 0;
		files_unqueue(&t->files, f);
	}
	t->turn = f;
	rc = read_turn(t, f, e);
	t->turn = NULL;
	return rc;
}

/* Part with a file that was deleted, of which there is nothing without us. */
static void part_with(struct tail *t, struct file *f)
{
	struct source *s = &f->source;
	struct err trouble;

	if (f->names > 0 || s->unpack != NULL || s->line_open ||
	    source_measure(s, &trouble) < 0 || s->links > 0)
		return;
	if (s->size > s->position)
		gaps_note_deleted(t, slice_of(s->path), s->size - s->position);
	files_unqueue(&t->files, f);
	close_file(t, f, true);
}

/*
 * The last look: what is gone by now, read or not, is known to this run, and
 * will be to no other.
 */
static int look_last(struct tail *t, struct err *e)
{
	struct file *next;

	if (t->cfg->once)
		return 0;
	take_events(t, clock_ns());
	for (struct file *f = t->files.first; f != NULL; f = next) {
		next = files_next(f);
		part_with(t, f);
	}
	t->history.again = t->history.path != NULL;
	return look(t, e) < 0 ? -1 : send_news(t, e);
}

/* The files that are open at the end: what becomes of unfinished lines. */
static int end_all(struct tail *t, struct err *e)
{
	for (struct file *f = t->files.first; f != NULL; f = files_next(f)) {
		uint64_t unfinished = f->source.seen;
		bool ended = f->names == 0;

		// Where it is remembered what was sent, the rest is not lost.
		if (unfinished == 0 || t->history.path != NULL)
			continue;
		if (ended && send_unfinished(t, f, e) < 0)
			return -1;
		msg_warn("%s: ended with %" PRIu64 " bytes of a line without "
			 "its end, which %s",
			 f->source.path, unfinished,
			 ended ? "are sent as they are" : "are not sent");
	}
	return 0;
}

int follow_begin(struct tail *t, struct err *e)
{
	return look(t, e);
}

int follow(struct tail *t, struct err *e)
{
	if (send_header(t, e) < 0 || history_look_aside(t, e) < 0 ||
	    send_news(t, e) < 0)
		return -1;
	while (!quit_asked()) {
		struct file *f = files_take(&t->files);
		int rc = 0;

		if (f == NULL && t->history.waiting) {
			if (open_waiting(t, e) < 0)
				return -1;
			f = files_take(&t->files);
		}
		if (f != NULL)
			rc = take_turn(t, f, e) < 0 ? -1 : tend(t, false, e);
		else if (t->cfg->once)
			break;
		else
			rc = rest(t, e);
		if (rc < 0 || send_news(t, e) < 0)
			return -1;
	}
	if (look_last(t, e) < 0)
		return -1;
	gaps_tell(t, true);
	return end_all(t, e) < 0 ? -1 : send_end(t, e);
}

#include "delivery/commits.h"

#include "core/quit.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* Wait for bytes, and read once. */
static int fill(struct reader *in, struct err *e)
{
	struct pollfd fds[2] = {
		{ .fd = in->fd, .events = POLLIN },
		{ .fd = quit_fd(), .events = POLLIN },
	};

	if (quit_late())
		return err_set(e, ERR_SYSTEM,
			       "not through within --grace seconds");
	if (poll(fds, 2, -1) < 0 && errno != EINTR)
		return err_sys(e, "poll");
	if (fds[1].revents != 0)
		quit_clear();
	if (fds[0].revents != 0 && reader_fill(in, e) < 0)
		return -1;
	return 0;
}

static int not_marked(struct err *e, const char *path)
{
	return err_set(e, ERR_USAGE,
		       "-c %s: the input carries no positions: begin the "
		       "pipeline with siem-tail -c %s, and let no other "
		       "program than these filters change it",
		       path, path);
}

/* The first line, which has to be a header. */
static int read_header(struct reader *in, const char *path,
		       struct reader_line *line, struct err *e)
{
	enum reader_got got;

	while ((got = reader_next(in, line, e)) == READER_MORE)
		if (fill(in, e) < 0)
			return -1;
	if (got == READER_FAILED)
		return -1;
	if (got == READER_EOF)
		return err_set(e, ERR_SYSTEM,
			       "the input ended before it began: a stage "
			       "before this one failed");
	if (got != READER_CONTROL || line->control.kind != CONTROL_HEADER)
		return not_marked(e, path);
	return 0;
}

/* Is the file the one that the source speaks of? */
static int check_id(const struct checkpoint *c, const char *path,
		    struct slice id, struct err *e)
{
	if (slice_is(id, SLICE("-")))
		return err_set(e, ERR_USAGE,
			       "-c %s: the source of this input keeps no "
			       "checkpoint: start it with -c %s",
			       path, path);
	if (!slice_is(id, checkpoint_id(c)))
		return err_set(e, ERR_USAGE,
			       "-c %s: the source of this input keeps another "
			       "checkpoint: give the same FILE to both ends",
			       path);
	return 0;
}

static int pair_up(struct commits *c, const char *path, struct reader *in,
		   struct err *e)
{
	struct reader_line line;

	c->lock = checkpoint_lock(path, e);
	if (c->lock < 0 || read_header(in, path, &line, e) < 0)
		return -1;

	int found = checkpoint_load(path, &c->checkpoint, e);
	if (found < 0)
		return -1;
	if (found == 0)
		return err_set(e, ERR_USAGE,
			       "-c %s: there is no such file: the source of "
			       "this input makes it, so give the same FILE to "
			       "both ends",
			       path);
	if (check_id(c->checkpoint, path, line.control.id, e) < 0)
		return -1;
	// Better now than with the first records delivered.
	return checkpoint_check_folder(c->checkpoint, e);
}

int commits_open(struct commits *c, const char *path, struct reader *in,
		 struct err *e)
{
	*c = COMMITS_NONE;
	if (pair_up(c, path, in, e) == 0)
		return 0;
	// Of a name that was mistyped there is to be no trace.
	if (c->lock >= 0)
		checkpoint_give_up(path, c->lock);
	c->lock = -1;
	commits_close(c);
	return -1;
}

struct slice commits_id(const struct commits *c)
{
	return c->checkpoint != NULL ? checkpoint_id(c->checkpoint)
				     : (struct slice){ NULL, 0 };
}

static void note(void *context, struct slice source, struct slice position)
{
	struct commits *c = context;

	(void)!checkpoint_set(c->checkpoint, source, position, &c->failed);
}

static struct slice last(void *context, struct slice source)
{
	const struct commits *c = context;

	return checkpoint_get(c->checkpoint, source);
}

static int save(void *context, struct err *e)
{
	struct commits *c = context;

	// What could not be noted is read again one day; go on with the rest.
	if (c->failed.kind != ERR_NONE) {
		*e = c->failed;
		c->failed = (struct err){ .kind = ERR_NONE };
		return -1;
	}
	return checkpoint_save(c->checkpoint, e);
}

struct engine_commits commits_hooks(struct commits *c)
{
	return (struct engine_commits){
		.passed = note, .commit = save, .last = last, .context = c
	};
}

void commits_close(struct commits *c)
{
	checkpoint_free(c->checkpoint);
	if (c->lock >= 0)
		close(c->lock);
	*c = COMMITS_NONE;
}

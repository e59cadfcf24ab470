#include "held.h"

#include "follow.h"
#include "tail.h"

#include <sys/resource.h>

size_t held_limit(void)
{
	struct rlimit most;

	if (getrlimit(RLIMIT_NOFILE, &most) < 0 ||
	    most.rlim_cur / 2 > HELD_MOST)
		return HELD_MOST;
	return (size_t)most.rlim_cur / 2;
}

/* Is it read to its end, as far as is known? */
static bool is_read(const struct tail *t, const struct file *f)
{
	return f != t->turn && f->names == 0 && !f->queued;
}

static size_t count(const struct tail *t)
{
	size_t n = 0;

	for (const struct file *f = t->files.first; f != NULL;
	     f = files_next(f))
		n += f->names == 0;
	return n;
}

bool held_has_room(const struct tail *t)
{
	return count(t) < t->held_limit;
}

/* Close so many, the oldest first, of those that were read. */
static void end_read(struct tail *t, size_t excess)
{
	for (struct file *f = t->files.first; f != NULL && excess > 0;
	     f = files_next(f))
		if (is_read(t, f)) {
			f->ending = true;
			files_queue(&t->files, f);
			excess--;
		}
}

/* Can it be found again, and does it wait to be read? */
static bool may_go(const struct tail *t, const struct file *f)
{
	return f != t->turn && f->names == 0 && f->queued && !f->ending &&
	       f->known != NULL && f->source.links > 0 && !f->source.line_open;
}

/* Let go of so many, those that would be read last. */
static void let_go(struct tail *t, size_t excess)
{
	struct file *f = t->files.last;

	while (f != NULL && excess > 0) {
		struct file *before = files_previous(f);

		if (may_go(t, f)) {
			history_leave(&t->history, f->known, &f->source);
			history_close(f, false);
			files_unqueue(&t->files, f);
			follow_close(t, f);
			excess--;
		}
		f = before;
	}
}

size_t held_settle(struct tail *t)
{
	size_t all = count(t);
	size_t read = 0;

	for (const struct file *f = t->files.first; f != NULL;
	     f = files_next(f))
		read += is_read(t, f);
	size_t excess = all > t->held_limit ? all - t->held_limit : 0;
	size_t over = read > HELD_READ_MOST ? read - HELD_READ_MOST : 0;
	// Others wait for their place.
	if (t->history.waiting)
		over = read;
	end_read(t, excess > over ? excess : over);
	if (excess > read)
		let_go(t, excess - read);
	return read;
}

#include "held.h"

#include "follow.h"
#include "tail.h"

#include <stdint.h>
#include <sys/resource.h>

/* Descriptors for all else: those of every tool, and a look at a folder. */
enum { RESERVED = 12 };

void held_open(struct held *held)
{
	struct rlimit most;

	*held = (struct held){ HELD_MOST, SIZE_MAX };
	if (getrlimit(RLIMIT_NOFILE, &most) < 0 ||
	    most.rlim_cur == RLIM_INFINITY)
		return;
	held->open = (size_t)most.rlim_cur;
	if (held->open / 2 < HELD_MOST)
		held->most = held->open / 2;
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

/* How many there may be, beside those that have names. */
static size_t limit(const struct tail *t, size_t held)
{
	size_t used = RESERVED;

	for (const struct file *f = t->files.first; f != NULL;
	     f = files_next(f))
		used++;
	used -= held;
	size_t room = t->held.open > used ? t->held.open - used : 1;
	return room < t->held.most ? room : t->held.most;
}

bool held_has_room(const struct tail *t)
{
	size_t all = count(t);

	return all < limit(t, all);
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
	size_t most = limit(t, all);
	size_t read = 0;

	for (const struct file *f = t->files.first; f != NULL;
	     f = files_next(f))
		read += is_read(t, f);
	size_t excess = all > most ? all - most : 0;
	size_t over = read > HELD_READ_MOST ? read - HELD_READ_MOST : 0;
	// Others wait for their place.
	if (t->history.waiting)
		over = read;
	end_read(t, excess > over ? excess : over);
	if (excess > read)
		let_go(t, excess - read);
	return read;
}

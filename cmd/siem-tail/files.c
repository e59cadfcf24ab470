#include "files.h"

#include "core/clock.h"

#include <stdlib.h>

/*
 * How long a file that was rotated away is kept open after something came in
 * it. One without a successor may still be the one that is written to: where
 * it has a name it is kept for good, where it was deleted it takes up space.
 */
enum { SUCCEEDED_SEC = 10, DELETED_SEC = 60 };

struct file *files_find(const struct files *files, dev_t dev, ino_t ino)
{
	struct file *f = files->first;

	while (f != NULL && (f->source.dev != dev || f->source.ino != ino))
		f = f->next;
	return f;
}

struct file *files_add(struct files *files, struct source *source,
		       struct file *after)
{
	struct file *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		source_close(source);
		return NULL;
	}
	f->source = *source;
	f->after = after;
	f->wd = -1;
	f->previous = files->last;
	if (files->last != NULL)
		files->last->next = f;
	else
		files->first = f;
	files->last = f;
	return f;
}

struct file *files_next(const struct file *f)
{
	return f->next;
}

struct file *files_previous(const struct file *f)
{
	return f->previous;
}

/* Take it out of the list. */
static void unlink_file(struct files *files, struct file *f)
{
	if (f->previous != NULL)
		f->previous->next = f->next;
	else
		files->first = f->next;
	if (f->next != NULL)
		f->next->previous = f->previous;
	else
		files->last = f->previous;
}

void files_move_before(struct files *files, struct file *f, struct file *g)
{
	unlink_file(files, f);
	f->next = g;
	f->previous = g->previous;
	if (g->previous != NULL)
		g->previous->next = f;
	else
		files->first = f;
	g->previous = f;
}

void files_queue(struct files *files, struct file *f)
{
	if (f->queued)
		return;
	f->queued = true;
	f->behind = NULL;
	if (files->tail != NULL)
		files->tail->behind = f;
	else
		files->head = f;
	files->tail = f;
}

/* Take f, which comes behind before, or is the first of the queue. */
static void unlink_queued(struct files *files, struct file *before,
			  struct file *f)
{
	if (before != NULL)
		before->behind = f->behind;
	else
		files->head = f->behind;
	if (files->tail == f)
		files->tail = before;
	f->queued = false;
}

struct file *files_take(struct files *files)
{
	struct file *before = NULL;
	struct file *f = files->head;

	// Predecessors make no circle, so there is always one without.
	while (f != NULL && f->after != NULL && f->after->queued) {
		before = f;
		f = f->behind;
	}
	if (f != NULL)
		unlink_queued(files, before, f);
	return f;
}

void files_unqueue(struct files *files, struct file *f)
{
	struct file *before = NULL;

	if (!f->queued)
		return;
	for (struct file *g = files->head; g != f; g = g->behind)
		before = g;
	unlink_queued(files, before, f);
}

void files_note_activity(struct file *f, int64_t now_ns)
{
	f->active_ns = now_ns;
	f->ending = false;
	for (f = f->after; f != NULL && !f->succeeded; f = f->after)
		f->succeeded = true;
}

bool files_is_over(const struct file *f, int64_t now_ns)
{
	int64_t silent_ns = now_ns - f->active_ns;

	if (f->names > 0 || f->queued)
		return false;
	if (f->succeeded)
		return silent_ns > SUCCEEDED_SEC * (int64_t)NS_PER_SEC;
	return f->source.links == 0 &&
	       silent_ns > DELETED_SEC * (int64_t)NS_PER_SEC;
}

void files_remove(struct files *files, struct file *f)
{
	for (struct file *g = files->first; g != NULL; g = g->next)
		if (g->after == f)
			g->after = f->after;
	unlink_file(files, f);
	source_close(&f->source);
	EVP_MD_CTX_free(f->seed);
	free(f);
}

void files_free(struct files *files)
{
	struct file *next;

	for (struct file *f = files->first; f != NULL; f = next) {
		next = f->next;
		source_close(&f->source);
		EVP_MD_CTX_free(f->seed);
		free(f);
	}
	*files = (struct files){ 0 };
}

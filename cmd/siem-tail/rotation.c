/* A look at a folder: what has become of the files that were read. */
#include "history.h"

#include "copy.h"
#include "core/clock.h"
#include "core/msg.h"
#include "expand.h"
#include "folder.h"
#include "lineage.h"
#include "tail.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* A look waits so long, and so often, for the folder to be quiet. */
enum { PAUSE_MS = 5, STARTING_TRIES = 40, RUNNING_TRIES = 3 };

static bool is_unchanged(const struct known *k, const struct entry *entry)
{
	return k->checked && k->checked_size == entry->size &&
	       k->checked_time.tv_sec == entry->changed.tv_sec &&
	       k->checked_time.tv_nsec == entry->changed.tv_nsec;
}

/* The entry is the known file, wherever that was before. */
static void take(struct entry *entry, struct known *k)
{
	entry->known = k;
	k->found = true;
	k->checked = true;
	k->checked_size = entry->size;
	k->checked_time = entry->changed;
}

/* Which known file has this inode, and is still what it was? */
static void recognize(struct look *l, struct entry *entry)
{
	struct known_all *all = &l->t->history.known;
	struct known *best = NULL;
	struct source s;

	for (size_t i = 0; i < all->count; i++) {
		struct known *k = all->items[i];

		if (k->gone || k->at.dev != (uint64_t)entry->dev ||
		    k->at.ino != (uint64_t)entry->ino ||
		    (best != NULL && best->at.offset >= k->at.offset))
			continue;
		if (k->file != NULL) {
			entry->known = k;
			return;
		}
		if (is_unchanged(k, entry)) {
			best = k;
		} else if (folder_open(l, entry, &s)) {
			if (copy_holds(l, &s, &k->at))
				best = k;
			source_close(&s);
		}
	}
	if (best != NULL)
		take(entry, best);
}

/* A mark has to say it. */
static void tell(struct look *l, struct known *k)
{
	k->untold = true;
	l->t->history.news = true;
}

/* Is what was read of a file whose inode is gone in another by now? */
static void search(struct look *l, struct known *k)
{
	for (size_t i = 0; i < l->count && !k->found; i++) {
		struct entry *entry = &l->items[i];
		struct source s;

		// What is delivered to a file here would hold it as well.
		if (entry->known != NULL || !(entry->named || entry->sibling) ||
		    !folder_open(l, entry, &s))
			continue;
		if (copy_holds(l, &s, &k->at)) {
			take(entry, k);
			k->at.dev = (uint64_t)entry->dev;
			k->at.ino = (uint64_t)entry->ino;
			tell(l, k);
			msg_info("%s: holds what was read as %.*s", s.path,
				 (int)k->path_len, k->source);
		}
		source_close(&s);
	}
}

/* Was something read of a later file of the same log? Then k was finished. */
static bool is_succeeded(const struct look *l, const struct known *k)
{
	const struct known_all *all = &l->t->history.known;
	char name[NAME_MAX + 1];
	char other[NAME_MAX + 1];

	lineage_first_name(k, name);
	for (size_t i = 0; i < all->count; i++) {
		const struct known *later = all->items[i];

		if (later->generation <= k->generation ||
		    later->at.offset == 0 || !lineage_is_in(later, l->absolute))
			continue;
		lineage_first_name(later, other);
		if (lineage_is_same(l->t, l->folder, name, other))
			return true;
	}
	return false;
}

/* It is not there any more: say what that may mean. */
static void lose(struct look *l, struct known *k)
{
	const struct entry *now = NULL;
	int len = (int)k->path_len;

	k->gone = true;
	tell(l, k);
	if (k->finished || k->at.offset == 0 || is_succeeded(l, k))
		return;
	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].named &&
		    (uint64_t)l->items[i].dev == k->at.dev &&
		    (uint64_t)l->items[i].ino == k->at.ino)
			now = &l->items[i];
	l->t->report.gaps++;
	if (now == NULL)
		msg_error("%.*s: gone, and so is anything that it held behind "
			  "the %" PRIu64 " bytes that were read",
			  len, k->source, k->at.offset);
	else if (now->size < k->at.offset)
		msg_error("%.*s: %" PRIu64 " bytes of it were read, but it has "
			  "only %" PRIu64 ": truncated or replaced meanwhile; "
			  "anything that it held "
			  "behind them is lost; reading it from its start",
			  len, k->source, k->at.offset, now->size);
	else
		msg_error("%.*s: is not what was read of it before, %" PRIu64
			  " bytes; anything that it held behind them is lost; "
			  "reading "
			  "it from its start",
			  len, k->source, k->at.offset);
}

/* Read, or read on, a file that has no name that is followed. */
static int read_entry(struct look *l, struct entry *entry, struct err *e)
{
	struct tail *t = l->t;
	struct source s;

	if ((entry->known != NULL && entry->known->file != NULL) ||
	    files_find(&t->files, entry->dev, entry->ino) != NULL ||
	    !folder_open(l, entry, &s))
		return 0;
	if (entry->known != NULL ? copy_is_read(&s, &entry->known->at)
				 : copy_is(l, &s)) {
		source_close(&s);
		return 0;
	}

	struct file *f = NULL;
	struct known *k = history_resume(t, &s);
	char name[NAME_MAX + 1];

	if (k == NULL) {
		source_close(&s);
	} else {
		lineage_first_name(k, name);
		f = files_add(&t->files, &s, lineage_last(t, l->folder, name));
	}
	if (f == NULL)
		return err_set(e, ERR_SYSTEM, "%s: %s", entry->name,
			       strerror(ENOMEM));
	k->file = f;
	k->found = true;
	f->known = k;
	f->active_ns = clock_ns();
	f->wd = watch_file(&t->watch, f->source.fd, f);
	files_queue(&t->files, f);
	t->report.files++;
	if (t->cfg->once && f->source.unpack == NULL)
		t->report.expected += f->source.size - f->source.position;
	msg_info("%s: rotated away, %s", f->source.path,
		 f->source.position > 0 ? "is read on" : "was not read yet");
	return 0;
}

/* The first time, what was rotated before counts as read. */
static int note_entry(struct look *l, const struct entry *entry, struct err *e)
{
	struct source s;
	int rc = 0;

	if (!folder_open(l, entry, &s))
		return 0;
	struct known *k = history_resume(l->t, &s);
	uint64_t size;

	if (k == NULL)
		rc = err_set(e, ERR_SYSTEM, "%s: %s", s.path, strerror(ENOMEM));
	else if (source_content(&s, &size, e) < 0 ||
		 source_fingerprint(&s, size, &k->at, e) < 0)
		rc = -1;
	source_close(&s);
	return rc;
}

/* List the folder, and find again in it what is known. As folder_list(). */
static int find_again(struct look *l)
{
	struct known_all *all = &l->t->history.known;
	int rc = folder_list(l);

	if (rc <= 0)
		return rc;
	for (size_t i = 0; i < all->count; i++)
		all->items[i]->found = all->items[i]->file != NULL;
	for (size_t i = 0; i < l->count; i++)
		recognize(l, &l->items[i]);
	l->complete = true;
	for (size_t i = 0; i < all->count; i++) {
		struct known *k = all->items[i];

		if (!k->found && lineage_is_in(k, l->absolute)) {
			if (k->at.offset > 0)
				search(l, k);
			l->complete = l->complete && k->found;
		}
	}
	return 1;
}

/*
 * The same, until nothing is missing, or else nothing was renamed meanwhile:
 * only then is what is missing gone. While it runs, it does not wait for that.
 */
static int settle(struct look *l)
{
	bool starts = l->t->looked_ns == 0;
	int tries = starts ? STARTING_TRIES : RUNNING_TRIES;
	int64_t changed_ns = -1;
	int rc;

	for (;;) {
		int64_t before_ns = changed_ns;
		bool quiet = folder_is_quiet(l, &changed_ns);

		folder_forget(l);
		rc = find_again(l);
		l->settled = rc > 0 && !l->moved &&
			     (l->complete ||
			      (quiet && folder_is_quiet(l, &before_ns) &&
			       before_ns == changed_ns));
		if (rc <= 0 || l->settled || --tries == 0)
			break;
		if (starts)
			poll(NULL, 0, PAUSE_MS);
		else if (!l->moved)
			break;
	}
	if (rc > 0 && !l->settled)
		l->t->history.again = true;
	return rc;
}

static int look_at(struct look *l, struct err *e)
{
	struct tail *t = l->t;
	struct known_all *all = &t->history.known;
	int rc = 0;

	for (size_t i = 0; i < all->count && l->settled; i++)
		if (!all->items[i]->found &&
		    lineage_is_in(all->items[i], l->absolute))
			lose(l, all->items[i]);
	for (size_t i = 0; i < l->count && rc == 0; i++) {
		struct entry *entry = &l->items[i];

		if (entry->named || (entry->known == NULL && !entry->sibling))
			continue;
		rc = t->history.first ? note_entry(l, entry, e)
				      : read_entry(l, entry, e);
	}
	return rc;
}

int history_look(struct tail *t, const char *folder, struct err *e)
{
	struct look l = { .t = t, .folder = folder };
	int rc = 0;

	l.absolute = realpath(folder, NULL);
	if (l.absolute != NULL)
		rc = settle(&l);
	if (rc < 0)
		err_set(e, ERR_SYSTEM, "%s: %s", folder, strerror(ENOMEM));
	else if (rc > 0)
		rc = look_at(&l, e);
	folder_forget(&l);
	free(l.items);
	free(l.absolute);
	return rc;
}

int history_truncated(struct tail *t, struct file *f, bool *found,
		      struct err *e)
{
	struct known *before = f->known;
	char *folder = expand_parent(f->source.path);
	char *path = history_absolute(f->source.path);
	int rc = -1;

	if (folder != NULL && path != NULL)
		f->known = known_add(&t->history.known, path);
	if (folder == NULL || path == NULL || f->known == NULL) {
		f->known = before;
		err_set(e, ERR_SYSTEM, "%s: %s", f->source.path,
			strerror(ENOMEM));
		goto out;
	}
	f->known->file = f;
	f->known->at.dev = (uint64_t)f->source.dev;
	f->known->at.ino = (uint64_t)f->source.ino;
	before->file = NULL;
	before->finished = true; // what is lost will be said
	struct file *last = t->files.last;
	rc = history_look(t, folder, e);
	*found = before->found;
	if (!before->found && !before->gone) {
		before->gone = true;
		before->untold = true;
		t->history.news = true;
	}
	lineage_put_before(t, f, last);
out:
	free(path);
	free(folder);
	return rc;
}

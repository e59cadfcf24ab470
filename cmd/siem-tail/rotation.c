/* A look at a folder: what has become of the files that were read. */
#include "history.h"

#include "copy.h"
#include "core/clock.h"
#include "core/msg.h"
#include "core/quit.h"
#include "expand.h"
#include "folder.h"
#include "lineage.h"
#include "moved.h"
#include "sibling.h"
#include "tail.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A look waits so long, and so often, for the folder to be quiet. */
enum { PAUSE_MS = 5, PATIENT_TRIES = 40, RUNNING_TRIES = 5 };

/* What so many looks did not find is gone, also if it never is quiet. */
enum { ABSENT_LOOKS = PATIENT_TRIES };

static bool is_unchanged(const struct known *k, const struct entry *entry)
{
	return k->checked && k->checked_size == entry->size &&
	       k->checked_time.tv_sec == entry->changed.tv_sec &&
	       k->checked_time.tv_nsec == entry->changed.tv_nsec;
}

static void note_here(const struct look *l, struct known *k)
{
	k->folder_dev = l->dev;
	k->folder_ino = l->ino;
}

/* Is its path a link to a file in another folder, or to none at the moment? */
static bool is_behind_link(const struct known *k)
{
	char *path = strndup(k->source, k->path_len);
	char *folder = path != NULL ? expand_link_folder(path) : NULL;
	struct stat st;
	// Where there is no memory for it, the next look tells.
	bool is = path == NULL || folder != NULL ||
		  (lstat(path, &st) == 0 && stat(path, &st) < 0);

	free(folder);
	free(path);
	return is;
}

/* Should it be in this folder, by all that is known? */
static bool belongs_here(const struct look *l, const struct known *k)
{
	if (l->link != NULL)
		return lineage_is_here(l, k);
	if (lineage_is_in(k, l->absolute) && is_behind_link(k))
		return false;
	if (k->folder_ino == 0)
		return lineage_is_in(k, l->absolute);
	return !k->gone && k->folder_dev == l->dev && k->folder_ino == l->ino;
}

/* Is it asked for the first time, or the last? */
static bool is_patient(const struct look *l)
{
	return l->t->looked_ns == 0 || quit_asked();
}

/* The file is a generation of a log in another folder. */
static void note_log(struct known *k, const struct entry *entry)
{
	// Without memory there is only no order.
	if (entry->log != NULL && k->log == NULL)
		k->log = strdup(entry->log);
}

/* The entry is the known file, wherever that was before. */
static void take(const struct look *l, struct entry *entry, struct known *k)
{
	note_here(l, k);
	note_log(k, entry);
	entry->known = k;
	k->born = entry->born;
	k->found = true;
	k->checked = true;
	k->checked_size = entry->size;
	k->checked_time = entry->changed;
	k->packed = entry->packed;
}

/* Has it grown? Nothing else is known of one that was missed. */
static bool has_grown(const struct known *k, const struct entry *entry)
{
	return k->missed && entry->size > k->checked_size;
}

/* Is it surely the known file, whatever it holds? */
static bool is_same_file(const struct known *k, const struct entry *entry)
{
	return k->born.tv_sec != 0 && entry->born.tv_sec != 0 &&
	       source_same_birth(k->born, entry->born);
}

/*
 * May it be the known file, which had this inode? Of one that was empty there
 * is nothing to compare; what has its inode by now may be anything, and if it
 * is what followed that or a copy of another, it is found so.
 */
static bool may_be(const struct known *k, const struct entry *entry)
{
	if (k->at.dev != (uint64_t)entry->dev ||
	    k->at.ino != (uint64_t)entry->ino ||
	    !source_same_birth(k->born, entry->born))
		return false;
	return k->at.head_len > 0 || k->missed || entry->named ||
	       is_same_file(k, entry);
}

/*
 * Which known file has this inode, and is still what it was? One that was
 * renamed while it was looked at is there, and can be asked next time.
 */
static void recognize(struct look *l, struct entry *entry)
{
	struct known_all *all = &l->t->history.known;
	struct known *best = NULL;
	struct known *there = NULL;
	struct source s;

	for (size_t i = 0; i < all->count; i++) {
		struct known *k = all->items[i];

		if (k->gone || !may_be(k, entry) ||
		    (best != NULL && best->at.offset >= k->at.offset))
			continue;
		if (k->file != NULL) {
			note_here(l, k);
			note_log(k, entry);
			entry->known = k;
			return;
		}
		if (is_unchanged(k, entry) || has_grown(k, entry)) {
			best = k;
		} else if (!k->missed && folder_open(l, entry, &s)) {
			if (copy_holds(l, &s, &k->at))
				best = k;
			source_close(&s);
		} else if (!k->missed &&
			   (entry->shut || is_same_file(k, entry))) {
			there = k;
		}
	}
	if (best != NULL) {
		take(l, entry, best);
	} else if (there != NULL) {
		note_here(l, there);
		entry->known = there;
		there->found = true;
	}
}

/* A mark has to say it, if one ever spoke of it. */
static void tell(struct look *l, struct known *k)
{
	k->untold = k->told;
	l->t->history.news = true;
}

/* The entry holds what was read of a file whose inode is gone. */
static void replace(struct look *l, struct entry *entry, struct known *k)
{
	take(l, entry, k);
	k->at.dev = (uint64_t)entry->dev;
	k->at.ino = (uint64_t)entry->ino;
	tell(l, k);
}

/* Is what was read of a file whose inode is gone in another by now? */
static void search(struct look *l, struct known *k)
{
	for (size_t i = 0; i < l->count && !k->found; i++) {
		struct entry *entry = &l->items[i];
		struct source s;

		// What is delivered to a file here would hold it as well.
		if (entry->known != NULL ||
		    !(entry->named || entry->sibling || entry->dated) ||
		    !folder_open(l, entry, &s))
			continue;
		if (copy_holds(l, &s, &k->at)) {
			replace(l, entry, k);
			msg_info("%s: holds what was read as %.*s", s.path,
				 (int)k->path_len, k->source);
		}
		source_close(&s);
	}
}

/* Are both of the same log, as far as their names tell? */
static bool are_of_one_log(const struct look *l, const struct known *k,
			   const struct known *other)
{
	char name[NAME_MAX + 1];
	char its[NAME_MAX + 1];

	if (k->log != NULL)
		return !other->gone && lineage_may_be_of(other, k->log);
	if (!lineage_is_here(l, other))
		return false;
	lineage_first_name(k, name);
	lineage_first_name(other, its);
	return lineage_is_same(l->t, l->folder, name, its);
}

/* Was something read of a later file of the same log? Then k was finished. */
static bool is_succeeded(const struct look *l, const struct known *k)
{
	const struct known_all *all = &l->t->history.known;

	for (size_t i = 0; i < all->count; i++) {
		const struct known *later = all->items[i];

		if (later->generation > k->generation && later->at.offset > 0 &&
		    are_of_one_log(l, k, later))
			return true;
	}
	return false;
}

/* Bytes that it had when it was looked at last, and that were not read. */
static uint64_t unread(const struct known *k)
{
	return k->checked && !k->packed && k->checked_size > k->at.offset
		       ? k->checked_size - k->at.offset
		       : 0;
}

/*
 * It is not there any more, and it was not looked at since this was started, or
 * not grown by then: say what that may mean.
 */
static void lose_unseen(struct look *l, const struct known *k)
{
	const struct entry *now = NULL;
	int len = (int)k->path_len;

	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].named &&
		    (uint64_t)l->items[i].dev == k->at.dev &&
		    (uint64_t)l->items[i].ino == k->at.ino)
			now = &l->items[i];
	gaps_count(l->t, 0);
	if (now == NULL)
		msg_error("%.*s: gone, and so is anything that it held behind "
			  "the %" PRIu64 " bytes that were read; how much that "
			  "was is not known",
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

/* It is not there any more. */
static void lose(struct look *l, struct known *k)
{
	k->gone = true;
	tell(l, k);
	if (k->finished)
		return;
	if (unread(k) > 0)
		gaps_note_deleted(l->t,
				  (struct slice){ k->source, k->path_len },
				  unread(k));
	else if (k->at.offset > 0 && !is_succeeded(l, k))
		lose_unseen(l, k);
}

/* The path by which an entry will be known, owned; NULL: no memory. */
static char *path_of(const struct look *l, const struct entry *entry)
{
	const struct known *before = entry->before;

	if (before != NULL)
		return strndup(before->source, before->path_len);
	return l->link != NULL ? strdup(l->link)
			       : expand_join(l->absolute, entry->name);
}

/* It was not known. */
static void meet(const struct look *l, const struct entry *entry)
{
	if (entry->log != NULL)
		names_meet_moved(l->t, entry->log, entry->born);
	else
		names_meet(l->t, l->folder, entry->name, entry->born);
}

/*
 * It was there, and could not be opened, or is empty; it may be there under
 * another name.
 */
static int miss(struct look *l, const struct entry *entry)
{
	char *path = path_of(l, entry);
	struct known *k =
		path != NULL ? known_add(&l->t->history.known, path) : NULL;

	free(path);
	if (k == NULL)
		return -1;
	k->at.dev = (uint64_t)entry->dev;
	k->at.ino = (uint64_t)entry->ino;
	k->found = k->checked = k->missed = true;
	k->checked_size = entry->size;
	k->checked_time = entry->changed;
	k->packed = entry->packed;
	k->born = entry->born;
	meet(l, entry);
	return 0;
}

/* Is there anything in it that was not read, and is not in another? */
static bool is_wanted(struct look *l, const struct entry *entry,
		      struct source *s)
{
	return entry->known != NULL && !entry->known->missed
		       ? !copy_is_read(s, &entry->known->at)
		       : !copy_is(l, entry, s);
}

/* The next generation after an entry that is open. */
static struct file *find_later(const struct look *l, const struct entry *entry)
{
	const struct entry *end = l->items + l->count;

	if (entry->log != NULL)
		return lineage_next(l->t, entry->log, entry->name,
				    entry->changed);
	// As the folder has them.
	for (const struct entry *other = entry + 1; other < end; other++) {
		struct file *f =
			files_find(&l->t->files, other->dev, other->ino);

		if (f != NULL && f->known != NULL &&
		    lineage_is_same(l->t, l->folder, entry->name, other->name))
			return f;
	}
	return NULL;
}

/* Queue a file, at its place among the generations. */
static struct file *add_file(struct look *l, const struct entry *entry,
			     struct source *s, struct known *k)
{
	struct tail *t = l->t;
	struct file *f = files_add(&t->files, s, NULL);

	if (f == NULL)
		return NULL;
	k->file = f;
	k->found = true;
	f->known = k;
	lineage_insert(t, f, l->home, find_later(l, entry));
	// What came in it last is before this one, too.
	if (f->after != NULL)
		files_queue(&t->files, f->after);
	f->active_ns = clock_ns();
	f->wd = watch_file(&t->watch, f->source.fd, f);
	files_queue(&t->files, f);
	t->report.files++;
	if (t->cfg->once && f->source.unpack == NULL)
		t->report.expected += f->source.size - f->source.position;
	msg_info("%s: rotated away, %s", f->source.path,
		 f->source.position > 0 ? "is read on" : "was not read yet");
	return f;
}

/*
 * It could not be opened: is that to be noted? Not of what is packed and was
 * renamed meanwhile, for it may hold what was read of another, and would not be
 * taken for that any more.
 */
static bool is_to_be_missed(const struct entry *entry)
{
	return entry->known == NULL && entry->size > 0 &&
	       (entry->shut || !entry->packed);
}

/* Read, or read on, a file that has no name that is followed. */
static int read_entry(struct look *l, struct entry *entry)
{
	struct tail *t = l->t;
	struct source s;

	if ((entry->known != NULL && entry->known->file != NULL) ||
	    files_find(&t->files, entry->dev, entry->ino) != NULL)
		return 0;
	if (entry->known != NULL && !held_has_room(t)) {
		t->history.waiting = true;
		return 0;
	}
	if (!folder_open(l, entry, &s))
		return is_to_be_missed(entry) ? miss(l, entry) : 0;
	if (!is_wanted(l, entry, &s)) {
		// Nothing is to be read of what is empty, but it was there.
		bool fresh = entry->known == NULL && copy_is_empty(l, &s);

		source_close(&s);
		return fresh ? miss(l, entry) : 0;
	}
	if (entry->known == NULL)
		meet(l, entry);
	char *path = path_of(l, entry);
	struct known *k = path != NULL ? history_resume(t, &s, path) : NULL;
	free(path);
	if (k == NULL) {
		source_close(&s);
		return -1;
	}
	note_log(k, entry);
	k->missed = false;
	if (!held_has_room(t)) {
		history_leave(&t->history, k, &s);
		take(l, entry, k);
		source_close(&s);
		return 0;
	}
	return add_file(l, entry, &s, k) == NULL ? -1 : 0;
}

/* The first time, what was rotated before counts as read. */
static int note_entry(struct look *l, struct entry *entry)
{
	struct source s;
	struct err e;

	// What an operand stands for is for that to begin.
	if (l->link != NULL && names_cover(&l->t->names, l->absolute))
		return 0;
	if (!folder_open(l, entry, &s))
		return 0;
	char *path = path_of(l, entry);
	struct known *k = path != NULL ? history_resume(l->t, &s, path) : NULL;
	uint64_t size;

	free(path);
	if (k != NULL && (place_content(&s, &size, &e) < 0 ||
			  place_fingerprint(&s, size, &k->at, &e) < 0)) {
		msg_error("%s", e.text);
		l->t->status = STATUS_UNDELIVERED;
	}
	source_close(&s);
	return k == NULL ? -1 : 0;
}

/* Does one that is new hold what was read of another, in another folder? */
static void claim(struct look *l, struct entry *entry)
{
	if (entry->log == NULL || entry->known != NULL ||
	    files_find(&l->t->files, entry->dev, entry->ino) != NULL)
		return;
	struct known *k = moved_here(l, entry);
	if (k != NULL)
		replace(l, entry, k);
}

/* Is that what the same link pointed to before? */
static bool was_linked(const struct entry *entry, const char *link)
{
	char name[NAME_MAX + 1];

	if (entry->known == NULL || !entry->dated || entry->named)
		return false;
	lineage_first_name(entry->known, name);
	return strcmp(name, link) == 0;
}

/* Which were never seen, of those that a link pointed to until this one? */
static void find_between(struct look *l, const struct entry *to)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct entry *from = &l->items[i];

		for (size_t j = 0; j < l->count && was_linked(from, to->link);
		     j++) {
			struct entry *entry = &l->items[j];

			if (entry->known == NULL &&
			    sibling_is_between(from->name, entry->name,
					       to->name)) {
				entry->sibling = true;
				entry->before = from->known;
			}
		}
	}
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
	for (size_t i = 0; i < l->count; i++)
		claim(l, &l->items[i]);
	l->complete = true;
	for (size_t i = 0; i < all->count; i++) {
		struct known *k = all->items[i];

		if (!k->found && belongs_here(l, k)) {
			if (k->at.offset > 0)
				search(l, k);
			l->complete = l->complete && k->found;
		}
	}
	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].link != NULL)
			find_between(l, &l->items[i]);
	return 1;
}

static void count_absent(const struct look *l)
{
	const struct known_all *all = &l->t->history.known;

	for (size_t i = 0; i < all->count; i++) {
		struct known *k = all->items[i];

		k->absent = k->found || !belongs_here(l, k) ? 0 : k->absent + 1;
	}
}

/*
 * The same, until nothing was renamed meanwhile, by which a file can be missed,
 * and nothing is missing, or else is not there: for that the folder has to be
 * quiet. Between the first look and the last, it is not waited for.
 */
static int settle(struct look *l)
{
	bool patient = is_patient(l);
	int tries = patient ? PATIENT_TRIES : RUNNING_TRIES;
	int rc;

	for (;;) {
		int64_t began_ns = -1;
		int64_t ended_ns = -1;
		bool quiet = folder_is_quiet(l, &began_ns);

		folder_forget(l);
		rc = find_again(l);
		quiet = folder_is_quiet(l, &ended_ns) && quiet;
		bool moved = l->moved || began_ns != ended_ns;
		l->seen_ns = rc > 0 && quiet && !moved ? began_ns : 0;
		l->settled = rc > 0 && !l->moved &&
			     (l->complete || (quiet && !moved));
		l->moved = moved;
		if (rc <= 0 || (l->settled && !moved) || --tries == 0)
			break;
		if (!patient && !moved)
			break;
		if (patient) {
			count_absent(l);
			poll(NULL, 0, PAUSE_MS);
		}
	}
	if (rc > 0)
		count_absent(l);
	if (rc > 0 && !l->settled)
		l->t->history.again = true;
	return rc;
}

/* Is there a file in which anything that is missing may be? */
static bool has_shut(const struct look *l)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct entry *entry = &l->items[i];

		if (entry->shut && entry->size > 0 &&
		    (entry->known == NULL || entry->known->missed))
			return true;
	}
	return false;
}

/* What follows from what was found. -1: no memory. */
static int act(struct look *l)
{
	struct tail *t = l->t;
	struct known_all *all = &t->history.known;
	bool is_there = has_shut(l); // for all that can be told
	int rc = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct known *k = all->items[i];

		if (!k->found && !is_there && belongs_here(l, k) &&
		    (k->absent >= ABSENT_LOOKS || l->settled) &&
		    !moved_away(l, k, is_patient(l)))
			lose(l, k);
	}
	for (size_t i = 0; i < l->count && rc == 0; i++) {
		struct entry *entry = &l->items[i];

		// What was moved here is opened by its name as well, but in the
		// order of its log.
		if (entry->named && (entry->log == NULL || t->history.first))
			continue;
		if (!entry->named && entry->known == NULL && !entry->sibling)
			continue;
		if (!t->history.first)
			rc = read_entry(l, entry);
		else if (entry->known == NULL)
			rc = note_entry(l, entry);
	}
	return rc;
}

/* Could the folder be listed? Else the log may be read, and no other file. */
static void note_listed(const struct look *l, bool was)
{
	if (was || l->error == ENOENT || l->error == ENOTDIR) {
		trouble_end(&l->t->troubles, l->folder);
		return;
	}
	trouble_tell(l->t, l->folder, l->error,
		     "; what was rotated there cannot be found");
	l->t->history.again = true;
}

static int look_at_folder(struct look *l, struct err *e)
{
	struct tail *t = l->t;
	bool moving = true;
	struct stat st;
	int rc = 1;

	l->absolute = realpath(l->folder, NULL);
	if (l->absolute != NULL && stat(l->absolute, &st) == 0) {
		l->dev = st.st_dev;
		l->ino = st.st_ino;
	}
	// Again at once where one moved before it could be opened: others must
	// not be read before it.
	for (int tries = RUNNING_TRIES;
	     l->absolute != NULL && rc > 0 && moving && tries > 0; tries--) {
		rc = settle(l);
		moving = rc > 0 && l->moved;
		l->moved = false;
		if (rc > 0)
			rc = act(l) < 0 ? -1 : 1;
		moving = moving || l->moved;
	}
	if (l->absolute != NULL && rc > 0)
		moved_note_visit(l);
	t->history.moving =
		t->history.moving || (moving && l->absolute != NULL);
	if (l->absolute != NULL)
		note_listed(l, rc != 0);
	if (rc < 0)
		err_set(e, ERR_SYSTEM, "%s: %s", l->folder, strerror(ENOMEM));
	folder_forget(l);
	free(l->items);
	free(l->absolute);
	return rc < 0 ? -1 : 0;
}

int history_look(struct tail *t, const char *folder, struct err *e)
{
	struct look l = { .t = t, .folder = folder, .home = folder };

	return look_at_folder(&l, e);
}

int history_look_behind(struct tail *t, const char *path, struct err *e)
{
	char *folder = expand_link_folder(path);
	char *link = NULL;
	char *home = NULL;
	int rc = 0;

	if (folder == NULL)
		return 0;
	link = history_absolute(path);
	home = expand_parent(path);
	struct look l = {
		.t = t, .folder = folder, .link = link, .home = home
	};
	rc = link != NULL && home != NULL
		     ? look_at_folder(&l, e)
		     : err_set(e, ERR_SYSTEM, "%s: %s", path, strerror(ENOMEM));
	free(home);
	free(link);
	free(folder);
	return rc;
}

/* Is a file there that has the name of k, or was rotated from it? */
static bool has_traces(const struct look *l, const struct known *k)
{
	char name[NAME_MAX + 1];

	lineage_first_name(k, name);
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->items[i].name, name) == 0 ||
		    sibling_is(name, l->items[i].name))
			return true;
	return false;
}

/*
 * Say how much of k is there and will not be read: its folder may have been
 * followed by a link that means another by now.
 */
static void tell_unread(const struct look *l, const struct known *k)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct entry *entry = &l->items[i];

		if ((uint64_t)entry->dev == k->at.dev &&
		    (uint64_t)entry->ino == k->at.ino && !entry->packed &&
		    entry->size > k->at.offset)
			msg_warn("%s/%s: %" PRIu64 " bytes of it are not read, "
				 "and no operand stands for it any more",
				 l->absolute, entry->name,
				 entry->size - k->at.offset);
	}
}

/* Lose what was read in this folder, and of which nothing is left in it. */
static int look_aside(struct look *l)
{
	const struct known_all *all = &l->t->history.known;
	int rc = folder_list(l);

	// What cannot be read now may be there.
	if (rc == 0 && l->error != ENOENT && l->error != ENOTDIR)
		return 0;
	for (size_t i = 0; i < all->count && rc >= 0; i++) {
		struct known *k = all->items[i];

		// One that was renamed into another folder was found there.
		if (k->file != NULL || k->checked ||
		    !lineage_is_in(k, l->absolute))
			continue;
		if (!has_traces(l, k))
			lose(l, k);
		else if (!l->t->names.remembered)
			tell_unread(l, k);
	}
	return rc;
}

int history_look_aside(struct tail *t, struct err *e)
{
	const struct known_all *all = &t->history.known;
	char *last = NULL; // those of one folder mostly follow each other
	int rc = 0;

	for (size_t i = 0; i < all->count && rc >= 0; i++) {
		struct look l = { .t = t };

		if (all->items[i]->gone || all->items[i]->file != NULL ||
		    (last != NULL && lineage_is_in(all->items[i], last)))
			continue;
		free(last);
		last = lineage_folder(all->items[i]);
		l.folder = l.absolute = last;
		if (last == NULL)
			rc = -1;
		else if (t->names.remembered || !names_cover(&t->names, last))
			rc = look_aside(&l);
		folder_forget(&l);
		free(l.items);
	}
	free(last);
	return rc < 0 ? err_set(e, ERR_SYSTEM, "%s", strerror(ENOMEM)) : 0;
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
	rc = history_look(t, folder, e);
	if (rc == 0)
		rc = names_look_afar(t, folder, e);
	if (rc == 0 && !before->found)
		rc = history_look_behind(t, f->source.path, e);
	*found = before->found;
	if (!before->found && !before->gone) {
		before->gone = true;
		before->untold = true;
		t->history.news = true;
	}
out:
	free(path);
	free(folder);
	return rc;
}

#include "moved.h"

#include "copy.h"
#include "core/msg.h"
#include "expand.h"
#include "folder.h"
#include "lineage.h"
#include "tail.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* When a folder was looked at last, by its own time of change. */
struct visit {
	uint64_t dev, ino;
	int64_t changed_ns; // 0: it may have changed meanwhile
};

static struct visit *find_visit(const struct history *h, uint64_t dev,
				uint64_t ino)
{
	for (size_t i = 0; i < h->visit_count; i++)
		if (h->visits[i].dev == dev && h->visits[i].ino == ino)
			return &h->visits[i];
	return NULL;
}

void moved_note_visit(const struct look *l)
{
	struct history *h = &l->t->history;
	struct visit *visit = find_visit(h, l->dev, l->ino);

	if (visit == NULL && h->visit_count == h->visit_cap) {
		size_t cap = h->visit_cap != 0 ? 2 * h->visit_cap : 8;
		struct visit *visits =
			realloc(h->visits, cap * sizeof(*visits));

		// What is not noted is looked at again.
		if (visits == NULL)
			return;
		h->visits = visits;
		h->visit_cap = cap;
	}
	if (visit == NULL)
		visit = &h->visits[h->visit_count++];
	*visit = (struct visit){ l->dev, l->ino, l->seen_ns };
}

bool history_has_changed(const struct history *h, const char *folder)
{
	struct stat st;

	if (stat(folder, &st) < 0)
		return false;
	const struct visit *visit = find_visit(h, st.st_dev, st.st_ino);
	return visit == NULL || visit->changed_ns == 0 ||
	       visit->changed_ns != folder_changed_ns(&st);
}

/* Has the entry this inode, and surely or maybe not by another file? */
static bool may_be(const struct known *k, const struct entry *entry)
{
	return k->at.dev == (uint64_t)entry->dev &&
	       k->at.ino == (uint64_t)entry->ino &&
	       source_same_birth(k->born, entry->born);
}

/* Is it the file itself? An inode may be that of another by now. */
static bool is_it(struct look *there, struct entry *entry,
		  const struct known *k)
{
	struct source s;

	if (!may_be(k, entry))
		return false;
	if (k->file != NULL || k->missed ||
	    (k->born.tv_sec != 0 && entry->born.tv_sec != 0))
		return true;
	// Of one that was empty there is nothing to compare.
	if (k->at.head_len == 0 || !folder_open(there, entry, &s))
		return false;
	bool is = copy_holds(there, &s, &k->at);
	source_close(&s);
	return is;
}

static bool is_known(struct look *there, struct entry *entry)
{
	const struct known_all *all = &there->t->history.known;

	for (size_t i = 0; i < all->count; i++)
		if (!all->items[i]->gone && is_it(there, entry, all->items[i]))
			return true;
	return files_find(&there->t->files, entry->dev, entry->ino) != NULL;
}

/* From here on it is this file of that folder. */
static void adopt(struct look *there, const struct entry *entry,
		  struct known *k)
{
	struct tail *t = there->t;

	k->at.dev = (uint64_t)entry->dev;
	k->at.ino = (uint64_t)entry->ino;
	k->born = entry->born;
	k->folder_dev = there->dev;
	k->folder_ino = there->ino;
	k->checked = false;
	k->found = true;
	k->untold = k->told;
	t->history.news = true;
	there->seen_ns = 0;
	moved_note_visit(there);
	t->history.again = true;
}

/* May rotation have made this of it? */
static bool may_hold(const struct look *there, const struct entry *entry,
		     const struct known *k)
{
	const struct names *names = &there->t->names;

	return lineage_may_have(there->t, k, entry->name) &&
	       (names_take_in(names, there->folder, entry->name) ||
		names_log_of(names, there->folder, entry->name) != NULL);
}

/* Does another file of that folder hold what was read of it? */
static bool is_held(struct look *there, struct known *k)
{
	bool held = false;

	for (size_t i = 0; i < there->count && !held; i++) {
		struct entry *entry = &there->items[i];
		struct source s;

		if (!may_hold(there, entry, k) || is_known(there, entry) ||
		    !folder_open(there, entry, &s))
			continue;
		held = copy_holds(there, &s, &k->at);
		if (held) {
			adopt(there, entry, k);
			msg_info("%s: holds what was read as %.*s", s.path,
				 (int)k->path_len, k->source);
		}
		source_close(&s);
	}
	return held;
}

static bool is_in(struct look *there, const struct known *k)
{
	for (size_t i = 0; i < there->count; i++)
		if (is_it(there, &there->items[i], k))
			return true;
	return false;
}

/* A search of the other folders. */
struct tour {
	const struct look *l;
	const struct known *k;
	struct known *held; // NULL: only the file itself will do
	int64_t changed_ns; // of all of them, added up
	bool quiet;
};

/* Is it in this one? */
static bool visit_folder(struct tour *tour, const char *folder, bool look)
{
	struct look there = { .t = tour->l->t, .folder = folder };
	struct stat st;
	int64_t changed_ns;
	bool is = false;

	if (stat(folder, &st) < 0 ||
	    (st.st_dev == tour->l->dev && st.st_ino == tour->l->ino))
		return false;
	there.dev = st.st_dev;
	there.ino = st.st_ino;
	there.absolute = (char *)folder;
	tour->quiet = folder_is_quiet(&there, &changed_ns) && tour->quiet;
	tour->changed_ns += look ? changed_ns : -changed_ns;
	// What cannot be read now may be there, which is said elsewhere.
	if (look && folder_read(&there) > 0) {
		is = is_in(&there, tour->k) ||
		     (tour->held != NULL && is_held(&there, tour->held));
		tour->quiet = tour->quiet && !there.moved;
	}
	folder_forget(&there);
	free(there.items);
	return is;
}

/* Is it in any? Without memory the next look tells. */
static bool visit_all(struct tour *tour)
{
	struct paths folders = { 0 };
	bool is = names_folders(&tour->l->t->names, &folders) < 0;

	for (size_t i = 0; i < folders.count && !is; i++)
		is = visit_folder(tour, folders.items[i].path, true);
	// Has any changed meanwhile?
	for (size_t i = 0; i < folders.count && !is; i++)
		(void)visit_folder(tour, folders.items[i].path, false);
	paths_free(&folders);
	return is;
}

bool moved_away(const struct look *l, struct known *k, bool patient)
{
	for (int tries = 0;; tries++) {
		struct tour tour = { .l = l,
				     .k = k,
				     .held = k->at.offset > 0 ? k : NULL,
				     .quiet = true };

		if (visit_all(&tour))
			return true;
		if (tour.quiet && tour.changed_ns == 0)
			return false;
		if (!patient) {
			l->t->history.again = true;
			return k->absent < MOVED_TRIES;
		}
		if (tries == MOVED_TRIES)
			return false;
		poll(NULL, 0, MOVED_PAUSE_MS);
	}
}

bool moved_is_afar(const struct look *l, const struct known *k)
{
	struct tour tour = { .l = l, .k = k };

	return visit_all(&tour);
}

struct known *moved_here(struct look *l, struct entry *entry)
{
	const struct known_all *all = &l->t->history.known;
	struct known *best = NULL;
	struct source s;

	if (!folder_open(l, entry, &s))
		return NULL;
	for (size_t i = 0; i < all->count; i++) {
		struct known *k = all->items[i];

		if (k->gone || k->found || k->missed || k->at.offset == 0 ||
		    (best != NULL && best->at.offset >= k->at.offset) ||
		    !lineage_may_be_of(k, entry->log))
			continue;
		if (copy_holds(l, &s, &k->at) && !moved_is_afar(l, k))
			best = k;
	}
	if (best != NULL)
		msg_info("%s: holds what was read as %.*s", s.path,
			 (int)best->path_len, best->source);
	source_close(&s);
	return best;
}

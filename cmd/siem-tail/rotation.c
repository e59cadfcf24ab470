/* A look at a folder: what has become of the files that were read. */
#include "history.h"

#include "core/clock.h"
#include "core/msg.h"
#include "expand.h"
#include "name.h"
#include "sibling.h"
#include "tail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * A folder that has not changed for so long did not change while it was read
 * either; file systems count time in ticks of a few milliseconds.
 */
enum { QUIET_MS = 10, STARTING_TRIES = 40, RUNNING_TRIES = 3 };

/* A regular file of the folder. */
struct entry {
	char *name; // owned
	dev_t dev;
	ino_t ino;
	uint64_t size;
	struct timespec changed;
	struct known *known; // what it was before, or NULL
	bool packed;
	bool named;   // it is followed by its name
	bool sibling; // it has the name of an earlier generation
};

struct look {
	struct tail *t;
	const char *folder; // as operands give it
	char *absolute;     // owned
	struct entry *items;
	size_t count, cap;
	bool moved;    // something was renamed while it was looked at
	bool complete; // all that is known was found
	bool settled;  // what was not found is not there
};

static bool is_in(const struct known *k, const char *folder)
{
	size_t len = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return !k->gone && strncmp(k->source, folder, len) == 0 &&
	       k->source[len] == '/' &&
	       memchr(k->source + len + 1, '/', k->path_len - len - 1) == NULL;
}

/* The name a source had in its folder when it was first seen. */
static void first_name(const struct known *k, char name[NAME_MAX + 1])
{
	const char *slash = memrchr(k->source, '/', k->path_len);
	size_t len = k->path_len - (size_t)(slash + 1 - k->source);

	if (len > NAME_MAX)
		len = NAME_MAX;
	memcpy(name, slash + 1, len);
	name[len] = '\0';
}

/* Are two files of a folder, by their names, generations of the same log? */
static bool are_family(const struct tail *t, const char *folder,
		       const char *one, const char *other)
{
	const char *log = names_log_of(&t->names, folder, one);

	return strcmp(one, other) == 0 || sibling_is(one, other) ||
	       sibling_is(other, one) ||
	       (log != NULL && log == names_log_of(&t->names, folder, other));
}

static int add_entry(struct look *l, const char *name, const struct stat *st)
{
	if (l->count == l->cap) {
		size_t cap = l->cap != 0 ? 2 * l->cap : 32;
		struct entry *items = realloc(l->items, cap * sizeof(*items));

		if (items == NULL)
			return -1;
		l->items = items;
		l->cap = cap;
	}
	struct entry *entry = &l->items[l->count];
	*entry = (struct entry){
		.name = strdup(name),
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = (uint64_t)st->st_size,
		.changed = st->st_mtim,
		.packed = sibling_is_packed(name),
		.named = names_have(&l->t->names, l->folder, name),
	};
	if (entry->name == NULL)
		return -1;
	l->count++;
	return 0;
}

static int by_age(const void *one, const void *other)
{
	const struct entry *a = one;
	const struct entry *b = other;

	if (a->changed.tv_sec != b->changed.tv_sec)
		return a->changed.tv_sec < b->changed.tv_sec ? -1 : 1;
	if (a->changed.tv_nsec != b->changed.tv_nsec)
		return a->changed.tv_nsec < b->changed.tv_nsec ? -1 : 1;
	return sibling_compare(a->name, b->name);
}

/* 1: listed; 0: it cannot be read, which names say; -1: no memory. */
static int list(struct look *l)
{
	DIR *dir = opendir(l->folder);
	struct dirent *item;
	int rc = 1;

	if (dir == NULL)
		return 0;
	while (rc > 0 && (errno = 0, item = readdir(dir)) != NULL) {
		struct stat st;

		if (fstatat(dirfd(dir), item->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) < 0)
			l->moved = true;
		else if (S_ISREG(st.st_mode) &&
			 add_entry(l, item->d_name, &st) < 0)
			rc = -1;
	}
	if (rc > 0 && errno != 0)
		rc = 0;
	closedir(dir);
	if (l->count > 0)
		qsort(l->items, l->count, sizeof(*l->items), by_age);
	return rc;
}

/* Which of them have names as rotation makes them of what is followed? */
static void find_siblings(struct look *l)
{
	for (size_t i = 0; i < l->count; i++) {
		struct entry *entry = &l->items[i];

		entry->sibling =
			!entry->named && names_log_of(&l->t->names, l->folder,
						      entry->name) != NULL;
		for (size_t j = 0;
		     j < l->count && !entry->named && !entry->sibling; j++)
			entry->sibling =
				l->items[j].named &&
				sibling_is(l->items[j].name, entry->name);
	}
}

/* Open a file of the folder. False: it is another by now, or cannot be read. */
static bool open_entry(struct look *l, const struct entry *entry,
		       struct source *s)
{
	char *path = strcmp(l->folder, ".") == 0
			     ? strdup(entry->name)
			     : expand_join(l->folder, entry->name);
	struct err e;

	if (path == NULL)
		return false;
	int rc = entry->packed ? source_open_packed(s, path, &e)
			       : source_open(s, path, &e);
	if (rc < 0 && errno != ENOENT) {
		msg_error("%s", e.text);
		l->t->status = STATUS_UNDELIVERED;
	}
	free(path);
	if (rc == 0 && s->dev == entry->dev && s->ino == entry->ino)
		return true;
	if (rc == 0)
		source_close(s);
	l->moved = true;
	l->t->history.again = true;
	return false;
}

/* Is all of it read? Of a packed file, as far as its trailer tells. */
static bool is_read(const struct source *s, const struct position *at)
{
	uint64_t size;
	struct err e;

	if (source_content(s, &size, &e) < 0)
		return false;
	if (s->unpack == NULL)
		return size == at->offset;
	// Noted, that is, without a look at its end.
	return at->tail_len == 0 && at->offset > 0
		       ? true
		       : size == (uint32_t)at->offset;
}

/* Does the file hold what was read before? */
static bool holds(struct look *l, struct source *s, const struct position *at)
{
	char head[POSITION_HEAD];
	struct err e;
	ssize_t got = source_head(s, head, &e);

	if (got < 0 ||
	    !position_fits_head(at, (struct slice){ head, (size_t)got }))
		return false;
	// Where the size is right as well, nothing more needs to be unpacked.
	return (s->unpack != NULL && is_read(s, at)) ||
	       source_resume(s, at, l->t->scratch, &e) == 1;
}

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
		} else if (open_entry(l, entry, &s)) {
			if (holds(l, &s, &k->at))
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
		    !open_entry(l, entry, &s))
			continue;
		if (holds(l, &s, &k->at)) {
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

	first_name(k, name);
	for (size_t i = 0; i < all->count; i++) {
		const struct known *later = all->items[i];

		if (later->generation <= k->generation ||
		    later->at.offset == 0 || !is_in(later, l->absolute))
			continue;
		first_name(later, other);
		if (are_family(l->t, l->folder, name, other))
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

/* Do both hold the same up to size? Told from the start and the end of that. */
static bool are_alike(const struct source *a, const struct source *b,
		      uint64_t size)
{
	struct position pa;
	struct position pb;
	struct err e;

	return source_fingerprint(a, size, &pa, &e) == 0 &&
	       source_fingerprint(b, size, &pb, &e) == 0 &&
	       pa.head_len == pb.head_len && pa.head_hash == pb.head_hash &&
	       pa.tail_len == pb.tail_len && pa.tail_hash == pb.tail_hash;
}

/* Is the file a copy of one that is being read? */
static bool is_copy_of_open(struct look *l, const struct source *s,
			    struct slice head, const struct known *k)
{
	const struct source *read = &k->file->source;
	struct position now;
	uint64_t size;
	uint64_t other;
	struct err e;

	if (s->unpack != NULL || read->unpack != NULL)
		return k->at.head_len == POSITION_HEAD &&
		       position_fits_head(&k->at, head);
	if (source_content(s, &size, &e) < 0 ||
	    source_content(read, &other, &e) < 0)
		return false;
	// Copied and truncated: when that is seen, the copy will be searched.
	if (k->at.offset > 0 && position_fits_head(&k->at, head) &&
	    (source_fingerprint(read, k->at.offset, &now, &e) < 0 ||
	     now.head_hash != k->at.head_hash ||
	     now.tail_hash != k->at.tail_hash)) {
		l->t->history.again = true;
		return true;
	}
	size = size < other ? size : other;
	return size > 0 && are_alike(s, read, size);
}

/* Is a compressed file there to its end? */
static bool is_whole(struct look *l, const struct source *s)
{
	struct unpack *u = unpack_open(s->fd);
	struct err e;
	ssize_t got = 1;

	while (u != NULL && got > 0)
		got = unpack_read(u, l->t->scratch, SOURCE_CHUNK, &e);
	bool whole = u != NULL && got == 0 && unpack_is_whole(u);
	unpack_close(u);
	return whole;
}

/* Is it a copy of one that was read and is still there? */
static bool is_copy_of_read(struct look *l, struct source *s, struct slice head,
			    const struct known *k)
{
	if (k->at.offset == 0 || !position_fits_head(&k->at, head))
		return false;
	if (is_read(s, &k->at))
		return true;
	if (s->unpack == NULL)
		return k->at.head_len == POSITION_HEAD && holds(l, s, &k->at);

	// Being packed just now? Then it is to be looked at again.
	if (is_whole(l, s))
		return is_read(s, &k->at); // if it has its end only by now
	l->t->history.again = true;
	return true;
}

/* Is it, or may it become, a copy of one that is known? */
static bool is_copy(struct look *l, struct source *s)
{
	const struct known_all *all = &l->t->history.known;
	char bytes[POSITION_HEAD];
	struct err e;
	ssize_t got = source_head(s, bytes, &e);
	struct slice head = { bytes, got < 0 ? 0 : (size_t)got };

	// So little may be the beginning of anything that is being copied.
	if (got == 0 || (s->unpack != NULL && got > 0 && got < POSITION_HEAD &&
			 !is_whole(l, s))) {
		l->t->history.again = true;
		return true;
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct known *k = all->items[i];

		if (!is_in(k, l->absolute) || !k->found)
			continue;
		if (k->file != NULL ? is_copy_of_open(l, s, head, k)
				    : is_copy_of_read(l, s, head, k))
			return true;
	}
	return false;
}

/* Read, or read on, a file that has no name that is followed. */
static int read_entry(struct look *l, struct entry *entry, struct err *e)
{
	struct tail *t = l->t;
	struct source s;

	if ((entry->known != NULL && entry->known->file != NULL) ||
	    files_find(&t->files, entry->dev, entry->ino) != NULL ||
	    !open_entry(l, entry, &s))
		return 0;
	if (entry->known != NULL ? is_read(&s, &entry->known->at)
				 : is_copy(l, &s)) {
		source_close(&s);
		return 0;
	}

	struct file *f = NULL;
	struct known *k = history_resume(t, &s);
	char name[NAME_MAX + 1];

	if (k == NULL) {
		source_close(&s);
	} else {
		first_name(k, name);
		f = files_add(&t->files, &s,
			      history_predecessor(t, l->folder, name));
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

	if (!open_entry(l, entry, &s))
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

static int64_t to_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * NS_PER_SEC + t.tv_nsec;
}

/* Has the folder been as it is for a while? When it changed is told. */
static bool is_quiet(const struct look *l, int64_t *changed_ns)
{
	const int64_t quiet_ns = QUIET_MS * (int64_t)NS_PER_MS;
	struct timespec now;
	struct stat st;

	if (stat(l->absolute, &st) < 0)
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	*changed_ns = to_ns(st.st_mtim);
	int64_t age_ns = to_ns(now) - *changed_ns;
	// A clock that was set back says nothing.
	return age_ns > quiet_ns || age_ns < -(int64_t)NS_PER_SEC;
}

/* List the folder, and find again in it what is known. As list(). */
static int find_again(struct look *l)
{
	struct known_all *all = &l->t->history.known;
	int rc = list(l);

	if (rc <= 0)
		return rc;
	for (size_t i = 0; i < all->count; i++)
		all->items[i]->found = all->items[i]->file != NULL;
	find_siblings(l);
	for (size_t i = 0; i < l->count; i++)
		recognize(l, &l->items[i]);
	l->complete = true;
	for (size_t i = 0; i < all->count; i++) {
		struct known *k = all->items[i];

		if (!k->found && is_in(k, l->absolute)) {
			if (k->at.offset > 0)
				search(l, k);
			l->complete = l->complete && k->found;
		}
	}
	return 1;
}

static void forget_entries(struct look *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->items[i].name);
	l->count = 0;
	l->moved = false;
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
		bool quiet = is_quiet(l, &changed_ns);

		forget_entries(l);
		rc = find_again(l);
		l->settled =
			rc > 0 && !l->moved &&
			(l->complete || (quiet && is_quiet(l, &before_ns) &&
					 before_ns == changed_ns));
		if (rc <= 0 || l->settled || --tries == 0)
			break;
		if (starts)
			poll(NULL, 0, QUIET_MS / 2);
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
		if (!all->items[i]->found && is_in(all->items[i], l->absolute))
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
	forget_entries(&l);
	free(l.items);
	free(l.absolute);
	return rc;
}

struct file *history_predecessor(struct tail *t, const char *folder,
				 const char *name)
{
	struct file *last = NULL;
	char *absolute = realpath(folder, NULL);
	char other[NAME_MAX + 1];

	for (struct file *f = t->files.first; f != NULL && absolute != NULL;
	     f = files_next(f)) {
		if (f->known == NULL || !is_in(f->known, absolute))
			continue;
		first_name(f->known, other);
		if (are_family(t, folder, name, other))
			last = f;
	}
	free(absolute);
	return last;
}

/* What was opened after last is read before f, and after what f was after. */
static void put_before(struct tail *t, struct file *f, const struct file *last)
{
	struct file *after = f->after;

	for (struct file *g = t->files.first; g != NULL; g = files_next(g))
		if (g == last)
			last = NULL;
		else if (last == NULL) {
			g->after = after;
			after = g;
		}
	f->after = after;
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
	put_before(t, f, last);
out:
	free(path);
	free(folder);
	return rc;
}

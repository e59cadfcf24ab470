#include "folder.h"

#include "bases.h"
#include "core/clock.h"
#include "expand.h"
#include "lineage.h"
#include "sibling.h"
#include "tail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* File systems count time in ticks of a few milliseconds. */
enum { QUIET_MS = 10 };

static int add_entry(struct look *l, const char *name, const struct statx *stx)
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
		.dev = makedev(stx->stx_dev_major, stx->stx_dev_minor),
		.ino = stx->stx_ino,
		.size = stx->stx_size,
		.changed = { .tv_sec = stx->stx_mtime.tv_sec,
			     .tv_nsec = stx->stx_mtime.tv_nsec },
		.born = source_birth(stx),
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

/* Is it a log, of which this may be a generation? */
static bool is_log(const struct base *base, const char *name, const void *data)
{
	const struct look *l = data;
	const struct names *names = &l->t->names;
	char log[NAME_MAX + 1];

	if (base->path.len > 0)
		return names_take_in(names, l->folder, name);
	memcpy(log, base->name.data, base->name.len);
	log[base->name.len] = '\0';
	return !base->known || names_have(names, l->folder, log);
}

/* The logs that files of this folder may be earlier generations of. */
static int find_bases(const struct look *l, struct bases *b)
{
	const struct known_all *all = &l->t->history.known;
	int rc = names_add_bases(&l->t->names, l->folder, b);

	for (size_t i = 0; i < l->count && rc == 0; i++)
		if (l->items[i].named)
			rc = bases_add(
				b, (struct base){ .name = slice_of(
							  l->items[i].name) });
	// What was read may not be there now.
	for (size_t i = 0; i < all->count && rc == 0; i++) {
		const struct known *k = all->items[i];
		struct slice path = { k->source, k->path_len };
		bool here = lineage_is_in(k, l->absolute);

		// Was it a generation already when it was first seen?
		if (k->gone || (!here && k->log != NULL &&
				!slice_is(path, slice_of(k->log))))
			continue;
		rc = bases_add(b,
			       (struct base){ .name = lineage_first(k),
					      .path = here ? SLICE("") : path,
					      .known = true });
	}
	bases_sort(b);
	return rc;
}

/*
 * A link to the file of the day is followed: which is that, and which of them
 * may have been it before?
 */
static void find_linked(struct look *l, const char *link, const struct stat *st)
{
	for (size_t i = 0; i < l->count; i++) {
		struct entry *entry = &l->items[i];

		if (entry->dev != st->st_dev || entry->ino != st->st_ino ||
		    (l->link == NULL && strcmp(entry->name, link) == 0))
			continue;
		entry->named = true;
		entry->link = link;
		for (size_t j = 0; j < l->count; j++)
			l->items[j].dated =
				l->items[j].dated ||
				sibling_is_between(NULL, l->items[j].name,
						   entry->name);
	}
}

/* Which of them have names as rotation makes them of what is followed? */
static int find_siblings(struct look *l)
{
	const struct names *names = &l->t->names;
	struct bases b = { 0 };
	struct stat st;

	if (l->link != NULL && stat(l->link, &st) == 0)
		find_linked(l, strrchr(l->link, '/') + 1, &st);
	for (size_t i = 0; i < names->operand_count; i++) {
		const char *link = names_link(names, i, &st);

		if (link != NULL)
			find_linked(l, link, &st);
	}
	int rc = find_bases(l, &b);

	for (size_t i = 0; i < l->count && rc == 0; i++) {
		struct entry *entry = &l->items[i];
		const struct base *base =
			bases_find(&b, entry->name, is_log, l);

		entry->sibling = base != NULL && !entry->named;
		if (base == NULL || base->path.len == 0)
			continue;
		char *path = strndup(base->path.data, base->path.len);
		if (path != NULL)
			entry->log = history_absolute(path);
		free(path);
		rc = entry->log == NULL ? -1 : 0;
	}
	bases_free(&b);
	return rc;
}

int folder_read(struct look *l)
{
	DIR *dir = opendir(l->folder);
	struct dirent *item;
	int rc = 1;

	if (dir == NULL) {
		l->error = errno;
		return 0;
	}
	while (rc > 0 && (errno = 0, item = readdir(dir)) != NULL) {
		struct statx stx;

		if (statx(dirfd(dir), item->d_name, AT_SYMLINK_NOFOLLOW,
			  STATX_BASIC_STATS | STATX_BTIME, &stx) < 0)
			l->moved = true;
		else if (S_ISREG(stx.stx_mode) &&
			 add_entry(l, item->d_name, &stx) < 0)
			rc = -1;
	}
	if (rc > 0 && errno != 0) {
		l->error = errno;
		rc = 0;
	}
	closedir(dir);
	if (l->count > 0)
		qsort(l->items, l->count, sizeof(*l->items), by_age);
	return rc;
}

int folder_list(struct look *l)
{
	int rc = folder_read(l);

	if (rc < 0)
		return -1;
	return find_siblings(l) < 0 ? -1 : rc;
}

void folder_forget(struct look *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->items[i].name);
		free(l->items[i].log);
	}
	l->count = 0;
	l->moved = false;
}

bool folder_open(struct look *l, struct entry *entry, struct source *s)
{
	if (entry->shut)
		return false;
	char *path = strcmp(l->folder, ".") == 0
			     ? strdup(entry->name)
			     : expand_join(l->folder, entry->name);
	struct err e;

	if (path == NULL)
		return false;
	int rc = source_open(s, path, &e);
	if (rc == 0 && entry->packed && source_unpack(s, &e) < 0) {
		source_close(s);
		errno = ENOMEM;
		rc = -1;
	}
	int error = rc < 0 ? errno : 0;
	bool same = rc == 0 && s->dev == entry->dev && s->ino == entry->ino &&
		    source_same_birth(s->born, entry->born);

	if (rc == 0 && !same)
		source_close(s);
	if (same)
		trouble_end(&l->t->troubles, path);
	// One that is no regular file any more is another.
	entry->shut = error != 0 && error != ENOENT;
	if (entry->shut && entry->size > 0 && !entry->named)
		trouble_tell(l->t, path, error, "");
	free(path);
	l->moved = l->moved || (!same && !entry->shut);
	l->t->history.again = l->t->history.again || !same;
	return same;
}

static int64_t to_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * NS_PER_SEC + t.tv_nsec;
}

int64_t folder_changed_ns(const struct stat *st)
{
	return to_ns(st->st_mtim);
}

bool folder_is_quiet(const struct look *l, int64_t *changed_ns)
{
	const int64_t quiet_ns = QUIET_MS * (int64_t)NS_PER_MS;
	struct timespec now;
	struct stat st;

	if (stat(l->absolute, &st) < 0)
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	*changed_ns = folder_changed_ns(&st);
	int64_t age_ns = to_ns(now) - *changed_ns;
	// A clock that was set back says nothing.
	return age_ns > quiet_ns || age_ns < -(int64_t)NS_PER_SEC;
}

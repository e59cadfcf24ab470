#include "lineage.h"

#include "expand.h"
#include "folder.h"
#include "sibling.h"
#include "tail.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_in(struct slice path, const char *folder)
{
	struct slice top = slice_of(strcmp(folder, "/") == 0 ? "" : folder);

	return slice_take(&path, top) && path.len > 0 && path.data[0] == '/' &&
	       memchr(path.data + 1, '/', path.len - 1) == NULL;
}

bool lineage_is_in(const struct known *k, const char *folder)
{
	return !k->gone &&
	       is_in((struct slice){ k->source, k->path_len }, folder);
}

bool lineage_is_here(const struct look *l, const struct known *k)
{
	if (l->link == NULL)
		return lineage_is_in(k, l->absolute);
	return !k->gone && k->path_len == strlen(l->link) &&
	       memcmp(k->source, l->link, k->path_len) == 0;
}

char *lineage_folder(const struct known *k)
{
	const char *slash = memrchr(k->source, '/', k->path_len);
	size_t len = (size_t)(slash - k->source);

	return strndup(k->source, len > 0 ? len : 1);
}

struct slice lineage_first(const struct known *k)
{
	const char *slash = memrchr(k->source, '/', k->path_len);

	return slice_from((struct slice){ k->source, k->path_len },
			  (size_t)(slash + 1 - k->source));
}

void lineage_first_name(const struct known *k, char name[NAME_MAX + 1])
{
	struct slice first = lineage_first(k);

	if (first.len > NAME_MAX)
		first.len = NAME_MAX;
	memcpy(name, first.data, first.len);
	name[first.len] = '\0';
}

bool lineage_is_same(const struct tail *t, const char *folder, const char *one,
		     const char *other)
{
	const char *log = names_log_of(&t->names, folder, one);

	return strcmp(one, other) == 0 || sibling_is(one, other) ||
	       sibling_is(other, one) ||
	       (log != NULL && log == names_log_of(&t->names, folder, other));
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

bool lineage_may_be_of(const struct known *k, const char *log)
{
	const char *base = name_of(log);
	char first[NAME_MAX + 1];

	if (k->log != NULL && strcmp(k->log, log) == 0)
		return true;
	lineage_first_name(k, first);
	return strcmp(first, base) == 0 || sibling_is(base, first);
}

bool lineage_may_have(const struct tail *t, const struct known *k,
		      const char *name)
{
	char first[NAME_MAX + 1];

	if (k->log != NULL && sibling_is(name_of(k->log), name))
		return true;
	lineage_first_name(k, first);
	return strcmp(first, name) == 0 || sibling_is(first, name) ||
	       names_rotate(&t->names, first, name);
}

struct family {
	struct tail *t;
	const char *folder;
	char *absolute; // owned; NULL: the folder is gone
	const char *name;
};

/* Is it one that was moved out of the folder? */
static bool was_moved_from(const struct family *family, const struct known *k)
{
	return k->log != NULL && is_in(slice_of(k->log), family->absolute) &&
	       lineage_is_same(family->t, family->folder, name_of(k->log),
			       family->name);
}

/* The next generation that is open, behind f, or the first; NULL: none. */
static struct file *next_of(const struct family *family, struct file *f)
{
	char other[NAME_MAX + 1];

	for (f = f != NULL ? files_next(f) : family->t->files.first; f != NULL;
	     f = files_next(f)) {
		if (f->known == NULL)
			continue;
		if (was_moved_from(family, f->known))
			return f;
		if (!lineage_is_in(f->known, family->absolute))
			continue;
		lineage_first_name(f->known, other);
		if (lineage_is_same(family->t, family->folder, family->name,
				    other))
			return f;
	}
	return NULL;
}

struct file *lineage_last(struct tail *t, const char *folder, const char *name)
{
	struct family family = { t, folder, realpath(folder, NULL), name };
	struct file *last = NULL;
	struct file *f = NULL;

	while (family.absolute != NULL && (f = next_of(&family, f)) != NULL)
		last = f;
	free(family.absolute);
	return last;
}

/* Its log, which is in another folder where it was moved away from that. */
static int find_log(const struct known *k, const char *folder,
		    struct family *family, char name[NAME_MAX + 1])
{
	family->name = k->log != NULL ? name_of(k->log) : name;
	family->folder = folder;
	family->absolute =
		k->log != NULL ? expand_parent(k->log) : realpath(folder, NULL);
	lineage_first_name(k, name);
	if (k->log != NULL)
		family->folder = family->absolute;
	return family->absolute != NULL ? 0 : -1;
}

void lineage_insert(struct tail *t, struct file *f, const char *folder,
		    struct file *later)
{
	char name[NAME_MAX + 1];
	struct family family = { .t = t };
	struct file *before = NULL;
	struct file *g = NULL;

	if (find_log(f->known, folder, &family, name) == 0)
		while ((g = next_of(&family, g)) != NULL && g != later)
			if (g != f)
				before = g;
	f->after = before;
	if (later != NULL) {
		later->after = f;
		files_move_before(&t->files, f, later);
	}
	free(family.absolute);
}

/* Was it changed later? What changed at the same time is told by names. */
static bool is_later(const struct file *f, const char *name,
		     struct timespec changed)
{
	struct stat st;

	if (fstat(f->source.fd, &st) < 0)
		return false;
	if (st.st_mtim.tv_sec != changed.tv_sec)
		return st.st_mtim.tv_sec > changed.tv_sec;
	if (st.st_mtim.tv_nsec != changed.tv_nsec)
		return st.st_mtim.tv_nsec > changed.tv_nsec;
	return sibling_compare(name_of(f->source.path), name) > 0;
}

/*
 * The file of a log, which is later than whatever was moved away. Not what it
 * was when it was looked at last: that may have been moved away since, before
 * others were.
 */
static const struct file *find_live(const struct tail *t, const char *log)
{
	const struct file *live = names_live(&t->names, log);
	struct stat st;

	if (live == NULL || stat(log, &st) < 0 ||
	    live->source.dev != st.st_dev || live->source.ino != st.st_ino)
		return NULL;
	return live;
}

struct file *lineage_next(struct tail *t, const char *log, const char *name,
			  struct timespec changed)
{
	const struct file *live = find_live(t, log);
	char *folder = expand_parent(log);
	struct family family = { t, folder, folder, name_of(log) };
	struct file *f = NULL;

	if (folder == NULL)
		return NULL;
	do
		f = next_of(&family, f);
	while (f != NULL && f != live && !is_later(f, name, changed));
	free(folder);
	return f;
}

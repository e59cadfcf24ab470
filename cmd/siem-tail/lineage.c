#include "lineage.h"

#include "sibling.h"
#include "tail.h"

#include <stdlib.h>
#include <string.h>

bool lineage_is_in(const struct known *k, const char *folder)
{
	size_t len = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return !k->gone && strncmp(k->source, folder, len) == 0 &&
	       k->source[len] == '/' &&
	       memchr(k->source + len + 1, '/', k->path_len - len - 1) == NULL;
}

char *lineage_folder(const struct known *k)
{
	const char *slash = memrchr(k->source, '/', k->path_len);
	size_t len = (size_t)(slash - k->source);

	return strndup(k->source, len > 0 ? len : 1);
}

void lineage_first_name(const struct known *k, char name[NAME_MAX + 1])
{
	const char *slash = memrchr(k->source, '/', k->path_len);
	size_t len = k->path_len - (size_t)(slash + 1 - k->source);

	if (len > NAME_MAX)
		len = NAME_MAX;
	memcpy(name, slash + 1, len);
	name[len] = '\0';
}

bool lineage_is_same(const struct tail *t, const char *folder, const char *one,
		     const char *other)
{
	const char *log = names_log_of(&t->names, folder, one);

	return strcmp(one, other) == 0 || sibling_is(one, other) ||
	       sibling_is(other, one) ||
	       (log != NULL && log == names_log_of(&t->names, folder, other));
}

struct family {
	struct tail *t;
	const char *folder;
	char *absolute; // owned; NULL: the folder is gone
	const char *name;
};

/* The next generation that is open, behind f, or the first; NULL: none. */
static struct file *next_of(const struct family *family, struct file *f)
{
	char other[NAME_MAX + 1];

	for (f = f != NULL ? files_next(f) : family->t->files.first; f != NULL;
	     f = files_next(f)) {
		if (f->known == NULL ||
		    !lineage_is_in(f->known, family->absolute))
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

void lineage_insert(struct tail *t, struct file *f, const char *folder,
		    struct file *later)
{
	char name[NAME_MAX + 1];
	struct family family = { t, folder, realpath(folder, NULL), name };
	struct file *before = NULL;
	struct file *g = NULL;

	lineage_first_name(f->known, name);
	while (family.absolute != NULL && (g = next_of(&family, g)) != NULL &&
	       g != later)
		if (g != f)
			before = g;
	f->after = before;
	if (later != NULL) {
		later->after = f;
		files_move_before(&t->files, f, later);
	}
	free(family.absolute);
}

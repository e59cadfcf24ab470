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

struct file *lineage_last(struct tail *t, const char *folder, const char *name)
{
	struct file *last = NULL;
	char *absolute = realpath(folder, NULL);
	char other[NAME_MAX + 1];

	for (struct file *f = t->files.first; f != NULL && absolute != NULL;
	     f = files_next(f)) {
		if (f->known == NULL || !lineage_is_in(f->known, absolute))
			continue;
		lineage_first_name(f->known, other);
		if (lineage_is_same(t, folder, name, other))
			last = f;
	}
	free(absolute);
	return last;
}

void lineage_put_before(struct tail *t, struct file *f, const struct file *last)
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

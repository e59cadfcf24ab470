#include "expand.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_pattern(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

enum operand_kind expand_kind(const char *operand)
{
	struct stat st;

	if (stat(operand, &st) == 0)
		return S_ISDIR(st.st_mode) ? OPERAND_FOLDER : OPERAND_NAME;
	if (is_pattern(operand) && lstat(operand, &st) < 0 && errno == ENOENT)
		return OPERAND_PATTERN;
	return OPERAND_NAME;
}

/* Append a path, which is handed over. */
static int add(struct paths *out, char *path, struct timespec changed)
{
	if (path == NULL)
		return -1;
	if (out->count == out->cap) {
		size_t cap = out->cap != 0 ? 2 * out->cap : 16;
		struct path *items = realloc(out->items, cap * sizeof(*items));

		if (items == NULL) {
			free(path);
			return -1;
		}
		out->items = items;
		out->cap = cap;
	}
	out->items[out->count++] =
		(struct path){ .path = path, .changed = changed };
	return 0;
}

bool expand_is_compressed(const char *path)
{
	static const char *const ends[] = { ".gz",  ".bz2", ".xz",
					    ".zst", ".lz4", ".Z" };
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (dot != NULL && strcmp(dot, ends[i]) == 0)
			return true;
	return false;
}

/* Append a path where it is a regular file; it is handed over. */
static int add_file(struct paths *out, char *path)
{
	struct stat st;

	if (path == NULL)
		return -1;
	if (expand_is_compressed(path) || stat(path, &st) < 0 ||
	    !S_ISREG(st.st_mode)) {
		free(path);
		return 0;
	}
	return add(out, path, st.st_mtim);
}

char *expand_join(const char *folder, const char *name)
{
	size_t len = strlen(folder);
	const char *slash = len > 0 && folder[len - 1] == '/' ? "" : "/";
	char *path;

	return asprintf(&path, "%s%s%s", folder, slash, name) < 0 ? NULL : path;
}

static int list_folder(const char *folder, struct paths *out)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = -1;

	if (dir == NULL)
		return -1;
	while (errno = 0, (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' &&
		    add_file(out, expand_join(folder, entry->d_name)) < 0)
			goto out;
	rc = errno == 0 ? 0 : -1;
out:;
	int saved = errno;
	closedir(dir);
	errno = saved;
	return rc;
}

/* Append what matches: regular files, or else folders. */
static int match(const char *pattern, bool files, struct paths *out)
{
	glob_t found;
	int rc = 0;
	int failed =
		glob(pattern, files ? GLOB_NOSORT : GLOB_ONLYDIR, NULL, &found);

	if (failed == GLOB_NOMATCH)
		return 0;
	if (failed != 0) {
		errno = ENOMEM;
		return -1;
	}
	for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++) {
		char *path = strdup(found.gl_pathv[i]);

		rc = files ? add_file(out, path)
			   : add(out, path, (struct timespec){ 0 });
	}
	globfree(&found);
	return rc;
}

static int by_age(const void *one, const void *other)
{
	const struct path *a = one;
	const struct path *b = other;

	if (a->changed.tv_sec != b->changed.tv_sec)
		return a->changed.tv_sec < b->changed.tv_sec ? -1 : 1;
	if (a->changed.tv_nsec != b->changed.tv_nsec)
		return a->changed.tv_nsec < b->changed.tv_nsec ? -1 : 1;
	return strcmp(a->path, b->path);
}

int expand_files(const char *operand, enum operand_kind kind, struct paths *out)
{
	size_t had = out->count;
	int rc = kind == OPERAND_FOLDER ? list_folder(operand, out)
					: match(operand, true, out);

	if (out->count > had)
		qsort(out->items + had, out->count - had, sizeof(*out->items),
		      by_age);
	return rc;
}

bool expand_has_link(const char *path)
{
	char part[PATH_MAX];
	size_t len = 0;
	struct stat st;

	do {
		len += strspn(path + len, "/");
		len += strcspn(path + len, "/");
		if (len >= sizeof(part))
			return false;
		memcpy(part, path, len);
		part[len] = '\0';
		if (lstat(part, &st) == 0 && S_ISLNK(st.st_mode))
			return true;
	} while (path[len] != '\0');
	return false;
}

char *expand_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

char *expand_link_folder(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode))
		return NULL;

	char *file = realpath(path, NULL);
	char *folder = file != NULL ? expand_parent(file) : NULL;
	char *parent = expand_parent(path);
	char *own = parent != NULL ? realpath(parent, NULL) : NULL;
	if (folder != NULL && own != NULL && strcmp(folder, own) == 0) {
		free(folder);
		folder = NULL;
	}
	free(own);
	free(parent);
	free(file);
	return folder;
}

char *expand_absolute(const char *path)
{
	char *absolute = realpath(path, NULL);

	if (absolute != NULL || strcmp(path, ".") == 0 ||
	    strcmp(path, "/") == 0)
		return absolute;

	const char *slash = strrchr(path, '/');
	char *parent = expand_parent(path);
	char *folder = parent != NULL ? expand_absolute(parent) : NULL;
	if (folder != NULL)
		absolute =
			expand_join(folder, slash != NULL ? slash + 1 : path);
	free(folder);
	free(parent);
	return absolute;
}

/* Of "a/b*" + "/c*": a, where b* may appear, and every b*, where c* may. */
static int pattern_folders(const char *pattern, struct paths *out)
{
	char *parent = expand_parent(pattern);
	int rc = -1;

	if (parent == NULL)
		return -1;
	if (!is_pattern(parent))
		return add(out, parent, (struct timespec){ 0 });
	if (pattern_folders(parent, out) == 0)
		rc = match(parent, false, out);
	free(parent);
	return rc;
}

int expand_folders(const char *operand, enum operand_kind kind,
		   struct paths *out)
{
	if (kind == OPERAND_FOLDER)
		return add(out, strdup(operand), (struct timespec){ 0 });
	if (kind == OPERAND_NAME)
		return add(out, expand_parent(operand), (struct timespec){ 0 });
	return pattern_folders(operand, out);
}

void paths_free(struct paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->items[i].path);
	free(paths->items);
	*paths = (struct paths){ 0 };
}

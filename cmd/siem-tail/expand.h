/*
 * What an operand stands for at this moment.
 */
#ifndef SIEM_TAIL_EXPAND_H
#define SIEM_TAIL_EXPAND_H

#include "core/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum operand_kind {
	OPERAND_NAME,    // of a file, which may be missing
	OPERAND_FOLDER,  // the files in it, but not hidden ones
	OPERAND_PATTERN, // as glob(7) has it, where no file has that very name
};

struct path {
	char *path;              // owned
	struct timespec changed; // when the file was
};

struct paths {
	struct path *items;
	size_t count, cap;
};

enum operand_kind expand_kind(const char *operand);

/*
 * Append the regular files that a folder or a pattern stands for, but not
 * compressed ones. The one that was not changed for the longest time comes
 * first, as rotated logs go. -1 with errno set.
 */
int expand_files(const char *operand, enum operand_kind kind,
		 struct paths *out) MUST_CHECK;

/* Append the folders in which another file may appear. -1 with errno set. */
int expand_folders(const char *operand, enum operand_kind kind,
		   struct paths *out) MUST_CHECK;

/* Is it named as what old logs become, which holds no lines? */
bool expand_is_compressed(const char *path);

/* A name in a folder as a new string, or NULL: out of memory. */
char *expand_join(const char *folder, const char *name) MUST_CHECK;

/* Is it, or a folder on the way to it, a symbolic link? */
bool expand_has_link(const char *path);

/*
 * The folder of the file that a symbolic link means, absolute, as a new string.
 * NULL: it is none, or means one in its own folder, or none at all.
 */
char *expand_link_folder(const char *path);

/* The folder of a path as a new string, or NULL: out of memory. */
char *expand_parent(const char *path) MUST_CHECK;

/*
 * The path without links, as far as it exists, and absolute, as a new string;
 * NULL: out of memory.
 */
char *expand_absolute(const char *path) MUST_CHECK;

void paths_free(struct paths *paths);

#endif

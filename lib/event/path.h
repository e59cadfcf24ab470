/*
 * What stands within the strings of a map: paths, and templates with paths in
 * braces.
 */
#ifndef SIEM_EVENT_PATH_H
#define SIEM_EVENT_PATH_H

#include "core/attr.h"
#include "core/slice.h"

#include <stdbool.h>

enum { PATH_NAMES = 32 }; // from the record down, at most

/*
 * Split a path into names, which dots divide; what follows a backslash is
 * part of the name. The names are written to text, which has room for all of
 * path. Returns how many there are, or -1 with *why in words.
 */
int path_split(struct slice path, char *text, struct slice names[PATH_NAMES],
	       const char **why) MUST_CHECK;

/* A part of a template. */
struct piece {
	bool is_path;      // it stood in braces
	struct slice text; // without them
};

/*
 * Take the next piece off a template that is not empty. Braces that are meant
 * as they stand are written twice; for them the piece is written to text,
 * which has room for all of the template. False with *why in words.
 */
bool path_next_piece(struct slice *template, char *text, struct piece *piece,
		     const char **why) MUST_CHECK;

#endif

/*
 * A look at a folder: the regular files in it.
 */
#ifndef SIEM_TAIL_FOLDER_H
#define SIEM_TAIL_FOLDER_H

#include "core/attr.h"
#include "source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

struct known;
struct tail;

/* A regular file of the folder. */
struct entry {
	char *name; // owned
	dev_t dev;
	ino_t ino;
	uint64_t size;
	struct timespec changed;
	struct timespec born; // 0: the file system does not tell
	struct known *known;  // what it was before, or NULL
	bool packed;
	bool named;   // it is followed by its name, or a link to it is
	bool sibling; // it has the name of an earlier generation
	char *log;    // which is that of a log in another folder, absolute: it
		   // was moved here; or NULL; owned
	bool dated;   // or of what a link may have pointed to before
	bool shut;    // it cannot be opened, which is said

	const char *link;     // to it, that is followed: its name; or NULL
	struct known *before; // what the link meant before this; or NULL
};

struct look {
	struct tail *t;
	const char *folder; // as operands give it, or absolute
	const char *link;   // to a file in it, that is followed; or NULL
	const char *home;   // the folder of what is followed
	char *absolute;     // owned
	dev_t dev;          // the folder
	ino_t ino;
	struct entry *items;
	size_t count, cap;
	bool moved;    // something was renamed while it was looked at
	bool complete; // all that is known was found
	bool settled;  // what was not found is not there
	int64_t seen_ns; // the change of the folder that was seen, by its
			 // clock; 0: it may have changed since
	int error;     // an errno: why it cannot be listed
};

/*
 * List the files, the one that was not changed for the longest time first. 1:
 * listed; 0: it cannot be, for that error; -1: no memory.
 */
int folder_list(struct look *l) MUST_CHECK;

/* The same, without a word on whose earlier generations they are. */
int folder_read(struct look *l) MUST_CHECK;

void folder_forget(struct look *l);

/* Open one of them. False: it is another by now, or shut. */
bool folder_open(struct look *l, struct entry *entry,
		 struct source *s) MUST_CHECK;

/*
 * Has the folder been as it is for so long that it did not change while it was
 * read either? When it changed is told.
 */
bool folder_is_quiet(const struct look *l, int64_t *changed_ns);

/* When it changed, by what stat(2) says. */
int64_t folder_changed_ns(const struct stat *st);

#endif

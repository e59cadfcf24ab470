/*
 * What the operands mean: which names, and which file each of them is.
 *
 * An operand is a name, a folder (the files in it, but not hidden ones) or a
 * pattern. All are looked at again whenever something may have changed, so
 * that names may come and go, and be given from file to file.
 */
#ifndef SIEM_TAIL_NAMES_H
#define SIEM_TAIL_NAMES_H

#include "bases.h"
#include "core/attr.h"
#include "core/err.h"
#include "expand.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

struct file;
struct name;
struct tail;
struct watch_event;

struct names {
	bool blind; // not all that was found at the last look is watched
	size_t operand_count;
	bool remembered; // operands are what the checkpoint knows: any of it
			 // may be gone

	// private
	struct timespec began; // by the clock of files, before any watch
	char **operands;
	enum operand_kind *kinds; // of each, at the last look
	struct name **items; // by path
	size_t count, cap;
	size_t looks;      // number of the last look at all of them
	int *open_folders; // in which any name that comes may be ours
	size_t open_count, open_cap;
	char *folder;  // the one that was watched last in this look,
	int folder_wd; // and as what
};

/*
 * Take the operands. ERR_USAGE where one can be read neither as a file nor as
 * a folder; one that is not there yet is no error.
 */
int names_open(struct names *names, char *const operands[], size_t count,
	       struct err *e) MUST_CHECK;

/*
 * Look at all of them, and open and queue what is new. Troubles are said, once
 * each. -1 with e filled: out of memory.
 */
int names_look(struct tail *t, struct err *e) MUST_CHECK;

/* Have all of them looked at by then, by clock_ns(), or right away. */
void names_look_by(struct tail *t, int64_t ns);
void names_look_soon(struct tail *t);

/* Look at the names that an event concerns. */
void names_event(struct tail *t, const struct watch_event *event);

/* Look once more what has become of files that were rotated away. */
int names_look_back(struct tail *t, struct err *e) MUST_CHECK;

/*
 * A file was found in a folder that was, by its name, what is followed; born as
 * in struct source. The same of one that was moved away from the path of a log.
 */
void names_meet(struct tail *t, const char *folder, const char *name,
		struct timespec born);
void names_meet_moved(struct tail *t, const char *log, struct timespec born);

/*
 * A name has a new file: have a look at the other folders where what it meant
 * before may be by now. As names_look_back().
 */
int names_look_afar(struct tail *t, const char *folder,
		    struct err *e) MUST_CHECK;

/*
 * Say of which names more files were made than were found: they came and went
 * unseen. To be called after all was looked at.
 */
void names_tell_unseen(struct tail *t);

/* Is a file with this name in a folder followed by that name? */
bool names_have(const struct names *names, const char *folder,
		const char *name);

/*
 * Does an operand stand for whatever is in a folder, also for this file, were
 * it not packed? So does everything where it is only asked what has become of
 * what is remembered.
 */
bool names_take_in(const struct names *names, const char *folder,
		   const char *name);

/* Is there an operand that both may be generations of, by their names? */
bool names_rotate(const struct names *names, const char *one,
		  const char *other);

/*
 * Add the operands that files in a folder may be earlier generations of, also
 * those in other folders, from where they may be moved, and what these stand
 * for.
 */
int names_add_bases(const struct names *names, const char *folder,
		    struct bases *b) MUST_CHECK;

/*
 * The operand, without its folder, that this file in folder has the name of, or
 * is named as an earlier generation of; NULL: there is none.
 */
const char *names_log_of(const struct names *names, const char *folder,
			 const char *name);

/*
 * The operand, without its folder, if it means its file by a link, or by one of
 * several names that this has; st is of the file. NULL: it does not.
 */
const char *names_link(const struct names *names, size_t operand,
		       struct stat *st);

/*
 * Does an operand stand for files in this folder, which is absolute and need
 * not be there? Of a pattern, for whatever is below the folders it names.
 */
bool names_cover(const struct names *names, const char *folder) MUST_CHECK;

/* Append the folders that operands stand for files in. -1 with errno set. */
int names_folders(const struct names *names, struct paths *out) MUST_CHECK;

/* The file that a name means now, by its absolute path; NULL: none. */
const struct file *names_live(const struct names *names, const char *path);

/* The file is about to be removed. */
void names_forget_file(struct names *names, const struct file *f);

void names_close(struct names *names);

#endif

/*
 * Files and descriptors: whole writes, whole reads, replacement that survives
 * a power cut.
 */
#ifndef SIEM_CORE_FILE_H
#define SIEM_CORE_FILE_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Write all n bytes, through signals and short writes; waits where fd is not
 * ready. -1 with errno set.
 */
int file_write_all(int fd, const void *bytes, size_t n) MUST_CHECK;

/* Append the contents of path to out, whose ceiling bounds it. */
int file_read(const char *path, struct buf *out, struct err *e) MUST_CHECK;

/*
 * The same from a descriptor. -1 with errno set: EMSGSIZE where it does not
 * fit below that ceiling.
 */
int file_read_all(int fd, struct buf *out) MUST_CHECK;

/*
 * Replace dir/name by a file that holds bytes, or leave it as it was: a
 * temporary file, fsync, rename, fsync of the folder. Mode 0600. Where only
 * the last step failed, the new file is there, but may not be durable.
 */
int file_replace(const char *dir, const char *name, const void *bytes,
		 size_t n, struct err *e) MUST_CHECK;

/* The same in a folder that is open. */
int file_replace_at(int dirfd, const char *name, const void *bytes, size_t n,
		    struct err *e) MUST_CHECK;

/* fsync the folder that holds path, so that its name is durable. */
int file_sync_parent(const char *path, struct err *e) MUST_CHECK;

/*
 * Can a file be made now in the folder of what path names, and is there room
 * in it? Nothing is left behind.
 */
int file_check_parent(const char *path, struct err *e) MUST_CHECK;

bool file_is_regular(int fd);

/* Are both the same regular file? What reads one would never reach its end. */
bool file_is_same(int a, int b);
bool file_is_at(int fd, const char *path);
bool file_is_one(const char *path, const char *other);

/* Does path name nothing any more, or something else than the open file? */
bool file_has_moved(int fd, const char *path);

/* Has it no name left? It is gone once it is closed. */
bool file_is_removed(int fd);

/* From now on as many descriptors may be open as the system allows at most. */
void file_allow_many(void);

#endif

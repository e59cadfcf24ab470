/*
 * One file, whatever its name is by now: whole lines out of it, from a
 * position on.
 *
 * A file is followed through its descriptor, so a rename or a deletion changes
 * nothing here; what happens to its name is the business of names.h.
 *
 * Nothing of a line is handed out before its LF is in the file, however long
 * the line: until then it is looked at and left where it is. Reading needs
 * one block of memory that all sources share.
 *
 * Of a compressed file everything here, offsets too, means what it holds. It is
 * expected to be complete one day, and nothing of it changes.
 *
 * Every read begins with bytes that were read before. Where they are no longer
 * the same the file was truncated and written again, also if it has already
 * grown beyond the position.
 */
#ifndef SIEM_TAIL_SOURCE_H
#define SIEM_TAIL_SOURCE_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "stream/position.h"
#include "unpack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

enum {
	SOURCE_KEPT = 1024,      // bytes that are compared: a record or so
	SOURCE_CHUNK = 64 << 10, // bytes handed out at most
	SOURCE_REST = 4096,      // of an unfinished line, kept in memory
	SOURCE_BLOCK = SOURCE_KEPT + SOURCE_CHUNK, // what reading needs
};

struct source {
	char *path; // as it was called when it was opened last; owned
	int fd;     // -1 once it is closed
	dev_t dev;
	ino_t ino;
	struct timespec born; // 0: the file system does not tell
	uint64_t position;    // of the first byte that was not handed out
	uint64_t seen;        // bytes behind it that were read and hold no LF
	uint64_t size;        // the largest it was seen to have
	nlink_t links;        // 0: deleted

	bool line_open; // a piece of a line was handed out, its end was not
	struct unpack *unpack; // of a compressed file, else NULL

	// as the file system has it, when it was asked last
	struct timespec changed;
	uint64_t packed_size; // of a compressed file

	// private
	uint64_t line_left;     // to be handed out of a line found complete
	bool line_torn;         // it has no LF, and gets one
	bool after_truncation;  // NULs at the start are a hole, not data
	char kept[SOURCE_KEPT]; // the last bytes that were read,
	size_t kept_len;        // so many,
	uint64_t kept_end;      // up to here
	struct buf rest;        // the unfinished line, if all of it fits
	struct trail *trail;    // what positions need; made by the first
};

enum source_got {
	SOURCE_LINES,     // chunk holds whole lines
	SOURCE_PIECE,     // chunk holds a part of a line: read on, from here
	SOURCE_DRY,       // nothing more yet
	SOURCE_TRUNCATED, // source_truncated() first
	SOURCE_FAILED,    // e is filled
};

/* Valid until the block is used again. */
struct chunk {
	struct slice bytes;
	uint64_t offset; // of the first of them in the file
	size_t added;    // bytes at the end that are not in it: a missing LF
};

/*
 * Open path, which must be a regular file. -1 with e filled, and with errno:
 * 0 where it is something else.
 */
int source_open(struct source *s, const char *path, struct err *e) MUST_CHECK;

/*
 * Is it one file, as far as the times tell at which both were made? An inode
 * that was given to another file has a later one.
 */
bool source_same_birth(struct timespec one, struct timespec other);

/* When a file was made, of what statx(2) tells. */
struct timespec source_birth(const struct statx *stx);

/* Does it begin as a .gz file does? */
bool source_looks_packed(const struct source *s);

/* It is a .gz file, of which nothing was read. -1 with e filled: no memory. */
int source_unpack(struct source *s, struct err *e) MUST_CHECK;
void source_close(struct source *s);

/* pread(2), through signals. */
ssize_t source_read_at(const struct source *s, char *out, size_t n,
		       uint64_t offset);

/* What comes next. Where a line is open, its next piece. */
enum source_got source_read(struct source *s, char *block, struct chunk *chunk,
			    struct err *e) MUST_CHECK;

/* The unfinished line at the end will stay so: hand it out, with an LF. */
void source_end_line(struct source *s);

/*
 * Start again after SOURCE_TRUNCATED. torn is what is left of the line that
 * was unfinished, with an LF; empty where there is none. Returns how many
 * bytes are known to be lost: they had been there, and were not handed out.
 */
uint64_t source_truncated(struct source *s, char *block, struct slice *torn);

/*
 * Ask the file system for size and links. 1: something changed since it was
 * last asked, or there is something to read; 0: no; -1 with e filled.
 */
int source_measure(struct source *s, struct err *e) MUST_CHECK;

#endif

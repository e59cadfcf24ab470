/*
 * The lines of a file, compressed or not.
 *
 * Whether it is compressed is told by how it begins. The offsets of a
 * compressed file are those of what it holds.
 */
#ifndef SIEM_VERIFY_INPUT_H
#define SIEM_VERIFY_INPUT_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct input {
	const char *name; // borrowed; "-": standard input
	dev_t dev;
	ino_t ino;
	uint64_t size; // when it was opened; of a compressed file, compressed
	uint64_t most; // bytes that lines may begin in, so that what it grows
		       // by is not read; UINT64_MAX where it cannot grow

	// private
	int fd;
	struct z_stream_s *gzip; // NULL: it is not compressed
	struct buf packed;       // of a compressed file: read, and not yet used
	struct buf in;
	size_t start;    // where the unread part of in begins
	size_t seen;     // how much of that part holds no LF
	uint64_t offset; // of that part in the file
	bool eof, ended; // no more to read; the compressed data has ended
};

struct input_line {
	struct slice text; // without LF and CR; until the next call. Of a line
			   // that is too long, how it begins
	struct slice raw;  // the same with its CR
	uint64_t offset, len; // of the line, LF included
	bool ended;           // its LF is there
	bool too_long;
};

int input_open(struct input *in, const char *name, struct err *e) MUST_CHECK;

/* Does it begin like a checkpoint, which audit.jsonl* may take in as well? */
bool input_is_checkpoint(const struct input *in);

/*
 * Append how the file begins: at most most bytes, fewer where it has no more.
 * Before the first line only. Nothing else of the file is kept in memory,
 * unless it cannot be read again.
 */
int input_head(struct input *in, size_t most, struct buf *head,
	       struct err *e) MUST_CHECK;

/* 1: the next line, of at most max bytes; 0: the end; -1 with e filled. */
int input_next(struct input *in, size_t max, struct input_line *line,
	       struct err *e) MUST_CHECK;

void input_close(struct input *in);

#endif

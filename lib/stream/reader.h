/*
 * Records and control lines out of a descriptor.
 *
 * The reader cuts a stream into lines without copying them, tells data from
 * control lines, and keeps count. It never blocks unless reader_fill() does.
 *
 *     while ((got = reader_next(&r, &line, &e)) != READER_EOF)
 *             if (got == READER_MORE)
 *                     reader_fill(&r, &e);
 *             else ...
 */
#ifndef SIEM_STREAM_READER_H
#define SIEM_STREAM_READER_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "stream/control.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reader_got {
	READER_MORE,    // no whole line is left: reader_fill() first
	READER_RECORD,  // a record
	READER_PIECE,   // a part of a record, or of an R line, over the limit
	READER_CONTROL, // a control line
	READER_EOF,     // the end; see cut_off
	READER_FAILED,  // e is filled: the stream breaks the contract
};

/* Where a record ends that some bytes begin with. */
enum reader_end {
	READER_END_LINE,  // it is a line
	READER_END_MORE,  // more bytes are needed to tell
	READER_END_KNOWN, // not at an LF
};

/* What may come behind those bytes. */
enum reader_outlook {
	READER_NO_MORE,
	READER_MAYBE_MORE, // who knows when
	READER_SURELY_MORE,
};

struct reader_line {
	struct slice raw;  // without its LF; valid until reader_fill()
	struct slice text; // of a record: raw without the CR at its end
	uint64_t number;   // of data lines, from 1
	uint64_t offset;   // of its first byte in the input
	bool first, last;  // of a piece: where it stands in its record
	struct control control; // READER_CONTROL; of the first piece of an R
				// line, its reason and the start of its record
	bool is_reject;    // the pieces are those of an R line
};

struct reader {
	int fd;
	size_t max_record;    // bytes without LF; a longer one comes in pieces

	/* Asked, unless it is NULL, before any record of a stream that is not
	   marked: *len is set where its end is known. Such a record comes as it
	   is, whatever it ends with, and is no longer than max_record and a few
	   bytes. Of an outlook of READER_NO_MORE, it does not ask for more. */
	enum reader_end (*measure)(struct slice bytes, size_t max_record,
				   enum reader_outlook outlook, size_t *len);

	bool marked;          // the first line was a header
	bool ended;           // an E line has come
	bool cut_off;         // at READER_EOF: a marked stream without its E
	uint64_t records;     // data lines so far
	uint64_t bytes;       // of complete lines so far

	// private
	struct buf in;
	size_t start;   // where the unread part of in begins
	size_t seen;    // how much of that part holds no LF
	bool started, regular, eof, in_piece, piece_is_reject;
};

#define READER_INIT(descriptor, limit) \
	((struct reader){ .fd = (descriptor), .max_record = (limit) })

/* The next line, as far as it has been read. */
enum reader_got reader_next(struct reader *r, struct reader_line *line,
			    struct err *e) MUST_CHECK;

/* Is a record nothing but blanks? Such lines mean nothing. */
bool reader_is_blank(struct slice record);

/*
 * Read once. 1: something came; 0: nothing yet (EAGAIN, EINTR) or, with
 * eof set, for good; -1 with e filled. What reader_next() gave is forgotten.
 */
int reader_fill(struct reader *r, struct err *e) MUST_CHECK;

/* Are there bytes that reader_next() has not given yet? */
bool reader_holds(const struct reader *r);

/* Go on with another input, which counts its lines from 1 again. */
void reader_restart(struct reader *r, int fd);

void reader_free(struct reader *r);

#endif

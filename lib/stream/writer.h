/*
 * Records and control lines into a descriptor, in large blocks.
 */
#ifndef SIEM_STREAM_WRITER_H
#define SIEM_STREAM_WRITER_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>

enum { WRITER_BLOCK = 64 << 10 }; // what is gathered before it is written

struct writer {
	int fd;
	bool marked;    // data lines that begin with DLE have it doubled
	struct buf out; // append a line here, then writer_end_line()

	// private
	size_t line; // where the line begins that is being made
};

/* max bounds one line, not the stream. */
#define WRITER_INIT(descriptor, limit)         \
	((struct writer){ .fd = (descriptor),  \
			  .out = BUF_INIT((limit) + 4 * (size_t)WRITER_BLOCK) })

/*
 * End the line that was appended to out since the last one: doubles its DLE
 * where needed and adds the LF. Writes when a block is full. -1: ERR_SYSTEM or
 * ERR_PIPE; ERR_DATA where the line grew beyond the limit, which leaves none
 * of it.
 */
int writer_end_line(struct writer *w, struct err *e) MUST_CHECK;

/* Forget what was appended since the last line. */
void writer_cancel_line(struct writer *w);

/*
 * End a control line, which was appended with its LF; or a part of a line that
 * is too long to be gathered whole.
 */
int writer_end_control(struct writer *w, struct err *e) MUST_CHECK;

/* Write all there is. */
int writer_flush(struct writer *w, struct err *e) MUST_CHECK;

void writer_free(struct writer *w);

#endif

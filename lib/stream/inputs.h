/*
 * The files that a filter reads, all of them opened before the first is read:
 * after that it can open nothing any more.
 */
#ifndef SIEM_STREAM_INPUTS_H
#define SIEM_STREAM_INPUTS_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stddef.h>

struct input {
	int fd;           // -1: it cannot be read, and that has been said
	const char *name; // NULL: standard input
};

struct inputs {
	struct input *items; // count of them, in the order of the operands
	size_t count;
	bool failed; // some could not be opened
};

/*
 * Open the operands, of which "-", or none at all, is standard input. Those
 * that cannot be opened are reported, and do not stop the others. -1 with e
 * filled: out of memory.
 */
int inputs_open(struct inputs *in, char *names[], size_t count,
		struct err *e) MUST_CHECK;

/*
 * ERR_USAGE where a file that is read is standard output as well, or what is
 * at reject, which may be NULL.
 */
int inputs_check(const struct inputs *in, const char *reject,
		 struct err *e) MUST_CHECK;

/*
 * Append to s->out.out what becomes of a record, which is valid until this
 * returns. 1: a line is there; 0: it is to have none; -1 with why filled:
 * ERR_DATA rejects the record, anything else ends the run.
 */
typedef int inputs_each(void *context, struct slice record, struct err *why);

/*
 * Filter the records of every input, one behind the other, to the end of the
 * stream. An input that cannot be read any more is reported, and does not stop
 * the others. -1 with e filled.
 */
int inputs_filter(const struct inputs *in, struct stream *s, inputs_each *each,
		  void *context, struct err *e) MUST_CHECK;

void inputs_close(struct inputs *in);

#endif

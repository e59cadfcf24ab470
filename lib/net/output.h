/*
 * A file that is appended to, or standard output, as a destination.
 *
 * Nothing here waits for a reader: what a pipe does not take now is left to
 * the next call.
 */
#ifndef SIEM_NET_OUTPUT_H
#define SIEM_NET_OUTPUT_H

#include "core/attr.h"
#include "core/err.h"
#include "net/rotation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct output {
	int fd;
	const char *path; // borrowed; NULL: standard output
	bool regular;     // a file proper: what is written has to be synced
	bool torn;        // an earlier run left its last line without its LF
	bool within;      // what was written ends within a line
	struct rotation rotation; // of a file proper
	uint64_t size;            // of that file
	uint64_t written;
	uint64_t synced; // of those, the ones that are durable
};

#define OUTPUT_NONE ((struct output){ .fd = -1 })

/*
 * Append to path, which is created with mode 0640, or to standard output where
 * it is NULL. Where somebody moves the file away, to rotate it, or removes it,
 * another is made, at latest once all before is durable. Where rotation says so
 * (NULL: never), it is moved away here, once it is durable, between two lines.
 * ERR_SYSTEM; ERR_TEMPORARY for a named pipe that has no reader.
 */
int output_open(struct output *o, const char *path,
		const struct rotation *rotation, struct err *e) MUST_CHECK;

/*
 * Write what is taken now: how many bytes, 0 for none, -1 with e filled.
 * ERR_TEMPORARY: the disk or the quota is full, the file was moved and cannot
 * be made again, the reader of a named pipe has gone; ERR_PIPE: that of
 * standard output has.
 */
ssize_t output_write(struct output *o, const void *bytes, size_t n,
		     struct err *e) MUST_CHECK;

/* Is somebody still there to read it? -1 with e filled, as above. */
int output_check(struct output *o, struct err *e) MUST_CHECK;

/*
 * Make durable what was written. -1: it may be lost, or its file was removed;
 * what was not synced
 * before has to be written again to a file opened anew (ERR_TEMPORARY), which
 * standard output cannot be (ERR_SYSTEM).
 */
int output_sync(struct output *o, struct err *e) MUST_CHECK;

/* How many of the bytes written are where they belong. */
uint64_t output_acked(const struct output *o);

void output_close(struct output *o);

#endif

/*
 * Records set aside: --reject of filters, --dead-letter of sinks.
 *
 * FILE gets the record itself, raw, so that it can be tried again; FILE.why a
 * JSON line about it with its byte offset in FILE. Both are appended to; a
 * torn last line that a crash left is cut off when they are opened.
 */
#ifndef SIEM_STREAM_REJECT_H
#define SIEM_STREAM_REJECT_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known of a record that is set aside. */
struct reject_why {
	const char *source; // the file it came from, or NULL: standard input
	uint64_t line;      // 0: not known
	size_t column;      // 0: the record as a whole
	struct slice reason;
};

struct reject_file {
	const char *path; // borrowed; NULL: there is none
	int fd, why_fd;
	uint64_t offset;  // where the next record goes
	uint64_t begun;   // where the record began that comes in pieces
	bool dirty;       // something is not durable
};

#define REJECT_NONE ((struct reject_file){ .fd = -1, .why_fd = -1 })

int reject_open(struct reject_file *f, const char *path,
		struct err *e) MUST_CHECK;

/* Set a record aside: written when this returns, durable after a sync. */
int reject_put(struct reject_file *f, struct slice record,
	       const struct reject_why *why, struct err *e) MUST_CHECK;

/*
 * The same for a record in pieces: any number of calls, why being NULL in all
 * but the last.
 */
int reject_put_piece(struct reject_file *f, struct slice piece,
		     const struct reject_why *why, struct err *e) MUST_CHECK;

/* Make durable what was put. */
int reject_sync(struct reject_file *f, struct err *e) MUST_CHECK;

/* Sync and close. */
int reject_close(struct reject_file *f, struct err *e) MUST_CHECK;

#endif

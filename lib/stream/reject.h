/*
 * Records set aside: --reject of filters, --dead-letter of sinks.
 *
 * FILE gets the record itself, raw, so that it can be tried again; FILE.why a
 * JSON line about it with its byte offset in FILE. Both are appended to; a
 * torn last line that a crash left is cut off when they are opened. What was
 * put is kept until it is on disk (stream/journal.h), so a disk that is full
 * costs no record, but it is for the caller to put no more then.
 */
#ifndef SIEM_STREAM_REJECT_H
#define SIEM_STREAM_REJECT_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "stream/journal.h"

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

	// private
	struct journal records, whys;
	uint64_t part; // bytes of a record whose last piece is to come
};

#define REJECT_NONE \
	((struct reject_file){ .records = JOURNAL_NONE, .whys = JOURNAL_NONE })

int reject_open(struct reject_file *f, const char *path,
		struct err *e) MUST_CHECK;

/* Keep to the names of its files, as journal_follow(). */
void reject_follow(struct reject_file *f);

/*
 * Set a record aside: safe after a write or a sync. -1 with e filled: there is
 * no memory for it.
 */
int reject_put(struct reject_file *f, struct slice record,
	       const struct reject_why *why, struct err *e) MUST_CHECK;

/*
 * The same for a record in pieces: any number of calls, why being NULL in all
 * but the last.
 */
int reject_put_piece(struct reject_file *f, struct slice piece,
		     const struct reject_why *why, struct err *e) MUST_CHECK;

/*
 * Write what was put, or make it durable. -1 with e filled: it is kept, and
 * this can be tried again.
 */
int reject_write(struct reject_file *f, struct err *e) MUST_CHECK;
int reject_sync(struct reject_file *f, struct err *e) MUST_CHECK;

/* Is something not durable? How many bytes are held for that? */
bool reject_is_dirty(const struct reject_file *f);
size_t reject_held(const struct reject_file *f);

/* Sync and close; what could not be synced may be lost. */
int reject_close(struct reject_file *f, struct err *e) MUST_CHECK;

#endif

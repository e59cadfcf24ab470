/*
 * A file of lines that is appended to, and that nothing put into it is missing
 * from: dead letters, receipts.
 *
 * What was put stays in memory until it is durable. So a disk that is full, or
 * that fails to write what it had taken, costs nothing: the same bytes go to
 * the same place again, once it works.
 */
#ifndef SIEM_STREAM_JOURNAL_H
#define SIEM_STREAM_JOURNAL_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal {
	// private
	char *path; // NULL: it is not open
	int fd;
	uint64_t durable;   // bytes of the file, from its start
	struct buf pending; // what comes behind them
	size_t written;     // of pending, to the file
	bool within;        // they end within a line
	bool follows;       // its name
};

#define JOURNAL_NONE ((struct journal){ .fd = -1 })

/*
 * Open, or make, a file, and lock it: ERR_USAGE where it is in use. A torn
 * last line that a crash has left is cut off. Its name is durable.
 */
int journal_open(struct journal *j, const char *path, struct err *e) MUST_CHECK;

/*
 * From now on write to what has that name: where somebody moves the file away,
 * to rotate it, or removes it, another is made when a line is begun. Not for
 * who has given up the right to open files.
 */
static inline void journal_follow(struct journal *j)
{
	j->follows = true;
}

static inline bool journal_is_open(const struct journal *j)
{
	return j->path != NULL;
}

/* How long the file is, with all that was put. */
static inline uint64_t journal_len(const struct journal *j)
{
	return j->durable + j->pending.len;
}

/* How much is held for not being durable? */
static inline size_t journal_held(const struct journal *j)
{
	return j->pending.len;
}

/*
 * The last line of the file as it was opened, with its LF; nothing of an empty
 * one. -1 with e filled.
 */
int journal_read_last(const struct journal *j, struct buf *line,
		      struct err *e) MUST_CHECK;

/* Is something not durable? */
static inline bool journal_is_dirty(const struct journal *j)
{
	return j->pending.len > 0;
}

/* Append bytes. -1 where there is no memory for them: then none are. */
int journal_put(struct journal *j, struct slice bytes,
		struct err *e) MUST_CHECK;

/* Forget what was put behind the first len bytes of the file. */
void journal_cut(struct journal *j, uint64_t len);

/*
 * Write what was put; or make it durable. -1 with e filled: it is kept, and
 * this can be tried again.
 */
int journal_write(struct journal *j, struct err *e) MUST_CHECK;
int journal_sync(struct journal *j, struct err *e) MUST_CHECK;

/* Release it. What is not durable may be lost; no half of a line is left. */
void journal_close(struct journal *j);

#endif

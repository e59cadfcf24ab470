/*
 * What a tool says on standard error, and how it ends.
 *
 * Each message is one line that begins with the tool's name. Bytes that a
 * terminal would act on, that turn the order of what it shows or are not seen,
 * or that are no UTF-8, are written as \xNN, so that what a message quotes
 * cannot forge another.
 */
#ifndef SIEM_CORE_MSG_H
#define SIEM_CORE_MSG_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"

struct buf;

/* The exit status of every tool; every manual lists the ones it can return. */
enum exit_status {
	STATUS_DONE = 0,
	STATUS_REJECTS = 1,     // finished, but records were rejected or dropped
	STATUS_USAGE = 2,       // nothing was read
	STATUS_UNDELIVERED = 3, // what is not committed will be read again
	STATUS_DENIED = 4,      // credentials or set-up refused
};

enum msg_level {
	MSG_QUIET,   // errors only
	MSG_NORMAL,  // and warnings and notices
	MSG_VERBOSE, // and what is done step by step
};

/*
 * Call once, first: name is that of the tool, borrowed for good. A standard
 * stream that is closed stays so: using it fails with EBADF, and nothing that
 * is opened later takes its number.
 */
void msg_init(const char *name);
void msg_set_level(enum msg_level level);
const char *msg_name(void);

/* Append text as messages show it: a name of a file in a list, say. */
void msg_put_visible(struct buf *out, struct slice text);

void msg_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
void msg_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void msg_info(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Say why, unless nobody is there to hear, and return the status it means. */
int msg_exit(const struct err *e) MUST_CHECK;

/* The status that a kind of error means. */
enum exit_status msg_status(enum err_kind kind);

#endif

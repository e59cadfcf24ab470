/*
 * Why something failed, in words for a person and a kind for a program.
 *
 * Library functions neither print nor exit. Those that can fail return 0 on
 * success and -1 on failure; when a person will want to know why, the last
 * parameter is a struct err, filled on failure and untouched on success.
 */
#ifndef SIEM_CORE_ERR_H
#define SIEM_CORE_ERR_H

#include "core/attr.h"

#include <stddef.h>

enum err_kind {
	ERR_NONE,
	ERR_USAGE,     // the command line or the configuration makes no sense
	ERR_DATA,      // this record is wrong and will stay wrong
	ERR_TEMPORARY, // the same call may work later
	ERR_DENIED,    // the far end does not accept who we are
	ERR_SYSTEM,    // disk, memory, permissions, or an input that was cut off
	ERR_PIPE,      // whoever read our output has gone
};

struct err {
	enum err_kind kind;
	size_t column;  // of ERR_DATA: the byte of the record, from 1; or 0
	char text[512]; // one line, no newline; cut short if it does not fit
};

/*
 * Record a failure. Both return -1, so that failing is one statement:
 *
 *     return err_set(e, ERR_DATA, "no timestamp");
 *
 * err_sys() is for failed system calls: its kind is ERR_SYSTEM (ERR_PIPE for
 * EPIPE), it adds the meaning of errno to the text, and errno is the same
 * afterwards.
 */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
int err_sys(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* As err_set() with ERR_DATA, at a byte of the record counted from 1. */
int err_data(struct err *e, size_t column, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Put what only this level knows in front of the text. Returns -1. */
int err_prefix(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif

/*
 * The loop: whose turn it is to be read, when to wait, and how to end.
 */
#ifndef SIEM_TAIL_FOLLOW_H
#define SIEM_TAIL_FOLLOW_H

#include "core/attr.h"
#include "core/err.h"

#include <stdint.h>

struct file;
struct tail;

/* What to wait for, beside signals and a reader that goes away. */
enum { FOLLOW_OUTPUT = 1, FOLLOW_CHANGES = 2 };

/* Look at all names and files for the first time, and queue them. */
int follow_begin(struct tail *t, struct err *e) MUST_CHECK;

/*
 * Read until the files end (--once) or a signal asks to end. What could not be
 * read is said and noted in t->status; -1 with e filled where nothing more can
 * be written, or waited for.
 */
int follow(struct tail *t, struct err *e) MUST_CHECK;

/* Close a file, of which everything is said that is to be remembered. */
void follow_close(struct tail *t, struct file *f);

/*
 * Wait until something happens, or until then by clock_ns(), and notice what
 * has. -1 with e filled; ERR_PIPE where the reader has gone.
 */
int follow_wait(struct tail *t, int what, int64_t until_ns,
		struct err *e) MUST_CHECK;

#endif

/*
 * What can be done with a checkpoint besides going on from it.
 */
#ifndef SIEM_TAIL_STATUS_H
#define SIEM_TAIL_STATUS_H

#include "core/attr.h"
#include "core/err.h"

#include <stddef.h>

struct history;
struct tail;

/*
 * The logs that a checkpoint is about, where none are named: the paths that it
 * knows and that are not those of another's earlier generations. count of
 * them, borrowed from history, in an array that is the caller's to free. NULL:
 * no memory.
 */
char **status_logs(const struct history *h, size_t *count) MUST_CHECK;

/*
 * After the first look: print where each file stands and how far behind that
 * is. t->status becomes STATUS_REJECTS where something is left to be read.
 */
int status_print(struct tail *t, struct err *e) MUST_CHECK;

/* Forget the checkpoint at path, unless a sink has it. */
int status_reset(const char *path, struct err *e) MUST_CHECK;

#endif

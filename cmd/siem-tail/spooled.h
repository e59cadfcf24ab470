/*
 * Reading a spool (stream/spool.h): what is durable in it, in order, from one
 * segment to the next.
 */
#ifndef SIEM_TAIL_SPOOLED_H
#define SIEM_TAIL_SPOOLED_H

#include "core/attr.h"
#include "core/err.h"

#include <limits.h>
#include <stdbool.h>

struct tail;

/* Is this what the operands ask for? */
bool spooled_is(char *const operands[], int count);

/* Refuse a spool among other operands: its side files are no logs. */
int spooled_check(char *const operands[], int count, struct err *e) MUST_CHECK;

/*
 * Read it until its end (--once) or a signal asks to end. -1 with e filled:
 * ERR_USAGE where the checkpoint is none of a reader of this spool.
 */
int spooled_run(struct tail *t, const char *dir, struct err *e) MUST_CHECK;

/* The folder that a checkpoint lies in: is it a spool? */
bool spooled_home(const char *checkpoint, char folder[PATH_MAX]);

/* Print where the checkpoint stands in it, and how far that is behind. */
int spooled_status(struct tail *t, const char *dir, struct err *e) MUST_CHECK;

#endif

/*
 * Reading a spool (stream/spool.h): what is durable in it, in order, from one
 * segment to the next.
 */
#ifndef SIEM_TAIL_SPOOLED_H
#define SIEM_TAIL_SPOOLED_H

#include "core/attr.h"
#include "core/err.h"

#include <stdbool.h>

struct config;
struct tail;

/* Is this what the operands ask for? */
bool spooled_is(char *const operands[], int count);

/* Or may the folder become one, for all that is known? */
bool spooled_may_come(const struct config *cfg, char *const operands[],
		      int count);

/* Refuse a spool among other operands: its side files are no logs. */
int spooled_check(char *const operands[], int count, struct err *e) MUST_CHECK;

/*
 * Read it, or what may become one, until its end (--once) or a signal asks to
 * end. -1 with e filled: ERR_USAGE where the checkpoint is none of a reader of
 * this spool.
 */
int spooled_run(struct tail *t, const char *dir, struct err *e) MUST_CHECK;

#endif

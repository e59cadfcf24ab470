/*
 * The loop: whose turn it is to be read, when to wait, and how to end.
 */
#ifndef SIEM_TAIL_FOLLOW_H
#define SIEM_TAIL_FOLLOW_H

#include "core/attr.h"
#include "core/err.h"

struct tail;

/*
 * Read until the files end (--once) or a signal asks to end. What could not be
 * read is said and noted in t->status; -1 with e filled where nothing more can
 * be written, or waited for.
 */
int follow(struct tail *t, struct err *e) MUST_CHECK;

#endif

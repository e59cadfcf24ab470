/*
 * Where the reader of a spool stands: its checkpoint, which lies in the spool,
 * for whoever writes it to know what was read.
 */
#ifndef SIEM_TAIL_STANDING_H
#define SIEM_TAIL_STANDING_H

#include "core/attr.h"
#include "core/err.h"

#include <limits.h>
#include <stdbool.h>

struct history;
struct spool;
struct spool_position;
struct tail;

/* The folder that a checkpoint lies in: is it a spool? */
bool standing_home(const char *checkpoint, char folder[PATH_MAX]);

/*
 * Is this the checkpoint of a reader of what may become a spool, for there is
 * nothing but checkpoints in the folder?
 */
bool standing_may_come(const char *checkpoint, const char *dir);

/* Load the checkpoint, or make it: for its id. */
int standing_open(struct history *h, const char *checkpoint, const char *dir,
		  struct err *e) MUST_CHECK;

/*
 * Where it stands: at is left as it is where it says nothing of this spool. 1:
 * that is it; 0: there is no checkpoint; -1 with e filled: ERR_USAGE where it
 * is that of something else.
 */
int standing_load(const struct spool *spool, const char *checkpoint,
		  struct spool_position *at, struct err *e) MUST_CHECK;

/* Print it, and how far that is behind. */
int standing_print(struct tail *t, const char *dir, struct err *e) MUST_CHECK;

#endif

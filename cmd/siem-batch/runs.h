/*
 * siem-batch with a command: it is run once for each batch, and what it says
 * is what becomes of that.
 */
#ifndef SIEM_BATCH_RUNS_H
#define SIEM_BATCH_RUNS_H

#include "batch.h"

#include "core/attr.h"
#include "core/err.h"

/* Until the input has ended and all is settled. The exit status, or -1. */
int runs_all(const struct config *cfg, char *const command[],
	     struct err *e) MUST_CHECK;

#endif

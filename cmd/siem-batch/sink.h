/*
 * siem-batch as a sink: with a command, which is run once for each batch; or
 * with a spool, which keeps the records on disk.
 */
#ifndef SIEM_BATCH_SINK_H
#define SIEM_BATCH_SINK_H

#include "batch.h"

#include "core/attr.h"
#include "core/err.h"

/* Until the input has ended and all is settled. The exit status, or -1. */
int sink_run_command(const struct config *cfg, char *const command[],
		     struct err *e) MUST_CHECK;
int sink_run_spool(const struct config *cfg, struct err *e) MUST_CHECK;

#endif

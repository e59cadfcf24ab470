/*
 * siem-batch between two pipes: lines in, the same lines out with the ends of
 * batches between them. It goes on reading while its reader is slow.
 */
#ifndef SIEM_BATCH_FILTER_H
#define SIEM_BATCH_FILTER_H

#include "batch.h"

#include "core/attr.h"
#include "core/err.h"

/* Until the input has ended and all is written. The exit status, or -1. */
int filter_run(const struct config *cfg, struct err *e) MUST_CHECK;

#endif

/*
 * siem-batch --fsck: what there is in a spool, and whether it is sound.
 */
#ifndef SIEM_BATCH_FSCK_H
#define SIEM_BATCH_FSCK_H

#include "core/attr.h"
#include "core/err.h"

/*
 * Print it. What a crash has torn is cut off, unless the spool is in use. The
 * exit status: STATUS_REJECTS where something is damaged; or -1.
 */
int fsck_run(const char *path, struct err *e) MUST_CHECK;

#endif

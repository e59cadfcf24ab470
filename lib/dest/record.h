/*
 * What the kinds that send requests have in common about records.
 */
#ifndef SIEM_DEST_RECORD_H
#define SIEM_DEST_RECORD_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/timestamp.h"
#include "dest/dest.h"
#include "format/sniff.h"

/* When it happened: the time that is found in it, else that of its reading. */
struct timestamp record_time(const struct dest_record *record,
			     const struct sniff *s) MUST_CHECK;

/* Did all of it get into the body? What does not fit there is ERR_DATA. */
int record_status(const struct buf *body, struct err *e) MUST_CHECK;

#endif

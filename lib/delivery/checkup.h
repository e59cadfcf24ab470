/*
 * siem-send --check: what would keep records from a destination, found out step
 * by step, without sending any.
 *
 * What a place has to say about itself is asked for by the kind of destination;
 * the way there, and a test event through the whole of it, are the same for
 * all.
 */
#ifndef SIEM_DELIVERY_CHECKUP_H
#define SIEM_DELIVERY_CHECKUP_H

#include "core/attr.h"
#include "core/err.h"
#include "dest/dest.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Check one destination after the other, and say on standard output what was
 * found; with is_sent one event, marked as a test, is delivered to each that
 * can be reached. Returns the exit status, or -1 with e filled.
 */
int checkup_run(struct dest *dests, size_t count, bool is_sent,
		struct err *e) MUST_CHECK;

#endif

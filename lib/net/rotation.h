/*
 * A file that is moved out of the way when it is long enough: to a name beside
 * it, which says when, as in audit.log.20261122T082659.123Z.
 */
#ifndef SIEM_NET_ROTATION_H
#define SIEM_NET_ROTATION_H

#include "core/attr.h"
#include "core/err.h"

#include <stddef.h>
#include <stdint.h>

/* When, and what stays. */
struct rotation {
	uint64_t size; // bytes of a file at most, but for a line that is longer
		       // by itself; 0: it is never moved
	size_t keep;   // files that were moved, the newest; 0: all
};

/*
 * Move it. Nothing that is there already is replaced, and its name sorts behind
 * those that were moved before, whatever the clock says. ERR_SYSTEM.
 */
int rotation_move(const char *path, struct err *e) MUST_CHECK;

/*
 * Remove the oldest of those that rotation_move() has made of path, until so
 * many are left. ERR_SYSTEM.
 */
int rotation_trim(const char *path, size_t keep, struct err *e) MUST_CHECK;

#endif

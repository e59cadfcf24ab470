/*
 * A spool as a destination: what is in it durably is delivered, as far as this
 * pipeline is concerned (stream/segments.h).
 *
 * A thread writes and syncs while the engine goes on reading; all that has
 * come meanwhile goes out with the next sync.
 */
#ifndef SIEM_DELIVERY_SPOOLER_H
#define SIEM_DELIVERY_SPOOLER_H

#include "core/attr.h"
#include "core/err.h"
#include "delivery/carrier.h"

#include <stdint.h>

/* What to do where there is no room. */
enum spooler_overflow {
	SPOOLER_BY_INPUT, // block where it is marked, else drop the oldest
	SPOOLER_BLOCK,
	SPOOLER_DROP_OLDEST,
};

struct spooler_target {
	const char *path;
	uint64_t max;     // bytes of all segments
	uint64_t segment; // bytes of one
	enum spooler_overflow overflow;

	uint64_t dropped; // records that nobody had read
};

/* As the open() of a carrier_way, whose target is a spooler_target. */
struct carrier *spooler_open(void *target, const struct carrier_load *load,
			     struct err *e) MUST_CHECK;

#endif

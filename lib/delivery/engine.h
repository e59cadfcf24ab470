/*
 * The delivery engine: from a stream of records to a destination, with nothing
 * lost on the way.
 *
 * Records are kept from the moment they are read until the destination has
 * acknowledged them, or they are durable in the dead letters. What memory is
 * given is a bound: beyond it the engine stops reading, and the source waits.
 */
#ifndef SIEM_DELIVERY_ENGINE_H
#define SIEM_DELIVERY_ENGINE_H

#include "core/attr.h"
#include "core/err.h"
#include "dest/dest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine_options {
	int in_fd;
	size_t max_record;       // bytes; longer ones are set aside
	size_t memory;           // bytes of records held
	bool bounded_retries;    // false: try for ever
	uint64_t retries;        // tries after the first, where bounded
	const char *dead_letter; // NULL: none
	unsigned settle_ms;      // quiet time after which TCP counts as taken
};

/* Per record, none ever mistaken for another. */
struct engine_counts {
	uint64_t read;
	uint64_t delivered;
	uint64_t rejected; // by a filter before, by us or by the destination
	uint64_t dead;     // of those, and of what ran out of tries: set aside
	uint64_t lost;     // given up with nowhere to keep them
	uint64_t retried;  // sent again, each time
	uint64_t bytes;    // of delivered records
	uint64_t connects;
};

struct engine;

/* Opens what is needed later. The destination is borrowed. */
struct engine *engine_open(const struct dest *dest,
			   const struct engine_options *options,
			   struct err *e) MUST_CHECK;

/*
 * Run until the input has ended and every record is delivered, set aside or
 * reported. Returns the exit status; what went wrong has been said.
 */
int engine_run(struct engine *g) MUST_CHECK;

const struct engine_counts *engine_counts(const struct engine *g);

void engine_close(struct engine *g);

#endif

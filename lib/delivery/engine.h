/*
 * The delivery engine: from a stream of records to a destination, with nothing
 * lost on the way.
 *
 * Records are kept from the moment they are read until the destination has
 * acknowledged them, or they are in the dead letters. What memory is given is
 * a bound: beyond it the engine stops reading, and the source waits.
 *
 * Everything happens in one loop, which waits for the input, the destination,
 * signals (core/quit.h, set up with QUIT_TELL_LATE) and clocks.
 */
#ifndef SIEM_DELIVERY_ENGINE_H
#define SIEM_DELIVERY_ENGINE_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/rate.h"
#include "core/err.h"
#include "core/metrics.h"
#include "core/slice.h"
#include "delivery/carrier.h"
#include "delivery/ledger.h"
#include "delivery/progress.h"
#include "stream/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine_options {
	int in_fd;
	struct reader *begun;    // the same, where something was read of it
				 // before: taken over by the engine; or NULL
	size_t max_record;       // bytes; longer ones are set aside
	size_t memory;           // bytes of records held
	bool bounded_retries;    // false: try for ever
	uint32_t retries;        // tries after the first, where bounded
	const char *dead_letter; // NULL: none
	enum dry_run dry_run;
	struct rate rate;        // at which records are taken from the input
	size_t alert_after_ms;   // without a delivery; 0: no alert
	const char *on_failure;  // the command to run then; NULL: none
	const struct engine_commits *commits; // NULL: nobody; what is held when
					      // the run is cut short is then
					      // given up
	struct receipts *receipts; // NULL: none
	struct metrics *metrics; // seen to while it runs; NULL: none
};

struct engine;

/*
 * Open what is needed: dead letters, certificates. Where the first of count
 * ways does not work, the next takes over, and so on. What ways and options
 * point to is borrowed. NULL with e filled.
 */
struct engine *engine_open(const struct carrier_way *ways, size_t count,
			   const struct engine_options *options,
			   struct err *e) MUST_CHECK;

/*
 * Run until the input has ended and every record is delivered, set aside or
 * reported. Returns the exit status; what went wrong has been said. A reader
 * of standard output that has gone ends the process as SIGPIPE does.
 */
int engine_run(struct engine *g) MUST_CHECK;

/* The counts so far; also printed when SIGUSR1 comes. */
const struct delivery_counts *engine_counts(const struct engine *g);
void engine_print_counts(const struct engine *g);

/* The same for --metrics, and what is held. */
void engine_collect(const struct engine *g, struct page *page);

void engine_close(struct engine *g);

#endif

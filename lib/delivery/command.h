/*
 * A command as a destination: it is run once for each batch, with the batch on
 * its standard input, a record in a line.
 *
 * How it ends says what became of the batch (siem-batch(1)): 0, delivered, if
 * it has read all of it; 65, rejected, and halved until the record that is to
 * blame stands alone; 126 and 127, it cannot be run; whatever else, also by a
 * signal, to be tried again.
 */
#ifndef SIEM_DELIVERY_COMMAND_H
#define SIEM_DELIVERY_COMMAND_H

#include "core/attr.h"
#include "core/err.h"
#include "delivery/batch.h"
#include "delivery/carrier.h"

#include <stddef.h>

struct command_target {
	char *const *argv; // ends in NULL
	struct batch_limits limits;
	size_t wait_ms;    // from the first record of a batch to its end
	size_t timeout_ms; // how long it may run; 0: as long as it likes
};

/* As the open() of a carrier_way, whose target is a command_target. */
struct carrier *command_open(void *target, const struct carrier_load *load,
			     struct err *e) MUST_CHECK;

#endif

/*
 * The way to a destination of the producer shape: a library that takes records
 * and tells, in an order of its own, what became of each of them.
 *
 * Records stay in the queue until they are acknowledged. While the library
 * struggles it is let try by itself, which repeats nothing, unless somebody
 * else could have the records, or they have only so many tries: then what it
 * has not acknowledged waits in the queue again, and the next one is opened.
 */
#ifndef SIEM_DELIVERY_PRODUCER_H
#define SIEM_DELIVERY_PRODUCER_H

#include "core/attr.h"
#include "core/err.h"
#include "delivery/carrier.h"

/* The open() of its way; target is a struct dest. */
struct carrier *producer_open(void *target, const struct carrier_load *load,
			      struct err *e) MUST_CHECK;

#endif

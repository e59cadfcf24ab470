/*
 * The way to a destination of the request shape: batches of records, each in
 * an HTTP request, several at a time.
 *
 * A batch goes as soon as a request may; while all are busy, records wait in
 * the queue, which makes the next one larger. What an answer means for each
 * record is for the destination to judge. What failed is sent again after a
 * while, and after repeated failures one request at a time finds out whether
 * that makes sense (delivery/breaker.h). Tickets are asked about until they
 * are confirmed, or have to be given up and their records sent again.
 */
#ifndef SIEM_DELIVERY_COURIER_H
#define SIEM_DELIVERY_COURIER_H

#include "core/attr.h"
#include "core/err.h"
#include "delivery/carrier.h"

/* The open() of its way; target is a struct dest. */
struct carrier *courier_open(void *target, const struct carrier_load *load,
			     struct err *e) MUST_CHECK;

#endif

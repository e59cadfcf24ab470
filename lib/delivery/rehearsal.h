/*
 * A dry run of the request shape: requests are shown instead of sent, one of
 * all that is there at a time, just as they would go out, an empty line behind
 * each, or as commands of curl that send them.
 *
 * Secrets are masked: what follows the scheme in an Authorization, and the
 * value of every setting that is one, wherever it is, in whatever code. In
 * commands they are the variables of their settings, and what is fetched or
 * signed has the commands that do so in front.
 */
#ifndef SIEM_DELIVERY_REHEARSAL_H
#define SIEM_DELIVERY_REHEARSAL_H

#include "core/attr.h"
#include "core/err.h"
#include "delivery/carrier.h"

/* The open() of its way; target is a struct dest. */
struct carrier *rehearsal_open(void *target, const struct carrier_load *load,
			       struct err *e) MUST_CHECK;

#endif

/*
 * Requests shown instead of sent.
 */
#ifndef SIEM_DELIVERY_REHEARSAL_H
#define SIEM_DELIVERY_REHEARSAL_H

#include "core/buf.h"
#include "dest/dest.h"

#include <stdbool.h>

/*
 * Append a request as it would go out, an empty line behind it, or as a command
 * of curl that sends it. Secrets are masked: what follows the scheme in an
 * Authorization, and the value of every setting that is one, wherever it is.
 */
void rehearsal_put(struct buf *out, const struct dest *dest,
		   const struct request *request, bool as_curl);

#endif

/*
 * Bodies made smaller: gzip (RFC 1952), quickly rather than as small as can be.
 */
#ifndef SIEM_NET_GZIP_H
#define SIEM_NET_GZIP_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/slice.h"

#include <stdbool.h>

struct gzip;

/* NULL: out of memory. */
struct gzip *gzip_new(void) MUST_CHECK;

/*
 * Put what is packed into out, which then takes no more memory than that.
 * False: out of memory, or it does not fit.
 */
bool gzip_pack(struct gzip *g, struct slice bytes, struct buf *out) MUST_CHECK;

/* Harmless on NULL. */
void gzip_free(struct gzip *g);

#endif

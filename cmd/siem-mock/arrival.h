/*
 * A message that arrived, as a line of JSON.
 */
#ifndef SIEM_MOCK_ARRIVAL_H
#define SIEM_MOCK_ARRIVAL_H

#include "core/buf.h"
#include "core/slice.h"

#include <stdbool.h>

/* Who sent it, and how it came. */
struct origin {
	const char *transport; // "tcp"
	const char *peer;      // "127.0.0.1:51234"
	const char *framing;   // "lf"
	bool cut;              // the message was longer than the limit
};

/* Append the object, without an LF. */
void arrival_put(struct buf *out, struct slice raw, const struct origin *from);

#endif

/*
 * Base64 (RFC 4648 section 4), with padding and without line ends.
 */
#ifndef SIEM_CORE_BASE64_H
#define SIEM_CORE_BASE64_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/slice.h"

#include <stdbool.h>

void base64_put(struct buf *out, struct slice bytes);

/* Append what text stands for. False: it is not Base64, and out is as it was,
   or there was no memory, which buf_status() knows. */
bool base64_read(struct slice text, struct buf *out) MUST_CHECK;

#endif

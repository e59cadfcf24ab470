/*
 * JSON text out of bytes.
 */
#ifndef SIEM_JSON_WRITE_H
#define SIEM_JSON_WRITE_H

#include "core/buf.h"
#include "core/slice.h"

/*
 * Append text as a JSON string, with its quotes: RFC 8259 section 7, escaping
 * only what has to be; bytes that are not UTF-8 become U+FFFD.
 */
void json_put_string(struct buf *out, struct slice text);

#endif

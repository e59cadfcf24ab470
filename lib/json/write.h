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

/*
 * Append what stands in a string for a character that it cannot hold as it is
 * (a quote, a backslash, U+0000 to U+001F): the shortest escape, hexadecimal
 * digits in lower case.
 */
void json_put_escape(struct buf *out, char c);

#endif

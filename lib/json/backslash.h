/*
 * The escapes in JSON strings (RFC 8259 section 7).
 */
#ifndef SIEM_JSON_BACKSLASH_H
#define SIEM_JSON_BACKSLASH_H

#include "core/attr.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What follows the escape whose backslash is at p; NULL, and the first byte
 * that is wrong in *wrong, where it is none. Reads no further than that byte.
 */
const char *backslash_skip(const char *p, const char **wrong) MUST_CHECK;

/* Is the valid escape at p how its character is written in compact JSON? */
bool backslash_is_shortest(const char *p);

/*
 * The character that the valid escape at *p stands for, U+FFFD for a lone
 * surrogate; *p moves behind it. end is that of the string.
 */
uint32_t backslash_take(const char **p, const char *end);

#endif

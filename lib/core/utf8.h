/*
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
 * U+10FFFF.
 */
#ifndef SIEM_CORE_UTF8_H
#define SIEM_CORE_UTF8_H

#include "core/buf.h"
#include "core/slice.h"

#include <stdint.h>

/* How many bytes of s, from its start, are well-formed: s.len if all are. */
size_t utf8_valid(struct slice s) MUST_CHECK;

/*
 * Append s, each maximal ill-formed subsequence of it replaced by U+FFFD
 * (the Unicode Standard, section 3.9, "Substitution of Maximal Subparts").
 */
void utf8_repair(struct slice s, struct buf *out);

/*
 * The length to which well-formed s is to be cut so that no more than max
 * bytes remain and no character is divided.
 */
size_t utf8_cut(struct slice s, size_t max);

/* Write the 1 to 4 bytes of a scalar value to out; returns how many. */
size_t utf8_encode(uint32_t scalar, char out[4]);

#endif

/*
 * A short fingerprint of some bytes, which tells whether they are still the
 * same: what checkpoints, positions and spools keep of them.
 */
#ifndef SIEM_CORE_DIGEST_H
#define SIEM_CORE_DIGEST_H

#include "core/slice.h"

#include <stdint.h>

/* The first 64 bits of SHA-256. */
uint64_t digest_of(struct slice bytes);

#endif

/*
 * HMAC with SHA-256 (RFC 2104, FIPS 198-1): what proves that somebody who
 * knows the key has seen these bytes.
 */
#ifndef SIEM_CORE_HMAC_H
#define SIEM_CORE_HMAC_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>

enum { HMAC_BYTES = 32 };

/* False: out of memory. */
bool hmac_sha256(struct slice key, struct slice bytes,
		 unsigned char mac[HMAC_BYTES]) MUST_CHECK;

/* Append it in Base64. */
int hmac_put_base64(struct slice key, struct slice bytes, struct buf *out,
		    struct err *e) MUST_CHECK;

#endif

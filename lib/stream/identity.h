/*
 * The identity that siem-tail --stamp gives a record, as the first member of
 * its JSON object:
 *
 *     {"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","time":...
 *
 * It is the first 128 bits of SHA-256 over the first line of the file, an LF,
 * the offset of the record's first byte in decimal, an LF, and the record
 * without its LF; so it is the same in every run and on every host, whatever
 * the file is called by then, and also where it is compressed.
 */
#ifndef SIEM_STREAM_IDENTITY_H
#define SIEM_STREAM_IDENTITY_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <openssl/evp.h>
#include <stdint.h>

enum { IDENTITY_LINE = 1 << 20 }; // bytes of a record; longer ones have none

/*
 * Append a record, without LF, that is at offset of its file: with its identity
 * if it is an object, else as it is. seed has hashed the first line of the file
 * and an LF; hash is to work in, and set up alike.
 */
int identity_put(struct buf *out, EVP_MD_CTX *hash, const EVP_MD_CTX *seed,
		 struct slice record, uint64_t offset,
		 struct err *e) MUST_CHECK;

/*
 * The identity that a record has as its first member, which is what was put
 * there, or looks the same: 32 digits, within the record. Empty where it has
 * none.
 */
struct slice identity_of(struct slice record) MUST_CHECK;

#endif

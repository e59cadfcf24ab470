/*
 * Checksums of bytes as they come, in pieces of any length.
 *
 * XXH128 is made at the speed of memory and tells bytes that were damaged, cut,
 * mixed up or swapped from those that were not. Who wants to can make other
 * bytes with the same sum; with SHA-256 nobody can, at many times the cost.
 */
#ifndef SIEM_CORE_CHECKSUM_H
#define SIEM_CORE_CHECKSUM_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>

enum checksum_kind {
	CHECKSUM_XXH128, // XXH3 with 128 bits, as xxh128sum(1) prints it
	CHECKSUM_SHA256, // FIPS 180-4
};

enum {
	CHECKSUM_KINDS = CHECKSUM_SHA256 + 1,
	CHECKSUM_MAX = 32, // bytes of the longest
};

struct checksum {
	enum checksum_kind kind;

	// private
	struct XXH3_state_s *xxh128; // one of them, by kind
	struct SHA256state_st *sha256;
};

/* "xxh128", "sha256" */
const char *checksum_name(enum checksum_kind kind);

/* The kind of that name. -1 with e filled, ERR_USAGE: there is none. */
int checksum_parse(const char *name, enum checksum_kind *kind,
		   struct err *e) MUST_CHECK;

/* Begin with nothing. -1 with e filled: out of memory. */
int checksum_open(struct checksum *c, enum checksum_kind kind,
		  struct err *e) MUST_CHECK;

/* Begin again. */
void checksum_start(struct checksum *c);

void checksum_add(struct checksum *c, struct slice bytes);

/* The sum of all that was added, its first byte first. Then begin again. */
void checksum_finish(struct checksum *c, unsigned char sum[CHECKSUM_MAX]);

/* The same as hexadecimal digits, in lower case. */
void checksum_put(struct checksum *c, struct buf *out);

/* Read such digits. False: they are none of that kind. */
bool checksum_read(const char *hex, enum checksum_kind kind,
		   unsigned char sum[CHECKSUM_MAX]);

/* Harmless on one that is all zero. */
void checksum_close(struct checksum *c);

#endif

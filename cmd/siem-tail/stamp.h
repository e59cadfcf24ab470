/*
 * --stamp: an identity for each record, as stream/identity.h has it.
 */
#ifndef SIEM_TAIL_STAMP_H
#define SIEM_TAIL_STAMP_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source;

struct stamp {
	struct buf out; // what stamp_lines() made

	// private
	EVP_MD *sha256;
	EVP_MD_CTX *hash;
	struct buf line;      // one that comes in pieces, as far as it has
	uint64_t line_offset; // of its first byte
	bool passing;         // it is too long, and goes out as it comes
};

int stamp_open(struct stamp *stamp, struct err *e) MUST_CHECK;

/*
 * What the stamps of a file begin with: its first line, hashed. NULL with e
 * filled; block is SOURCE_BLOCK bytes to work in.
 */
EVP_MD_CTX *stamp_seed(const struct stamp *stamp, const struct source *s,
		       char *block, struct err *e) MUST_CHECK;

/*
 * Replace out by these lines, stamped. They are at offset of their file; a
 * line without its end is kept until the next call brings more of it.
 */
int stamp_lines(struct stamp *stamp, const EVP_MD_CTX *seed, struct slice lines,
		uint64_t offset, struct err *e) MUST_CHECK;

/* Replace out by what was kept, whose end will not come, and then text. */
int stamp_give_up(struct stamp *stamp, struct slice text,
		  struct err *e) MUST_CHECK;

void stamp_close(struct stamp *stamp);

#endif

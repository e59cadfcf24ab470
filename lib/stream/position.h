/*
 * Where siem-tail stands in a file, and which file that is: what its marks
 * carry and its checkpoint keeps (siem-checkpoint(5)).
 *
 * A file is known by device and inode, and by fingerprints of its first bytes
 * and of those before the offset, so that it is also found again under another
 * inode (copied, compressed), and what only has its inode is told from it. The
 * fingerprint of the first bytes grows with the file, up to POSITION_HEAD.
 *
 * Of a compressed file, offset and fingerprints are those of what it holds.
 */
#ifndef SIEM_STREAM_POSITION_H
#define SIEM_STREAM_POSITION_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	POSITION_HEAD = 1024, // bytes that are compared at the start of a file
	POSITION_TAIL = 64,   // and before the offset
	POSITION_MAX = 128,   // what position_put() appends at most
};

struct position {
	uint64_t offset; // of the first byte that was not read
	uint64_t dev, ino;
	uint64_t head_len;  // bytes of the start that were there, at most
			    // POSITION_HEAD
	uint64_t head_hash; // digest_of() of them
	uint64_t tail_len;  // at most POSITION_TAIL, and offset
	uint64_t tail_hash;
};

/*
 * Read OFFSET,DEV,INO,HEADLEN,HEADHASH,TAILLEN,TAILHASH: decimal numbers, and
 * hashes of 16 hex digits. -1 with ERR_DATA: it is none.
 */
int position_parse(struct slice text, struct position *p,
		   struct err *e) MUST_CHECK;

/* Append the same. */
void position_put(struct buf *out, const struct position *p);

/* Do the bytes that a file has there agree with the fingerprints? */
bool position_fits_head(const struct position *p, struct slice head);
bool position_fits_tail(const struct position *p, struct slice tail);

/*
 * The fingerprints of a file that is read from its start, or from a position
 * on, kept as the bytes go by.
 */
struct trail {
	uint64_t offset; // of the bytes that come next

	// private
	size_t head_len, tail_len;
	size_t hashed; // how much of head the hash is of
	uint64_t head_hash;
	char head[POSITION_HEAD];
	char tail[POSITION_TAIL];
};

/* At the start of a file. */
#define TRAIL_START ((struct trail){ 0 })

/* These bytes were read, at offset. */
void trail_follow(struct trail *t, struct slice bytes);

/*
 * Go on at an offset: head and tail are the bytes at the start of the file and
 * those before the offset, as many as there are, and as are compared.
 */
void trail_resume(struct trail *t, uint64_t offset, struct slice head,
		  struct slice tail);

/* Fill in offset and fingerprints. */
void trail_position(struct trail *t, struct position *p);

#endif

/*
 * What the parts of siem-batch share.
 *
 *     main.c     the command line
 *     sink.c     with a command or a spool
 *     fsck.c     what there is in a spool
 *     filter.c   between two pipes
 *     hold.c     the lines it holds
 */
#ifndef SIEM_BATCH_BATCH_H
#define SIEM_BATCH_BATCH_H

#include "core/checksum.h"
#include "core/opt.h"
#include "core/rate.h"
#include "hold.h"

#include <stdbool.h>
#include <stddef.h>

struct config {
	struct opt_common common;
	size_t count, bytes;  // of a batch, at most; 0: any number
	size_t wait_ms;       // from the first record of a batch to its end
	size_t max;           // bytes that are held
	const char *overflow; // "block", "drop-oldest", "drop-newest"; NULL:
			      // by what the input is
	enum hold_overflow when_full; // the same
	struct rate rate;
	const char *spool;
	size_t segment;   // bytes of one
	const char *fsck; // a spool, to look at
	// of a sink
	const char *checkpoint, *dead_letter, *receipts;
	const char *digest; // of the records in receipts, by name
	enum checksum_kind digests;
	size_t max_record;
	size_t retries;    // SIZE_MAX: for ever
	size_t timeout_ms; // of one run; 0: as long as it likes
};

#endif

/*
 * The writing end of a spool (stream/spool.h): records in, durable when it
 * says so.
 *
 * What an earlier run left is closed first, without what a crash has torn; a
 * run never appends to it. A segment in which writing or syncing failed is
 * left as well: what was not durable goes into a new one.
 */
#ifndef SIEM_STREAM_SEGMENTS_H
#define SIEM_STREAM_SEGMENTS_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "stream/spool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct segments {
	struct spool spool;
	uint64_t max;     // bytes of all segments
	uint64_t segment; // bytes of one
	bool may_drop;    // the oldest, where there is no room

	uint64_t dropped; // records that no reader had read
	uint64_t torn;    // bytes that were cut off after a crash
	uint64_t torn_in; // the segment that they, or the last of them, were in
	uint64_t damaged; // a segment of which the side file is, or 0

	// private
	bool ready;      // what was there has been looked at
	uint64_t number; // of the current segment, or of the last there was
	int log, side;   // of the current one, or -1
	bool is_new;     // its names are not durable
	uint64_t durable, records; // of the current one
	uint64_t noted;            // bytes of its side file, about
	uint64_t oldest;           // of the segments that are there
	uint64_t others;           // bytes of those but the current one
	int64_t freed_ns;          // when it was looked what can be freed
};

/* Open, and make where it is not there, the spool at path. */
int segments_open(struct segments *g, const char *path, uint64_t max,
		  uint64_t segment, struct err *e) MUST_CHECK;

/*
 * Close in good order what earlier runs left; once is enough, and appending
 * does it as well.
 */
int segments_recover(struct segments *g, struct err *e) MUST_CHECK;

/*
 * Make whole lines durable. -1 with e filled (ERR_TEMPORARY: try again): so
 * many bytes of them, whole lines, are all the same.
 */
int segments_append(struct segments *g, struct slice lines, size_t *done,
		    struct err *e) MUST_CHECK;

/* Close the current segment in good order, as far as that is possible. */
void segments_close(struct segments *g);

#endif

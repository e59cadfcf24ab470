/*
 * Frames of RELP, the Reliable Event Logging Protocol, for both of its ends:
 *
 *     TXNR SP COMMAND SP DATALEN [SP DATA] LF
 *
 * TXNR is a number of up to nine digits, 0 in hints; COMMAND up to 32 letters;
 * DATALEN says how many bytes DATA has, and where it is 0 the LF follows it.
 */
#ifndef SIEM_FORMAT_RELP_H
#define SIEM_FORMAT_RELP_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RELP_TXNR_MAX = 999999999 };

struct relp_frame {
	uint32_t txnr;
	struct slice command;
	struct slice data; // may be empty
	size_t len;        // of the whole frame
};

enum relp_got {
	RELP_FRAME,
	RELP_MORE,   // it is not whole yet
	RELP_BROKEN, // it is none, and nothing behind it can be trusted
};

/*
 * The frame that bytes begin with, which is borrowed from them. One whose data
 * is longer than max_data is broken; *why says what is wrong with one.
 */
enum relp_got relp_parse(struct slice bytes, size_t max_data,
			 struct relp_frame *frame, const char **why) MUST_CHECK;

/* Append all that stands before the data, which the caller puts, and an LF. */
void relp_put_head(struct buf *out, uint32_t txnr, const char *command,
		   size_t data_len);

/* Append a frame. */
void relp_put(struct buf *out, uint32_t txnr, const char *command,
	      struct slice data);

/*
 * The value of an offer in the data of "open" or of its answer: lines of
 * "name=value". Its data is NULL where there is none.
 */
struct slice relp_offer(struct slice lines, struct slice name);

/* Is word one of those that commas divide? */
bool relp_lists(struct slice list, struct slice word);

#endif

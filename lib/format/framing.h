/*
 * Syslog messages out of a stream of bytes, in both framings that senders use
 * without asking (RFC 6587): a frame that begins with a digit from 1 to 9
 * counts its octets, any other ends with LF, CR LF or NUL.
 *
 *     while ((room = deframer_room(&d, &size)) != NULL && (n = read(...)) > 0)
 * { deframer_grown(&d, n); while (deframer_next(&d, &frame))
 *                     ...
 *     }
 */
#ifndef SIEM_FORMAT_FRAMING_H
#define SIEM_FORMAT_FRAMING_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum framing {
	FRAMING_OCTETS, // RFC 6587 section 3.4.1
	FRAMING_LINE,   // RFC 6587 section 3.4.2
};

struct frame {
	struct slice text; // without count and trailer; valid until
			   // deframer_room()
	enum framing framing;
	bool cut; // it was longer than the limit, and its rest is left out
};

struct deframer {
	size_t max;          // bytes of one message
	uint64_t left_out;   // bytes beyond that, so far
	uint64_t bad_counts; // lines that began with digits, but no count

	// private
	struct buf in;
	size_t start;  // where the first frame begins that was not given
	size_t seen;   // how much of it holds no trailer
	bool skipping; // the rest of a line that was cut
};

enum { DEFRAMER_BLOCK = 64 << 10 }; // the least that is there to read into

#define DEFRAMER_INIT(limit)    \
	((struct deframer){     \
		.max = (limit), \
		.in = BUF_INIT((limit) + 2 * (size_t)DEFRAMER_BLOCK) })

/* Where to put what is read next; NULL: out of memory. */
char *deframer_room(struct deframer *d, size_t *size) MUST_CHECK;
void deframer_grown(struct deframer *d, size_t n);

/*
 * The next message that is complete, if there is one. Empty lines are passed
 * over. A count beyond the limit, or without its space, makes the frame a line
 * that begins with digits, as rsyslog has it.
 */
bool deframer_next(struct deframer *d, struct frame *frame) MUST_CHECK;

/* How many bytes there are of a message that is not complete. */
size_t deframer_left(const struct deframer *d);

void deframer_free(struct deframer *d);

#endif

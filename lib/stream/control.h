/*
 * Control lines: what a marked stream carries besides records (siem(7),
 * CONTROL LINES).
 *
 * Each begins with DLE, the byte 0x10, and a letter; fields are divided by one
 * space. A data line of a marked stream that begins with DLE has it doubled.
 */
#ifndef SIEM_STREAM_CONTROL_H
#define SIEM_STREAM_CONTROL_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>

enum { DLE = 0x10 };

enum control_kind {
	CONTROL_HEADER, // DLE H siem/1 ID [F]
	CONTROL_MARK,   // DLE M SOURCE POSITION
	CONTROL_REJECT, // DLE R REASON RECORD
	CONTROL_FLUSH,  // DLE F
	CONTROL_END,    // DLE E STATUS
	CONTROL_OTHER,  // a letter of a later version: to be passed on
};

/* Slices borrow from the line. */
struct control {
	enum control_kind kind;
	struct slice id;       // header: of its checkpoint, "-" for none
	bool flushes;          // header: batches are closed by flush lines
	struct slice source;   // mark: percent-encoded
	struct slice position; // mark: "-" where the source is gone for good
	struct slice reason;   // reject: percent-encoded
	struct slice record;   // reject: as it was, any byte but LF
	int status;            // end: 0 to 4
};

/* Does a line, or the beginning of one, make it a control line? */
static inline bool control_begins(struct slice line)
{
	return line.len >= 1 && line.data[0] == DLE &&
	       (line.len < 2 || line.data[1] != DLE);
}

/* Read a control line, without its LF. -1 with e filled: it is malformed. */
int control_parse(struct slice line, struct control *c,
		  struct err *e) MUST_CHECK;

/* Is this line, without its LF, a header of the version we know? */
bool control_is_header(struct slice line);

/* Append a whole control line, LF included. Text is encoded where it must. */
void control_put_header(struct buf *out, struct slice id, bool flushes);
void control_put_mark(struct buf *out, struct slice source,
		      struct slice position);
void control_put_reject(struct buf *out, struct slice reason,
			struct slice record);
void control_put_flush(struct buf *out);
void control_put_end(struct buf *out, int status);

/*
 * Percent-encode (RFC 3986 section 2.1) what would break a control line, or a
 * terminal: everything but printable ASCII, and the percent sign.
 */
void control_encode(struct buf *out, struct slice text);
void control_decode(struct buf *out, struct slice text);

#endif

/*
 * RELP from the sender's side: syslog in which each message is confirmed.
 *
 * "open" is transaction 1 of a connection, the message in frame N is N + 2,
 * and "close" has the number behind that of the last message. Answers are
 * matched by their numbers, in whatever order they come.
 */
#ifndef SIEM_DEST_RELP_H
#define SIEM_DEST_RELP_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "dest/dest.h"

#include <stdint.h>

/*
 * No connection may have more messages: librelp counts beyond nine digits,
 * and then refuses what it gets.
 */
enum { RELP_MESSAGES_MAX = 900000000 };

struct relp_options {
	unsigned window;       // messages without an answer
	unsigned answer_ms;    // how long that may take; 0: for ever
	uint64_t rebind_after; // messages of a connection, RELP_MESSAGES_MAX
			       // at most
};

/* dest_stream.open: say what we are, and what we want. */
void relp_open(const struct relp_options *options, struct dest_link *link,
	       struct buf *out);

/*
 * Append what stands before a message of len bytes; behind it goes an LF. It
 * is the next frame of link.
 */
void relp_put_message_head(const struct relp_options *options,
			   struct dest_link *link, size_t len, struct buf *out);

/*
 * dest_stream.receive, for any config. What is refused is VERDICT_SPLIT: it
 * may have been the company that was wrong.
 */
ssize_t relp_receive(const void *config, struct dest_link *link,
		     struct slice bytes, struct buf *out, dest_ack_fn *ack,
		     void *context, struct err *e) MUST_CHECK;

/* dest_stream.goodbye, for any config. */
void relp_goodbye(const void *config, struct dest_link *link, struct buf *out);

#endif

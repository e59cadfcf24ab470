/*
 * A syslog message as it was received, taken apart: RFC 5424, RFC 3164 as it
 * is sent in practice, or no header at all.
 */
#ifndef SIEM_FORMAT_MESSAGE_H
#define SIEM_FORMAT_MESSAGE_H

#include "core/slice.h"
#include "format/sniff.h"

/* Slices borrow from the line. What is not there, or "-", is empty. */
struct message {
	int priority; // 8 * facility + severity, 0 to 191; -1: none
	enum line_header header;
	enum line_format format; // of text
	struct slice timestamp;  // as it was written
	struct slice host;
	struct slice app; // APP-NAME, or the TAG of RFC 3164
	struct slice procid;
	struct slice msgid;
	struct slice data; // STRUCTURED-DATA
	struct slice text; // what stands behind all that, without its BOM
};

/* Never fails: what is not understood is text. */
struct message message_parse(struct slice line);

#endif

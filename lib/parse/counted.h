/*
 * Messages in a stream that counts their octets, "MSG-LEN SP SYSLOG-MSG" one
 * behind the other (RFC 6587 section 3.4.1), among others that end with an LF.
 *
 * A number is believed to be a count where something that SIEMs are sent
 * begins behind it. Whether it is right shows by what comes after the message.
 */
#ifndef SIEM_PARSE_COUNTED_H
#define SIEM_PARSE_COUNTED_H

#include "core/slice.h"
#include "parse/parse.h"
#include "stream/reader.h"

#include <stddef.h>

/* The rules of it, with which those of records begin. */
enum counted_rule {
	COUNTED_LENGTH,
	COUNTED_LF,
	COUNTED_PRI,
	COUNTED_RULES, // how many they are
};

/*
 * For struct reader: a record is a counted message with its count, and with
 * the LF behind it, where there is one. Where the count is wrong, or larger
 * than max_record, the message ends as a line does, or before the next count.
 */
enum reader_end counted_measure(struct slice bytes, size_t max_record,
				enum reader_outlook outlook, size_t *len);

/* Take the count off a record, if it has one, and what follows the message. */
void counted_read(struct reading *r, const struct rule *rules,
		  struct slice *text);

#endif

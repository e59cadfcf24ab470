/*
 * What is this line? Formats are told by how a line begins, cheaply, for those
 * who ship lines they did not make.
 */
#ifndef SIEM_FORMAT_SNIFF_H
#define SIEM_FORMAT_SNIFF_H

#include "core/attr.h"
#include "core/slice.h"
#include "core/timestamp.h"

#include <stdbool.h>

enum line_format {
	LINE_TEXT, // none of those below
	LINE_JSON, // an object
	LINE_HEC,  // an object that is a Splunk HEC envelope
	LINE_CEF,
	LINE_LEEF,
};

enum line_header {
	HEADER_NONE,
	HEADER_3164, // <PRI>Mmm dd hh:mm:ss HOST, or with an RFC 3339 time
	HEADER_5424, // <PRI>1 TIMESTAMP ..., QRadar's short form included
	HEADER_BARE, // Mmm dd hh:mm:ss HOST, without a PRI
};

struct sniff {
	enum line_header header;
	enum line_format format; // of what stands behind the header
	struct slice body;       // that part of the line: behind a byte order
				 // mark, and of RFC 3164 a TAG unless it is text
};

/* May an envelope of the HTTP Event Collector have a member of this name? */
bool sniff_is_of_envelope(struct slice name);

/* Never fails: what is not understood is text without a header. */
struct sniff sniff_line(struct slice line);

/*
 * The time of a line: that of its content (JSON: a common time member; CEF:
 * rt, else end, else start; LEEF: devTime), else that of its header (a
 * header without a year is taken to be at most a day ahead of now). False
 * where it has none.
 */
bool sniff_time(struct slice line, const struct sniff *s,
		struct timestamp *time) MUST_CHECK;

#endif

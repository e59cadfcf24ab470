/*
 * Formats: an event in, one line of the format out.
 *
 * A format is a const struct in a file of its own, and a row in registry.c.
 */
#ifndef SIEM_FORMAT_FORMAT_H
#define SIEM_FORMAT_FORMAT_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "event/map.h"
#include "event/mapper.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FORMAT_SEVERITY_AUTO = -1 };

/* How to write, the same for a whole stream. */
struct format_options {
	const char *variant; // one of the format's; its first by default
	const char *host;    // the HOSTNAME of a syslog header
	int facility;        // 0 to 23
	int severity;        // 0 to 7 of a syslog header, or the event's own
	const char *syslog;  // the header to put in front: "3164", "5424", NULL
	bool no_limits;      // do not cut values to what their keys allow
	size_t max_line;     // bytes of a line, without its LF; 0: no limit
};

enum format_loss {
	FORMAT_CUT,      // a value, to the length its key allows
	FORMAT_LEFT_OUT, // a whole field, for the sake of max_line
};

/* What could not be kept, over a whole stream. */
struct format_counts {
	uint64_t cut;
	uint64_t left_out;

	/* Where not NULL: told of each loss as it happens, with the key; of a
	   value that was cut, how many bytes are left of how many. */
	void (*tell)(void *who, enum format_loss loss, struct slice key,
		     size_t kept, size_t of);
	void *who;
};

struct format {
	const char *name;     // as the option that chooses it, "cef"
	const char *summary;  // one line for --help, lower case, no full stop
	const char *variants; // divided by '|', the first is the default; NULL
	const char *syslog;   // the kind of header --syslog means; NULL: its
			      // lines have one already, or never
	bool is_body;         // never: they go into requests
	bool has_host;        // they say the host without a header

	/* What it wants of maps, by variant. */
	const struct map_shape *(*shape)(const char *variant);

	/*
	 * Append the event as one line, without LF. text makes plain bytes of
	 * values (mapper_text). -1 with e filled: ERR_DATA where the line does
	 * not fit max_line or out, ERR_SYSTEM out of memory; what was appended
	 * is then to be cut off.
	 */
	int (*write)(const struct event *event, struct mapper *text,
		     const struct format_options *options, struct buf *out,
		     struct format_counts *counts, struct err *e);
};

#endif

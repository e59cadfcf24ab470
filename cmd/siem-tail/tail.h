/*
 * What the parts of siem-tail share.
 *
 *     main.c     the command line
 *     follow.c   the loop: whose turn it is, when to wait, how to end
 *     names.c    what the operands mean: the names that are followed
 *     name.c     which file a name means at the moment
 *     expand.c   folders and patterns
 *     history.c  the checkpoint: where each file was left
 *     rotation.c what has become of them since
 *     moved.c    the same, in another folder
 *     folder.c   the files of a folder
 *     copy.c     whether a file holds what another did
 *     lineage.c  generations of a log, and their order
 *     known.c    what is remembered of a file
 *     held.c     how many that were rotated away are kept open
 *     gaps.c     what was gone before it was read
 *     trouble.c  what cannot be read
 *     sibling.c  the names of rotated files
 *     bases.c    the logs that these are of
 *     files.c    the files that are open, and which of them to read
 *     source.c   one file: whole lines out of it, truncation
 *     place.c    places in it, and how it is known again there
 *     unpack.c   what a compressed one holds
 *     watch.c    inotify
 *     spooled.c  a spool, instead of all these
 *     standing.c its checkpoint
 *     kafka.c    a topic of Kafka, likewise
 *     parts.c    its partitions: where each stands
 *     send.c     what goes out, and the marks behind it
 *     stamp.c    identities of records
 *     status.c   --status and --reset
 *     report.c   counts, for people
 *     collect.c  the same for --metrics
 */
#ifndef SIEM_TAIL_TAIL_H
#define SIEM_TAIL_TAIL_H

#include "core/metrics.h"
#include "core/opt.h"
#include "core/rate.h"
#include "files.h"
#include "gaps.h"
#include "held.h"
#include "history.h"
#include "names.h"
#include "place.h"
#include "report.h"
#include "send.h"
#include "source.h"
#include "stream/outlet.h"
#include "trouble.h"
#include "watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config {
	struct opt_common common;
	const char *checkpoint; // NULL: nothing is remembered
	const char *group;      // of consumers of a topic; NULL: no topic
	bool once;
	bool stamp;
	bool status, reset; // instead of reading
	size_t last_lines;  // SIZE_MAX: from the start
	size_t poll_ms; // SIZE_MAX: inotify, and a default where it is blind
	struct rate rate;
	bool progress;
};

struct tail {
	const struct config *cfg;
	struct outlet out;
	struct watch watch;
	struct names names;
	struct files files;
	struct history history;
	const struct file *turn; // the file that is being read, or NULL
	struct rate_limit limit;
	struct stamp stamp;
	struct report report;
	struct gaps gaps;
	struct troubles troubles;
	struct metrics metrics;
	struct held held;  // files that are kept open without a name
	int64_t looked_ns; // when all names and files were looked at; 0: never
	int64_t look_ns;   // and when they will be
	int64_t asked_ns;  // when it was asked last what has changed
	int status;        // the worst that was met so far
	bool within_line;  // of the output
	char block[SOURCE_BLOCK + 1 + SEND_ROOM]; // what is being sent
	char apart[SEND_ROOM];      // the mark of a part that is not its end
	char scratch[SOURCE_BLOCK]; // what is only looked at
};

#endif

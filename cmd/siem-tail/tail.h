/*
 * What the parts of siem-tail share.
 *
 *     main.c     the command line
 *     follow.c   the loop: whose turn it is, when to wait, how to end
 *     names.c    what the operands mean: the names that are followed
 *     name.c     which file a name means at the moment
 *     expand.c   folders and patterns
 *     files.c    the files that are open, and which of them to read
 *     source.c   one file: whole lines out of it, truncation
 *     watch.c    inotify
 *     report.c   counts, for people
 *     collect.c  the same for --metrics
 */
#ifndef SIEM_TAIL_TAIL_H
#define SIEM_TAIL_TAIL_H

#include "core/metrics.h"
#include "core/opt.h"
#include "core/rate.h"
#include "files.h"
#include "names.h"
#include "report.h"
#include "source.h"
#include "stream/outlet.h"
#include "watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config {
	struct opt_common common;
	bool once;
	size_t last_lines; // SIZE_MAX: from the start
	size_t poll_ms;    // SIZE_MAX: inotify, and a default where it is blind
	struct rate rate;
	bool progress;
};

struct tail {
	const struct config *cfg;
	struct outlet out;
	struct watch watch;
	struct names names;
	struct files files;
	struct rate_limit limit;
	struct report report;
	struct metrics metrics;
	int64_t looked_ns; // when all names and files were looked at; 0: never
	int64_t look_ns;   // and when they will be
	int status;        // the worst that was met so far
	char block[SOURCE_BLOCK];
};

#endif

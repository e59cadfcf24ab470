/*
 * What was read so far, for people.
 */
#ifndef SIEM_TAIL_REPORT_H
#define SIEM_TAIL_REPORT_H

#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report {
	bool count_lines; // somebody asked for them
	bool progress;    // a line on the terminal, now and then
	uint64_t files, lines, bytes;
	uint64_t rotations; // names that went on to another file
	uint64_t truncations;
	uint64_t gaps;     // files of which something may be lost unread
	uint64_t lost;     // bytes that were truncated unread, where known
	uint64_t expected; // bytes there are to read; 0: no end is in sight

	// private
	int64_t began_ns, shown_ns;
	uint64_t shown_bytes, shown_lines;
};

/* Progress is shown only where standard error is a terminal. */
void report_open(struct report *r, bool stats, bool progress);

/* These bytes were written. */
void report_note(struct report *r, struct slice bytes);

/* Show the progress, if it is time to. */
void report_progress(struct report *r, int64_t now_ns);

/* Leave the line of the progress as it is. */
void report_close(struct report *r);

/* One line of counts. */
void report_stats(const struct report *r);

#endif

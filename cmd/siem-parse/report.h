/*
 * What siem-parse says about a run on standard error: departures from the
 * specifications, one by one as they are found, and the counts.
 */
#ifndef SIEM_PARSE_REPORT_H
#define SIEM_PARSE_REPORT_H

#include "core/page.h"
#include "parse/registry.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stdint.h>

struct report_count {
	const struct rule *rule;
	uint64_t count;
};

struct report {
	struct stream *stream;
	bool advice; // tell also of what is only advised against

	uint64_t departures;
	uint64_t departed;      // records that have any
	uint64_t last;          // the record that the last departure was in
	struct report_count *counts; // by rule, in the order of report_rules()
	size_t rules;
	struct buf quote; // the bytes that a message shows
};

/* -1 with e filled: out of memory. stream and report stay where they are. */
int report_init(struct report *r, struct stream *s, bool advice,
		struct err *e) MUST_CHECK;

/* Say and count a departure; who is the report. */
void report_departure(void *who, const struct departure *d);

/* The lines of --stats; also what SIGUSR1 prints, context being the report. */
void report_stats(const struct stream *s, void *context);

/* The same for --metrics. */
void report_collect(struct page *page, const void *report);

void report_free(struct report *r);

#endif

/*
 * What siem-fmt says about a run on standard error: values that were cut and
 * fields that were left out, the first few one by one, and the counts.
 */
#ifndef SIEM_FMT_REPORT_H
#define SIEM_FMT_REPORT_H

#include "privacy.h"

#include "core/page.h"
#include "format/format.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stdint.h>

struct report {
	const struct stream *stream;
	const struct privacy *privacy;
	struct format_counts counts;
	bool selects, by_time; // not every record, or event, is asked for
	uint64_t not_selected; // records
	uint64_t untimed;      // that were kept since they have no time
	uint64_t told;         // losses that were told one by one
	struct explain_losses *losses; // noted here as well; may be NULL
};

/* report is told of losses from here on, and stays where it is. */
void report_init(struct report *r, const struct stream *s);

/* At the end: how much was lost beyond what was told. */
void report_losses(const struct report *r);

/* The line of --stats; also what SIGUSR1 prints, context being the report. */
void report_stats(const struct stream *s, void *context);

/* The same for --metrics. */
void report_collect(struct page *page, const void *report);

#endif

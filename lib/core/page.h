/*
 * Numbers as Prometheus reads them: its text exposition format, version 0.0.4.
 *
 *     struct page p = PAGE_INIT("siem_fmt", "audit");
 *
 *     page_counter(&p, "records_read_total", "Records read.", 17);
 *
 * makes
 *
 *     # HELP siem_fmt_records_read_total Records read.
 *     # TYPE siem_fmt_records_read_total counter
 *     siem_fmt_records_read_total{feed="audit"} 17
 */
#ifndef SIEM_CORE_PAGE_H
#define SIEM_CORE_PAGE_H

#include "core/buf.h"
#include "core/histogram.h"
#include "core/slice.h"

#include <stdint.h>

enum { PAGE_MAX = 64 << 10 }; // bytes of a page

struct page {
	struct buf text;
	const char *prefix; // of all names
	struct slice feed;  // the label of all samples: whose numbers they are
};

#define PAGE_INIT(name_prefix, of)                  \
	((struct page){ .text = BUF_INIT(PAGE_MAX), \
			.prefix = (name_prefix),    \
			.feed = (of) })

/* A number that only grows, and one that does not. */
void page_counter(struct page *p, const char *name, const char *help,
		  uint64_t value);
void page_gauge(struct page *p, const char *name, const char *help,
		double value);

/* A counter or gauge in parts: then a page_part() for each of them. */
void page_counters(struct page *p, const char *name, const char *help);
void page_gauges(struct page *p, const char *name, const char *help);

/* That part for which label is of; of may be any bytes. */
void page_part(struct page *p, const char *name, const char *label,
	       struct slice of, double value);

/* Durations, in seconds. */
void page_histogram(struct page *p, const char *name, const char *help,
		    const struct histogram *h);

void page_free(struct page *p);

#endif

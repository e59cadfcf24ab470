/*
 * What siem-tail has counted, for --metrics.
 */
#ifndef SIEM_TAIL_COLLECT_H
#define SIEM_TAIL_COLLECT_H

#include "core/page.h"

/* tail is the struct tail. */
void collect(struct page *page, const void *tail);

#endif

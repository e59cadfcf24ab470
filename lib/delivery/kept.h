/*
 * For --check: the files of its own that a sink writes while it delivers. What
 * is wrong with one is said with what to do; nothing is changed.
 */
#ifndef SIEM_DELIVERY_KEPT_H
#define SIEM_DELIVERY_KEPT_H

#include "delivery/findings.h"

/* Is it whole, if it is there, and can it be replaced now? */
void kept_check_checkpoint(struct findings *f, const char *path);

/* Can these be appended to now? */
void kept_check_letters(struct findings *f, const char *path);
void kept_check_receipts(struct findings *f, const char *path);

#endif

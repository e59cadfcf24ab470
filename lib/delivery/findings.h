/*
 * What --check has found, a line for each step, on standard output.
 */
#ifndef SIEM_DELIVERY_FINDINGS_H
#define SIEM_DELIVERY_FINDINGS_H

#include "core/attr.h"
#include "core/err.h"
#include "core/msg.h"

enum finding {
	FINDING_GOOD,
	FINDING_SKIPPED, // not tried
	FINDING_WARNING,
	FINDING_FAILED,  // it does not work, now
	FINDING_REFUSED, // they do not accept who we are, or the set-up
};

struct findings {
	enum exit_status status; // of the worst so far
};

/* What follows is about a destination, or a place. */
void findings_about(const char *fmt, ...) PRINTF_LIKE(1, 2);

void findings_put(struct findings *f, const char *step, enum finding finding,
		  const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The step has failed, for this reason. Returns -1. */
int findings_failed(struct findings *f, const char *step, const struct err *e);

/* The status of the worst, or -1 where not all could be written. ERR_PIPE. */
int findings_end(const struct findings *f, struct err *e) MUST_CHECK;

#endif

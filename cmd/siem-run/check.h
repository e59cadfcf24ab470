/*
 * siem-run --check: what would keep a pipeline from running, step by step.
 */
#ifndef SIEM_RUN_CHECK_H
#define SIEM_RUN_CHECK_H

#include "core/attr.h"
#include "core/err.h"
#include "pipeline.h"

#include <stdbool.h>

/*
 * Check one, and say on standard output what was found; how is what siem-send
 * --check is told. Returns the exit status, or -1 with e filled; *is_asked is
 * set where a signal came that asks for an end.
 */
int check_task(const struct plan *plan, const struct task *task,
	       const struct pipeline_options *options, const char *how,
	       bool *is_asked, struct err *e) MUST_CHECK;

#endif

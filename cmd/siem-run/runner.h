/*
 * A pipeline, run in the foreground.
 *
 * Signals that ask for an end go on to every stage, which ends in order, as
 * its manual says. Where a stage is gone, those before it are asked to end, as
 * nobody takes what they write; those behind it come to the end of their input.
 * Where this process is gone, its stages are asked to end by the kernel.
 */
#ifndef SIEM_RUN_RUNNER_H
#define SIEM_RUN_RUNNER_H

#include "core/attr.h"
#include "core/err.h"
#include "pipeline.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * From here on signals are kept for runner_run(): one that asks for an end
 * ends what runs, in order, or what will.
 */
int runner_hold_signals(struct err *e) MUST_CHECK;

/*
 * Run it to its end. Returns the worst status of its stages, those aside that
 * were ended because the one behind them was gone, and those with nothing to
 * read because one before them would not begin; or -1 with e filled.
 * *is_asked (NULL: nobody wants to know) is set where a signal asked for that.
 */
int runner_run(const struct pipeline *p, size_t grace_sec, bool *is_asked,
	       struct err *e) MUST_CHECK;

#endif

/*
 * Pipelines as lines of a shell.
 */
#ifndef SIEM_RUN_PRINT_H
#define SIEM_RUN_PRINT_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "pipeline.h"

#include <stdbool.h>

/* Append a command, each of its words as one word of the shell. */
void print_stage(struct buf *out, const struct stage *stage);

/* Write a pipeline to standard output; others come after it or before it. */
int print_pipeline(const struct pipeline *p, bool is_one_of_several,
		   struct err *e) MUST_CHECK;

/* Write what makes a folder that is not there yet, as spool_create() would. */
int print_folder(const char *path, struct err *e) MUST_CHECK;

/* Write what several need before the first of them. */
int print_begin(struct err *e) MUST_CHECK;

/* Write what waits until all have ended, and has the worst of their statuses.
 */
int print_wait(struct err *e) MUST_CHECK;

#endif

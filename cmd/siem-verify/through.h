/*
 * The sources through the command that made of them what was sent.
 *
 * The command gets a marked stream (siem(7), CONTROL LINES) with a mark behind
 * each record. What it writes before it passes that mark on has become of that
 * record: a line or more; an R line, where it rejected it; or nothing, where
 * it left it out. So a record that was dropped on purpose is told from one that
 * was lost.
 *
 * A process of its own feeds the command, so that neither waits for the other.
 */
#ifndef SIEM_VERIFY_THROUGH_H
#define SIEM_VERIFY_THROUGH_H

#include "core/attr.h"
#include "core/err.h"
#include "verify.h"

struct through;

/* Start the command and feed it the sources. */
int through_start(struct verify *v, struct err *e) MUST_CHECK;

/* Take what it writes, to the end. */
int through_read(struct through *t, struct verify *v, struct err *e) MUST_CHECK;

void through_free(struct through *t);

#endif

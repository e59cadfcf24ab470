/*
 * Rows that a map may have and that hardly do what was meant: some can never
 * put anything, some have an "else" that is never reached, some put a custom
 * field that nobody can read.
 */
#ifndef SIEM_EVENT_SUSPECT_H
#define SIEM_EVENT_SUSPECT_H

#include "event/plan.h"
#include "event/program.h"
#include "event/shape.h"
#include "event/source.h"

#include <stddef.h>

/* Warn of them; the rows are those of the list at a place. */
void suspect_rows(const struct source *s, const struct place *at,
		  const struct program *p, const struct map_shape *shape,
		  const struct row *rows, size_t count);

#endif

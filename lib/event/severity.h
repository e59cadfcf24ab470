/*
 * The severity of an event, as a plan reads it from a record (siem-map(5)).
 */
#ifndef SIEM_EVENT_SEVERITY_H
#define SIEM_EVENT_SEVERITY_H

#include "event/eval.h"
#include "event/event.h"
#include "event/plan.h"

#include <stdbool.h>

/* All of it: base, raises, and v->severity with its origin. */
void severity_read(struct eval *v, const struct plan *plan,
		   struct event *event);

/*
 * Its parts, in that order. The base is that of the first level that is one,
 * or else the one that events have; a raise never lowers it, so their order
 * makes no difference; in the end v->severity says what came of it.
 */
void severity_read_base(struct eval *v, const struct plan *plan,
			struct event *event);
void severity_raise(struct eval *v, const struct raise *raise,
		    struct event *event);
void severity_end(struct eval *v, const struct event *event);

#endif

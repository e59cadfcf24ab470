/*
 * What became of each member of a record, for a person.
 */
#ifndef SIEM_EVENT_EXPLAIN_H
#define SIEM_EVENT_EXPLAIN_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/slice.h"
#include "event/map.h"
#include "json/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum trace_kind {
	TRACE_FIELD,     // the field called name
	TRACE_ATTRIBUTE, // that part of the header
	TRACE_TIME,      // of the event, in the header
	TRACE_SEVERITY,  // of the event, in the header
	TRACE_REST,      // the field called name; no row wanted it
	TRACE_LEFT_OUT,  // the map does not want it
};

/* A member, and a place that it went to. */
struct trace_entry {
	uint32_t member;
	enum trace_kind kind;
	struct slice name; // borrowed
};

struct trace {
	struct trace_entry *list;
	size_t count, cap;
};

/* False out of memory. */
bool trace_add(struct trace *t, uint32_t member, enum trace_kind kind,
	       struct slice name) MUST_CHECK;
void trace_free(struct trace *t);

/*
 * Append a line for each member of the record, and for each object that went
 * somewhere as a whole.
 */
void explain_members(const struct trace *t, const struct scan *s,
		     const struct map_shape *shape, struct buf *out);

#endif

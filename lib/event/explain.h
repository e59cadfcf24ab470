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
	struct slice name, label; // borrowed; of what has none, empty
};

struct trace {
	struct trace_entry *list;
	size_t count, cap;
};

/* False out of memory. */
bool trace_add(struct trace *t, uint32_t member, enum trace_kind kind,
	       struct slice name, struct slice label) MUST_CHECK;
void trace_free(struct trace *t);

/* What the format could not keep of an event, as it was told (format.h). */
struct explain_losses {
	struct explain_loss {
		char key[64]; // cut to this
		size_t len;
		bool left_out; // all of it
		size_t kept, of;
	} list[64]; // count of them; more are not noted
	size_t count;
};

/* Note one of them. */
void explain_note(struct explain_losses *losses, struct slice key,
		  bool left_out, size_t kept, size_t of);

/*
 * Append a table with a row for each member of the record, and for each object
 * that went somewhere as a whole. losses may be NULL.
 */
void explain_members(const struct trace *t, const struct scan *s,
		     const struct map_shape *shape,
		     const struct explain_losses *losses, struct buf *out);

#endif

/*
 * An event: a record as a map reads it, in the terms of a format.
 *
 *     line  --scan-->  members  --map-->  event  --format-->  line
 *
 * A mapper holds the memory of all three steps and uses it again for every
 * record: nothing is allocated for an ordinary one.
 */
#ifndef SIEM_EVENT_EVENT_H
#define SIEM_EVENT_EVENT_H

#include "core/arena.h"
#include "core/attr.h"
#include "core/err.h"
#include "core/timestamp.h"
#include "event/field.h"
#include "event/map.h"
#include "json/scan.h"

#include <stdbool.h>
#include <stddef.h>

enum { EVENT_ATTRIBUTES = 16 }; // a format has no more than this

struct event {
	struct slice record; // the line: UTF-8, no BOM, no CR
	const char *map;     // the name of the map that took it

	bool has_time;
	struct timestamp time; // the event's own; where it has none, now

	int severity;   // 0 to 10 (siem-map(5) says how it comes about)
	bool emergency; // it is 10 by a word that means emergency

	/* In the order of the shape's attributes, decoded; VALUE_NONE where
	   missing. */
	struct value attributes[EVENT_ATTRIBUTES];

	/* The rows of the map that have a value, in their order; then, from
	   rest on, the members that no row used, in input order. Time and
	   severity are rows like others where a format has keys for them (rt,
	   devTime, sev). No key is there twice, and none is empty. */
	const struct field *fields;
	size_t count;
	size_t rest;

	size_t taken; // bytes of memory that the mapper made all this in
};

struct mapper;

/*
 * What the event of a record and its line may take together, so that memory
 * is bounded for both: a record that needs more is refused.
 */
static inline size_t event_allowance(size_t max_record)
{
	return 2 * max_record + max_record / 4 + ((size_t)64 << 10);
}

/*
 * max_record bounds what one record may take. The maps are borrowed. NULL out
 * of memory.
 */
struct mapper *mapper_new(const struct maps *maps, const struct map_shape *shape,
			  size_t max_record) MUST_CHECK;
void mapper_free(struct mapper *m);

/*
 * Scan and map one record. The event, and all it points to, is valid until
 * the next call and borrows from record. Bytes that are not UTF-8 are repaired
 * first and a byte order mark is dropped (event->record says what was read).
 * -1: ERR_DATA with a column, of the record as it was repaired, or ERR_SYSTEM.
 */
int mapper_read(struct mapper *m, struct slice record, struct event *event,
		struct err *e) MUST_CHECK;

/*
 * The text of a value: strings decoded, containers as compact JSON, everything
 * else as it stands. Valid until the next call, for which its memory is used
 * again; that of attributes, which are decoded already, as long as the event.
 * False out of memory.
 */
bool mapper_text(struct mapper *m, struct value v,
		 struct slice *text) MUST_CHECK;

/*
 * Where each member of the last record went, as lines of text for a person
 * (siem-fmt --explain).
 */
void mapper_explain(struct mapper *m, const struct event *event,
		    struct buf *out);

/* syslog severity 0 to 7 of an event (RFC 5424 table 2). */
int event_syslog_severity(const struct event *event);

#endif

/*
 * An event: a record as a map reads it, in the terms of a format.
 *
 *     line  --scan-->  members  --map-->  event  --format-->  line
 */
#ifndef SIEM_EVENT_EVENT_H
#define SIEM_EVENT_EVENT_H

#include "core/slice.h"
#include "core/timestamp.h"
#include "event/field.h"
#include "json/value.h"

#include <stdbool.h>
#include <stddef.h>

enum { EVENT_ATTRIBUTES = 16 }; // a format has no more than this

struct event {
	struct slice record; // the line: UTF-8, no BOM, no CR
	bool selected;       // false: it is not wanted (select.h), and nothing
			     // else is known of it
	const char *map;     // the name of the map that took it

	bool has_time;
	struct timestamp time; // the event's own; where it has none, now

	int severity;   // 0 to 10 (siem-map(5) says how it comes about)
	bool emergency; // it is 10 by a word that means emergency

	/* In the order of the shape's attributes, decoded; VALUE_NONE where
	   missing. */
	struct value attributes[EVENT_ATTRIBUTES];
	struct slice head; // what its line begins with (shape.h); no text: that
			   // is still to be made of the attributes

	/* The rows of the map that have a value, in their order; then, from
	   rest on, the members that no row used, in input order. Time and
	   severity are rows like others where a format has keys for them (rt,
	   devTime, sev). No key is there twice, and none is empty. */
	const struct field *fields;
	size_t count;
	size_t rest;

	size_t taken; // bytes of memory that the mapper made all this in, where
		      // it is more than a little
};

/* syslog severity 0 to 7 of an event (RFC 5424 table 2). */
int event_syslog_severity(const struct event *event);

#endif

/*
 * The envelopes that Splunk's HTTP Event Collector takes: JSON objects one
 * behind the other, or an array of them.
 */
#ifndef SIEM_MOCK_ENVELOPE_H
#define SIEM_MOCK_ENVELOPE_H

#include "core/attr.h"
#include "core/slice.h"
#include "json/value.h"
#include "json/walk.h"

#include <stdbool.h>

/* Its members, as they stand in the body; VALUE_NONE where it has none. */
struct envelope {
	struct value event, time, host, source, sourcetype, index, fields;
};

/* A body that is being read. */
struct envelopes {
	struct walk walk;
	const char *at;
	bool in_array;
	bool has_tail; // there is something behind the last bracket
};

void envelopes_start(struct envelopes *r, struct slice body);

/*
 * Read the next one. 1: there it is; 0: that was the last; -1: it is none,
 * and *code is the collector's for that: 6, 12, 13 or 15.
 */
int envelopes_next(struct envelopes *r, struct envelope *v,
		   int *code) MUST_CHECK;

/* A value as it stands, the quotes of a string included. */
struct slice envelope_text(struct value v);

#endif

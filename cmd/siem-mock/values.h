/*
 * The JSON values of a body: the elements of an array, or objects one behind
 * the other.
 */
#ifndef SIEM_MOCK_VALUES_H
#define SIEM_MOCK_VALUES_H

#include "core/attr.h"
#include "core/slice.h"
#include "json/walk.h"

#include <stdbool.h>
#include <stddef.h>

struct values {
	struct walk walk;
	const char *at;
	size_t count; // read so far
	bool in_array;
};

/* What begins with a bracket is an array. */
void values_start(struct values *v, struct slice body);

/* The next one, as it stands. 0: that was the last; -1: it is none. */
int values_next(struct values *v, struct slice *text) MUST_CHECK;

/* How many there are, and how long the longest is; false: it is not JSON
   throughout. */
bool values_count(struct slice body, size_t *count, size_t *longest) MUST_CHECK;

#endif

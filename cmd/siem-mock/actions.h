/*
 * The body of a _bulk request: lines that say what to do, each with a document
 * on the line behind it.
 */
#ifndef SIEM_MOCK_ACTIONS_H
#define SIEM_MOCK_ACTIONS_H

#include "core/attr.h"
#include "core/slice.h"

#include <stddef.h>

struct action {
	struct slice name;     // "create" or "index"
	struct slice index;    // its own, or empty
	struct slice id;       // the inside of a JSON string, or empty
	struct slice document; // the line, whatever is on it
};

struct actions {
	struct slice rest;
	size_t line;      // that was read last, from 1
	const char *type; // of what is wrong: "illegal_argument_exception"
	char why[200];    // and in words
};

void actions_start(struct actions *a, struct slice body);

/* 1: the next one; 0: that was the last; -1: the whole request is refused. */
int actions_next(struct actions *a, struct action *action) MUST_CHECK;

#endif

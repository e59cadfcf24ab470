/*
 * The events of a request to Splunk's HTTP Event Collector: read from its body,
 * and printed once they are taken.
 */
#ifndef SIEM_MOCK_EVENTS_H
#define SIEM_MOCK_EVENTS_H

#include "access.h"
#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "envelope.h"
#include "http.h"
#include "mock.h"
#include "reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A request with events, on its way through the checks. */
struct delivery {
	const struct http_request *request;
	uint64_t number; // of the request, among those with events
	const struct token *token;
	const char *channel; // NULL: none
	bool is_raw;
	struct slice body;
	size_t bad; // the first event that is wrong
};

/* Those of the request at hand; the memory is kept for the next. */
struct events {
	struct envelope *items;
	size_t count, cap;
	struct buf plain; // the body, where that came compressed
};

/*
 * Read the body of a request whose token is known. False: it is answered, with
 * a page; else *code is what the collector has to say. What was read before a
 * bad event stays.
 */
bool events_read(struct events *v, struct delivery *d, const struct mock *m,
		 struct http_answer *a, enum code *code);

/* The first n are stored: print them, with their acknowledgement if any. */
int events_store(const struct events *v, size_t n, const struct delivery *d,
		 const uint64_t *ack, struct mock *m, struct err *e) MUST_CHECK;

void events_free(struct events *v);

#endif

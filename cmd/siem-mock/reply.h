/*
 * What Splunk's HTTP Event Collector says: its codes, each with the status and
 * the text that go with it.
 */
#ifndef SIEM_MOCK_REPLY_H
#define SIEM_MOCK_REPLY_H

#include "http.h"

enum code {
	CODE_SUCCESS,
	CODE_TOKEN_DISABLED,
	CODE_TOKEN_REQUIRED,
	CODE_INVALID_AUTHORIZATION,
	CODE_INVALID_TOKEN,
	CODE_NO_DATA,
	CODE_INVALID_DATA,
	CODE_WRONG_INDEX,
	CODE_INTERNAL,
	CODE_BUSY,
	CODE_CHANNEL_MISSING,
	CODE_CHANNEL_INVALID,
	CODE_EVENT_REQUIRED,
	CODE_EVENT_BLANK,
	CODE_ACK_DISABLED,
	CODE_FIELDS,
	CODE_QUERY_AUTHORIZATION,
	CODE_HEALTHY,
	CODE_HEALTH_INVALID_TOKEN = 21,
	CODE_HEALTH_TOKEN_DISABLED = 22,
	CODE_SLOW_DOWN = 24,
	CODE_QUEUE_FULL = 26,
	CODE_ACKS_FULL = 27,
	CODE_NOT_FOUND = 404,
	CODE_NOT_ALLOWED = 405,
};

/* The answer of that code; more members may be appended before its end. */
void reply_begin(struct http_answer *a, enum code code);
void reply_end(struct http_answer *a);

/* The same, with no more members. */
void reply_whole(struct http_answer *a, enum code code);

#endif

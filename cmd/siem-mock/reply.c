#include "reply.h"

static const struct reply {
	enum code code;
	unsigned status;
	const char *text;
} replies[] = {
	{ CODE_SUCCESS, 200, "Success" },
	{ CODE_TOKEN_DISABLED, 403, "Token disabled" },
	{ CODE_TOKEN_REQUIRED, 401, "Token is required" },
	{ CODE_INVALID_AUTHORIZATION, 401, "Invalid authorization" },
	{ CODE_INVALID_TOKEN, 403, "Invalid token" },
	{ CODE_NO_DATA, 400, "No data" },
	{ CODE_INVALID_DATA, 400, "Invalid data format" },
	{ CODE_WRONG_INDEX, 400, "Incorrect index" },
	{ CODE_INTERNAL, 500, "Internal server error" },
	{ CODE_BUSY, 503, "Server is busy" },
	{ CODE_CHANNEL_MISSING, 400, "Data channel is missing" },
	{ CODE_CHANNEL_INVALID, 400, "Invalid data channel" },
	{ CODE_EVENT_REQUIRED, 400, "Event field is required" },
	{ CODE_EVENT_BLANK, 400, "Event field cannot be blank" },
	{ CODE_ACK_DISABLED, 400, "ACK is disabled" },
	{ CODE_FIELDS, 400, "Error in handling indexed fields" },
	{ CODE_QUERY_AUTHORIZATION, 400,
	  "Query string authorization is not enabled" },
	{ CODE_HEALTHY, 200, "HEC is healthy" },
	{ CODE_HEALTH_INVALID_TOKEN, 400, "Invalid token" },
	{ CODE_HEALTH_TOKEN_DISABLED, 400, "Token disabled" },
	{ CODE_SLOW_DOWN, 200, "Queue approaching capacity" },
	{ CODE_QUEUE_FULL, 429, "Queue at capacity" },
	{ CODE_ACKS_FULL, 429, "ACK channel at capacity" },
	{ CODE_NOT_FOUND, 404,
	  "The requested URL was not found on this server." },
	{ CODE_NOT_ALLOWED, 405, "Method Not Allowed" },
};

void reply_begin(struct http_answer *a, enum code code)
{
	const struct reply *r = replies;

	while (r->code != code)
		r++;
	a->status = r->status;
	buf_printf(&a->body, "{\"text\":\"%s\",\"code\":%d", r->text, code);
}

void reply_end(struct http_answer *a)
{
	buf_putc(&a->body, '}');
}

void reply_whole(struct http_answer *a, enum code code)
{
	reply_begin(a, code);
	reply_end(a);
}

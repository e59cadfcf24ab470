/*
 * splunk: the HTTP Event Collector, with acknowledgement.
 *
 * answer() finds the endpoint; take_events() is what happens to events. Who may
 * come in is in access.c, what is in a request in events.c, what the collector
 * says in reply.c, and what it acknowledges in channel.c.
 */
#include "access.h"
#include "channel.h"
#include "events.h"
#include "http.h"
#include "mock.h"
#include "reply.h"
#include "trouble.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct hec {
	struct mock *mock;
	struct tokens tokens;
	struct channel **nodes; // the channels of each
	uint64_t node_count;
	uint64_t requests;    // with events, so far
	struct events events; // of the request at hand
	struct buf cookie;
};

/* The machine that a request comes to. */
static uint64_t pick_node(const struct hec *h)
{
	return h->node_count > 1 ? fault_pick(&h->mock->faults, h->node_count)
				 : 0;
}

/* What a load balancer may go by, so that a channel stays with one machine. */
static void put_cookie(struct hec *h, const struct delivery *d,
		       struct http_answer *a)
{
	struct slice name = d->token->cookie;

	if (name.len == 0 || d->channel == NULL)
		return;
	buf_clear(&h->cookie);
	buf_printf(&h->cookie, "%.*s=%s", (int)name.len, name.data, d->channel);
	a->cookie = buf_str(&h->cookie);
}

/* Store all events, acknowledge them if that is wanted, and say so. */
static int accept_events(struct hec *h, const struct delivery *d,
			 enum code code, struct http_answer *a, struct err *e)
{
	struct channel *c = NULL;
	uint64_t ack = 0;

	if (d->token->ack) {
		c = channel_find(&h->nodes[pick_node(h)], d->channel);
		if (c == NULL)
			return err_sys(e, "channel");
		if (channel_is_full(c)) {
			reply_whole(a, CODE_ACKS_FULL);
			return 0;
		}
		if (channel_add(c, &h->mock->faults, &ack) < 0)
			return err_sys(e, "channel");
	}
	if (events_store(&h->events, h->events.count, d,
			 c != NULL ? &ack : NULL, h->mock, e) < 0)
		return -1;
	put_cookie(h, d, a);
	reply_begin(a, code);
	if (c != NULL)
		buf_printf(&a->body, ",\"ackId\":%" PRIu64, ack);
	reply_end(a);
	return 0;
}

/* What is wrong with an event has its number, counted from 0. */
static void refuse_events(const struct delivery *d, enum code code,
			  struct http_answer *a)
{
	reply_begin(a, code);
	if (!d->is_raw &&
	    (code == CODE_INVALID_DATA || code == CODE_WRONG_INDEX ||
	     code == CODE_EVENT_REQUIRED || code == CODE_EVENT_BLANK ||
	     code == CODE_FIELDS))
		buf_printf(&a->body, ",\"invalid-event-number\":%zu", d->bad);
	reply_end(a);
}

/* What the collector says with a status, for no reason of its own. */
static void say(struct http_answer *a, unsigned status)
{
	static const struct {
		unsigned status;
		enum code code;
	} codes[] = {
		{ 401, CODE_INVALID_AUTHORIZATION },
		{ 403, CODE_INVALID_TOKEN },
		{ 404, CODE_NOT_FOUND },
		{ 429, CODE_QUEUE_FULL },
		{ 500, CODE_INTERNAL },
		{ 503, CODE_BUSY },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].status == status) {
			reply_whole(a, codes[i].code);
			return;
		}
	trouble_page(a, status,
		     status == 413 ? "Content-Length too large"
				   : "Bad Gateway");
}

/* One event is refused, though there is nothing wrong with it. */
static int refuse_one(struct hec *h, struct delivery *d, struct http_answer *a,
		      struct err *e)
{
	d->bad = (size_t)fault_pick(&h->mock->faults, h->events.count);
	refuse_events(d, CODE_INVALID_DATA, a);
	return events_store(&h->events, d->bad, d, NULL, h->mock, e);
}

/* May it come in, and what is in it? False: answered at once. */
static bool look_at(struct hec *h, struct delivery *d, struct http_answer *a,
		    enum code *code)
{
	*code = access_token(&h->tokens, d->request, &d->token);
	if (*code != CODE_SUCCESS)
		return true;
	*code = access_channel(d->request, d->is_raw || d->token->ack,
			       &d->channel);
	if (*code != CODE_SUCCESS)
		return true;
	return events_read(&h->events, d, h->mock, a, code);
}

static int take_events(struct hec *h, struct delivery *d, struct http_answer *a,
		       struct err *e)
{
	enum request_fault fault = fault_of_request(
		&h->mock->faults, d->request->number, d->number);
	enum code code;

	if (trouble_before(h->mock, fault, say, a) || !look_at(h, d, a, &code))
		return 0;
	if (code != CODE_SUCCESS) {
		refuse_events(d, code, a);
		return 0;
	}
	if (fault == REQUEST_PARTIAL)
		return refuse_one(h, d, a, e);
	if (accept_events(h, d,
			  fault == REQUEST_SLOW ? CODE_SLOW_DOWN : CODE_SUCCESS,
			  a, e) < 0)
		return -1;
	trouble_after(fault, a);
	return 0;
}

static int take_envelopes(struct hec *h, const struct http_request *r,
			  struct http_answer *a, struct err *e)
{
	struct delivery d = { .request = r, .number = ++h->requests };

	return take_events(h, &d, a, e);
}

static int take_raw(struct hec *h, const struct http_request *r,
		    struct http_answer *a, struct err *e)
{
	struct delivery d = { .request = r,
			      .number = ++h->requests,
			      .is_raw = true };

	return take_events(h, &d, a, e);
}

/* {"acks":[0,1]} to {"acks":{"0":true,"1":false}} */
static bool answer_acks(struct channel *c, struct slice body, struct buf *out)
{
	json_t *root = json_loadb(body.data, body.len, 0, NULL);
	json_t *acks = json_object_get(root, "acks");
	json_t *number;
	size_t i;
	bool good = json_is_array(acks);

	buf_puts(out, "{\"acks\":{");
	json_array_foreach(acks, i, number)
	{
		json_int_t n = json_integer_value(number);
		bool come = false;

		good &= json_is_integer(number) && n >= 0;
		if (good)
			come = channel_ask(c, (uint64_t)n);
		buf_printf(out, "%s\"%" JSON_INTEGER_FORMAT "\":%s",
			   i > 0 ? "," : "", n, come ? "true" : "false");
	}
	buf_puts(out, "}}");
	json_decref(root);
	return good;
}

static int tell_acks(struct hec *h, const struct http_request *r,
		     struct http_answer *a, struct err *e)
{
	const struct token *token;
	const char *id;
	struct channel *c;
	enum code code = access_token(&h->tokens, r, &token);

	if (code == CODE_SUCCESS && !token->ack)
		code = CODE_ACK_DISABLED;
	if (code == CODE_SUCCESS)
		code = access_channel(r, true, &id);
	if (code == CODE_SUCCESS && r->body.len == 0)
		code = CODE_NO_DATA;
	if (code != CODE_SUCCESS) {
		reply_whole(a, code);
		return 0;
	}
	c = channel_find(&h->nodes[pick_node(h)], id);
	if (c == NULL)
		return err_sys(e, "channel");
	if (!answer_acks(c, r->body, &a->body) || buf_status(&a->body) != 0) {
		buf_clear(&a->body);
		reply_whole(a, CODE_INVALID_DATA);
	}
	if (fault_happens(&h->mock->faults, &h->mock->faults.ack_lost))
		a->ending = HTTP_RESET;
	return 0;
}

static int tell_health(struct hec *h, const struct http_request *r,
		       struct http_answer *a, struct err *e)
{
	const struct token *token;

	(void)e;
	switch (access_token(&h->tokens, r, &token)) {
	case CODE_INVALID_TOKEN:
	case CODE_INVALID_AUTHORIZATION:
		reply_whole(a, CODE_HEALTH_INVALID_TOKEN);
		break;
	case CODE_TOKEN_DISABLED:
		reply_whole(a, CODE_HEALTH_TOKEN_DISABLED);
		break;
	default: // also where nobody asks for a token
		reply_whole(a, CODE_HEALTHY);
		break;
	}
	return 0;
}

static const struct endpoint {
	const char *path;
	const char *methods[2];
	int (*serve)(struct hec *h, const struct http_request *r,
		     struct http_answer *a, struct err *e);
} endpoints[] = {
	{ "/services/collector", { "POST" }, take_envelopes },
	{ "/services/collector/event", { "POST" }, take_envelopes },
	{ "/services/collector/raw", { "POST" }, take_raw },
	{ "/services/collector/ack", { "POST", "GET" }, tell_acks },
	{ "/services/collector/health", { "GET" }, tell_health },
};

/* Each path is also there with "/1.0" behind it. */
static bool is_path_of(const struct endpoint *p, const char *path)
{
	size_t n = strlen(p->path);

	return strncmp(path, p->path, n) == 0 &&
	       (path[n] == '\0' || strcmp(path + n, "/1.0") == 0);
}

static bool has_method(const struct endpoint *p, const char *method)
{
	for (size_t i = 0; i < 2 && p->methods[i] != NULL; i++)
		if (strcmp(p->methods[i], method) == 0)
			return true;
	return false;
}

static int answer(void *context, const struct http_request *r,
		  struct http_answer *a, struct err *e)
{
	struct hec *h = context;

	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
		const struct endpoint *p = &endpoints[i];

		if (!is_path_of(p, r->path))
			continue;
		if (!has_method(p, r->method)) {
			reply_whole(a, CODE_NOT_ALLOWED);
			return 0;
		}
		return p->serve(h, r, a, e);
	}
	reply_whole(a, CODE_NOT_FOUND);
	return 0;
}

static int serve(struct mock *m, struct err *e)
{
	struct hec h = {
		.mock = m,
		.node_count = m->faults.nodes > 0 ? m->faults.nodes : 1,
		.cookie = BUF_INIT(1024),
	};
	int rc = tokens_read(&h.tokens, &m->config->tokens, e);

	h.nodes = calloc(h.node_count, sizeof(struct channel *));
	if (rc == 0 && h.nodes == NULL)
		rc = err_sys(e, "nodes");
	if (rc == 0)
		rc = http_serve(m, answer, &h, e);
	for (uint64_t i = 0; h.nodes != NULL && i < h.node_count; i++)
		channels_free(h.nodes[i]);
	free(h.nodes);
	tokens_free(&h.tokens);
	events_free(&h.events);
	buf_free(&h.cookie);
	return rc;
}

static const char *const addresses[] = { "http://127.0.0.1:8088", NULL };
static const char *const tls_addresses[] = { "https://127.0.0.1:8088", NULL };

const struct mock_kind mock_splunk = {
	.name = "splunk",
	.summary = "HTTP Event Collector, with acknowledgement",
	.addresses = addresses,
	.tls_addresses = tls_addresses,
	.is_http = true,
	.by_feature = true,
	.serve = serve,
};

/*
 * splunk: the HTTP Event Collector, with acknowledgement.
 *
 * answer() finds the endpoint; take_events() is what happens to events;
 * replies[] is what the collector says, by its codes.
 */
#include "channel.h"
#include "envelope.h"
#include "http.h"
#include "mock.h"

#include "core/timestamp.h"
#include "json/write.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* A token, as --token describes it. */
struct token {
	struct slice name;    // "*" is any
	struct slice indexes; // divided by '|'; empty: all
	struct slice cookie;  // which holds the channel; empty: none
	bool ack, disabled, query;
};

struct hec {
	struct mock *mock;
	struct token *tokens;
	size_t token_count;
	struct channel *channels;
	uint64_t requests;      // with events, so far
	struct envelope *batch; // of the request at hand
	size_t count, cap;
	struct buf plain; // its body, where that came compressed
	struct buf cookie;
};

/* A request with events, on its way through the checks. */
struct delivery {
	const struct http_request *request;
	const struct token *token;
	const char *channel; // NULL: none
	bool is_raw;
	struct slice body;
	size_t bad; // the first event that is wrong
};

static enum code reply(struct http_answer *a, enum code code)
{
	const struct reply *r = replies;

	while (r->code != code)
		r++;
	a->status = r->status;
	buf_printf(&a->body, "{\"text\":\"%s\",\"code\":%d", r->text, code);
	return code;
}

static void end_reply(struct http_answer *a)
{
	buf_putc(&a->body, '}');
}

static void reply_whole(struct http_answer *a, enum code code)
{
	reply(a, code);
	end_reply(a);
}

static void reply_html(struct http_answer *a, unsigned status, const char *text)
{
	a->status = status;
	a->type = "text/html; charset=UTF-8";
	buf_printf(&a->body,
		   "<!doctype html><html><head><title>%u %s</title></head>"
		   "<body><h1>%s</h1></body></html>\r\n",
		   status, text, text);
}

/* Take what stands before the divider, or all; the divider goes with it. */
static struct slice take_until(struct slice *rest, char divider)
{
	const char *end =
		rest->len == 0 ? NULL : memchr(rest->data, divider, rest->len);
	struct slice taken = slice_take_n(
		rest, end == NULL ? rest->len : (size_t)(end - rest->data));

	if (end != NULL)
		*rest = slice_from(*rest, 1);
	return taken;
}

/* "TOKEN[,ack][,disabled][,query][,index=A|B][,cookie=NAME]" */
static int parse_token(struct token *t, const char *spec, struct err *e)
{
	struct slice rest = slice_of(spec);

	*t = (struct token){ .name = take_until(&rest, ',') };
	while (rest.len > 0) {
		struct slice word = take_until(&rest, ',');

		if (slice_is(word, SLICE("ack")))
			t->ack = true;
		else if (slice_is(word, SLICE("disabled")))
			t->disabled = true;
		else if (slice_is(word, SLICE("query")))
			t->query = true;
		else if (slice_take(&word, SLICE("index=")))
			t->indexes = word;
		else if (slice_take(&word, SLICE("cookie=")))
			t->cookie = word;
		else
			return err_set(e, ERR_USAGE,
				       "option --token: %.*s is none of ack, "
				       "disabled, query, index=NAME|NAME, "
				       "cookie=NAME",
				       (int)word.len, word.data);
	}
	return 0;
}

static const struct token *find_token(const struct hec *h, struct slice name)
{
	for (size_t i = 0; i < h->token_count; i++)
		if (slice_is(h->tokens[i].name, name) ||
		    slice_is(h->tokens[i].name, SLICE("*")))
			return &h->tokens[i];
	return NULL;
}

/* The password of "Basic BASE64", decoded to out; false where it is none. */
static bool basic_password(const char *base64, char out[], size_t max,
			   struct slice *password)
{
	size_t n = strlen(base64);
	const char *colon;

	if (n == 0 || n % 4 != 0 || n / 4 * 3 > max ||
	    EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)base64,
			    (int)n) < 0)
		return false;
	n = n / 4 * 3 - (base64[n - 1] == '=') - (base64[n - 2] == '=');
	colon = memchr(out, ':', n);
	if (colon == NULL)
		return false;
	*password = (struct slice){ colon + 1, n - (size_t)(colon + 1 - out) };
	return true;
}

/* Who is it? A token in the query counts more than that of the header. */
static enum code authorize(const struct hec *h, const struct http_request *r,
			   const struct token **token)
{
	const char *query = http_query(r, "token");
	const char *header = http_header(r, "Authorization");
	char decoded[512];
	struct slice name;

	if (query != NULL)
		name = slice_of(query);
	else if (header == NULL)
		return CODE_TOKEN_REQUIRED;
	else if (strncasecmp(header, "Splunk ", 7) == 0)
		name = slice_of(header + 7);
	else if (strncasecmp(header, "Basic ", 6) != 0 ||
		 !basic_password(header + 6, decoded, sizeof(decoded), &name))
		return CODE_INVALID_AUTHORIZATION;

	*token = find_token(h, name);
	if (query != NULL && (*token == NULL || !(*token)->query))
		return CODE_QUERY_AUTHORIZATION;
	if (*token == NULL)
		return CODE_INVALID_TOKEN;
	return (*token)->disabled ? CODE_TOKEN_DISABLED : CODE_SUCCESS;
}

/* 8-4-4-4-12 hexadecimal digits */
static bool is_guid(const char *s)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (i > 0 && *s++ != '-')
			return false;
		if (strspn(s, "0123456789abcdefABCDEF") < groups[i])
			return false;
		s += groups[i];
	}
	return *s == '\0';
}

static enum code find_channel(const struct http_request *r, bool required,
			      const char **channel)
{
	*channel = http_header(r, "X-Splunk-Request-Channel");
	if (*channel == NULL)
		*channel = http_query(r, "channel");
	if (*channel == NULL)
		return required ? CODE_CHANNEL_MISSING : CODE_SUCCESS;
	return is_guid(*channel) ? CODE_SUCCESS : CODE_CHANNEL_INVALID;
}

static struct envelope *add_envelope(struct hec *h)
{
	if (h->count == h->cap) {
		size_t cap = h->cap != 0 ? 2 * h->cap : 1024;
		struct envelope *batch =
			realloc(h->batch, cap * sizeof(*batch));

		if (batch == NULL)
			return NULL;
		h->batch = batch;
		h->cap = cap;
	}
	return &h->batch[h->count++];
}

/* May events go to that index? One that has none goes where the token says. */
static bool is_index_allowed(const struct token *t, struct slice index)
{
	struct slice rest = t->indexes;

	if (index.len == 0 || rest.len == 0)
		return true;
	while (rest.len > 0)
		if (slice_is(take_until(&rest, '|'), index))
			return true;
	return false;
}

/* The index an event is for: its own, else that of the query, else none. */
static struct slice index_of(const struct delivery *d, const struct envelope *v)
{
	const char *index = http_query(d->request, "index");

	if (v->index.type == VALUE_STRING)
		return value_slice(v->index);
	return slice_of(index != NULL ? index : "");
}

/* Take the envelopes of a body; what was read before a bad one stays. */
static enum code read_envelopes(struct hec *h, struct delivery *d)
{
	struct envelopes reader;
	int code = 0;
	int got;

	envelopes_start(&reader, d->body);
	do {
		struct envelope *v = add_envelope(h);

		if (v == NULL)
			return CODE_INTERNAL;
		got = envelopes_next(&reader, v, &code);
		if (got > 0 && !is_index_allowed(d->token, index_of(d, v))) {
			code = CODE_WRONG_INDEX;
			got = -1;
		}
	} while (got > 0);
	d->bad = --h->count; // the last was none
	if (got < 0)
		return (enum code)code;
	return h->count > 0 ? CODE_SUCCESS : CODE_NO_DATA;
}

/* Take the lines of a raw body, but for blank ones. */
static enum code read_lines(struct hec *h, struct delivery *d)
{
	const struct envelope none = { 0 };
	struct slice rest = d->body;

	if (!is_index_allowed(d->token, index_of(d, &none)))
		return CODE_WRONG_INDEX;
	while (rest.len > 0) {
		struct slice line = take_until(&rest, '\n');
		struct envelope *v;

		if (line.len > 0 && line.data[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0)
			continue;
		if (line.len > MOCK_EVENT_MAX)
			return CODE_INVALID_DATA;
		v = add_envelope(h);
		if (v == NULL)
			return CODE_INTERNAL;
		*v = (struct envelope){ .event = value_text(line) };
	}
	return h->count > 0 ? CODE_SUCCESS : CODE_NO_DATA;
}

/* Undo the compression. 415 and 413 are answered at once: false. */
static bool decode_body(struct hec *h, struct delivery *d,
			struct http_answer *a, enum code *code)
{
	const char *encoding = http_header(d->request, "Content-Encoding");
	size_t max = http_max_content(h->mock);

	d->body = d->request->body;
	if (d->request->too_large) {
		reply_html(a, 413, "Content-Length too large");
		return false;
	}
	if (encoding == NULL || strcasecmp(encoding, "identity") == 0)
		return true;
	if (strcasecmp(encoding, "gzip") != 0) {
		reply_html(a, 415, "Unsupported Media Type");
		return false;
	}
	buf_clear(&h->plain);
	h->plain.max = max;
	if (!http_gunzip(d->body, &h->plain)) {
		if (h->plain.error != 0) {
			reply_html(a, 413, "Content-Length too large");
			return false;
		}
		*code = CODE_INVALID_DATA;
	}
	d->body = buf_slice(&h->plain);
	return true;
}

/* Read a body, and say what is wrong with it. False: answered at once. */
static bool read_events(struct hec *h, struct delivery *d,
			struct http_answer *a, enum code *code)
{
	h->count = 0;
	*code = authorize(h, d->request, &d->token);
	if (*code != CODE_SUCCESS)
		return true;
	*code = find_channel(d->request, d->is_raw || d->token->ack,
			     &d->channel);
	if (*code != CODE_SUCCESS)
		return true;
	if (!decode_body(h, d, a, code))
		return false;
	if (*code == CODE_SUCCESS)
		*code = d->is_raw ? read_lines(h, d) : read_envelopes(h, d);
	return true;
}

/* A member whose value is JSON as it stands, or a text of the query. */
static void put_member(struct buf *out, struct slice name, struct value v,
		       const char *text)
{
	if (v.type == VALUE_NONE && text == NULL)
		return;
	buf_put_slice(out, name);
	if (v.type != VALUE_NONE)
		buf_put_slice(out, envelope_text(v));
	else
		json_put_string(out, slice_of(text));
}

/* JSON on one line: a line feed in it can only be between its tokens. */
static void put_on_one_line(struct buf *out, struct slice json)
{
	size_t begin = out->len;

	buf_put_slice(out, json);
	for (char *p = out->data + begin;
	     (p = memchr(p, '\n', (size_t)(out->data + out->len - p))) != NULL;
	     p++)
		*p = ' ';
}

/*
 * The event twice: as JSON, and as the text that it was. A string is the same
 * in both; a raw line has yet to be made one.
 */
static void put_event(const struct hec *h, const struct delivery *d,
		      struct value v)
{
	struct buf *out = &h->mock->out.out;
	const struct slice text = envelope_text(v);

	buf_puts(out, ",\"event\":");
	if (d->is_raw)
		json_put_string(out, value_slice(v));
	else
		put_on_one_line(out, text);
	buf_puts(out, ",\"raw\":");
	if (d->is_raw)
		json_put_string(out, value_slice(v));
	else if (v.type == VALUE_STRING)
		buf_put_slice(out, text);
	else
		json_put_string(out, text);
	buf_putc(out, '}');
}

/* What all events of a request say alike. */
static void put_origin(const struct hec *h, const struct delivery *d,
		       const uint64_t *ack, struct buf *out)
{
	const char *cookie = http_header(d->request, "Cookie");
	struct timestamp now = timestamp_now();
	char time[TIMESTAMP_MAX];

	timestamp_rfc5424(&now, time);
	buf_printf(out,
		   "{\"received\":\"%s\",\"transport\":\"%s\",\"peer\":\"%s\","
		   "\"endpoint\":\"%s\",\"request\":%" PRIu64,
		   time, d->request->transport, d->request->peer,
		   d->is_raw ? "raw" : "event", h->requests);
	if (d->channel != NULL)
		buf_printf(out, ",\"channel\":\"%s\"", d->channel);
	if (ack != NULL)
		buf_printf(out, ",\"ack\":%" PRIu64, *ack);
	if (cookie != NULL) {
		buf_puts(out, ",\"cookie\":");
		json_put_string(out, slice_of(cookie));
	}
}

/* The first n events are stored: print them. */
static int store(struct hec *h, const struct delivery *d, size_t n,
		 const uint64_t *ack, struct err *e)
{
	struct mock *m = h->mock;
	struct buf *out = &m->out.out;
	struct buf origin = BUF_INIT(1 << 20);
	const struct http_request *r = d->request;
	const char *host = http_query(r, "host");
	const char *source = http_query(r, "source");
	const char *sourcetype = http_query(r, "sourcetype");
	const char *index = http_query(r, "index");
	const char *time = http_query(r, "time");
	int rc = 0;

	put_origin(h, d, ack, &origin);
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct envelope *v = &h->batch[i];

		buf_put_slice(out, buf_slice(&origin));
		put_member(out, SLICE(",\"time\":"), v->time, time);
		put_member(out, SLICE(",\"host\":"), v->host, host);
		put_member(out, SLICE(",\"source\":"), v->source, source);
		put_member(out, SLICE(",\"sourcetype\":"), v->sourcetype,
			   sourcetype);
		put_member(out, SLICE(",\"index\":"), v->index, index);
		put_member(out, SLICE(",\"fields\":"), v->fields, NULL);
		put_event(h, d, v->event);
		rc = writer_end_line(&m->out, e);
		m->counts.bytes += envelope_text(v->event).len;
	}
	m->counts.messages += n;
	buf_free(&origin);
	// Before the answer: what was acknowledged has been printed.
	return rc == 0 ? writer_flush(&m->out, e) : rc;
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
		c = channel_find(&h->channels, d->channel);
		if (c == NULL)
			return err_sys(e, "channel");
		if (channel_is_full(c)) {
			reply_whole(a, CODE_ACKS_FULL);
			return 0;
		}
		if (channel_add(c, &h->mock->faults, &ack) < 0)
			return err_sys(e, "channel");
	}
	if (store(h, d, h->count, c != NULL ? &ack : NULL, e) < 0)
		return -1;
	put_cookie(h, d, a);
	reply(a, code);
	if (c != NULL)
		buf_printf(&a->body, ",\"ackId\":%" PRIu64, ack);
	end_reply(a);
	return 0;
}

/* What is wrong with an event has its number, counted from 0. */
static void refuse_events(const struct delivery *d, enum code code,
			  struct http_answer *a)
{
	reply(a, code);
	if (!d->is_raw &&
	    (code == CODE_INVALID_DATA || code == CODE_WRONG_INDEX ||
	     code == CODE_EVENT_REQUIRED || code == CODE_EVENT_BLANK ||
	     code == CODE_FIELDS))
		buf_printf(&a->body, ",\"invalid-event-number\":%zu", d->bad);
	end_reply(a);
}

/* A web page where an answer was expected, or not even that. */
static void put_garbage(struct hec *h, struct http_answer *a)
{
	if (fault_pick(&h->mock->faults, 2) == 0) {
		reply_html(a, 200, "Please sign in to use this network");
		return;
	}
	buf_puts(&a->body, "\x15\x03\x01 this is no HTTP\r\n\r\n");
	a->ending = HTTP_BYTES;
}

/* Faults that keep a request from being looked at. True: it is answered. */
static bool strike_before(struct hec *h, enum request_fault fault,
			  struct http_answer *a)
{
	uint64_t retry_after = h->mock->faults.retry_after_sec;

	switch (fault) {
	case REQUEST_FINE:
	case REQUEST_LOST:
	case REQUEST_HALF:
	case REQUEST_PARTIAL:
	case REQUEST_SLOW:
		return false;
	case REQUEST_STALL:
		a->ending = HTTP_STALL;
		break;
	case REQUEST_RESET:
		a->ending = HTTP_RESET;
		break;
	case REQUEST_CLOSE:
		a->ending = HTTP_CLOSE;
		break;
	case REQUEST_GARBAGE:
		put_garbage(h, a);
		break;
	case REQUEST_401:
		reply_whole(a, CODE_INVALID_AUTHORIZATION);
		break;
	case REQUEST_403:
		reply_whole(a, CODE_INVALID_TOKEN);
		break;
	case REQUEST_404:
		reply_whole(a, CODE_NOT_FOUND);
		break;
	case REQUEST_413:
		reply_html(a, 413, "Content-Length too large");
		break;
	case REQUEST_429:
		reply_whole(a, CODE_QUEUE_FULL);
		a->retry_after_sec = retry_after;
		break;
	case REQUEST_500:
		reply_whole(a, CODE_INTERNAL);
		break;
	case REQUEST_502:
		reply_html(a, 502, "Bad Gateway");
		break;
	case REQUEST_503:
		reply_whole(a, CODE_BUSY);
		a->retry_after_sec = retry_after;
		break;
	}
	return true;
}

/* One event is refused, though there is nothing wrong with it. */
static int refuse_one(struct hec *h, struct delivery *d, struct http_answer *a,
		      struct err *e)
{
	d->bad = (size_t)fault_pick(&h->mock->faults, h->count);
	refuse_events(d, CODE_INVALID_DATA, a);
	return store(h, d, d->bad, NULL, e);
}

static int take_events(struct hec *h, struct delivery *d, struct http_answer *a,
		       struct err *e)
{
	enum request_fault fault = fault_of_request(
		&h->mock->faults, d->request->number, ++h->requests);
	enum code code;

	if (strike_before(h, fault, a) || !read_events(h, d, a, &code))
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
	if (fault == REQUEST_LOST)
		a->ending = HTTP_RESET;
	else if (fault == REQUEST_HALF)
		a->ending = HTTP_HALF;
	return 0;
}

static int take_envelopes(struct hec *h, const struct http_request *r,
			  struct http_answer *a, struct err *e)
{
	struct delivery d = { .request = r };

	return take_events(h, &d, a, e);
}

static int take_raw(struct hec *h, const struct http_request *r,
		    struct http_answer *a, struct err *e)
{
	struct delivery d = { .request = r, .is_raw = true };

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
	enum code code = authorize(h, r, &token);

	if (code == CODE_SUCCESS && !token->ack)
		code = CODE_ACK_DISABLED;
	if (code == CODE_SUCCESS)
		code = find_channel(r, true, &id);
	if (code == CODE_SUCCESS && r->body.len == 0)
		code = CODE_NO_DATA;
	if (code != CODE_SUCCESS) {
		reply_whole(a, code);
		return 0;
	}
	c = channel_find(&h->channels, id);
	if (c == NULL)
		return err_sys(e, "channel");
	if (!answer_acks(c, r->body, &a->body)) {
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
	switch (authorize(h, r, &token)) {
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
	const char *methods; // divided by spaces
	int (*serve)(struct hec *h, const struct http_request *r,
		     struct http_answer *a, struct err *e);
} endpoints[] = {
	{ "/services/collector", "POST", take_envelopes },
	{ "/services/collector/event", "POST", take_envelopes },
	{ "/services/collector/raw", "POST", take_raw },
	{ "/services/collector/ack", "POST GET", tell_acks },
	{ "/services/collector/health", "GET", tell_health },
};

/* Each path is also there with "/1.0" behind it. */
static bool is_path_of(const struct endpoint *p, const char *path)
{
	size_t n = strlen(p->path);

	return strncmp(path, p->path, n) == 0 &&
	       (path[n] == '\0' || strcmp(path + n, "/1.0") == 0);
}

static int answer(void *context, const struct http_request *r,
		  struct http_answer *a, struct err *e)
{
	struct hec *h = context;

	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
		const struct endpoint *p = &endpoints[i];

		if (!is_path_of(p, r->path))
			continue;
		if (strstr(p->methods, r->method) == NULL) {
			reply_whole(a, CODE_NOT_ALLOWED);
			return 0;
		}
		return p->serve(h, r, a, e);
	}
	reply_whole(a, CODE_NOT_FOUND);
	return 0;
}

static int read_tokens(struct hec *h, struct err *e)
{
	const struct opt_list *specs = &h->mock->config->tokens;
	size_t n = specs->count > 0 ? specs->count : 1;

	h->tokens = calloc(n, sizeof(*h->tokens));
	if (h->tokens == NULL)
		return err_sys(e, "tokens");
	h->token_count = n;
	if (specs->count == 0)
		return parse_token(&h->tokens[0], "*", e);
	for (size_t i = 0; i < n; i++)
		if (parse_token(&h->tokens[i], specs->items[i], e) < 0)
			return -1;
	return 0;
}

static int serve(struct mock *m, struct err *e)
{
	struct hec h = { .mock = m, .cookie = BUF_INIT(1024) };
	int rc = read_tokens(&h, e);

	if (rc == 0)
		rc = http_serve(m, answer, &h, e);
	channels_free(h.channels);
	free(h.tokens);
	free(h.batch);
	buf_free(&h.plain);
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
	.serve = serve,
};

#include "events.h"

#include "body.h"
#include "core/timestamp.h"
#include "json/write.h"
#include "record.h"
#include "trouble.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct envelope *add_envelope(struct events *v)
{
	if (v->count == v->cap) {
		size_t cap = v->cap != 0 ? 2 * v->cap : 1024;
		struct envelope *items =
			realloc(v->items, cap * sizeof(*items));

		if (items == NULL)
			return NULL;
		v->items = items;
		v->cap = cap;
	}
	return &v->items[v->count++];
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
static enum code read_envelopes(struct events *all, struct delivery *d)
{
	struct envelopes reader;
	int code = 0;
	int got;

	envelopes_start(&reader, d->body);
	do {
		struct envelope *v = add_envelope(all);

		if (v == NULL)
			return CODE_INTERNAL;
		got = envelopes_next(&reader, v, &code);
		if (got > 0 && !access_to_index(d->token, index_of(d, v))) {
			code = CODE_WRONG_INDEX;
			got = -1;
		}
	} while (got > 0);
	d->bad = --all->count; // the last was none
	if (got < 0)
		return (enum code)code;
	return all->count > 0 ? CODE_SUCCESS : CODE_NO_DATA;
}

/* Take the lines of a raw body, but for blank ones. */
static enum code read_lines(struct events *all, struct delivery *d)
{
	const struct envelope none = { 0 };
	struct slice rest = d->body;

	if (!access_to_index(d->token, index_of(d, &none)))
		return CODE_WRONG_INDEX;
	while (rest.len > 0) {
		struct slice line = slice_take_until(&rest, '\n');
		struct envelope *v;

		if (line.len > 0 && line.data[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0)
			continue;
		if (line.len > MOCK_EVENT_MAX)
			return CODE_INVALID_DATA;
		v = add_envelope(all);
		if (v == NULL)
			return CODE_INTERNAL;
		*v = (struct envelope){ .event = value_text(line) };
	}
	return all->count > 0 ? CODE_SUCCESS : CODE_NO_DATA;
}

/* Undo the compression. 415 and 413 are answered at once: false. */
static bool decode_body(struct events *v, struct delivery *d, size_t max,
			struct http_answer *a, enum code *code)
{
	switch (body_read(d->request, max, &v->plain, &d->body)) {
	case BODY_FINE:
		return true;
	case BODY_BROKEN:
		*code = CODE_INVALID_DATA;
		return true;
	case BODY_TOO_LARGE:
		trouble_page(a, 413, "Content-Length too large");
		break;
	case BODY_UNKNOWN:
		trouble_page(a, 415, "Unsupported Media Type");
		break;
	}
	return false;
}

bool events_read(struct events *v, struct delivery *d, const struct mock *m,
		 struct http_answer *a, enum code *code)
{
	v->count = 0;
	*code = CODE_SUCCESS;
	if (!decode_body(v, d, http_max_content(m), a, code))
		return false;
	if (*code == CODE_SUCCESS)
		*code = d->is_raw ? read_lines(v, d) : read_envelopes(v, d);
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
		record_put_json(out, envelope_text(v));
	else
		json_put_string(out, slice_of(text));
}

/*
 * The event twice: as JSON, and as the text that it was. A string is the same
 * in both; a raw line has yet to be made one.
 */
static void put_event(struct buf *out, const struct delivery *d, struct value v)
{
	const struct slice text = envelope_text(v);

	buf_puts(out, ",\"event\":");
	if (d->is_raw)
		json_put_string(out, value_slice(v));
	else
		record_put_json(out, text);
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
static void put_origin(struct buf *out, const struct delivery *d,
		       const uint64_t *ack)
{
	const char *cookie = http_header(d->request, "Cookie");
	struct timestamp now = timestamp_now();
	char time[TIMESTAMP_MAX];

	timestamp_rfc5424(&now, time);
	buf_printf(out,
		   "{\"received\":\"%s\",\"transport\":\"%s\",\"peer\":\"%s\","
		   "\"endpoint\":\"%s\",\"request\":%" PRIu64,
		   time, d->request->transport, d->request->peer,
		   d->is_raw ? "raw" : "event", d->number);
	if (d->channel != NULL)
		buf_printf(out, ",\"channel\":\"%s\"", d->channel);
	if (ack != NULL)
		buf_printf(out, ",\"ack\":%" PRIu64, *ack);
	if (cookie != NULL) {
		buf_puts(out, ",\"cookie\":");
		json_put_string(out, slice_of(cookie));
	}
}

int events_store(const struct events *all, size_t n, const struct delivery *d,
		 const uint64_t *ack, struct mock *m, struct err *e)
{
	struct buf *out = &m->out.out;
	struct buf origin = BUF_INIT(MOCK_HEAD_MAX);
	const struct http_request *r = d->request;
	const char *host = http_query(r, "host");
	const char *source = http_query(r, "source");
	const char *sourcetype = http_query(r, "sourcetype");
	const char *index = http_query(r, "index");
	const char *time = http_query(r, "time");
	int rc = 0;

	put_origin(&origin, d, ack);
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct envelope *v = &all->items[i];

		buf_put_slice(out, buf_slice(&origin));
		put_member(out, SLICE(",\"time\":"), v->time, time);
		put_member(out, SLICE(",\"host\":"), v->host, host);
		put_member(out, SLICE(",\"source\":"), v->source, source);
		put_member(out, SLICE(",\"sourcetype\":"), v->sourcetype,
			   sourcetype);
		put_member(out, SLICE(",\"index\":"), v->index, index);
		put_member(out, SLICE(",\"fields\":"), v->fields, NULL);
		put_event(out, d, v->event);
		rc = writer_end_line(&m->out, e);
		m->counts.bytes += envelope_text(v->event).len;
	}
	m->counts.messages += n;
	buf_free(&origin);
	// Before the answer: what was acknowledged has been printed.
	return rc == 0 ? writer_flush(&m->out, e) : rc;
}

void events_free(struct events *v)
{
	free(v->items);
	buf_free(&v->plain);
}

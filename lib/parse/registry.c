#include "parse/registry.h"

#include "parse/counted.h"

#include <string.h>

/*
 * To add a dialect, define dialect_NAME in lib/parse/NAME.c and put it here.
 * The last is what stands behind a header and is none of the others.
 */
#define DIALECTS(X) \
	X(rfc5424)  \
	X(rfc3164)  \
	X(cef)      \
	X(leef)     \
	X(json)     \
	X(message)

#define DECLARE(name) extern const struct dialect dialect_##name;
#define ROW(name) &dialect_##name,

DIALECTS(DECLARE)

static const struct dialect *const rows[] = { DIALECTS(ROW) };
const struct dialect *const *const dialects = rows;
const size_t dialect_count = sizeof(rows) / sizeof(rows[0]);

enum { UNKNOWN = COUNTED_RULES, PREFIX, HIDDEN };

const struct rule record_rules[] = {
	[COUNTED_LENGTH] = { "framing-count", "RFC 6587 section 3.4.1",
			     "a count is that of the message's bytes" },
	[COUNTED_LF] = { "framing-line-feed", "RFC 6587 section 3.4.1",
			 "nothing stands between a counted message and the "
			 "next" },
	[COUNTED_PRI] = { "framing-pri", "RFC 6587 section 3.4.1",
			  "a counted message begins with <PRI>" },
	[UNKNOWN] = { "record-unknown", "none",
		      "a record begins with a syslog header, CEF:, LEEF: or "
		      "{" },
	[PREFIX] = { "record-prefix",
		     "CEF 27, Syslog prefix; IBM, LEEF event components",
		     "nothing but a syslog header stands before CEF: or "
		     "LEEF:" },
	[HIDDEN] = { "record-hidden-event", "Filebeat",
		     "text behind a header has no CEF:0 or LEEF:2 in it",
		     true },
	{ .name = NULL },
};

static const struct slice bom = SLICE("\xef\xbb\xbf");

static const struct dialect *find(struct slice text, bool is_header)
{
	for (size_t i = 0; i < dialect_count; i++) {
		const struct dialect *d = rows[i];

		if (d->is_header == is_header && d->is_it(text))
			return d;
	}
	return NULL;
}

/* What begins further on in a text, as receivers of it look for it. */
static const struct dialect *find_inside(struct slice text, struct slice *body)
{
	for (size_t i = 1; i < text.len; i++) {
		if (!slice_is_blank(text.data[i - 1]))
			continue;
		*body = slice_from(text, i);
		for (size_t k = 0; k < dialect_count; k++) {
			const struct dialect *d = rows[k];

			if (d->is_anywhere && d->is_it(*body))
				return d;
		}
	}
	return NULL;
}

/* Read a body that does not begin where it should. */
static int read_inside(struct reading *r, const struct dialect *d,
		       struct slice text, struct slice body, struct err *e)
{
	struct slice prefix = { text.data, text.len - body.len };

	parse_member_string(r, "prefix", slice_trim(prefix));
	if (d->read(r, body, &body, e) < 0)
		return -1;
	parse_depart(r, &record_rules[PREFIX], prefix,
		     "what stands before the event is no syslog header, so a "
		     "receiver may take all of it for plain text");
	return 0;
}

/* A record without a header: what it is stands at its start, or further on. */
static int read_bare(struct reading *r, struct slice text, struct err *e)
{
	const struct dialect *d = find(text, false);
	struct slice body = text;

	if (d != NULL)
		return d->read(r, text, &body, e);
	d = find_inside(text, &body);
	if (d != NULL)
		return read_inside(r, d, text, body, e);
	return parse_refuse(r, &record_rules[UNKNOWN],
			    (struct slice){ text.data, 0 }, e,
			    "this begins neither with a syslog header (<PRI> "
			    "or a timestamp) nor with CEF:, LEEF: or {");
}

/* Text behind a header, which is not to look like an event to anybody. */
static int read_text(struct reading *r, struct slice text, struct err *e)
{
	struct slice body;

	if (r->depart != NULL && find_inside(text, &body) != NULL)
		parse_depart(r, &record_rules[HIDDEN],
			     (struct slice){ body.data, strlen("CEF:0") },
			     "an event seems to begin within this text: some "
			     "receivers (Filebeat) read it, whoever wrote it");
	return dialect_message.read(r, text, &text, e);
}

/* What cannot be read behind a header is text, but said to be wrong. */
static int read_body(struct reading *r, struct slice text, struct err *e)
{
	const struct dialect *d = find(text, false);
	size_t start = r->out->len;
	struct slice rest;

	if (d == NULL)
		return read_text(r, text, e);
	if (d->read(r, text, &rest, e) == 0)
		return 0;
	if (e->kind != ERR_DATA)
		return -1;
	buf_cut(r->out, start);
	parse_refused(r, e, false);
	return dialect_message.read(r, text, &rest, e);
}

static int read_parts(struct reading *r, struct slice text, struct err *e)
{
	const struct dialect *header = find(text, true);

	if (header != NULL && header->read(r, text, &text, e) < 0)
		return -1;
	return header != NULL ? read_body(r, text, e) : read_bare(r, text, e);
}

int parse_record(struct reading *r, struct slice record, struct err *e)
{
	size_t start = r->out->len;
	struct slice text = record;

	r->record = record;
	r->refused_by = NULL;
	counted_read(r, record_rules, &text);
	// The line end behind a counted message is no part of it.
	r->record.len = (size_t)(text.data + text.len - record.data);
	slice_take(&text, bom);
	buf_putc(r->out, '{');
	if (read_parts(r, text, e) < 0) {
		buf_cut(r->out, start);
		parse_refused(r, e, true);
		return -1;
	}
	buf_putc(r->out, '}');
	return 0;
}

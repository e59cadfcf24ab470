#include "dest/document.h"

#include "core/timestamp.h"
#include "dest/record.h"
#include "format/sniff.h"
#include "json/scan.h"
#include "json/walk.h"
#include "json/write.h"

/* What has to be known of a record that is an object. */
struct object {
	struct slice text;  // without blanks around it
	bool is_empty;      // it has no member
	struct value time;  // "@timestamp"
	struct value stamp; // "siem_id", if that is its first member
	struct value id;    // what is on the path of the _id
};

/* What a path of names leads to within a value that has been validated. */
static struct value follow(struct value v, const struct slice *names,
			   size_t count)
{
	for (size_t i = 0; i < count && v.type != VALUE_NONE; i++)
		v = scan_member(v, names[i]);
	return v;
}

static void note_member(struct object *o, const struct document_terms *terms,
			struct slice name, bool escaped, struct value v,
			bool is_first)
{
	if (scan_is(name, escaped, SLICE("@timestamp")))
		o->time = v;
	if (is_first && slice_is(name, SLICE("siem_id")))
		o->stamp = v;
	if (terms->id_names > 0 && scan_is(name, escaped, terms->id_path[0]))
		o->id = follow(v, terms->id_path + 1, terms->id_names - 1);
}

/*
 * Is text one JSON object, and nothing else? It will stand among others: what
 * only begins like one could bring lines of its own.
 */
static bool read_object(struct slice text, const struct document_terms *terms,
			struct object *o)
{
	struct walk w;
	const char *p;

	*o = (struct object){ .text = text };
	if (text.len < 2 || text.data[0] != '{' ||
	    text.data[text.len - 1] != '}')
		return false;
	walk_start(&w, text);
	p = walk_space(&w, text.data + 1);
	o->is_empty = *p == '}';
	for (bool is_first = true; *p != '}'; is_first = false) {
		struct slice name = { 0 };
		struct value v = { 0 };
		bool escaped = false;

		p = walk_member(&w, p, &name, &escaped, &v);
		if (p == NULL)
			return false;
		note_member(o, terms, name, escaped, v, is_first);
	}
	return p + 1 == w.end;
}

/* The time of an object: that which its store will go by, if it has that. */
static struct timestamp time_of(const struct object *o,
				const struct dest_record *record,
				const struct sniff *s)
{
	struct timestamp t;

	if (o->time.type == VALUE_STRING &&
	    timestamp_parse(value_slice(o->time), &t))
		return t;
	if (o->time.type == VALUE_NUMBER &&
	    timestamp_parse_epoch(value_slice(o->time), &t))
		return t;
	return record_time(record, s);
}

/* "-2025.10.08" */
static void put_day(struct buf *body, const struct timestamp *t)
{
	struct timestamp utc = *t;
	char text[TIMESTAMP_MAX];

	utc.offset_min = 0;
	utc.zulu = true;
	timestamp_rfc5424(&utc, text);
	text[4] = text[7] = '.';
	buf_putc(body, '-');
	buf_put(body, text, 10);
}

/* Can it be an _id? What would refuse the whole request is none. */
static bool is_id(struct value v)
{
	return (v.type == VALUE_STRING || v.type == VALUE_NUMBER) &&
	       v.len > 0 && v.len <= DOCUMENT_ID_MAX;
}

void document_put_index(const struct document_terms *terms,
			const struct timestamp *t, struct buf *out)
{
	buf_put_slice(out, terms->index);
	if (terms->daily)
		put_day(out, t);
}

static void put_action(const struct document_terms *terms,
		       const struct object *o, const struct timestamp *t,
		       struct buf *body)
{
	struct value id = is_id(o->id) ? o->id : o->stamp;

	buf_puts(body, "{\"create\":{\"_index\":\"");
	document_put_index(terms, t, body);
	if (is_id(id)) {
		buf_puts(body, "\",\"_id\":\"");
		buf_put_slice(body, value_slice(id));
	}
	buf_puts(body, "\"}}\n");
}

/* The beginning of a document with this time; what comes next is a member. */
static void put_time(const struct timestamp *t, struct buf *body)
{
	char text[TIMESTAMP_MAX];
	size_t n = timestamp_rfc5424(t, text);

	buf_puts(body, "{\"@timestamp\":\"");
	buf_put(body, text, n);
	buf_putc(body, '"');
}

int document_put(const struct document_terms *terms,
		 const struct dest_record *record, struct buf *body,
		 struct err *e)
{
	const struct sniff s = sniff_line(record->bytes);
	struct object o = { 0 };
	const bool is_object = s.header == HEADER_NONE &&
			       read_object(slice_trim(s.body), terms, &o);
	const bool has_time = is_object && o.time.type != VALUE_NONE;
	struct timestamp t = { 0 };

	if (slice_trim(record->bytes).len == 0)
		return err_set(e, ERR_DATA, "blank: there is nothing in it");
	if (!is_object)
		o = (struct object){ 0 };
	if (terms->daily || !has_time)
		t = time_of(&o, record, &s);
	put_action(terms, &o, &t, body);
	if (has_time) {
		buf_put_slice(body, o.text);
	} else if (is_object) {
		put_time(&t, body);
		if (!o.is_empty)
			buf_putc(body, ',');
		buf_put_slice(body, slice_from(o.text, 1));
	} else {
		put_time(&t, body);
		buf_puts(body, ",\"message\":");
		json_put_string(body, record->bytes);
		buf_putc(body, '}');
	}
	buf_putc(body, '\n');
	return record_status(body, e);
}

/*
 * A line is read back strictly, by lib/parse, and compared with what its event
 * promises: member by member and value by value, in their order, and not one
 * member more. What is compared is JSON text: what siem-parse makes of the
 * line, and what expect.h makes of the event.
 *
 * A document whose objects have objects in them is compared, leaf by leaf, with
 * what mapping.h makes of the record and its map, and document.h of that.
 */
#ifndef SIEM_TESTS_PROOF_READBACK_H
#define SIEM_TESTS_PROOF_READBACK_H

#include "document.h"

#include "core/utf8.h"
#include "format/cefkeys.h"
#include "format/registry.h"
#include "json/scan.h"
#include "json/walk.h"
#include "parse/registry.h"

#include <jansson.h>
#include <stdbool.h>

enum {
	READBACK_MOST = 16 << 20, // bytes of a line, and of what is made of it
	READBACK_MAPS = 16,       // that are built in, at most
	READBACK_MINUTE = 60, // no event of the present is older, in seconds
};

struct readback;

/* A format in one of its variants, with one kind of header in front or none. */
struct way {
	const char *format;
	const char *variant; // "": there is only one
	const char *syslog;

	/* Put into r->want what is to be read, and into r->got what is. */
	void (*read)(struct readback *r);
};

struct readback {
	const struct way *way;
	const struct event *whole;
	const struct event *event; // less what was left out
	struct event shown;        // likewise
	struct field *sorted;      // of its fields, those of a column first
	const struct format_options *options;
	struct slice line;
	bool is_builtin; // the map; of others, some faults are their own
	json_t *map;     // as it was written, where it is not built in
	size_t left_out; // fields, for the sake of max_line

	struct reading reading;
	struct buf got, want;
	struct buf departures; // those that are none of what is expected, one
			       // to a line
	struct buf text, clean;
	size_t fields;     // compared so far, with attributes and headers
	const char *wrong; // what is, found on the way; or NULL
	bool is_beyond;    // what is asked for more than is proven
	bool is_compared;  // leaf by leaf, already

	json_t *builtins[READBACK_MAPS];
	struct mapping mapping;
	struct buf fault; // where the two documents part
};

static inline bool readback_is_one_of(const char *rule, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(rule, *list) == 0)
			return true;
	return false;
}

static inline void read_cef(struct readback *r);

/* Does a target, or one behind it, say the type of that key? */
static inline bool readback_says_type(json_t *target, struct slice key)
{
	for (; target != NULL; target = json_object_get(target, "else"))
		if (json_object_get(target, "type") != NULL &&
		    slice_is(key,
			     mapping_string(json_object_get(target, "key"))))
			return true;
	return false;
}

/* Is the type of a value that which the map says, instead of the format? */
static inline bool readback_is_typed(const struct readback *r,
				     const struct departure *d)
{
	struct slice key = { d->message, strcspn(d->message, " ") };
	json_t *section = json_object_get(
		r->map, r->way->read == read_cef ? "cef" : "leef");
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(section, "fields"), i, row)
	{
		if (readback_says_type(row, key))
			return true;
	}
	return false;
}

/* Of the rules that lines may depart from, these alone; and when. */
static inline bool readback_is_expected(const struct readback *r,
					const struct departure *d)
{
	static const char *const sizes[] = { "cef-value-size",
					     "cef-header-size",
					     "leef-value-size", "leef-event-id",
					     NULL };
	static const char *const couples[] = { "cef-label-without-value",
					       "cef-value-without-label",
					       "cef-duplicate-label",
					       "leef-time-format",
					       "leef-identity",
					       "leef-severity",
					       NULL };
	const char *rule = d->rule->name;

	// Nothing is cut on request.
	if (readback_is_one_of(rule, sizes))
		return r->options->no_limits;
	// An attribute is empty: a reader finds it so.
	if (strcmp(rule, "cef-header-empty") == 0 ||
	    strcmp(rule, "leef-header-empty") == 0)
		return d->bytes.len == 0;
	// What goes together is for maps to know.
	if (readback_is_one_of(rule, couples))
		return !r->is_builtin;
	// What a map wants to be something else is that.
	if (readback_is_typed(r, d))
		return true;
	// In the first weeks of 1970, milliseconds are as few as seconds.
	if (strcmp(rule, "cef-time") == 0)
		return d->bytes.len == 10;
	// So short no packet has to be, unless --max-line says so.
	if (strcmp(rule, "rfc3164-length") == 0)
		return r->line.len > 1024;
	// What stands in the record stands in a line that ends in the record.
	return strcmp(rule, "json-duplicate-name") == 0;
}

static inline void readback_depart(void *who, const struct departure *d)
{
	struct readback *r = who;

	if (!d->rule->advice && !readback_is_expected(r, d))
		buf_printf(&r->departures, "%s, column %zu: %s\n",
			   d->rule->name, d->column, d->message);
}

static inline void readback_init(struct readback *r)
{
	*r = (struct readback){
		.reading = READING_INIT(READBACK_MOST),
		.got = BUF_INIT(READBACK_MOST),
		.want = BUF_INIT(READBACK_MOST),
		.departures = BUF_INIT(READBACK_MOST),
		.text = BUF_INIT(READBACK_MOST),
		.clean = BUF_INIT(READBACK_MOST),
		.fault = BUF_INIT(READBACK_MOST),
	};
	for (size_t i = 0; i < map_builtin_count; i++)
		r->builtins[i] = json_loadb(map_builtins[i].text,
					    map_builtins[i].len, 0, NULL);
	r->reading.out = &r->got;
	r->reading.depart = readback_depart;
	r->reading.who = r;
}

static inline void readback_free(struct readback *r)
{
	reading_free(&r->reading);
	buf_free(&r->got);
	buf_free(&r->want);
	buf_free(&r->departures);
	buf_free(&r->text);
	buf_free(&r->clean);
	buf_free(&r->fault);
	free(r->sorted);
	mapping_free(&r->mapping);
	for (size_t i = 0; i < map_builtin_count; i++)
		json_decref(r->builtins[i]);
}

/* The text of a value; the next call overwrites it. */
static inline struct slice readback_text(struct readback *r, struct value v)
{
	buf_clear(&r->text);
	expect_text(&r->text, v);
	return buf_slice(&r->text);
}

static inline struct slice readback_attribute(struct readback *r, size_t place)
{
	return readback_text(r, r->event->attributes[place]);
}

static inline size_t readback_limit(const struct readback *r, size_t max)
{
	return r->options->no_limits ? 0 : max;
}

/* The name of a member that is expected next. */
static inline void want_name(struct readback *r, struct slice name)
{
	struct buf *out = &r->want;

	if (out->len > 0 && out->data[out->len - 1] != '{')
		buf_putc(out, ',');
	expect_string(out, name);
	buf_putc(out, ':');
}

static inline void want_open(struct readback *r, const char *name)
{
	want_name(r, slice_of(name));
	buf_putc(&r->want, '{');
}

static inline void want_close(struct readback *r)
{
	buf_putc(&r->want, '}');
}

/* A member whose text is normalised. */
static inline void want_text(struct readback *r, struct slice name,
			     struct slice text, enum expect_style style)
{
	want_name(r, name);
	buf_clear(&r->clean);
	expect_clean(&r->clean, text, style);
	expect_string(&r->want, buf_slice(&r->clean));
	r->fields++;
}

/* A field of a header of syslog: printable ASCII; none where it is empty. */
static inline void want_word(struct readback *r, const char *name,
			     struct slice text, size_t max, const char *others)
{
	char word[256];
	size_t n = 0;
	bool is_app = strcmp(name, "app") == 0; // no event begins with it

	for (text = expect_cut(text, max); n < text.len; n++) {
		char c = text.data[n];
		bool begins_event =
			is_app && (c == '|' || (c == '{' && n == 0));
		bool good = c > 32 && c < 127 && !begins_event;

		if (others != NULL)
			good = (c >= '0' && c <= '9') ||
			       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
			       (c != '\0' && strchr(others, c) != NULL);
		word[n] = good ? c : '_';
	}
	if (n == 0 || (n == 1 && word[0] == '-' && others == NULL))
		return;
	want_text(r, slice_of(name), (struct slice){ word, n }, EXPECT_JSON);
}

static inline void want_priority(struct readback *r)
{
	static const char *const severities[] = { "emerg", "alert",   "crit",
						  "err",   "warning", "notice",
						  "info",  "debug" };
	int severity = r->options->severity;

	if (severity == FORMAT_SEVERITY_AUTO)
		severity = expect_severity(r->event);
	want_open(r, "syslog");
	buf_printf(&r->want, "\"priority\":%d,\"facility\":\"local%d\"",
		   8 * r->options->facility + severity,
		   r->options->facility - 16);
	want_text(r, SLICE("severity"), slice_of(severities[severity]),
		  EXPECT_JSON);
}

/* The time, and the host behind it. */
static inline void want_origin(struct readback *r, bool is_5424,
			       unsigned digits, int zone, bool zulu)
{
	if (is_5424)
		buf_puts(&r->want, ",\"version\":1");
	want_name(r, SLICE("timestamp"));
	buf_putc(&r->want, '"');
	expect_time(&r->want, &r->event->time, is_5424, digits, zone);
	if (is_5424 && zulu)
		buf_putc(&r->want, 'Z');
	else if (is_5424)
		buf_printf(&r->want, "%c%02d:%02d", zone < 0 ? '-' : '+',
			   abs(zone) / 60, abs(zone) % 60);
	buf_putc(&r->want, '"');
	want_text(r, SLICE("host"), slice_of(r->options->host), EXPECT_JSON);
}

/* As the event has the time, in full. */
static inline void want_5424(struct readback *r, struct slice app)
{
	const struct timestamp *t = &r->event->time;

	want_priority(r);
	want_origin(r, true, t->digits < 6 ? t->digits : 6,
		    t->zulu ? 0 : t->offset_min, t->zulu);
	want_word(r, "app", app, 48, NULL);
}

static inline void want_3164(struct readback *r)
{
	want_priority(r);
	want_origin(r, false, 0, 0, true);
}

static inline void want_tag(struct readback *r, struct slice tag)
{
	if (slice_is(tag, SLICE("CEF")))
		tag = SLICE("CEF_");
	else if (slice_is(tag, SLICE("LEEF")))
		tag = SLICE("LEEF_");
	want_word(r, "app", tag.len > 0 ? tag : SLICE("siem-fmt"), 32, "-._");
}

/* Read all of the line, in whatever it is written. */
static inline void read_record(struct readback *r)
{
	struct err e = { 0 };

	if (parse_record(&r->reading, r->line, &e) < 0)
		r->wrong = "it cannot be read";
}

/*
 * Read a header of that dialect, and whatever stands behind it is what it is.
 * The object is left open.
 */
static inline struct slice read_header(struct readback *r,
				       const struct dialect *dialect)
{
	struct slice rest = { 0 };
	struct err e = { 0 };

	r->reading.record = r->line;
	buf_putc(&r->got, '{');
	if (!dialect->is_it(r->line) ||
	    dialect->read(&r->reading, r->line, &rest, &e) < 0)
		r->wrong = "its header cannot be read";
	return rest;
}

extern const struct dialect dialect_rfc3164, dialect_cef, dialect_leef;

/* cef */

static inline void want_cef_header(struct readback *r)
{
	static const struct {
		const char *name;
		size_t max;
	} header[] = {
		{ "device_vendor", 63 },  { "device_product", 63 },
		{ "device_version", 31 }, { "device_event_class_id", 1023 },
		{ "name", 512 },
	};

	buf_puts(&r->want, "\"version\":0");
	for (size_t i = 0; i < 5; i++)
		want_text(r, slice_of(header[i].name),
			  expect_fit(readback_attribute(r, i),
				     readback_limit(r, header[i].max),
				     EXPECT_CEF_HEADER),
			  EXPECT_CEF_HEADER);
	buf_printf(&r->want, ",\"severity\":\"%d\"", r->event->severity);
}

static inline void want_cef_field(struct readback *r, const struct field *f)
{
	struct slice text =
		expect_fit(readback_text(r, f->value),
			   readback_limit(r, f->max), EXPECT_CEF_VALUE);
	char label[300];

	if (text.len == 0)
		return;
	struct slice of = expect_fit(f->label, 0, EXPECT_CEF_VALUE);
	if (of.len > 0) {
		int n = snprintf(label, sizeof(label), "%.*sLabel",
				 (int)f->key.len, f->key.data);

		want_text(r, (struct slice){ label, (size_t)n }, of,
			  EXPECT_CEF_VALUE);
	}
	want_text(r, f->key, text, EXPECT_CEF_VALUE);
}

/* The key of a member that no row names is no other one in other capitals. */
static inline void check_capitals(struct readback *r)
{
	const struct event *event = r->event;
	const struct field *f = event->fields;
	const struct map_shape *shape = format_find("cef")->shape("");

	for (size_t i = event->rest; i < event->count; i++) {
		if (shape->find_rule(f[i].key) != shape->find_like(f[i].key))
			r->wrong = "a key is like one of the dictionary";
		for (size_t j = 0; j < event->count; j++)
			if (j != i && slice_is_like(f[i].key, f[j].key))
				r->wrong = "a key is like another one";
	}
}

static inline void read_cef(struct readback *r)
{
	const char *syslog = r->way->syslog;

	read_record(r);
	if (syslog != NULL && strcmp(syslog, "5424") == 0)
		want_5424(r, readback_attribute(r, 1));
	else if (syslog != NULL)
		want_3164(r);
	if (syslog != NULL)
		want_close(r);
	want_open(r, "cef");
	want_cef_header(r);
	want_open(r, "extension");
	for (size_t i = 0; i < r->event->count; i++)
		want_cef_field(r, &r->event->fields[i]);
	want_close(r);
	want_close(r);
	check_capitals(r);
}

/* leef */

static inline void want_leef_header(struct readback *r)
{
	static const char *const header[] = { "vendor", "product",
					      "product_version", "event_id" };

	want_text(r, SLICE("version"), slice_of(r->way->variant), EXPECT_JSON);
	for (size_t i = 0; i < 4; i++)
		want_text(r, slice_of(header[i]),
			  expect_limit(readback_attribute(r, i),
				       i == 3 ? readback_limit(r, 255) : 0,
				       EXPECT_LEEF_HEADER),
			  EXPECT_LEEF_HEADER);
	want_text(r, SLICE("delimiter"), SLICE("\t"), EXPECT_JSON);
}

static inline void read_leef(struct readback *r)
{
	const char *syslog = r->way->syslog;

	read_record(r);
	if (syslog != NULL && strcmp(syslog, "5424") == 0) {
		want_priority(r);
		want_origin(r, true, 3, 0, true);
	} else if (syslog != NULL) {
		want_3164(r);
	}
	if (syslog != NULL)
		want_close(r);
	want_open(r, "leef");
	want_leef_header(r);
	want_open(r, "attributes");
	for (size_t i = 0; i < r->event->count; i++) {
		const struct field *f = &r->event->fields[i];
		struct slice text = expect_limit(readback_text(r, f->value),
						 readback_limit(r, f->max),
						 EXPECT_LEEF_VALUE);

		if (text.len > 0)
			want_text(r, f->key, text, EXPECT_LEEF_VALUE);
	}
	want_close(r);
	want_close(r);
}

/* rfc5424 */

/*
 * MSG: an object is one, and any other text is none, nor CEF or LEEF, for its
 * first colon or brace has become text.
 */
static inline void want_message(struct readback *r, struct value v)
{
	struct slice text = readback_text(r, v);
	struct buf made = BUF_INIT(READBACK_MOST);
	size_t i = 0;

	if (v.type == VALUE_OBJECT) {
		want_name(r, SLICE("json"));
		expect_clean(&r->want, text, EXPECT_SYSLOG);
		r->fields++;
		return;
	}
	if (slice_has_prefix(text, SLICE("CEF:")) ||
	    slice_has_prefix(text, SLICE("LEEF:"))) {
		i = text.data[0] == 'C' ? 3 : 4;
	} else {
		i = strspn(buf_str(&r->text), " ");
		const char *next = buf_str(&r->text) + i;
		if (*next == '{')
			next += 1 + strspn(next + 1, " ");
		if (text.len == 0 || text.data[i] != '{' ||
		    (*next != '"' && *next != '}'))
			i = text.len;
	}
	buf_put(&made, text.data, i);
	if (i < text.len) {
		buf_printf(&made, "\\u%04x", (unsigned)text.data[i]);
		buf_put_slice(&made, slice_from(text, i + 1));
	}
	want_text(r, SLICE("message"), buf_slice(&made), EXPECT_SYSLOG);
	buf_free(&made);
}

/* SD-ID, section 6.3.2: what is no "name@number" becomes one. */
static inline void want_sdid(struct readback *r, struct slice id)
{
	size_t name = 0;
	size_t digits = 0;
	char made[33];

	id = id.len > 0 ? id : SLICE("audit");
	while (name < id.len && id.data[name] != '@')
		name++;
	while (name + 1 + digits < id.len &&
	       strchr("0123456789.", id.data[name + 1 + digits]) != NULL &&
	       id.data[name + 1 + digits] != '\0')
		digits++;

	bool good = name > 0 && digits > 0 && name + 1 + digits == id.len &&
		    id.len <= 32;
	id = expect_cut(id, good ? 32 : 26);
	for (size_t i = 0; i < id.len; i++) {
		char c = id.data[i];
		bool bad = c <= 32 || c >= 127 || strchr("=]\"", c) != NULL ||
			   (c == '@' && !good);

		made[i] = bad ? '_' : c;
	}
	memcpy(made + id.len, "@32473", good ? 0 : 6);
	want_name(r, (struct slice){ made, id.len + (good ? 0 : 6) });
	buf_putc(&r->want, '{');
}

static inline void read_sd(struct readback *r)
{
	enum { APP, PROCID, MSGID, MSG, SDID };
	const struct event *event = r->event;

	read_record(r);
	want_5424(r, readback_attribute(r, APP));
	want_word(r, "procid", readback_attribute(r, PROCID), 128, NULL);
	want_word(r, "msgid", readback_attribute(r, MSGID), 32, NULL);
	if (event->count > 0 || r->left_out > 0) {
		want_open(r, "structured_data");
		want_sdid(r, readback_attribute(r, SDID));
		for (size_t i = 0; i < event->count; i++) {
			const struct field *f = &event->fields[i];

			want_text(r, f->key, readback_text(r, f->value),
				  EXPECT_SYSLOG);
		}
		want_close(r);
		want_close(r);
	}
	want_close(r);
	want_message(r, event->attributes[MSG]);
}

/* rfc3164 */

/* Take a value up to its quote; only a quote and a backslash are escaped, and
   control characters are names behind one. */
static inline bool read_quoted(struct readback *r, struct slice *s)
{
	size_t i = 0;

	for (; i < s->len && s->data[i] != '"'; i++) {
		char c = s->data[i];

		if (c != '\\') {
			buf_putc(&r->text, c);
			continue;
		}
		if (++i == s->len || strchr("\"\\nrtu", s->data[i]) == NULL)
			return false;
		if (strchr("nrtu", s->data[i]) != NULL)
			buf_putc(&r->text, '\\');
		buf_putc(&r->text, s->data[i]);
	}
	if (i == s->len)
		return false;
	*s = slice_from(*s, i + 1);
	return true;
}

/* Take a value up to a space: what needs quotes is not in it. */
static inline bool read_bare(struct readback *r, struct slice *s)
{
	size_t i = 0;

	for (; i < s->len && s->data[i] != ' '; i++) {
		if (strchr("\"=\\", s->data[i]) != NULL)
			return false;
		buf_putc(&r->text, s->data[i]);
	}
	*s = slice_from(*s, i);
	return i > 0;
}

/* Take "key=value" off the front, the value in quotes or not; false: none. */
static inline bool read_pair(struct readback *r, struct slice *s)
{
	size_t n = 0;

	while (n < s->len && s->data[n] != '=' && s->data[n] != ' ' &&
	       s->data[n] != '"')
		n++;
	if (n == 0 || n == s->len || s->data[n] != '=')
		return false;
	struct slice key = slice_take_n(s, n);
	*s = slice_from(*s, 1);
	buf_clear(&r->text);
	if (slice_take(s, SLICE("\"")) ? !read_quoted(r, s) : !read_bare(r, s))
		return false;
	if (r->got.data[r->got.len - 1] != '{')
		buf_putc(&r->got, ',');
	expect_string(&r->got, key);
	buf_putc(&r->got, ':');
	expect_string(&r->got, buf_slice(&r->text));
	return true;
}

static inline void read_kv(struct readback *r)
{
	const struct event *event = r->event;
	struct slice rest = read_header(r, &dialect_rfc3164);

	if (dialect_cef.is_it(rest) || dialect_leef.is_it(rest) ||
	    walk_is_object(rest))
		r->wrong = "its pairs begin like an event";
	buf_puts(&r->got, ",\"pairs\":{");
	while (r->wrong == NULL && rest.len > 0)
		if (!read_pair(r, &rest) ||
		    (rest.len > 0 && !slice_take(&rest, SLICE(" "))))
			r->wrong = "its pairs cannot be read";
	buf_puts(&r->got, "}}");

	want_3164(r);
	want_tag(r, readback_attribute(r, 0));
	want_close(r);
	want_open(r, "pairs");
	for (size_t i = 0; i < event->count; i++) {
		const struct field *f = &event->fields[i];

		want_text(r, f->key, readback_text(r, f->value), EXPECT_SYSLOG);
	}
	want_close(r);
}

/* What ends in the record, as it came. */

static inline void want_record(struct readback *r)
{
	want_name(r, SLICE("json"));
	buf_put_slice(&r->want, slice_trim(r->event->record));
	r->fields++;
}

static inline void read_verbatim(struct readback *r)
{
	const char *kind = strcmp(r->way->format, "rfc5424") == 0 ? "5424"
			   : strcmp(r->way->format, "rfc3164") == 0
				   ? "3164"
				   : r->way->syslog;

	read_record(r);
	if (kind != NULL && strcmp(kind, "5424") == 0) {
		want_5424(r, readback_attribute(r, 0));
		want_close(r);
	} else if (kind != NULL) {
		want_3164(r);
		want_tag(r, readback_attribute(r, 0));
		want_close(r);
	}
	want_record(r);
}

/* Objects of JSON, whose values are compared as texts. */

enum { READBACK_COLUMN = 64 << 10 }; // bytes of a column, at most

/* Read the members of an object, no name of which is there twice. */
static inline void read_object(struct readback *r, struct slice object)
{
	struct value key, value;
	json_t *root = json_loadb(object.data, object.len,
				  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL |
					  JSON_DECODE_INT_AS_REAL,
				  NULL);

	if (!json_is_object(root)) {
		r->wrong = "it is no object, or has a name twice";
		return;
	}
	json_decref(root);
	buf_putc(&r->got, '{');
	while (scan_next(&object, &key, &value)) {
		if (r->got.data[r->got.len - 1] != '{')
			buf_putc(&r->got, ',');
		buf_clear(&r->text);
		expect_decoded(&r->text, value_slice(key));
		expect_string(&r->got, buf_slice(&r->text));
		buf_putc(&r->got, ':');
		buf_clear(&r->text);
		value.flags |= VALUE_ESCAPED;
		expect_text(&r->text, value);
		expect_string(&r->got, buf_slice(&r->text));
	}
	buf_putc(&r->got, '}');
}

static inline void want_column(struct readback *r, const char *name,
			       struct slice text)
{
	want_text(r, slice_of(name),
		  r->options->no_limits ? text
					: expect_cut(text, READBACK_COLUMN),
		  EXPECT_JSON);
}

static inline void want_time(struct readback *r, const char *name,
			     const struct timestamp *t)
{
	buf_clear(&r->text);
	expect_time(&r->text, t, true, t->digits < 6 ? t->digits : 6, 0);
	buf_putc(&r->text, 'Z');
	want_column(r, name, buf_slice(&r->text));
}

/* A time that the event has in milliseconds. */
static inline void want_milliseconds(struct readback *r, const char *name,
				     struct value v)
{
	char digits[24] = "";
	struct slice text = readback_text(r, v);
	struct timestamp t = { .digits = 3 };

	memcpy(digits, text.data, text.len < 23 ? text.len : 23);
	long long ms = strtoll(digits, NULL, 10);
	t.sec = ms / 1000 - (ms % 1000 < 0);
	t.nsec = (uint32_t)(ms - t.sec * 1000) * 1000000;
	want_time(r, name, &t);
}

/* Of all members but those of these names the values are strings. */
static inline void readback_types(struct readback *r, struct slice object,
				  bool (*is_number)(struct slice name))
{
	struct mapping *m = &r->mapping;
	struct tree *row;

	m->arena.max = MAPPING_MOST;
	arena_clear(&m->arena);
	row = tree_read(&m->arena, object);
	for (const struct tree *t = row != NULL ? row->first : NULL; t != NULL;
	     t = t->next)
		if (t->type != (is_number(t->name) ? VALUE_NUMBER
						   : VALUE_STRING) &&
		    t->type != VALUE_NULL)
			r->wrong = "a value has another type";
}

static inline bool is_number_of_hec(struct slice name)
{
	return slice_is(name, SLICE("time"));
}

/* The envelope, in which "event" is the record as it came. */
static inline void read_hec(struct readback *r)
{
	static const char *const names[] = { "source", "sourcetype", "index" };
	const struct timestamp *t = &r->event->time;
	struct slice record = r->event->record;
	struct slice line = r->line;
	struct buf envelope = BUF_INIT(READBACK_MOST);
	char time[64];

	if (line.len < record.len + 1 ||
	    !slice_is((struct slice){ line.data + line.len - 1 - record.len,
				      record.len },
		      record)) {
		r->wrong = "it does not end in the record";
		return;
	}
	// What is in the record is the record's.
	buf_put(&envelope, line.data, line.len - 1 - record.len);
	buf_puts(&envelope, "null}");
	read_object(r, buf_slice(&envelope));
	readback_types(r, buf_slice(&envelope), is_number_of_hec);
	buf_free(&envelope);

	long long ms = t->sec * 1000 + t->nsec / 1000000;
	snprintf(time, sizeof(time), "%s%lld.%03lld", ms < 0 ? "-" : "",
		 llabs(ms) / 1000, llabs(ms) % 1000);
	want_text(r, SLICE("time"), slice_of(time), EXPECT_JSON);
	want_text(r, SLICE("host"), slice_of(r->options->host), EXPECT_JSON);
	for (size_t i = 0; i < 3; i++) {
		struct slice text = readback_attribute(r, i);

		if (text.len > 0)
			want_text(r, slice_of(names[i]), text, EXPECT_JSON);
	}
	want_text(r, SLICE("event"), SLICE(""), EXPECT_JSON);
}

/* The columns of CommonSecurityLog, by the keys of CEF: data, and no code. */
static const struct readback_column {
	const char *key, *name;
	enum {
		COLUMN_TEXT,
		COLUMN_INT,
		COLUMN_LONG,
		COLUMN_REAL,
		COLUMN_TIME
	} kind;
} readback_columns[] = {
#define KEY_COLUMN(key, type, max, column, kind) { key, column, COLUMN_##kind },
#define ONLY_COLUMN(key, type, column, kind) { key, column, COLUMN_##kind },
#define NO_COLUMN(key)
	CEF_KEYS(KEY_COLUMN, ONLY_COLUMN, NO_COLUMN)
#undef KEY_COLUMN
#undef ONLY_COLUMN
#undef NO_COLUMN
};

static inline const struct readback_column *column_of(struct slice key,
						      const char *suffix)
{
	size_t len = strlen(suffix);

	for (size_t i = 0;
	     i < sizeof(readback_columns) / sizeof(readback_columns[0]); i++) {
		const char *name = readback_columns[i].key;

		if (strlen(name) == key.len + len &&
		    memcmp(name, key.data, key.len) == 0 &&
		    strcmp(name + key.len, suffix) == 0)
			return &readback_columns[i];
	}
	return NULL;
}

/* Is a column of that name one of numbers? */
static inline bool is_number_of_csl(struct slice name)
{
	for (size_t i = 0;
	     i < sizeof(readback_columns) / sizeof(readback_columns[0]); i++) {
		const struct readback_column *c = &readback_columns[i];

		if (slice_is(name, slice_of(c->name)))
			return c->kind == COLUMN_INT ||
			       c->kind == COLUMN_LONG || c->kind == COLUMN_REAL;
	}
	return false;
}

static inline bool readback_has(const struct event *event, const char *key)
{
	for (size_t i = 0; i < event->count; i++)
		if (slice_is(event->fields[i].key, slice_of(key)))
			return true;
	return false;
}

static inline void want_csl_column(struct readback *r, const struct field *f,
				   const struct readback_column *c)
{
	const struct readback_column *label = column_of(f->key, "Label");

	if (readback_text(r, f->value).len == 0)
		return;
	if (f->label.len > 0 && label != NULL)
		want_column(r, label->name, f->label);
	if (c->kind == COLUMN_TIME && f->lead.len == 0)
		want_milliseconds(r, c->name, f->value);
	else
		want_column(r, c->name, readback_text(r, f->value));
}

/* A pair of AdditionalExtensions: what divides pairs has a backslash. */
static inline void put_extension(struct buf *out, struct slice key,
				 const char *suffix, struct slice text)
{
	if (out->len > 0)
		buf_putc(out, ';');
	buf_put_slice(out, key);
	buf_puts(out, suffix);
	buf_putc(out, '=');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == ';' || text.data[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, text.data[i]);
	}
}

static inline void want_extensions(struct readback *r)
{
	struct buf pairs = BUF_INIT(READBACK_MOST);

	for (size_t i = 0; i < r->event->count; i++) {
		const struct field *f = &r->event->fields[i];
		struct slice text = readback_text(r, f->value);

		if (text.len == 0 || column_of(f->key, "") != NULL)
			continue;
		if (f->label.len > 0)
			put_extension(&pairs, f->key, "Label", f->label);
		put_extension(&pairs, f->key, "", text);
		r->fields++;
	}
	// How much of it is left of more than a column holds is not proven.
	if (pairs.len > READBACK_COLUMN && !r->options->no_limits)
		r->is_beyond = true;
	if (pairs.len > 0)
		want_text(r, SLICE("AdditionalExtensions"), buf_slice(&pairs),
			  EXPECT_JSON);
	buf_free(&pairs);
}

static inline void read_csl(struct readback *r)
{
	static const char *const header[] = { "DeviceVendor", "DeviceProduct",
					      "DeviceVersion",
					      "DeviceEventClassID",
					      "Activity" };
	const struct event *event = r->event;
	char severity[8];

	read_object(r, r->line);
	if (r->is_builtin) // another map may say another type
		readback_types(r, r->line, is_number_of_csl);
	want_time(r, "TimeGenerated", &event->time);
	if (event->has_time && !readback_has(r->whole, "start"))
		want_time(r, "StartTime", &event->time);
	if (event->has_time && !readback_has(r->whole, "end"))
		want_time(r, "EndTime", &event->time);
	want_column(r, "Computer", slice_of(r->options->host));
	for (size_t i = 0; i < 5; i++) {
		struct slice text = readback_attribute(r, i);

		if (text.len > 0)
			want_column(r, header[i], text);
	}
	snprintf(severity, sizeof(severity), "%d", event->severity);
	want_column(r, "LogSeverity", slice_of(severity));
	for (size_t i = 0; i < event->count; i++) {
		const struct field *f = &event->fields[i];
		const struct readback_column *c = column_of(f->key, "");

		if (c != NULL)
			want_csl_column(r, f, c);
	}
	want_extensions(r);
}

/* Objects within one another. */

/* One that has a section of that name: the map, or else the general one. */
static inline json_t *readback_owner(struct readback *r, json_t *map,
				     const char *section)
{
	return json_object_get(map, section) != NULL
		       ? map
		       : r->builtins[map_builtin_count - 1];
}

static inline const char *readback_map_name(json_t *map)
{
	const char *name = json_string_value(json_object_get(map, "name"));

	return name != NULL ? name : "";
}

/* Is the event what the mapping says of its time and severity? */
static inline bool readback_is_event(const struct event *event,
				     const struct mapping *m, const char *map)
{
	const struct timestamp *a = &event->time;
	const struct timestamp *b = &m->time;

	if (strcmp(event->map, map) != 0 || event->severity != m->severity ||
	    event->emergency != m->is_emergency ||
	    event->has_time != m->has_time)
		return false;
	if (!m->has_time)
		return llabs(a->sec - (long long)time(NULL)) < READBACK_MINUTE;
	return a->sec == b->sec && a->nsec == b->nsec &&
	       a->digits == b->digits && a->offset_min == b->offset_min &&
	       a->zulu == b->zulu && a->leap == b->leap;
}

/* The log of OTLP's request; NULL: it is another document. */
static inline struct tree *readback_log(struct tree *t)
{
	static const char *const path[] = { "resourceLogs", "scopeLogs",
					    "logRecords" };

	for (size_t i = 0; i < 3 && t != NULL; i++) {
		t = tree_member(t, slice_of(path[i]));
		t = t != NULL ? t->first : NULL;
	}
	return t;
}

/* When a log of an unknown time was observed is not known to us, either. */
static inline void readback_forgive_time(const struct tree *got,
					 struct tree *want)
{
	const struct slice name = SLICE("observedTimeUnixNano");
	const struct tree *time = tree_member(want, SLICE("timeUnixNano"));
	const struct tree *a = tree_member(got, name);
	struct tree *b = tree_member(want, name);

	if (!slice_is(time->text, SLICE("0")) || a == NULL ||
	    a->type != VALUE_STRING || a->text.len != b->text.len ||
	    tree_digits(a->text, 0) != a->text.len)
		return;

	long long apart = strtoll(a->text.data, NULL, 10) -
			  strtoll(b->text.data, NULL, 10);
	if (llabs(apart) / 1000000000 < READBACK_MINUTE)
		b->text = a->text;
}

/* How many attributes are missing, the last member, is said where there is
   room for it. */
static inline void readback_forgive_count(const struct readback *r,
					  const struct tree *got,
					  struct tree *want)
{
	const struct slice name = SLICE("droppedAttributesCount");
	const struct tree *count = tree_member(want, name);

	if (count == NULL || tree_member(got, name) != NULL ||
	    r->line.len + strlen(",\"\":") + name.len + count->text.len <=
		    r->options->max_line)
		return;
	for (struct tree *t = want->first; t != count; t = t->next)
		want->last = t;
	want->last->next = NULL;
}

/* Map the record a second time; false: its event is another. */
static inline bool readback_map(struct readback *r,
				const struct mapping_style *style,
				const struct map_shape *shape)
{
	struct mapping *m = &r->mapping;
	json_t *map = r->map;

	if (!mapping_read(m, r->event->record)) {
		r->wrong = "its record is none";
		return false;
	}
	for (size_t i = 0; i < map_builtin_count && map == NULL; i++)
		if (mapping_matches(m, r->builtins[i]))
			map = r->builtins[i];
	mapping_apply(m, map, readback_owner(r, map, style->section), style,
		      shape);
	if (!readback_is_event(r->event, m, readback_map_name(map)))
		r->wrong = "its map, its time or its severity is another";
	return r->wrong == NULL;
}

static inline void read_document(struct readback *r,
				 const struct mapping_style *style,
				 struct tree *(*make)(const struct document *d))
{
	struct mapping *m = &r->mapping;
	struct document d = { .m = m, .host = r->options->host };
	struct tree *got, *want;

	if (!readback_map(r, style, NULL))
		return;
	d.map = r->event->map; // which is that of the mapping
	d.now = r->event->time;
	if (r->event->has_time)
		d.now.sec = time(NULL);
	if (r->left_out > m->count) {
		r->wrong = "it lacks more fields than there are";
		return;
	}
	d.count = m->count - r->left_out;
	d.longest = r->options->no_limits ? 0 : READBACK_COLUMN;
	want = make(&d);
	buf_clear(&r->want);
	document_write(want, &r->want);
	buf_cut(&r->want, r->want.len - 1); // the brace that comes behind it
	got = tree_read(&m->arena, r->line);
	if (got == NULL) {
		r->wrong = "it is no JSON";
		return;
	}
	document_write(got, &r->got);
	if (readback_log(got) != NULL && readback_log(want) != NULL) {
		readback_forgive_time(readback_log(got), readback_log(want));
		readback_forgive_count(r, readback_log(got),
				       readback_log(want));
	}
	buf_clear(&r->fault);
	if (!document_same(got, want, &r->fault, &r->fields))
		r->wrong = buf_str(&r->fault);
	r->is_compared = true;
}

static inline void read_sentinel(struct readback *r)
{
	read_document(r, &style_sentinel, document_sentinel);
}

static inline void read_ecs(struct readback *r)
{
	read_document(r, &style_ecs, document_ecs);
}

static inline void read_ocsf(struct readback *r)
{
	read_document(r,
		      strcmp(r->way->variant, "finding") == 0 ? &style_finding
							      : &style_ocsf,
		      document_ocsf);
}

static inline void read_datadog(struct readback *r)
{
	read_document(r, &style_datadog, document_datadog);
}

static inline void read_otlp(struct readback *r)
{
	read_document(r, &style_otlp, document_otlp);
}

/* Of other formats the fields of the event are compared with the mapping. */

static const struct mapping_style flat_styles[] = {
	{ .section = "cef",
	  .attributes = { "vendor", "product", "version", "id", "name" },
	  .names = NAMES_CAMEL,
	  .has_severity = true,
	  .drops_empty = true,
	  .folds = true },
	{ .section = "leef",
	  .attributes = { "vendor", "product", "version", "id" },
	  .names = NAMES_CAMEL,
	  .drops_empty = true },
	{ .section = "rfc5424",
	  .attributes = { "app", "procid", "msgid", "msg", "sdid" },
	  .names = NAMES_PATH,
	  .longest = 32,
	  .has_time = true },
	{ .section = "rfc3164", .attributes = { "tag" }, .names = NAMES_PATH },
	{ .section = "hec",
	  .attributes = { "source", "sourcetype", "index" },
	  .names = NAMES_NONE },
	{ .section = "json", .attributes = { "app" }, .names = NAMES_NONE },
};

/* That of a way; its section says no names: it is another format. */
static inline struct mapping_style flat_style(const struct way *way,
					      const char *section)
{
	struct mapping_style style = { .section = section };

	for (size_t i = 0; i < sizeof(flat_styles) / sizeof(flat_styles[0]);
	     i++)
		if (strcmp(flat_styles[i].section, section) == 0)
			style = flat_styles[i];
	if (way->read == read_csl) {
		style.has_time = true; // it has a column for it
		style.folds = false;
	}
	if (way->read == read_verbatim) {
		style.names = NAMES_NONE;
		style.attributes[1] = NULL; // the others are nil
	}
	return style;
}

static inline bool readback_same_text(struct readback *r, struct value v,
				      const struct wanted_value *want)
{
	return slice_is(readback_text(r, v), want->text);
}

static inline void readback_fields(struct readback *r,
				   const struct event *event)
{
	const struct map_shape *shape =
		format_find(r->way->format)->shape(r->way->variant);
	const struct mapping_style style = flat_style(r->way, shape->section);
	struct mapping *m = &r->mapping;

	if (r->is_compared || !readback_map(r, &style, shape))
		return;
	for (size_t i = 0; style.attributes[i] != NULL; i++)
		if (!readback_same_text(r, event->attributes[i],
					&m->attributes[i]))
			r->wrong = "an attribute is not what the map says";
	if (event->count != m->count || event->rest != m->rows)
		r->wrong = "it has not the fields that the map says";
	for (size_t i = 0; i < event->count && r->wrong == NULL; i++) {
		const struct field *f = &event->fields[i];
		const struct wanted_field *want = &m->fields[i];

		if (!slice_is(f->key, want->key) ||
		    !slice_is(f->label, want->label) ||
		    !readback_same_text(r, f->value, &want->value))
			r->wrong = "a field is not what the map says";
	}
}

static const struct way ways[] = {
	{ "cef", "", NULL, read_cef },
	{ "cef", "", "3164", read_cef },
	{ "cef", "", "5424", read_cef },
	{ "leef", "2.0", NULL, read_leef },
	{ "leef", "2.0", "3164", read_leef },
	{ "leef", "1.0", "5424", read_leef },
	{ "rfc5424", "sd", NULL, read_sd },
	{ "rfc5424", "plain", NULL, read_verbatim },
	{ "rfc3164", "kv", NULL, read_kv },
	{ "rfc3164", "plain", NULL, read_verbatim },
	{ "json", "", NULL, read_verbatim },
	{ "json", "", "5424", read_verbatim },
	{ "json", "", "3164", read_verbatim },
	{ "hec", "", NULL, read_hec },
	{ "csl", "", NULL, read_csl },
	{ "sentinel", "", NULL, read_sentinel },
	{ "ecs", "", NULL, read_ecs },
	{ "ocsf", "api", NULL, read_ocsf },
	{ "ocsf", "finding", NULL, read_ocsf },
	{ "datadog", "", NULL, read_datadog },
	{ "otlp", "", NULL, read_otlp },
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/*
 * A line has no byte that ends it, and is UTF-8. White space of JSON may be a
 * CR, which a line that ends in the record has where the record has it.
 */
static inline const char *readback_bytes(const struct way *way,
					 const struct event *event,
					 struct slice line)
{
	bool is_verbatim = way->read == read_verbatim || way->read == read_hec;
	struct slice own = line;

	if (is_verbatim && line.len >= event->record.len)
		own.len -= event->record.len + (way->read == read_hec);
	if (memchr(line.data, '\n', line.len) != NULL ||
	    memchr(own.data, '\r', own.len) != NULL ||
	    memchr(line.data, '\0', line.len) != NULL)
		return "it has a byte that ends it";
	if (utf8_valid(line) != line.len)
		return "it is no UTF-8";
	return NULL;
}

/* Has a field something to show in such a line? */
static inline bool readback_shows(struct readback *r, const struct field *f)
{
	struct slice text = readback_text(r, f->value);

	if (r->way->read == read_cef)
		text = expect_fit(text, readback_limit(r, f->max),
				  EXPECT_CEF_VALUE);
	return text.len > 0 ||
	       (r->way->read != read_cef && r->way->read != read_leef &&
		r->way->read != read_csl);
}

/* A row has its columns first, and then what has none. */
static inline void readback_sort(struct readback *r)
{
	const struct event *event = r->event;
	size_t n = 0;

	r->sorted = realloc(r->sorted, (event->count + 1) * sizeof(*r->sorted));
	if (r->sorted == NULL)
		abort();
	for (int others = 0; others < 2; others++)
		for (size_t i = 0; i < event->count; i++) {
			const struct field *f = &event->fields[i];

			if ((column_of(f->key, "") == NULL) == others)
				r->sorted[n++] = *f;
		}
	r->shown.fields = r->sorted;
}

/* Take from the event what was left out, which are its last fields. */
static inline void readback_leave_out(struct readback *r)
{
	struct event *shown = &r->shown;

	if (r->way->read == read_csl && r->left_out > 0)
		readback_sort(r);
	for (size_t n = r->left_out; n > 0 && shown->count > 0; shown->count--)
		n -= readback_shows(r, &shown->fields[shown->count - 1]);
	if (shown->rest > shown->count)
		shown->rest = shown->count;
}

/* Is an event's record what was read? */
static inline bool readback_is_record(struct readback *r,
				      const struct event *event,
				      struct slice record)
{
	buf_clear(&r->clean);
	expect_repaired(&r->clean, record);
	return slice_is(buf_slice(&r->clean), event->record);
}

/*
 * NULL, or what is wrong with the line that was written of an event; r has
 * what was read, what should have been, and the departures.
 */
static inline const char *readback_check(struct readback *r,
					 const struct way *way,
					 const struct event *event,
					 const struct format_options *options,
					 struct slice line)
{
	r->way = way;
	r->options = options;
	r->line = line;
	r->whole = event;
	r->shown = *event;
	r->event = &r->shown;
	readback_leave_out(r);
	r->wrong = readback_bytes(way, event, line);
	r->is_beyond = false;
	r->is_compared = false;
	buf_clear(&r->got);
	buf_clear(&r->want);
	buf_clear(&r->departures);
	if (options->max_line != 0 && line.len > options->max_line)
		r->wrong = "it is too long";
	if (r->wrong != NULL)
		return r->wrong;
	buf_putc(&r->want, '{');
	way->read(r);
	want_close(r);
	if (buf_status(&r->got) != 0 || buf_status(&r->want) != 0)
		abort();
	if (r->wrong == NULL)
		readback_fields(r, event);
	if (r->wrong != NULL)
		return r->wrong;
	if (r->departures.len > 0)
		return "it departs from its specification";
	if (!r->is_beyond && !r->is_compared &&
	    !slice_is(buf_slice(&r->got), buf_slice(&r->want)))
		return "what is read is not what was written";
	return NULL;
}

#endif

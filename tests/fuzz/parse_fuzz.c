/*
 * Any record read back: an object comes out, with no member twice, or a reason
 * why not. And whatever siem-fmt makes of an event as CEF or LEEF breaks no
 * rule, gives back the values that the event had, and no field besides.
 */
#include "parse/registry.h"

#include "core/utf8.h"
#include "format/registry.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { MAX_RECORD = 64 << 10 };

static void count_departure(void *who, const struct departure *d)
{
	const struct reading *r = who;

	// Whatever is quoted stands in the record.
	if (d->column == 0 || d->column - 1 + d->bytes.len > r->record.len ||
	    d->message[0] == '\0')
		abort();
}

static void fail_on_departure(void *who, const struct departure *d)
{
	(void)who;
	if (!d->rule->advice)
		abort();
}

/* The object, which is one, and has no member twice unless it came so. */
static json_t *load(struct slice object)
{
	bool came = memmem(object.data, object.len, "\"json\":", 7) != NULL;
	json_t *root = json_loadb(
		object.data, object.len,
		JSON_ALLOW_NUL | (came ? 0 : JSON_REJECT_DUPLICATES), NULL);

	// jansson takes no NUL in the name of a member.
	if (!json_is_object(root) &&
	    memmem(object.data, object.len, "\\u0000", 6) == NULL)
		abort();
	return root;
}

static void read_any(struct reading *r, struct slice record)
{
	static struct buf out;
	struct err e = { 0 };

	out = BUF_INIT(16 * MAX_RECORD);
	r->out = &out;
	r->depart = count_departure;
	r->who = r;
	if (parse_record(r, record, &e) == 0)
		json_decref(load(buf_slice(&out)));
	else if (e.kind != ERR_DATA || out.len != 0)
		abort();
	buf_free(&out);
}

/* What becomes of a value on its way. */
static struct way {
	const char *format;
	const char *variant;
	const char *fields; // the member of the parsed object that has them
	bool is_cef;
	struct mapper *mapper;
} ways[] = {
	{ "cef", NULL, "extension", true, NULL },
	{ "leef", "2.0", "attributes", false, NULL },
	{ "leef", "1.0", "attributes", false, NULL },
};

static struct mapper *mapper_of(struct way *way)
{
	struct err e;
	const struct map_shape *shape =
		format_find(way->format)->shape(way->variant);
	struct maps *maps = maps_load("auto", shape, &e);

	if (maps == NULL)
		abort();
	way->mapper = mapper_new(maps, shape, MAX_RECORD);
	if (way->mapper == NULL)
		abort();
	return way->mapper; // for the life of the process, like maps
}

static struct slice trim(struct slice s)
{
	while (s.len > 0 && s.data[s.len - 1] == ' ')
		s.len--;
	while (s.len > 0 && s.data[0] == ' ')
		s = slice_from(s, 1);
	return s;
}

/* A value as the format can say it, which is what has to come back. */
static void put_expected(const struct way *way, struct slice text, size_t max,
			 struct buf *out)
{
	if (way->is_cef)
		text = trim(text);
	if (max != 0 && text.len > max)
		text.len = utf8_cut(text, max);
	if (way->is_cef)
		text = trim(text);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		bool is_line = c == '\n' || c == '\r' || c == '\t';

		if (((unsigned char)c < 0x20 && !is_line) || c == 0x7f)
			buf_printf(out, "\\u%04x", (unsigned char)c);
		else if (way->is_cef || !is_line)
			buf_putc(out, c);
		else if (c == '\t')
			buf_putc(out, ' ');
		else
			buf_puts(out, c == '\n' ? "\\n" : "\\r");
	}
}

/* Is this pair in the fields that came back? One without a text is not. */
static size_t check_field(json_t *fields, struct slice key, const char *suffix,
			  struct slice want)
{
	struct buf name = BUF_INIT(MAX_RECORD);

	if (want.len == 0)
		return 0;
	buf_put_slice(&name, key);
	buf_puts(&name, suffix);
	json_t *got = json_object_get(fields, buf_str(&name));
	struct slice text = { json_string_value(got), json_string_length(got) };
	if (!json_is_string(got) || !slice_is(text, want))
		abort();
	buf_free(&name);
	return 1;
}

static void compare(struct way *way, const struct event *event, json_t *root)
{
	json_t *body = json_object_get(root, way->is_cef ? "cef" : "leef");
	json_t *fields = json_object_get(body, way->fields);
	struct buf want = BUF_INIT(16 * MAX_RECORD);
	size_t count = 0;

	for (size_t i = 0; i < event->count; i++) {
		const struct field *f = &event->fields[i];
		struct slice text;

		if (!mapper_text(way->mapper, f->value, &text))
			abort();
		buf_clear(&want);
		put_expected(way, text, f->max, &want);
		count += check_field(fields, f->key, "", buf_slice(&want));
		if (way->is_cef && want.len > 0)
			count += check_field(fields, f->key, "Label", f->label);
	}
	if (json_object_size(fields) != count ||
	    json_object_get(body, "text") != NULL)
		abort();
	buf_free(&want);
}

/* What siem-fmt makes of it, and back. */
static void read_formatted(struct reading *r, struct way *way,
			   struct slice record)
{
	struct format_options options = { .variant = way->variant,
					  .host = "h1" };
	struct format_counts counts = { 0 };
	struct buf line = BUF_INIT(16 * MAX_RECORD);
	static struct buf out;
	struct mapper *m = way->mapper != NULL ? way->mapper : mapper_of(way);
	struct event event;
	struct err e = { 0 };

	out = BUF_INIT(64 * MAX_RECORD);
	r->out = &out;
	r->depart = fail_on_departure;
	if (memchr(record.data, '\n', record.len) == NULL &&
	    mapper_read(m, record, &event, &e) == 0 &&
	    format_find(way->format)
			    ->write(&event, m, &options, &line, &counts, &e) ==
		    0) {
		if (parse_record(r, buf_slice(&line), &e) < 0)
			abort();
		json_t *root = load(buf_slice(&out));
		compare(way, &event, root);
		json_decref(root);
	}
	buf_free(&line);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	enum { WAYS = sizeof(ways) / sizeof(ways[0]) };
	static struct reading reading;
	static bool begun;

	if (n < 2 || n > MAX_RECORD)
		return 0;
	if (!begun)
		reading = READING_INIT(16 * MAX_RECORD);
	begun = true;

	struct slice record = { (const char *)bytes + 1, n - 1 };
	if (bytes[0] % (WAYS + 1) < WAYS)
		read_formatted(&reading, &ways[bytes[0] % (WAYS + 1)], record);
	else
		read_any(&reading, record);
	return 0;
}

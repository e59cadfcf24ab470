/* rfc5424: syslog as RFC 5424 has it, and the short form of it for QRadar. */
#include "parse/head.h"

#include "core/utf8.h"
#include "format/date.h"
#include "format/syslog.h"
#include "json/walk.h"
#include "parse/stamp.h"
#include "parse/structured.h"

#include <string.h>

enum {
	VERSION = HEAD_RULES,
	EMPTY,
	MISSING,
	LENGTH,
	PRINTABLE,
	SHORT_TIME,
	DATA_MISSING,
	DATA_BROKEN,
	DATA_SPACE,
	BOM_MISSING,
	TIME,
	DATA = TIME + STAMP_RULES,
};

static const struct rule rules[] = {
	[HEAD_PRI_MISSING] = { "rfc5424-pri-missing", "RFC 5424 section 6.2.1",
			       "a message begins with <PRI>" },
	[HEAD_PRI_FORM] = { "rfc5424-pri-form", "RFC 5424 section 6.2.1",
			    "PRI is a number without leading zeros" },
	[HEAD_PRI_RANGE] = { "rfc5424-pri-range", "RFC 5424 section 6.2.1",
			     "PRI is 0 to 191" },
	[HEAD_BOM] = { "rfc5424-bom-before-json", "RFC 8259 section 8.1",
		       "no byte order mark stands before {" },
	[HEAD_UTF8] = { "rfc5424-utf8", "RFC 5424 section 6.4",
			"MSG is UTF-8, in its shortest form" },
	[HEAD_CONTROL] = { "rfc5424-control", "RFC 5424 section 6.4",
			   "MSG has no control characters" },
	[VERSION] = { "rfc5424-version", "RFC 5424 section 6.2.2",
		      "VERSION is 1, right behind PRI" },
	[EMPTY] = { "rfc5424-empty-field", "RFC 5424 section 6",
		    "a field that says nothing is -, and one space divides" },
	[MISSING] = { "rfc5424-missing-field", "RFC 5424 section 6",
		      "the header has all of its fields" },
	[LENGTH] = { "rfc5424-field-length", "RFC 5424 section 6",
		     "HOSTNAME has 255 bytes at most, APP-NAME 48, PROCID 128, "
		     "MSGID 32" },
	[PRINTABLE] = { "rfc5424-field-bytes", "RFC 5424 section 6",
			"the fields of the header are printable ASCII" },
	[TIME + STAMP_FORM] = { "rfc5424-time-form", "RFC 5424 section 6.2.3",
				"TIMESTAMP is - or like "
				"2025-10-08T22:45:00.123Z" },
	[TIME + STAMP_CASE] = { "rfc5424-time-case", "RFC 5424 section 6.2.3",
				"T and Z are upper case" },
	[TIME + STAMP_FRACTION] = { "rfc5424-time-fraction",
				    "RFC 5424 section 6.2.3",
				    "a fraction is a dot and 1 to 6 digits" },
	[TIME + STAMP_SECOND] = { "rfc5424-time-second",
				  "RFC 5424 section 6.2.3",
				  "seconds are 00 to 59: there is no leap "
				  "second" },
	[TIME + STAMP_ZONE] = { "rfc5424-time-zone", "RFC 5424 section 6.2.3",
				"the zone is Z, +hh:mm or -hh:mm" },
	[TIME + STAMP_DATE] = { "rfc5424-time-date", "RFC 5424 section 6.2.3",
				"the day and the hour exist" },
	[SHORT_TIME] = { "rfc5424-short-time",
			 "IBM, LEEF event components: Syslog header",
			 "before LEEF, a fraction has exactly three digits" },
	[DATA_MISSING] = { "rfc5424-sd-missing", "RFC 5424 section 6.3",
			   "STRUCTURED-DATA is - or begins with [" },
	[DATA_BROKEN] = { "rfc5424-sd-broken", "RFC 5424 section 6.3",
			  "an element is [SD-ID NAME=\"value\" ...]" },
	[DATA_SPACE] = { "rfc5424-sd-message", "RFC 5424 section 6",
			 "one space stands between structured data and MSG" },
	[BOM_MISSING] = { "rfc5424-bom-missing", "RFC 5424 section 6.4",
			  "MSG in UTF-8 begins with a byte order mark" },
	[DATA + STRUCTURED_SPACE] = { "rfc5424-sd-space",
				      "RFC 5424 section 6.3.1",
				      "spaces stand before parameters only" },
	[DATA + STRUCTURED_NAME] = { "rfc5424-sd-name",
				     "RFC 5424 section 6.3.2",
				     "names are ASCII without =, ], quote" },
	[DATA + STRUCTURED_LENGTH] = { "rfc5424-sd-name-length",
				       "RFC 5424 section 6.3.2",
				       "names have 32 bytes at most" },
	[DATA + STRUCTURED_ID] = { "rfc5424-sd-id", "RFC 5424 section 6.3.2",
				   "an SD-ID is registered, or name@number" },
	[DATA + STRUCTURED_TWICE] = { "rfc5424-sd-twice",
				      "RFC 5424 section 6.3.2",
				      "no SD-ID is in a message twice" },
	[DATA + STRUCTURED_REGISTERED] = { "rfc5424-sd-registered",
					   "RFC 5424 section 7",
					   "parameters of registered SD-IDs "
					   "are registered" },
	[DATA + STRUCTURED_ESCAPE] = { "rfc5424-sd-escape",
				       "RFC 5424 section 6.3.3",
				       "\\ stands before quote, \\ and ] "
				       "only" },
	[DATA + STRUCTURED_VALUE] = { "rfc5424-sd-value",
				      "RFC 5424 section 6.3.3",
				      "values are UTF-8 without controls" },
	{ .name = NULL },
};

static const struct field {
	const char *member, *name;
	size_t max;
} fields[] = {
	{ "host", "HOSTNAME", SYSLOG_HOST_MAX },
	{ "app", "APP-NAME", SYSLOG_APP_MAX },
	{ "procid", "PROCID", SYSLOG_PROCID_MAX },
	{ "msgid", "MSGID", SYSLOG_MSGID_MAX },
};

enum { HOST, FIELDS = sizeof(fields) / sizeof(fields[0]) };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Take up to three digits and the space behind them. */
static bool take_version(struct slice *s, int *version)
{
	struct slice rest = *s;

	*version = 0;
	for (int i = 0; i < 3 && rest.len > 0 && is_digit(rest.data[0]); i++)
		*version = 10 * *version + (*slice_take_n(&rest, 1).data - '0');
	if (rest.len == s->len || !slice_take(&rest, SLICE(" ")))
		return false;
	*s = rest;
	return true;
}

/* Without its VERSION, a message has words up to the structured data. */
static bool is_without_version(struct slice s)
{
	struct slice word;

	if (!head_is_date(s) || !slice_take_word(&s, &word) ||
	    !slice_take_word(&s, &word))
		return false;
	for (int i = 0; i < 3; i++) // APP-NAME, PROCID, MSGID; or "TAG: "
		if (!slice_take_word(&s, &word) ||
		    word.data[word.len - 1] == ':')
			return false;
	return slice_has_prefix(s, SLICE("- ")) || slice_is(s, SLICE("-")) ||
	       slice_has_prefix(s, SLICE("["));
}

static bool is_it(struct slice text)
{
	size_t width = head_priority_width(text);
	struct slice rest = slice_from(text, width);
	struct date date;
	int version;

	if (width > 0 && is_without_version(rest))
		return true;
	if (width > 0)
		(void)slice_take(&rest, SLICE(" "));
	if (!take_version(&rest, &version))
		return false;
	if (head_is_date(rest))
		return true;
	if (width == 0 || rest.len == 0)
		return false;
	return rest.data[0] == ' ' || slice_has_prefix(rest, SLICE("- ")) ||
	       (version == 1 &&
		(is_digit(rest.data[0]) || date_take(&rest, &date)));
}

static void read_version(struct head *h)
{
	struct slice before = h->rest;
	int version;

	if (slice_take(&h->rest, SLICE(" "))) {
		before.len = 1;
		parse_depart(h->r, &rules[VERSION], before,
			     "a space stands before the version: to receivers, "
			     "this is no RFC 5424");
		before = h->rest;
	}
	if (!take_version(&h->rest, &version)) {
		before.len = 0;
		parse_depart(h->r, &rules[VERSION], before,
			     "the version is missing: write \"1 \" right "
			     "behind the priority");
		return;
	}
	before.len -= h->rest.len + 1;
	parse_member(h->r, "version");
	buf_put_int(h->r->out, version);
	if (!slice_is(before, SLICE("1")))
		parse_depart(h->r, &rules[VERSION], before,
			     "the version is not 1, and there is no other");
}

/*
 * What is to be the time: a word, or what else is met there: a date and a time
 * with a space between, or the date of RFC 3164.
 */
static struct slice take_time(struct head *h)
{
	struct slice before = h->rest;
	struct date date;

	if (date_take(&h->rest, &date)) {
		before.len -= h->rest.len;
		(void)slice_take(&h->rest, SLICE(" "));
		return before;
	}
	before = slice_take_until(&h->rest, ' ');
	if (before.len == 10 && head_is_date(before) &&
	    head_is_clock(h->rest)) {
		struct slice clock = slice_take_until(&h->rest, ' ');

		before.len += 1 + clock.len;
	}
	return before;
}

static void read_time(struct head *h)
{
	struct slice time = take_time(h);

	if (time.len == 0) {
		parse_depart(h->r, &rules[EMPTY], time,
			     "the time is empty: write - where it is not "
			     "known");
		return;
	}
	if (h->r->depart != NULL)
		stamp_check(h->r, rules + TIME, time);
	if (!slice_is(time, SLICE("-")))
		parse_member_string(h->r, "timestamp", time);
}

static void check_field(const struct head *h, const struct field *f,
			struct slice word)
{
	struct slice bad = head_unprintable(word);

	if (word.len > f->max)
		parse_depart(h->r, &rules[LENGTH], word,
			     "%s has %zu bytes, and may have %zu: receivers "
			     "cut it",
			     f->name, word.len, f->max);
	if (bad.len > 0)
		parse_depart(h->r, &rules[PRINTABLE], bad,
			     "%s may only have printable ASCII, without "
			     "blanks",
			     f->name);
}

static void read_field(struct head *h, const struct field *f)
{
	struct slice word = slice_take_until(&h->rest, ' ');

	if (word.len == 0) {
		parse_depart(h->r, &rules[EMPTY], word,
			     "%s is empty, for two spaces stand here: write - "
			     "where there is nothing to say",
			     f->name);
		return;
	}
	if (h->r->depart != NULL)
		check_field(h, f, word);
	if (!slice_is(word, SLICE("-")))
		parse_member_string(h->r, f->member, word);
}

/* Read some of the fields; false: the text has ended before that. */
static bool read_fields(struct head *h, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		if (h->rest.len == 0) {
			parse_depart(h->r, &rules[MISSING], h->rest,
				     "the message ends before its %s: write - "
				     "for each field that is not known",
				     fields[i].name);
			return false;
		}
		read_field(h, &fields[i]);
	}
	return true;
}

/* Read structured data, and the space behind it. */
static int read_data(struct head *h, struct err *e)
{
	struct slice data = h->rest;
	size_t fault;

	data.len = structured_measure(h->rest, &fault);
	if (slice_is(h->rest, SLICE("-")) ||
	    slice_has_prefix(h->rest, SLICE("- "))) {
		h->rest = slice_from(h->rest, 1);
	} else if (data.len > 0) {
		h->rest = slice_from(h->rest, data.len);
		parse_member(h->r, "structured_data");
		if (!structured_read(h->r, rules + DATA, data))
			return err_set(e, ERR_SYSTEM, "out of memory");
	} else if (slice_has_prefix(h->rest, SLICE("["))) {
		parse_depart(h->r, &rules[DATA_BROKEN],
			     slice_from(h->rest, fault),
			     "here the structured data breaks off: all of it "
			     "is taken for the message");
		return 0;
	} else {
		parse_depart(h->r, &rules[DATA_MISSING], h->rest,
			     "neither - nor [ stands here, where structured "
			     "data belongs: all of this is taken for the "
			     "message");
		return 0;
	}
	if (h->rest.len > 0 && !slice_take(&h->rest, SLICE(" ")))
		parse_depart(h->r, &rules[DATA_SPACE], h->rest,
			     "no space stands between the structured data and "
			     "this");
	return 0;
}

/* The first byte of text that is no ASCII; none: it all is. */
static struct slice beyond_ascii(struct slice text)
{
	size_t i = 0;

	while (i < text.len && text.data[i] >= 0)
		i++;
	return (struct slice){ text.data + i, i < text.len };
}

static void read_message(struct head *h)
{
	bool has_mark = head_take_mark(h, true);

	head_check_message(h);
	if (has_mark || h->r->depart == NULL)
		return;
	if (structured_is_element(h->rest)) {
		parse_depart(h->r, &rules[DATA + STRUCTURED_SPACE],
			     (struct slice){ h->rest.data - 1, 1 },
			     "a space stands before this element: it belongs "
			     "to the message, and not to the structured data");
		return;
	}

	struct slice first = beyond_ascii(h->rest);
	if (first.len > 0 && head_content(h->rest) == HEAD_TEXT &&
	    utf8_valid(h->rest) == h->rest.len)
		parse_depart(h->r, &rules[BOM_MISSING], first,
			     "the message is UTF-8 and does not say so: it is "
			     "to begin with EF BB BF");
}

/*
 * Does an event follow the host, where an APP-NAME belongs? One of that name
 * has no version and pipe.
 */
static bool is_short(struct slice s)
{
	if (!slice_take(&s, SLICE("CEF:")) && !slice_take(&s, SLICE("LEEF:")))
		return walk_is_object(s);
	while (s.len > 0 && (is_digit(s.data[0]) || s.data[0] == '.'))
		s = slice_from(s, 1);
	return slice_has_prefix(s, SLICE("|"));
}

/* The short form is only for LEEF. */
static void check_short(const struct head *h, struct slice before)
{
	struct slice time;
	const char *dot;

	if (!slice_has_prefix(h->rest, SLICE("LEEF:"))) {
		parse_depart(h->r, &rules[MISSING],
			     (struct slice){ h->rest.data, 0 },
			     "APP-NAME, PROCID, MSGID and structured data are "
			     "missing: write - for each that is not known");
		return;
	}
	time = slice_take_until(&before, ' ');
	dot = memchr(time.data, '.', time.len);
	size_t at = dot == NULL ? time.len : (size_t)(dot - time.data) + 1;
	size_t digits = 0;
	while (at + digits < time.len && is_digit(time.data[at + digits]))
		digits++;
	if (digits != 3)
		parse_depart(h->r, &rules[SHORT_TIME], time,
			     "the second has %zu digits behind its dot: QRadar "
			     "takes exactly 3 before LEEF",
			     digits);
}

static int read_header(struct reading *r, struct slice text, struct slice *rest,
		       struct err *e)
{
	struct head h = head_begin(r, rules, text);

	if (!head_take_priority(&h))
		parse_depart(r, &rules[HEAD_PRI_MISSING],
			     (struct slice){ text.data, 0 },
			     "the priority is missing: a message begins with "
			     "one, like <134>");
	read_version(&h);

	struct slice time = h.rest;
	read_time(&h);
	if (read_fields(&h, HOST, HOST + 1)) {
		if (is_short(h.rest)) {
			check_short(&h, time);
		} else if (read_fields(&h, HOST + 1, FIELDS)) {
			if (read_data(&h, e) < 0)
				return -1;
			read_message(&h);
		}
	}
	*rest = head_end(&h);
	return 0;
}

const struct dialect dialect_rfc5424 = {
	.name = "rfc5424",
	.summary = "syslog header of RFC 5424, or its short form before LEEF",
	.rules = rules,
	.is_header = true,
	.is_it = is_it,
	.read = read_header,
};

/* rfc3164: syslog as RFC 3164 found it, and as it is sent since. */
#include "parse/head.h"

#include "core/timestamp.h"
#include "format/date.h"
#include "format/syslog.h"

#include <string.h>

enum {
	TIME_MISSING = HEAD_RULES,
	TIME_FORM,
	TIME_DAY,
	TIME_DATE,
	HOST_MISSING,
	HOST_BLANK,
	HOST_BYTES,
	TAG_MISSING,
	TAG_LENGTH,
	TAG_BYTES,
	TAG_BEFORE,
	LENGTH,
};

static const struct rule rules[] = {
	[HEAD_PRI_MISSING] = { "rfc3164-pri-missing", "RFC 3164 section 4.1.1",
			       "a packet of text begins with <PRI>" },
	[HEAD_PRI_FORM] = { "rfc3164-pri-form", "RFC 3164 section 4.1.1",
			    "PRI is a number without leading zeros" },
	[HEAD_PRI_RANGE] = { "rfc3164-pri-range", "RFC 3164 section 4.1.1",
			     "PRI is 0 to 191" },
	[HEAD_BOM] = { "rfc3164-bom-before-json", "RFC 8259 section 8.1",
		       "no byte order mark stands before {" },
	[HEAD_UTF8] = { "rfc3164-utf8", "RFC 3164 section 4.1.3",
			"the text is ASCII or, as in practice, UTF-8" },
	[HEAD_CONTROL] = { "rfc3164-control", "RFC 3164 section 4.1.3",
			   "the text has no control characters" },
	[TIME_MISSING] = { "rfc3164-time-missing", "RFC 3164 section 4.1.2",
			   "a timestamp follows right behind PRI" },
	[TIME_FORM] = { "rfc3164-time-form", "RFC 3164 section 4.1.2",
			"TIMESTAMP is Mmm dd hh:mm:ss, and no more" },
	[TIME_DAY] = { "rfc3164-time-day", "RFC 3164 section 4.1.2",
		       "a day of one digit has a space before it, not a zero" },
	[TIME_DATE] = { "rfc3164-time-date", "RFC 3164 section 4.1.2",
			"the day and the hour exist" },
	[HOST_MISSING] = { "rfc3164-host-missing", "RFC 3164 section 4.1.2",
			   "one space and HOSTNAME follow the timestamp" },
	[HOST_BLANK] = { "rfc3164-host-blank", "RFC 3164 section 4.1.2",
			 "HOSTNAME has no blanks" },
	[HOST_BYTES] = { "rfc3164-host-bytes", "RFC 3164 section 4.1.2",
			 "HOSTNAME is printable ASCII" },
	[TAG_MISSING] = { "rfc3164-tag-missing", "RFC 3164 section 4.1.3",
			  "text begins with a TAG and a colon" },
	[TAG_LENGTH] = { "rfc3164-tag-length", "RFC 3164 section 4.1.3",
			 "TAG has 32 bytes at most" },
	[TAG_BYTES] = { "rfc3164-tag-bytes", "RFC 3164 section 4.1.3",
			"TAG is letters and digits or, as in practice, . - _ "
			"and /" },
	[TAG_BEFORE] = { "rfc3164-tag-before-event", "CEF 27, Syslog prefix",
			 "no TAG stands before CEF: or LEEF:" },
	[LENGTH] = { "rfc3164-length", "RFC 3164 section 4.1",
		     "a packet of text has 1024 bytes at most" },
	{ .name = NULL },
};

enum { PACKET_MAX = 1024 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What stands where the time belongs. */
enum time_kind {
	TIME_NONE,
	TIME_BSD, // Mmm dd hh:mm:ss
	TIME_ISO, // as RFC 3339 has it
};

/* A word of digits that is a time, or was to be one; the space goes with it. */
static bool take_iso(struct slice *s, struct slice *time)
{
	struct slice rest = *s;

	if (!head_is_date(rest) || rest.len < 19 ||
	    (rest.data[10] | 0x20) != 't' ||
	    !head_is_clock(slice_from(rest, 11)))
		return false;
	*time = slice_take_until(&rest, ' ');
	*s = rest;
	return true;
}

/* A zone as a word of its own behind a date; the space before it goes too. */
static bool take_zone(struct slice *s)
{
	struct slice rest = *s;
	struct slice word;

	if (!slice_take(&rest, SLICE(" ")))
		return false;
	word = slice_take_until(&rest, ' ');
	if (!slice_is(word, SLICE("UTC")) && !slice_is(word, SLICE("GMT")) &&
	    !slice_is(word, SLICE("Z")) &&
	    !(word.len > 1 && (word.data[0] == '+' || word.data[0] == '-') &&
	      is_digit(word.data[1])))
		return false;
	*s = slice_from(*s, 1 + word.len);
	return true;
}

/* The time off the front, without the space behind it. */
static enum time_kind take_time(struct slice *s, struct slice *time,
				struct date *date)
{
	struct slice before = *s;

	if (take_iso(s, time)) {
		*s = slice_from(before, time->len);
		return TIME_ISO;
	}
	if (!date_take(s, date))
		return TIME_NONE;
	(void)take_zone(s);
	*time = (struct slice){ before.data, before.len - s->len };
	return TIME_BSD;
}

static bool is_it(struct slice text)
{
	struct slice time;
	struct date date;

	return head_priority_width(text) > 0 ||
	       take_time(&text, &time, &date) != TIME_NONE;
}

static void check_bsd_time(const struct head *h, struct slice time,
			   const struct date *date)
{
	struct timestamp ignored;
	struct slice day = { time.data + 4, 2 };

	if (time.len != sizeof("Mmm dd hh:mm:ss") - 1 &&
	    !(day.data[1] == ' ' && time.len == sizeof("Mmm d hh:mm:ss") - 1))
		parse_depart(h->r, &rules[TIME_FORM], time,
			     "the time has more than Mmm dd hh:mm:ss: a "
			     "receiver may take what it does not know, a year "
			     "or a zone, for the host");
	if (day.data[0] == '0')
		parse_depart(h->r, &rules[TIME_DAY], day,
			     "the day begins with a zero: write a space and "
			     "the digit");
	else if (day.data[1] == ' ')
		parse_depart(h->r, &rules[TIME_DAY], day,
			     "the day has one digit and one space before it: "
			     "write two");
	if (!date_time(date, &ignored))
		parse_depart(h->r, &rules[TIME_DATE], time,
			     "there is no such day, hour, minute or second");
}

/* Put the time, and take the space behind it. */
static enum time_kind read_time(struct head *h)
{
	struct slice time;
	struct date date;
	enum time_kind kind = take_time(&h->rest, &time, &date);

	switch (kind) {
	case TIME_NONE:
		time = (struct slice){ h->rest.data, 0 };
		parse_depart(h->r, &rules[TIME_MISSING], time,
			     "no timestamp stands here (like Oct  8 22:45:00): "
			     "a receiver takes its own clock, and all of this "
			     "for text");
		return kind;
	case TIME_ISO:
		parse_depart(h->r, &rules[TIME_FORM], time,
			     "this is a timestamp of RFC 3339: many receivers "
			     "take it here, and RFC 3164 has Oct  8 22:45:00");
		break;
	case TIME_BSD:
		if (h->r->depart != NULL)
			check_bsd_time(h, time, &date);
		break;
	}
	parse_member_string(h->r, "timestamp", time);
	return kind;
}

/*
 * "TAG: ", "TAG[PID]: " or either at the end of the text, off the front. The
 * space tells a tag from text like "http://".
 */
static bool take_tag(struct slice *s, struct slice *tag, struct slice *pid)
{
	enum { TAG_MOST = 128 };
	struct slice rest = *s;
	size_t n = 0;

	while (n < rest.len && n < TAG_MOST && rest.data[n] > ' ' &&
	       rest.data[n] != ':' && rest.data[n] != '[')
		n++;
	*tag = slice_take_n(&rest, n);
	*pid = (struct slice){ rest.data, 0 };
	bool has_pid = slice_take(&rest, SLICE("["));
	if (has_pid) {
		const char *end = memchr(rest.data, ']', rest.len);

		if (end == NULL)
			return false;
		*pid = slice_take_n(&rest, (size_t)(end - rest.data));
		rest = slice_from(rest, 1);
	}
	if (n == 0 || !slice_take(&rest, SLICE(":")) ||
	    (!slice_take(&rest, SLICE(" ")) && rest.len > 0 && !has_pid))
		return false;
	*s = rest;
	return true;
}

static bool begins_with_tag(struct slice s)
{
	struct slice tag, pid;

	return head_content(s) == HEAD_EVENT || take_tag(&s, &tag, &pid);
}

/* Put the host, unless what is there is already what comes behind it. */
static void read_host(struct head *h)
{
	struct slice here = { h->rest.data, 0 };

	if (!slice_take(&h->rest, SLICE(" "))) {
		parse_depart(h->r, &rules[HOST_MISSING], here,
			     "no space and no host follow the timestamp");
		(void)slice_take(&h->rest, SLICE(":"));
		(void)slice_take(&h->rest, SLICE(" "));
		return;
	}
	here = (struct slice){ h->rest.data, 0 };
	if (begins_with_tag(h->rest) || head_content(h->rest) == HEAD_JSON) {
		parse_depart(h->r, &rules[HOST_MISSING], here,
			     "no host stands behind the timestamp: a receiver "
			     "takes what is here for it, or the sender's "
			     "address");
		return;
	}
	while (slice_take(&h->rest, SLICE(" ")))
		here.len++;
	struct slice host = slice_take_until(&h->rest, ' ');
	if (here.len > 0 || host.len == 0)
		parse_depart(h->r, &rules[HOST_MISSING], here,
			     "%s: a receiver takes the host to be empty",
			     host.len == 0
				     ? "the packet ends where its host belongs"
				     : "more than one space stands before the "
				       "host");
	if (host.len == 0)
		return;
	parse_member_string(h->r, "host", host);

	struct slice bad = head_unprintable(host);
	if (bad.len > 0)
		parse_depart(h->r, &rules[HOST_BYTES], bad,
			     "a host may only have printable ASCII");
}

static bool is_of_tag(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       is_digit(c) || c == '.' || c == '-' || c == '_' || c == '/';
}

static void check_tag(const struct head *h, struct slice tag)
{
	if (tag.len > SYSLOG_TAG_MAX)
		parse_depart(h->r, &rules[TAG_LENGTH], tag,
			     "the TAG has %zu bytes, and may have %d: "
			     "receivers cut it, or take it for text",
			     tag.len, SYSLOG_TAG_MAX);
	for (size_t i = 0; i < tag.len; i++) {
		if (is_of_tag(tag.data[i]))
			continue;
		parse_depart(h->r, &rules[TAG_BYTES],
			     (struct slice){ tag.data + i, 1 },
			     "to a receiver, the TAG ends at this character");
		return;
	}
	if (head_content(h->rest) == HEAD_EVENT)
		parse_depart(h->r, &rules[TAG_BEFORE], tag,
			     "a TAG stands before the event: some receivers "
			     "(Microsoft's agent is one) then do not see that "
			     "it is one");
}

/* There is no TAG; do two words follow the host, and the second is one? */
static void check_no_tag(const struct head *h)
{
	struct slice here = h->rest;
	struct slice word = slice_take_until(&here, ' ');

	if (word.len > 0 && begins_with_tag(here)) {
		parse_depart(h->r, &rules[HOST_BLANK], word,
			     "this word stands between host and TAG: has the "
			     "host a blank? Receivers end it there");
		return;
	}
	parse_depart(h->r, &rules[TAG_MISSING],
		     (struct slice){ h->rest.data, 0 },
		     "no TAG stands here, the name of a program and a colon: "
		     "a receiver takes the first word for one");
}

/*
 * "host : %ASA-6-302013: text", as Cisco writes it: a colon before the TAG. An
 * event that begins further on stays text.
 */
static void take_lone_colon(struct head *h)
{
	struct slice colon = { h->rest.data, 1 };
	struct slice rest = h->rest;
	struct slice tag, pid;

	if (!slice_take(&rest, SLICE(": ")))
		return;
	struct slice behind = rest;
	if (!take_tag(&behind, &tag, &pid) || head_content(behind) != HEAD_TEXT)
		return;
	parse_depart(h->r, &rules[TAG_MISSING], colon,
		     "a colon stands between host and TAG: a receiver takes "
		     "the TAG to be empty");
	h->rest = rest;
}

static void read_tag(struct head *h, bool has_host)
{
	struct slice tag, pid;
	struct slice event = h->rest;

	(void)slice_take(&event, SLICE("\xef\xbb\xbf"));
	if (head_content(event) != HEAD_TEXT)
		return;
	if (has_host)
		take_lone_colon(h);
	if (take_tag(&h->rest, &tag, &pid)) {
		parse_member_string(h->r, "app", tag);
		if (pid.len > 0)
			parse_member_string(h->r, "procid", pid);
		check_tag(h, tag);
	} else if (has_host) {
		check_no_tag(h);
	}
}

static int read_header(struct reading *r, struct slice text, struct slice *rest,
		       struct err *e)
{
	struct head h = head_begin(r, rules, text);
	bool has_priority = head_take_priority(&h);
	enum time_kind kind = read_time(&h);

	(void)e;
	if (kind != TIME_NONE)
		read_host(&h);
	read_tag(&h, kind != TIME_NONE);
	(void)head_take_mark(&h, false);
	head_check_message(&h);

	enum head_content content = head_content(h.rest);
	if (!has_priority && content != HEAD_EVENT)
		parse_depart(r, &rules[HEAD_PRI_MISSING],
			     (struct slice){ text.data, 0 },
			     "the priority is missing: a packet begins with "
			     "one, like <134>");
	if (text.len > PACKET_MAX && content == HEAD_TEXT)
		parse_depart(r, &rules[LENGTH], slice_from(text, PACKET_MAX),
			     "the packet has %zu bytes, and may have %d: "
			     "receivers cut the rest off",
			     text.len, PACKET_MAX);
	*rest = head_end(&h);
	return 0;
}

const struct dialect dialect_rfc3164 = {
	.name = "rfc3164",
	.summary = "syslog header of RFC 3164, as it is sent in practice",
	.rules = rules,
	.is_header = true,
	.is_it = is_it,
	.read = read_header,
};

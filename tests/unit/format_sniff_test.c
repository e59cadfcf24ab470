/* What a line is, and when it happened, from its looks. */
#include "format/sniff.h"

#include "check.h"

#include <stdio.h>

/* header, format and body of a line, as one text. */
static bool is(const char *line, enum line_header header,
	       enum line_format format, const char *body)
{
	struct sniff s = sniff_line(slice_of(line));
	bool same = s.header == header && s.format == format &&
		    slice_is(s.body, slice_of(body));

	if (!same)
		printf("# %s: header %d, format %d, body %.*s\n", line,
		       (int)s.header, (int)s.format, (int)s.body.len,
		       s.body.data);
	return same;
}

/* Milliseconds since the epoch, or -1: no time. */
static int64_t time_of(const char *line)
{
	struct slice text = slice_of(line);
	struct sniff s = sniff_line(text);
	struct timestamp t;

	if (!sniff_time(text, &s, &t))
		return -1;
	return t.sec * 1000 + t.nsec / 1000000;
}

static void formats_are_told_by_how_they_begin(void)
{
	CHECK(is("", HEADER_NONE, LINE_TEXT, ""));
	CHECK(is("disk is full", HEADER_NONE, LINE_TEXT, "disk is full"));
	CHECK(is("{\"a\":1}", HEADER_NONE, LINE_JSON, "{\"a\":1}"));
	CHECK(is("  {}", HEADER_NONE, LINE_JSON, "  {}"));
	CHECK(is("\xef\xbb\xbf{}", HEADER_NONE, LINE_JSON, "{}"));
	CHECK(is("[1]", HEADER_NONE, LINE_TEXT, "[1]"));
	CHECK(is("CEF:0|a|b|1|c|d|5|", HEADER_NONE, LINE_CEF,
		 "CEF:0|a|b|1|c|d|5|"));
	CHECK(is("LEEF:2.0|a|b|1|c|x09|", HEADER_NONE, LINE_LEEF,
		 "LEEF:2.0|a|b|1|c|x09|"));
	CHECK(is("CEF: what is that?", HEADER_NONE, LINE_TEXT,
		 "CEF: what is that?"));
}

static void an_envelope_has_an_event_and_nothing_else_of_its_own(void)
{
	CHECK(is("{\"event\":{\"a\":\"}\\\"\"},\"time\":1}", HEADER_NONE,
		 LINE_HEC, "{\"event\":{\"a\":\"}\\\"\"},\"time\":1}"));
	CHECK(is("{\"time\":1,\"host\":\"h\",\"event\":\"x\"}", HEADER_NONE,
		 LINE_HEC, "{\"time\":1,\"host\":\"h\",\"event\":\"x\"}"));
	CHECK(is("{\"event\":\"login\",\"user\":\"x\"}", HEADER_NONE,
		 LINE_JSON, "{\"event\":\"login\",\"user\":\"x\"}"));
	CHECK(is("{\"time\":1,\"host\":\"h\"}", HEADER_NONE, LINE_JSON,
		 "{\"time\":1,\"host\":\"h\"}"));
}

static void a_header_of_rfc_5424_ends_before_its_message(void)
{
	CHECK(is("<134>1 2025-10-08T22:45:00Z h1 app - - - {\"a\":1}",
		 HEADER_5424, LINE_JSON, "{\"a\":1}"));
	CHECK(is("<134>1 - - - - - -", HEADER_5424, LINE_TEXT, ""));
	CHECK(is("<34>1 2003-10-11T22:14:15.003Z h su - ID47 - \xef\xbb\xbfx",
		 HEADER_5424, LINE_TEXT, "x"));
	CHECK(is("<34>1 2003-10-11T22:14:15.003Z h su - ID47 "
		 "[a@1 b=\"]\\\"] [\"][c@1] text",
		 HEADER_5424, LINE_TEXT, "text"));
	// It has no TAG behind its header, so this is text like any other.
	CHECK(is("<134>1 - h1 app - - - x: {\"time\":1}", HEADER_5424,
		 LINE_TEXT, "x: {\"time\":1}"));
	CHECK(is("<134>1 - h1 app - - - x:CEF:0|a", HEADER_5424, LINE_TEXT,
		 "x:CEF:0|a"));
	CHECK(is("<13>1 2019-01-18T11:07:53.520Z h LEEF:1.0|a|b|1|c|",
		 HEADER_5424, LINE_LEEF, "LEEF:1.0|a|b|1|c|"));
}

static void a_header_of_rfc_3164_ends_before_its_tag(void)
{
	CHECK(is("<134>Oct  8 22:45:00 h1 CEF:0|a|b|1|c|d|5|", HEADER_3164,
		 LINE_CEF, "CEF:0|a|b|1|c|d|5|"));
	CHECK(is("Jan 18 11:07:53 h1 LEEF:1.0|a|b|1|c|", HEADER_BARE,
		 LINE_LEEF, "LEEF:1.0|a|b|1|c|"));
	CHECK(is("<134>Oct  8 22:45:00 h1 app: {\"a\":1}", HEADER_3164,
		 LINE_JSON, "{\"a\":1}"));
	CHECK(is("<134>Oct 08 22:45:00 h1 app[7]: {\"a\":1}", HEADER_3164,
		 LINE_JSON, "{\"a\":1}"));
	CHECK(is("<34>Oct 11 22:14:15 h su: 'su root' failed", HEADER_3164,
		 LINE_TEXT, "su: 'su root' failed"));
	CHECK(is("<34>2003-10-11T22:14:15.003+02:00 h su: no", HEADER_3164,
		 LINE_TEXT, "su: no"));
	CHECK(is("<134>Oct  8 22:45:00 CEF:0|a|b|1|c|d|5|", HEADER_3164,
		 LINE_CEF, "CEF:0|a|b|1|c|d|5|"));
}

static void what_only_looks_like_a_header_is_text(void)
{
	static const char *const lines[] = {
		"<13>disk is full",
		"<192>Oct  8 22:45:00 h1 x",
		"<>Oct  8 22:45:00 h1 x",
		"<134",
		"<134>1 yesterday h1 app - - - x",
		"<134>1 2025-10-08T22:45:00Z h1 app",
		"<134>1 2025-10-08T22:45:00Z h1 app - - [a@1 b=\"x\" no end",
		"<134>1 2025-10-08T22:45:00Z h1 app - - -x",
		"Oct 8",
		"October is over",
		"Oct  8 22:45 h1 x",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		CHECK(is(lines[i], HEADER_NONE, LINE_TEXT, lines[i]));
}

static void json_has_its_time_under_a_common_name(void)
{
	CHECK(time_of("{\"ts\":\"2025-10-08T22:45:00Z\"}") == 1759963500000);
	CHECK(time_of("{\"a\":{\"ts\":1},\"timestamp\":1759963500.5}") ==
	      1759963500500);
	CHECK(time_of("{\"@timestamp\" : \"1759963500123\"}") == 1759963500123);
	CHECK(time_of("{\"time\":\"soon\",\"ts\":\"2025-10-08T22:45:00Z\"}") ==
	      1759963500000);
	CHECK(time_of("{\"a\":\"2025-10-08T22:45:00Z\"}") == -1);
	CHECK(time_of("{\"ts\":") == -1);
	CHECK(time_of("{\"ts\":\"2025") == -1);
}

static void an_envelope_has_its_own_time_or_that_of_its_event(void)
{
	CHECK(time_of("{\"event\":{\"ts\":\"2025-10-08T22:45:00Z\"},"
		      "\"time\":1.5}") == 1500);
	CHECK(time_of("{\"event\":{\"ts\":\"2025-10-08T22:45:00Z\"}}") ==
	      1759963500000);
	CHECK(time_of("{\"event\":\"x\"}") == -1);
}

#define CEF "CEF:0|a\\|b|c|1|d|e|5|"

static void cef_has_it_in_rt_else_end_else_start(void)
{
	CHECK(time_of(CEF "rt=1759963500000 cat=x") == 1759963500000);
	CHECK(time_of(CEF "cat=x start=1000 end=1759963500000") ==
	      1759963500000);
	CHECK(time_of(CEF "cat=x start=1759963500000") == 1759963500000);
	CHECK(time_of(CEF "rt=Oct 08 2025 22:45:00.250 UTC cat=x") ==
	      1759963500250);
	CHECK(time_of(CEF "rt=Oct 08 2025 22:45:00 cat=x") == 1759963500000);
	CHECK(time_of(CEF "rt=Oct 09 2025 00:45:00 +02:00") == 1759963500000);
	CHECK(time_of(CEF "rt=Oct 08 2025 22:45:00 XYZ end=1000") == 1000000);
	CHECK(time_of(CEF "msg=art\\=1 alert=1759963500000") == -1);
	CHECK(time_of("CEF:0|a|b|c|rt=1759963500000") == -1);
}

static void leef_has_it_in_dev_time_whatever_divides_its_pairs(void)
{
	CHECK(time_of("LEEF:1.0|a|b|1|c|x=1\tdevTime=1759963500000\ty=2") ==
	      1759963500000);
	CHECK(time_of("LEEF:2.0|a|b|1|c|x09|devTime=1759963500\tx=1") ==
	      1759963500000);
	CHECK(time_of("LEEF:2.0|a|b|1|c|^|x=1^devTime=1759963500000^y=2") ==
	      1759963500000);
	CHECK(time_of("LEEF:2.0|a|b|1|c|0x5e|x=1^devTime=1759963500000") ==
	      1759963500000);
	CHECK(time_of("LEEF:2.0|a|b|1|c||x=1\tdevTime=1759963500000") ==
	      1759963500000);
	CHECK(time_of("LEEF:2.0|a|b|1|c|x=1\tdevTime=1759963500000\tz=a|b") ==
	      1759963500000);
	CHECK(time_of("LEEF:2.0|a|b|1|c|x09|devTime=Oct 08 2025 22:45:00\t"
		      "x=1") == 1759963500000);
	CHECK(time_of("LEEF:2.0|a|b|1|c|x09|xdevTime=1759963500000") == -1);
	CHECK(time_of("LEEF:1.0|a\\|b|1|c|devTime=1759963500000") ==
	      1759963500000);
}

static void the_header_has_it_where_the_content_has_none(void)
{
	CHECK(time_of("<34>1 2025-10-08T22:45:00.5Z h su - - - x") ==
	      1759963500500);
	CHECK(time_of("<34>1 2025-10-08T22:45:00.5Z h su - - - "
		      "{\"ts\":1}") == 1000);
	CHECK(time_of("<34>2025-10-08T22:45:00Z h su: x") == 1759963500000);
	CHECK(time_of("<34>1 - h su - - - x") == -1);
	CHECK(time_of("no header") == -1);
}

/* The time of a header that was written so many seconds from now. */
static int64_t error_of(int64_t ahead_sec)
{
	struct timestamp t = timestamp_now();
	char stamp[TIMESTAMP_MAX];
	char line[100];

	t.sec += ahead_sec;
	timestamp_rfc3164(&t, stamp);
	snprintf(line, sizeof(line), "<13>%s h x", stamp);
	return time_of(line) / 1000 - t.sec;
}

static void a_header_without_a_year_is_at_most_a_day_ahead(void)
{
	enum { DAY = 86400 };

	CHECK(error_of(0) == 0);
	CHECK(error_of(DAY - 60) == 0);
	CHECK(error_of(-300 * DAY) == 0);
	CHECK(error_of(2 * DAY) < -360 * DAY);
}

int main(void)
{
	RUN(formats_are_told_by_how_they_begin);
	RUN(an_envelope_has_an_event_and_nothing_else_of_its_own);
	RUN(a_header_of_rfc_5424_ends_before_its_message);
	RUN(a_header_of_rfc_3164_ends_before_its_tag);
	RUN(what_only_looks_like_a_header_is_text);
	RUN(json_has_its_time_under_a_common_name);
	RUN(an_envelope_has_its_own_time_or_that_of_its_event);
	RUN(cef_has_it_in_rt_else_end_else_start);
	RUN(leef_has_it_in_dev_time_whatever_divides_its_pairs);
	RUN(the_header_has_it_where_the_content_has_none);
	RUN(a_header_without_a_year_is_at_most_a_day_ahead);
	return check_done();
}

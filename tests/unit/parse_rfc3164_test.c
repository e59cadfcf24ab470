/* Headers of RFC 3164, as it has them and as they are sent. */
#include "parsed.h"

extern const struct dialect dialect_rfc3164;

#define READS(text, member, rest) \
	CHECK(reads(&dialect_rfc3164, SLICE(text), member, rest))
#define DEPARTS(text, rules) \
	CHECK(departs(&dialect_rfc3164, SLICE(text), rules))

#define PRI(rest)                                            \
	"\"syslog\":{\"priority\":34,\"facility\":\"auth\"," \
	"\"severity\":\"crit\"" rest "}"
#define TIMED(rest) PRI(",\"timestamp\":\"Oct  8 22:14:15\"" rest)

static void every_field_has_its_member(void)
{
	READS("<34>Oct  8 22:14:15 h su[230]: 'su root' failed",
	      TIMED(",\"host\":\"h\",\"app\":\"su\",\"procid\":\"230\""),
	      "'su root' failed");
	READS("<34>Oct  8 22:14:15 h su: failed: again",
	      TIMED(",\"host\":\"h\",\"app\":\"su\""), "failed: again");
	READS("Oct  8 22:14:15 h su: x",
	      "\"syslog\":{\"timestamp\":\"Oct  8 22:14:15\",\"host\":\"h\","
	      "\"app\":\"su\"}",
	      "x");
}

static void events_need_no_tag_and_no_priority(void)
{
	READS("<34>Oct  8 22:14:15 h CEF:0|a", TIMED(",\"host\":\"h\""),
	      "CEF:0|a");
	DEPARTS("<34>Oct  8 22:14:15 h CEF:0|a", "");
	DEPARTS("Oct  8 22:14:15 h LEEF:2.0|a", "");
	DEPARTS("<34>Oct  8 22:14:15 h {\"a\":1}", "");
	DEPARTS("<34>Oct  8 22:14:15 h tag: {\"a\":1}", "");
	READS("<34>Oct  8 22:14:15 CEF:0|a", TIMED(""), "CEF:0|a");
	DEPARTS("<34>Oct  8 22:14:15 CEF:0|a", "21 rfc3164-host-missing");
	READS("<34>Oct  8 22:14:15 h t[1]: CEF:0|a",
	      TIMED(",\"host\":\"h\",\"app\":\"t\",\"procid\":\"1\""),
	      "CEF:0|a");
	DEPARTS("<34>Oct  8 22:14:15 h t: CEF:0|a",
		"23 rfc3164-tag-before-event");
}

static void times_of_all_kinds_are_taken_as_they_are(void)
{
	READS("<34>2025-10-08T22:14:15.123456+02:00 h su: x",
	      PRI(",\"timestamp\":\"2025-10-08T22:14:15.123456+02:00\","
		  "\"host\":\"h\",\"app\":\"su\""),
	      "x");
	READS("<34>Oct  8 2025 22:14:15.5 UTC h su: x",
	      PRI(",\"timestamp\":\"Oct  8 2025 22:14:15.5 UTC\","
		  "\"host\":\"h\",\"app\":\"su\""),
	      "x");
	READS("<34>2025-10-08t22:14:15z h su: x",
	      PRI(",\"timestamp\":\"2025-10-08t22:14:15z\",\"host\":\"h\","
		  "\"app\":\"su\""),
	      "x");
	READS("<34>Oct  8 22:14:15 GMT h su: x",
	      PRI(",\"timestamp\":\"Oct  8 22:14:15 GMT\",\"host\":\"h\","
		  "\"app\":\"su\""),
	      "x");
	READS("<34>Oct  8 22:14:15 -2 h su: x",
	      PRI(",\"timestamp\":\"Oct  8 22:14:15 -2\",\"host\":\"h\","
		  "\"app\":\"su\""),
	      "x");
	READS("<34>Oct  8 22:14:15 -h su: x",
	      TIMED(",\"host\":\"-h\",\"app\":\"su\""), "x");
	READS("<34>Oct  8 22:14:15 - su: x",
	      TIMED(",\"host\":\"-\",\"app\":\"su\""), "x");
	READS("<34>Oct 8 22:14:15 h su: x",
	      PRI(",\"timestamp\":\"Oct 8 22:14:15\",\"host\":\"h\","
		  "\"app\":\"su\""),
	      "x");
}

static void times_are_held_to_each_of_their_rules(void)
{
	DEPARTS("<34>Oct 18 22:14:15 h su: x", "");
	DEPARTS("<34>Oct 08 22:14:15 h su: x", "9 rfc3164-time-day");
	DEPARTS("<34>Oct 8 22:14:15 h su: x", "9 rfc3164-time-day");
	DEPARTS("<34>Oct 32 22:14:15 h su: x", "5 rfc3164-time-date");
	DEPARTS("<34>Feb 30 22:14:15 h su: x", "5 rfc3164-time-date");
	DEPARTS("<34>Feb 29 22:14:15 h su: x", "");
	DEPARTS("<34>Oct 18 25:14:15 h su: x", "5 rfc3164-time-date");
	DEPARTS("<34>Oct 18 2025 22:14:15 h su: x", "5 rfc3164-time-form");
	DEPARTS("<34>Oct 18 22:14:15.5 h su: x", "5 rfc3164-time-form");
	DEPARTS("<34>Oct 18 22:14:15 UTC h su: x", "5 rfc3164-time-form");
	DEPARTS("<34>2025-10-08T22:14:15Z h su: x", "5 rfc3164-time-form");
	DEPARTS("<34>su: x", "5 rfc3164-time-missing");
}

static void what_is_missing_is_not_made_up(void)
{
	READS("<34>su[1]: x", PRI(",\"app\":\"su\",\"procid\":\"1\""), "x");
	READS("<34>some text", PRI(""), "some text");
	READS("<34>Oct  8 22:14:15 su[1]: x",
	      TIMED(",\"app\":\"su\",\"procid\":\"1\""), "x");
	READS("<34>Oct  8 22:14:15 h some text: more", TIMED(",\"host\":\"h\""),
	      "some text: more");
	READS("<34>Oct  8 22:14:15 h http://a", TIMED(",\"host\":\"h\""),
	      "http://a");
	READS("<34>Oct  8 22:14:15 h su[12: x", TIMED(",\"host\":\"h\""),
	      "su[12: x");
	READS("<34>Oct  8 22:14:15 h su[1]:x",
	      TIMED(",\"host\":\"h\",\"app\":\"su\",\"procid\":\"1\""), "x");
	READS("<34>Oct  8 22:14:15 h su[]: x",
	      TIMED(",\"host\":\"h\",\"app\":\"su\""), "x");
	READS("<34>Oct  8 22:14:15 {\"a\":1}", TIMED(""), "{\"a\":1}");
	READS("<34>Oct  8 22:14:15 h \xef\xbb\xbf{\"a: \":1}",
	      TIMED(",\"host\":\"h\""), "{\"a: \":1}");
	DEPARTS("<34>some text", "5 rfc3164-time-missing");
	READS("<34>", PRI(""), "");
	READS("<34>Oct  8 22:14:15", TIMED(""), "");
	READS("<34>Oct  8 22:14:15 ", TIMED(""), "");
	READS("<34>Oct  8 22:14:15 h", TIMED(",\"host\":\"h\""), "");
}

static void hosts_are_held_to_their_rules(void)
{
	DEPARTS("<34>Oct  8 22:14:15 my host su: x", "24 rfc3164-host-blank");
	DEPARTS("<34>Oct  8 22:14:15  h su: x", "21 rfc3164-host-missing");
	DEPARTS("<34>Oct  8 22:14:15 su: x", "21 rfc3164-host-missing");
	DEPARTS("<34>Oct  8 22:14:15: x",
		"20 rfc3164-host-missing, 22 rfc3164-tag-missing");
	DEPARTS("<34>Oct  8 22:14:15 h\xc3\xa9 su: x", "22 rfc3164-host-bytes");
	DEPARTS("<34>Oct  8 22:14:15 fe80::1 su: x", "");
}

static void tags_are_held_to_their_rules(void)
{
	DEPARTS("<34>Oct  8 22:14:15 h a-b_c.d/e: x", "");
	DEPARTS("<34>Oct  8 22:14:15 h a(b): x", "24 rfc3164-tag-bytes");
	DEPARTS("<34>Oct  8 22:14:15 h 12345678901234567890123456789012: x",
		"");
	DEPARTS("<34>Oct  8 22:14:15 h 123456789012345678901234567890123: x",
		"23 rfc3164-tag-length");
	DEPARTS("<34>Oct  8 22:14:15 h  su: x", "23 rfc3164-tag-missing");
	DEPARTS("<34>Oct  8 22:14:15 h some text here",
		"23 rfc3164-tag-missing");
}

static void a_tag_has_128_bytes_or_is_text(void)
{
	char text[200];

	memset(text, 'x', sizeof(text));
	memcpy(text, "<34>", 4);
	memcpy(text + 132, ": t", 3);
	CHECK(departs(&dialect_rfc3164, (struct slice){ text, 135 },
		      "5 rfc3164-time-missing, 5 rfc3164-tag-length"));
	memcpy(text + 132, "x: t", 4);
	CHECK(departs(&dialect_rfc3164, (struct slice){ text, 136 },
		      "5 rfc3164-time-missing"));
}

static void texts_are_held_to_their_bytes_and_their_length(void)
{
	char long_text[1100];

	memset(long_text, 'x', sizeof(long_text));
	memcpy(long_text, "<34>Oct  8 22:14:15 h su: ", 26);
	CHECK(departs(&dialect_rfc3164, (struct slice){ long_text, 1024 }, ""));
	CHECK(departs(&dialect_rfc3164, (struct slice){ long_text, 1025 },
		      "1025 rfc3164-length"));
	memcpy(long_text, "<34>Oct  8 22:14:15 h CEF:0|", 28);
	CHECK(departs(&dialect_rfc3164, (struct slice){ long_text, 1025 }, ""));

	DEPARTS("<34>Oct  8 22:14:15 h su: caf\xc3\xa9", "");
	DEPARTS("<34>Oct  8 22:14:15 h su: caf\xe9", "30 rfc3164-utf8");
	DEPARTS("<34>Oct  8 22:14:15 h su: a\033[2J", "28 rfc3164-control");
	READS("<34>Oct  8 22:14:15 h su: \xef\xbb\xbftext",
	      TIMED(",\"host\":\"h\",\"app\":\"su\""), "\xef\xbb\xbftext");
	DEPARTS("<34>Oct  8 22:14:15 h \xef\xbb\xbf{}",
		"23 rfc3164-bom-before-json");
}

static void priorities_are_held_to_their_rules(void)
{
	DEPARTS("Oct  8 22:14:15 h su: x", "1 rfc3164-pri-missing");
	DEPARTS("<034>Oct  8 22:14:15 h su: x", "1 rfc3164-pri-form");
	DEPARTS("<200>Oct  8 22:14:15 h su: x", "1 rfc3164-pri-range");
}

static void other_text_is_no_header(void)
{
	static const char *const others[] = {
		"",
		"<",
		"<34",
		"<a>x",
		"Oct",
		"October 8 2025",
		"2025-10-08 x",
		"CEF:0|",
		"{\"a\"",
		"text",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK(!dialect_rfc3164.is_it(slice_of(others[i])));
}

int main(void)
{
	RUN(every_field_has_its_member);
	RUN(events_need_no_tag_and_no_priority);
	RUN(times_of_all_kinds_are_taken_as_they_are);
	RUN(times_are_held_to_each_of_their_rules);
	RUN(what_is_missing_is_not_made_up);
	RUN(hosts_are_held_to_their_rules);
	RUN(tags_are_held_to_their_rules);
	RUN(a_tag_has_128_bytes_or_is_text);
	RUN(texts_are_held_to_their_bytes_and_their_length);
	RUN(priorities_are_held_to_their_rules);
	RUN(other_text_is_no_header);
	return check_done();
}

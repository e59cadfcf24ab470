/* Headers of RFC 5424, as they should be and as they are. */
#include "parsed.h"

extern const struct dialect dialect_rfc5424;

#define READS(text, member, rest) \
	CHECK(reads(&dialect_rfc5424, SLICE(text), member, rest))
#define DEPARTS(text, rules) \
	CHECK(departs(&dialect_rfc5424, SLICE(text), rules))

#define X8 "xxxxxxxx"
#define X32 X8 X8 X8 X8

/* A header up to its structured data, and what that is read as. */
#define HEAD "<134>1 - h a - - "
#define DATA(json)                                              \
	"\"syslog\":{\"priority\":134,\"facility\":\"local0\"," \
	"\"severity\":\"info\",\"version\":1,\"host\":\"h\","   \
	"\"app\":\"a\"" json "}"

static void every_field_has_its_member_and_nil_values_have_none(void)
{
	READS("<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog "
	      "42 ID47 [id@1 a=\"b\"] An application event",
	      "\"syslog\":{\"priority\":165,\"facility\":\"local4\","
	      "\"severity\":\"notice\",\"version\":1,"
	      "\"timestamp\":\"2003-10-11T22:14:15.003Z\","
	      "\"host\":\"mymachine.example.com\",\"app\":\"evntslog\","
	      "\"procid\":\"42\",\"msgid\":\"ID47\","
	      "\"structured_data\":{\"id@1\":{\"a\":\"b\"}}}",
	      "An application event");
	READS("<0>1 - - - - - -",
	      "\"syslog\":{\"priority\":0,\"facility\":\"kern\","
	      "\"severity\":\"emerg\",\"version\":1}",
	      "");
}

static void
values_are_without_their_escapes_and_names_that_repeat_are_arrays(void)
{
	READS(HEAD "[x@1 a=\"\\\"\\\\\\]\\n[\" b=\"\" a=\"2\" a=\"3\"] text",
	      DATA(",\"structured_data\":{\"x@1\":{\"a\":[\"\\\"\\\\]\\\\n[\","
		   "\"2\",\"3\"],\"b\":\"\"}}"),
	      "text");
	READS(HEAD "[x@1][y@1 a=\"1\"]",
	      DATA(",\"structured_data\":{\"x@1\":{},\"y@1\":{\"a\":\"1\"}}"),
	      "");
}

static void an_sd_id_that_is_there_twice_loses_nothing(void)
{
	READS(HEAD "[x@1 a=\"1\" b=\"2\"][y@1][x@1 c=\"3\" a=\"4\"] t",
	      DATA(",\"structured_data\":{\"x@1\":{\"a\":[\"1\",\"4\"],"
		   "\"b\":\"2\",\"c\":\"3\"},\"y@1\":{}}"),
	      "t");
	DEPARTS(HEAD "[x@1][y@1][x@1]", "29 rfc5424-sd-twice");
}

static void what_follows_is_left_exactly_but_for_its_mark(void)
{
	READS(HEAD "-   two spaces", DATA(""), "  two spaces");
	READS(HEAD "- \xef\xbb\xbf\xc3\xa9", DATA(""), "\xc3\xa9");
	READS(HEAD "- CEF:0|", DATA(""), "CEF:0|");
}

static void the_short_form_ends_at_the_event(void)
{
	READS("<13>1 2019-01-18T11:07:53.520Z h LEEF:1.0|a",
	      "\"syslog\":{\"priority\":13,\"facility\":\"user\","
	      "\"severity\":\"notice\",\"version\":1,"
	      "\"timestamp\":\"2019-01-18T11:07:53.520Z\",\"host\":\"h\"}",
	      "LEEF:1.0|a");
	DEPARTS("<13>1 2019-01-18T11:07:53.520+01:00 h LEEF:1.0|a", "");
	DEPARTS("<13>1 2019-01-18T11:07:53Z h LEEF:1.0|a",
		"7 rfc5424-short-time");
	DEPARTS("<13>1 - h CEF:0|", "11 rfc5424-missing-field");
}

static void a_name_like_an_event_begins_none(void)
{
	READS("<13>1 - h CEF:0_a - - [x@1 a=\"CEF:0|a|\"] t",
	      "\"syslog\":{\"priority\":13,\"facility\":\"user\","
	      "\"severity\":\"notice\",\"version\":1,\"host\":\"h\","
	      "\"app\":\"CEF:0_a\","
	      "\"structured_data\":{\"x@1\":{\"a\":\"CEF:0|a|\"}}}",
	      "t");
}

static void a_broken_element_makes_all_of_it_text_and_forges_no_field(void)
{
	READS(HEAD "[x@1 a=\"1] b", DATA(""), "[x@1 a=\"1] b");
	READS(HEAD "[x@1 a=1] b", DATA(""), "[x@1 a=1] b");
	READS(HEAD "[x@1 \xff=\"1\"] b", DATA(""), "[x@1 \xff=\"1\"] b");
	READS(HEAD "no data here", DATA(""), "no data here");
	DEPARTS(HEAD "[x@1 a=1] b", "22 rfc5424-sd-broken");
	DEPARTS(HEAD "no data here", "18 rfc5424-sd-missing");
}

static void quotes_and_brackets_that_were_not_escaped_stay_in_the_value(void)
{
	READS(HEAD "[x@1 a=\"say \"hi\" now\" b=\"c:\\dir]\"] t",
	      DATA(",\"structured_data\":{\"x@1\":{\"a\":\"say \\\"hi\\\" "
		   "now\",\"b\":\"c:\\\\dir]\"}}"),
	      "t");
	DEPARTS(HEAD "[x@1 a=\"say \"hi\" now\"]", "30 rfc5424-sd-escape");
	DEPARTS(HEAD "[x@1 a=\"a]b\"]", "27 rfc5424-sd-escape");
	DEPARTS(HEAD "[x@1 a=\"c:\\dir\"]", "28 rfc5424-sd-escape");
}

static void a_quote_that_is_escaped_ends_no_value(void)
{
	READS(HEAD "[x@1 a=\"b\\\"] c\" d=\"\\\\\"] t",
	      DATA(",\"structured_data\":{\"x@1\":{\"a\":\"b\\\"] c\","
		   "\"d\":\"\\\\\"}}"),
	      "t");
	READS(HEAD "[x@1 a=\"b\\\" admin=\\\"1\"]",
	      DATA(",\"structured_data\":{\"x@1\":{\"a\":"
		   "\"b\\\" admin=\\\"1\"}}"),
	      "");
	DEPARTS(HEAD "[x@1 a=\"b\\\"] c\" d=\"\\\\\" e=\"\\]\"]",
		"29 rfc5424-sd-escape");
	DEPARTS(HEAD "[x@1 a=\"b\\\"\\] c\" d=\"\\\\\" e=\"\\]\"]", "");
}

static void what_has_no_name_is_no_element(void)
{
	READS(HEAD "[] t", DATA(""), "[] t");
	READS(HEAD "[ ] t", DATA(""), "[ ] t");
	READS(HEAD "[\xff@1] t", DATA(""), "[\xff@1] t");
	READS(HEAD "[x@1 =\"1\"] t", DATA(""), "[x@1 =\"1\"] t");
	READS(HEAD "[x@1 a=\"b\" =\"c\"] t",
	      DATA(",\"structured_data\":{\"x@1\":{\"a\":"
		   "\"b\\\" =\\\"c\"}}"),
	      "t");
}

/* Behind structured data, only what is like our own is taken for more of it. */
static void text_in_brackets_is_mostly_text(void)
{
	DEPARTS(HEAD "- [ x@1 a=\"1\"]", "");
	DEPARTS(HEAD "- [x a=\"1\"]", "");
	DEPARTS(HEAD "- [x@1]", "");
	DEPARTS(HEAD "- [x@1 a=\"1\"]", "19 rfc5424-sd-space");
	DEPARTS(HEAD "- \xef\xbb\xbf[x@1 a=\"1\"]", "");
}

static void what_rfc_5424_asks_for_departs_from_nothing(void)
{
	DEPARTS("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - "
		"ID47 - \xef\xbb\xbf'su root' failed \xc3\xa9",
		"");
	DEPARTS("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 "
		"- - %% It's time to make the do-nuts.",
		"");
	DEPARTS("<165>1 2003-10-11T22:14:15.003Z h e - ID47 [exampleSDID@32473 "
		"iut=\"3\" eventSource=\"Application\"][meta "
		"sequenceId=\"2147483647\" sysUpTime=\"1\" "
		"language=\"de-CH\"][timeQuality tzKnown=\"1\" isSynced=\"0\"]"
		"[origin ip=\"::1\" ip=\"192.0.2.1\" software=\"\"]",
		"");
}

static void times_are_held_to_each_of_their_rules(void)
{
#define TIME(time) "<1>1 " time " h a - - -"
	DEPARTS(TIME("2003-10-11t22:14:15z"),
		"16 rfc5424-time-case, 25 rfc5424-time-case");
	DEPARTS(TIME("2003-10-11T22:14:15.1234567Z"),
		"32 rfc5424-time-fraction");
	DEPARTS(TIME("2003-10-11T22:14:15,123Z"), "25 rfc5424-time-fraction");
	DEPARTS(TIME("2003-10-11T22:14:15.Z"), "25 rfc5424-time-fraction");
	DEPARTS(TIME("2003-12-31T23:59:60Z"), "23 rfc5424-time-second");
	DEPARTS(TIME("2003-10-11T22:14:15"), "25 rfc5424-time-zone");
	DEPARTS(TIME("2003-10-11T22:14:15+0200"), "25 rfc5424-time-zone");
	DEPARTS(TIME("2003-10-11T22:14:15+24:00"), "25 rfc5424-time-zone");
	DEPARTS(TIME("2003-02-29T22:14:15Z"), "6 rfc5424-time-date");
	DEPARTS(TIME("2003-10-11T24:00:00Z"), "6 rfc5424-time-date");
	DEPARTS(TIME("2003-10-11 22:14:15Z"), "6 rfc5424-time-form");
	DEPARTS(TIME("Oct 11 22:14:15"), "6 rfc5424-time-form");
	DEPARTS(TIME("1065910455"), "6 rfc5424-time-form");
	DEPARTS(TIME("2003-10-11T22:14:15-23:59"), "");
	DEPARTS(TIME("2003-10-11T22:14:15+02:60"), "25 rfc5424-time-zone");
	DEPARTS(TIME("2003-10-11T22:14:15+02x00"), "25 rfc5424-time-zone");
	DEPARTS(TIME("2003-10-11T22:14:15+02:00x"), "25 rfc5424-time-zone");
	DEPARTS(TIME("2003-10-11T22:14:15.123456Z"), "");
	READS("<0>1 2003-10-11 22:14:15Z h - - - -",
	      "\"syslog\":{\"priority\":0,\"facility\":\"kern\","
	      "\"severity\":\"emerg\",\"version\":1,"
	      "\"timestamp\":\"2003-10-11 22:14:15Z\",\"host\":\"h\"}",
	      "");
	READS("<0>1 2003-10-11T22:14:15Z 10:00:00 - - - -",
	      "\"syslog\":{\"priority\":0,\"facility\":\"kern\","
	      "\"severity\":\"emerg\",\"version\":1,"
	      "\"timestamp\":\"2003-10-11T22:14:15Z\",\"host\":\"10:00:00\"}",
	      "");
}

static void fields_are_held_to_their_lengths_and_bytes(void)
{
	DEPARTS("<1>1 - h " X32 X8 X8 " - " X32 " -", "");
	DEPARTS("<1>1 - h " X32 X8 X8 "x - " X32 "x -",
		"10 rfc5424-field-length, 62 rfc5424-field-length");
	DEPARTS("<1>1 - h\xc3\xa9 a\tb - - -",
		"9 rfc5424-field-bytes, 13 rfc5424-field-bytes");
	DEPARTS("<1>1 - h~! a - - -", "");
	DEPARTS("<1>1  h a - - -", "6 rfc5424-empty-field");
	DEPARTS("<1>1 -  a - - -", "8 rfc5424-empty-field");
	DEPARTS("<1>1 - h a", "11 rfc5424-missing-field");
}

static void names_of_structured_data_are_held_to_their_rules(void)
{
	DEPARTS(HEAD "[ x@1  a=\"1\" ]",
		"19 rfc5424-sd-space, 23 rfc5424-sd-space, "
		"30 rfc5424-sd-space");
	DEPARTS(HEAD "[x@1 a=\"1\"b=\"2\"]", "27 rfc5424-sd-escape");
	DEPARTS(HEAD "[x@1 a=\"1\"] [y@1 b=\"2\"]", "29 rfc5424-sd-space");
	DEPARTS(HEAD "[x@1]y", "23 rfc5424-sd-message");
	DEPARTS(HEAD "[x a=\"1\"]", "19 rfc5424-sd-id");
	DEPARTS(HEAD "[x@y]", "19 rfc5424-sd-id");
	DEPARTS(HEAD "[@1]", "19 rfc5424-sd-id");
	DEPARTS(HEAD "[x@1 " X32 "=\"1\" " X32 "x=\"1\"]",
		"60 rfc5424-sd-name-length");
	DEPARTS(HEAD "[x@1 a b=\"1\"]", "24 rfc5424-sd-name");
	DEPARTS(HEAD "[x@1 \xc3\xa9=\"1\"]", "23 rfc5424-sd-name");
	DEPARTS(HEAD "[x@]", "19 rfc5424-sd-id");
	DEPARTS(HEAD "[x@1.2]", "");
	DEPARTS(HEAD "[x=y@1]", "20 rfc5424-sd-name");
	DEPARTS(HEAD "[meta sequenceId=\"01\"]", "36 rfc5424-sd-registered");
	DEPARTS(HEAD "[meta sequenceId=\"\"]", "36 rfc5424-sd-registered");
	DEPARTS(HEAD "[meta sysUpTime=\"9223372036854775807\"]", "");
	DEPARTS(HEAD "[meta sysUpTime=\"9223372036854775808\"]",
		"35 rfc5424-sd-registered");
	DEPARTS(HEAD "[meta language=\"de_CH\"]", "34 rfc5424-sd-registered");
	DEPARTS(HEAD "[meta language=\"\"]", "34 rfc5424-sd-registered");
	DEPARTS(HEAD "[timeQuality isSynced=\"2\"]",
		"41 rfc5424-sd-registered");
	DEPARTS(HEAD "[origin enterpriseId=\"32473.1\"]", "");
	DEPARTS(HEAD "[origin enterpriseId=\"32473.\"]",
		"40 rfc5424-sd-registered");
	DEPARTS(HEAD "[origin software=\"" X32 X8 X8 "\" swVersion=\"" X32
		     "\"]",
		"");
	DEPARTS(HEAD "[origin software=\"" X32 X8 X8 "x\"]",
		"36 rfc5424-sd-registered");
	DEPARTS(HEAD "[origin swVersion=\"" X32 "x\"]",
		"37 rfc5424-sd-registered");
	DEPARTS(HEAD "[origin ip=\"" X32 X8 "xxxxxx\"]",
		"30 rfc5424-sd-registered");
	DEPARTS(HEAD "[meta sequenceId=\"0\"]", "36 rfc5424-sd-registered");
	DEPARTS(HEAD "[meta sequenceId=\"2147483648\"]",
		"36 rfc5424-sd-registered");
	DEPARTS(HEAD "[timeQuality tzKnown=\"yes\"]",
		"40 rfc5424-sd-registered");
	DEPARTS(HEAD "[origin ip=\"h1\" x=\"y\"]",
		"30 rfc5424-sd-registered, 37 rfc5424-sd-registered");
}

static void values_and_messages_are_held_to_their_bytes(void)
{
	DEPARTS(HEAD "[x@1 a=\"b\tc\" d=\"\xff\"]",
		"27 rfc5424-sd-value, 34 rfc5424-sd-value");
	DEPARTS(HEAD "- caf\xc3\xa9", "23 rfc5424-bom-missing");
	DEPARTS(HEAD "- caf\xe9", "23 rfc5424-utf8");
	DEPARTS(HEAD "- a\nb", "21 rfc5424-control");
	DEPARTS(HEAD "- \xef\xbb\xbf{}", "20 rfc5424-bom-before-json");
	DEPARTS(HEAD "- {\"a\":\"\xc3\xa9\"}", "");
	DEPARTS(HEAD "- {\t\"a\":\t1}", "");
	DEPARTS(HEAD "- {\n\"a\":1}", "21 rfc5424-control");
	DEPARTS(HEAD "-  {\"a\":\"\xc3\xa9\"}", "");
}

static void priority_and_version_are_held_to_their_rules(void)
{
	DEPARTS("<034>1 - h a - - -", "1 rfc5424-pri-form");
	DEPARTS("<0>1 - h a - - -", "");
	DEPARTS("<191>1 - h a - - -", "");
	DEPARTS("<192>1 - h a - - -", "1 rfc5424-pri-range");
	DEPARTS("<1000>1 - h a - - -", "1 rfc5424-pri-range");
	DEPARTS("<>1 - h a - - -", "1 rfc5424-pri-form");
	DEPARTS("1 2003-10-11T22:14:15Z h a - - -", "1 rfc5424-pri-missing");
	DEPARTS("<34>2 - h a - - -", "5 rfc5424-version");
	DEPARTS("<34> 1 - h a - - -", "5 rfc5424-version");
	DEPARTS("<34>2003-10-11T22:14:15Z h a - - - t", "5 rfc5424-version");
	DEPARTS("<34>2003-10-11T22:14:15Z h a - - -", "5 rfc5424-version");
	DEPARTS("<34>999 - h a - - -", "5 rfc5424-version");
	READS("<192>1 - h a - - -",
	      "\"syslog\":{\"priority\":192,\"version\":1,\"host\":\"h\","
	      "\"app\":\"a\"}",
	      "");
}

static void other_text_is_no_rfc_5424(void)
{
	static const char *const others[] = {
		"",
		"<34>",
		"<34>1",
		"<34>Oct 11 22:14:15 h su: 1",
		"<34>2003-10-11T22:14:15Z h su[1]: a b - c",
		"1 apple",
		"34>1 - h a - - -",
		"1 - h a - - -",
		"2003-10-11T22:14:15Z h a - - - t",
		"<34>1000 2003-10-11T22:14:15Z h a - - -",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK(!dialect_rfc5424.is_it(slice_of(others[i])));
}

int main(void)
{
	RUN(every_field_has_its_member_and_nil_values_have_none);
	RUN(values_are_without_their_escapes_and_names_that_repeat_are_arrays);
	RUN(an_sd_id_that_is_there_twice_loses_nothing);
	RUN(what_follows_is_left_exactly_but_for_its_mark);
	RUN(the_short_form_ends_at_the_event);
	RUN(a_name_like_an_event_begins_none);
	RUN(a_broken_element_makes_all_of_it_text_and_forges_no_field);
	RUN(quotes_and_brackets_that_were_not_escaped_stay_in_the_value);
	RUN(a_quote_that_is_escaped_ends_no_value);
	RUN(what_has_no_name_is_no_element);
	RUN(text_in_brackets_is_mostly_text);
	RUN(what_rfc_5424_asks_for_departs_from_nothing);
	RUN(times_are_held_to_each_of_their_rules);
	RUN(fields_are_held_to_their_lengths_and_bytes);
	RUN(names_of_structured_data_are_held_to_their_rules);
	RUN(values_and_messages_are_held_to_their_bytes);
	RUN(priority_and_version_are_held_to_their_rules);
	RUN(other_text_is_no_rfc_5424);
	return check_done();
}

/* Syslog messages taken apart, as standards and as devices write them. */
#include "format/message.h"

#include "check.h"

static bool is(struct slice got, const char *want)
{
	return slice_is(got, slice_of(want));
}

static void every_field_of_rfc_5424_is_found(void)
{
	struct message m = message_parse(
		SLICE("<165>1 2003-10-11T22:14:15.003Z mymachine.example.com "
		      "evntslog 42 ID47 - An application event"));

	CHECK(m.header == HEADER_5424 && m.priority == 165);
	CHECK(is(m.timestamp, "2003-10-11T22:14:15.003Z"));
	CHECK(is(m.host, "mymachine.example.com"));
	CHECK(is(m.app, "evntslog") && is(m.procid, "42"));
	CHECK(is(m.msgid, "ID47") && is(m.data, ""));
	CHECK(is(m.text, "An application event"));
}

static void structured_data_is_kept_as_it_is_and_the_bom_is_not(void)
{
	struct message m = message_parse(
		SLICE("<165>1 - h a - - [x@1 a=\"1\"][y b=\"\\]\"] "
		      "\xef\xbb\xbf[text]"));

	CHECK(is(m.data, "[x@1 a=\"1\"][y b=\"\\]\"]"));
	CHECK(is(m.text, "[text]"));
	CHECK(is(m.timestamp, "") && is(m.procid, "") && is(m.msgid, ""));

	m = message_parse(SLICE("<34>1 - h a - - [x@1 a=\"1\"]"));
	CHECK(is(m.data, "[x@1 a=\"1\"]") && is(m.text, ""));
	m = message_parse(SLICE("<34>1 - h a - - - text"));
	CHECK(is(m.data, "") && is(m.text, "text"));
}

static void a_tag_is_no_part_of_the_text(void)
{
	struct message m = message_parse(SLICE(
		"<34>Oct  8 22:14:15 mymachine su[230]: 'su root' failed"));

	CHECK(m.header == HEADER_3164 && m.priority == 34);
	CHECK(is(m.timestamp, "Oct  8 22:14:15"));
	CHECK(is(m.host, "mymachine"));
	CHECK(is(m.app, "su") && is(m.procid, "230"));
	CHECK(is(m.text, "'su root' failed"));

	m = message_parse(SLICE("<34>Oct  8 22:14:15 h su: failed: again"));
	CHECK(is(m.app, "su") && is(m.procid, ""));
	CHECK(is(m.text, "failed: again"));
}

static void text_without_a_tag_is_all_text(void)
{
	struct message m =
		message_parse(SLICE("<34>Oct 18 22:14:15 h some text: more"));

	CHECK(is(m.app, "") && is(m.text, "some text: more"));
	m = message_parse(SLICE("<34>Oct 18 22:14:15 h url http://x/ y"));
	CHECK(is(m.app, "") && is(m.text, "url http://x/ y"));
	m = message_parse(SLICE("<34>Oct 18 22:14:15 h su[1 x: y"));
	CHECK(is(m.app, "") && is(m.text, "su[1 x: y"));
}

static void what_siem_formats_begin_with_is_no_tag(void)
{
	struct message m = message_parse(
		SLICE("<134>Oct  8 22:45:00 web01 CEF:0|a|b|1|2|c|3|"));

	CHECK(is(m.text, "CEF:0|a|b|1|2|c|3|") && m.format == LINE_CEF);
	CHECK(is(m.app, "") && is(m.host, "web01"));
	m = message_parse(SLICE("<134>Oct  8 22:45:00 h LEEF:1.0|a|b|1|c|d=1"));
	CHECK(is(m.text, "LEEF:1.0|a|b|1|c|d=1") && m.format == LINE_LEEF);
	m = message_parse(SLICE("<134>Oct  8 22:45:00 h app: {\"a\":1}"));
	CHECK(is(m.text, "{\"a\":1}") && m.format == LINE_JSON);
	CHECK(is(m.app, "app"));
	m = message_parse(
		SLICE("<13>1 2019-01-18T11:07:53.520Z h LEEF:1.0|a|b|1|c|"));
	CHECK(is(m.text, "LEEF:1.0|a|b|1|c|") && is(m.host, "h"));
	CHECK(is(m.app, "") && is(m.data, ""));
}

static void a_header_may_lack_its_date_or_its_priority(void)
{
	struct message m = message_parse(SLICE("<134>CEF:0|a|b|1|2|c|3|"));

	CHECK(m.header == HEADER_NONE && m.priority == 134);
	CHECK(is(m.text, "CEF:0|a|b|1|2|c|3|") && m.format == LINE_CEF);
	m = message_parse(SLICE("Oct  8 22:45:00 h CEF:0|a|b|1|2|c|3|"));
	CHECK(m.header == HEADER_BARE && m.priority == -1);
	CHECK(is(m.host, "h") && is(m.text, "CEF:0|a|b|1|2|c|3|"));
	m = message_parse(SLICE("<192>text"));
	CHECK(m.priority == -1 && is(m.text, "<192>text"));
	m = message_parse(SLICE("<>text"));
	CHECK(m.priority == -1 && is(m.text, "<>text"));
	m = message_parse(SLICE("{\"a\":1}"));
	CHECK(m.priority == -1 && m.format == LINE_JSON);
	m = message_parse(SLICE("<13>"));
	CHECK(m.priority == 13 && is(m.text, ""));
	m = message_parse(SLICE(""));
	CHECK(m.priority == -1 && is(m.text, ""));
}

static void an_rfc_3339_time_does_for_rfc_3164(void)
{
	struct message m = message_parse(
		SLICE("<13>2026-10-08T22:45:00.5+02:00 h app: text"));

	CHECK(m.header == HEADER_3164);
	CHECK(is(m.timestamp, "2026-10-08T22:45:00.5+02:00"));
	CHECK(is(m.host, "h") && is(m.app, "app") && is(m.text, "text"));
}

int main(void)
{
	RUN(every_field_of_rfc_5424_is_found);
	RUN(structured_data_is_kept_as_it_is_and_the_bom_is_not);
	RUN(a_tag_is_no_part_of_the_text);
	RUN(text_without_a_tag_is_all_text);
	RUN(what_siem_formats_begin_with_is_no_tag);
	RUN(a_header_may_lack_its_date_or_its_priority);
	RUN(an_rfc_3339_time_does_for_rfc_3164);
	return check_done();
}

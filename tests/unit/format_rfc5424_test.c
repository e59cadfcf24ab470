/* RFC 5424, plain and with structured data. */
#include "made.h"

#include "check.h"

enum { APP, PROCID, MSGID, MSG, SDID };

#define BOM "\xef\xbb\xbf"

static void begin(struct made *m)
{
	made_init(m);
	m->options.variant = "sd";
	made_attribute(m, APP, "app");
	made_attribute(m, MSGID, "E1");
	made_attribute(m, SDID, "audit@32473");
}

static void plain_carries_the_record_and_never_a_byte_order_mark(void)
{
	struct made m;

	begin(&m);
	m.options.variant = "plain";
	m.event.record = SLICE(" {\"a\":\"caf\xc3\xa9\"}");
	made_attribute(&m, PROCID, "77");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - - -  "
		      "{\"a\":\"caf\xc3\xa9\"}"));
}

static void plain_is_refused_whole_when_it_is_longer_than_max_line(void)
{
	struct made m;

	begin(&m);
	m.options.variant = "plain";
	m.options.max_line = 40;
	CHECK(made_fails(&m, "rfc5424", "more than --max-line 40"));
}

static void members_are_parameters_and_empty_ones_count(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "a.b", "x");
	made_text(&m, "c", "");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 "
		      "[audit@32473 a.b=\"x\" c=\"\"]"));
}

static void without_members_the_data_is_nil(void)
{
	struct made m;

	begin(&m);
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 -"));
	begin(&m);
	made_attribute(&m, MSG, "text");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 - text"));
}

static void a_value_escapes_quote_backslash_bracket_and_controls(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "a", "\"\\][\n\r\t\x01|=");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 [audit@32473 "
		      "a=\"\\\"\\\\\\][\\\\n\\\\r\\\\t\\\\u0001|=\"]"));
}

static void a_message_has_a_byte_order_mark_where_it_is_not_ascii(void)
{
	struct made m;

	begin(&m);
	made_attribute(&m, MSG, "caf\xc3\xa9");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 - " BOM
		      "caf\xc3\xa9"));
	begin(&m);
	made_attribute(&m, MSG, "{\xc3\xa9}");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 - {\xc3\xa9}"));
}

/* What the text of a message becomes. */
static bool becomes(const char *text, const char *want)
{
	struct made m;
	char line[200];

	begin(&m);
	made_attribute(&m, MSG, text);
	snprintf(line, sizeof(line),
		 "<134>1 2025-10-08T22:45:00Z h1 app - E1 - %s", want);
	return made_is(&m, "rfc5424", line);
}

static void a_text_is_no_event_of_its_own(void)
{
	struct made m;

	CHECK(becomes("CEF:0|a|b|c|d|e|9|x=:", "CEF\\u003a0|a|b|c|d|e|9|x=:"));
	CHECK(becomes("CEF: 0|", "CEF\\u003a 0|"));
	CHECK(becomes("LEEF:1.0|", "LEEF\\u003a1.0|"));
	CHECK(becomes("CEF:0|\xc3\xa9", BOM "CEF\\u003a0|\xc3\xa9"));
	CHECK(becomes("{\"a\":1}", "\\u007b\"a\":1}"));
	CHECK(becomes("  { }", "  \\u007b }"));
	CHECK(becomes("{  \"\xc3\xa9\":1}", BOM "\\u007b  \"\xc3\xa9\":1}"));
	CHECK(becomes("x CEF:0|", "x CEF:0|"));
	CHECK(becomes("{user} left", "{user} left"));
	CHECK(becomes("[{\"a\":1}]", "[{\"a\":1}]"));
	CHECK(becomes("{", "{"));

	begin(&m);
	made_attribute(&m, MSG, "{\"\xc3\xa9\":1}");
	m.event.attributes[MSG].type = VALUE_OBJECT;
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 - "
		      "{\"\xc3\xa9\":1}"));
}

static void a_message_has_no_control_bytes(void)
{
	struct made m;

	begin(&m);
	made_attribute(&m, MSG, "a\nb\x01");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 - "
		      "a\\nb\\u0001"));
}

static void header_fields_are_printable_and_not_too_long(void)
{
	struct made m;

	begin(&m);
	made_attribute(&m, APP, "my app\xc3\xa9");
	made_attribute(&m, MSGID, "0123456789012345678901234567890123456789");
	made_attribute(&m, SDID, "a b=c]d\"e@1");
	made_text(&m, "a", "x");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 my_app__ - "
		      "01234567890123456789012345678901 "
		      "[a_b_c_d_e@1 a=\"x\"]"));
	CHECK(m.counts.cut == 1);
}

static void an_id_that_is_registered_or_none_becomes_private(void)
{
	static const struct {
		const char *id, *is;
	} ids[] = {
		{ "timeQuality", "timeQuality@32473" },
		{ "a@b", "a_b@32473" },
		{ "@1", "_1@32473" },
		{ "a@1@2", "a_1_2@32473" },
		{ "a@1.2", "a@1.2" },
		{ "01234567890123456789012345678901@1",
		  "01234567890123456789012345@32473" },
		{ "0123456789012345678901234567@321",
		  "0123456789012345678901234567@321" },
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct made m;
		char want[200];

		begin(&m);
		made_attribute(&m, SDID, ids[i].id);
		made_text(&m, "a", "x");
		snprintf(want, sizeof(want),
			 "<134>1 2025-10-08T22:45:00Z h1 app - E1 [%s a=\"x\"]",
			 ids[i].is);
		CHECK(made_is(&m, "rfc5424", want));
	}
}

static void a_map_without_names_leaves_nil_values_and_the_usual_id(void)
{
	struct made m;

	made_init(&m);
	m.options.variant = "sd";
	made_text(&m, "a", "x");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 - - - "
		      "[audit@32473 a=\"x\"]"));
}

#define HEAD "<134>1 2025-10-08T22:45:00Z h1 app - E1 [audit@32473 "

static void max_line_keeps_the_bracket_and_the_message(void)
{
	struct made m;

	begin(&m);
	made_attribute(&m, MSG, "caf\xc3\xa9");
	made_text(&m, "a", "1");
	made_text(&m, "b", "2");
	m.options.max_line = sizeof(HEAD "a=\"1\" b=\"2\"] " BOM "caf\xc3\xa9") - 2;
	CHECK(made_is(&m, "rfc5424",
		      HEAD "a=\"1\"] " BOM "caf\xc3\xa9"));
	CHECK(m.counts.left_out == 1);

	begin(&m);
	made_attribute(&m, MSG, "text");
	made_text(&m, "a", "1");
	m.options.max_line = sizeof(HEAD "] text") - 2;
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 "
		      "[audit@32473] text"));
	CHECK(m.counts.left_out == 1);
	begin(&m);
	made_attribute(&m, MSG, "text");
	made_text(&m, "a", "1");
	m.options.max_line = sizeof(HEAD "] text") - 3;
	CHECK(made_fails(&m, "rfc5424", "more than --max-line"));
	CHECK(m.counts.left_out == 0);
}

static void json_is_the_record_behind_a_header_if_any(void)
{
	struct made m;

	made_init(&m);
	CHECK(made_is(&m, "json", "{\"a\":1}"));
	made_init(&m);
	made_attribute(&m, APP, "app");
	m.options.syslog = "5424";
	CHECK(made_is(&m, "json",
		      "<134>1 2025-10-08T22:45:00Z h1 app - - - {\"a\":1}"));
	made_init(&m);
	made_attribute(&m, APP, "app");
	m.options.syslog = "3164";
	CHECK(made_is(&m, "json",
		      "<134>Oct  8 22:45:00 h1 app: {\"a\":1}"));
	made_init(&m);
	m.options.max_line = 6;
	CHECK(made_fails(&m, "json",
			 "a line of 7 bytes, more than --max-line 6"));
}

static void a_message_like_an_element_is_told_from_one_by_its_mark(void)
{
	struct made m;

	begin(&m);
	made_attribute(&m, MSG, "[x@1 admin=\"true\"]");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 - " BOM
		      "[x@1 admin=\"true\"]"));
	begin(&m);
	made_attribute(&m, MSG, "[error] mail to x@1");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 - " BOM
		      "[error] mail to x@1"));
	begin(&m);
	made_attribute(&m, MSG, "[error] x");
	CHECK(made_is(&m, "rfc5424",
		      "<134>1 2025-10-08T22:45:00Z h1 app - E1 - [error] x"));
}

int main(void)
{
	RUN(plain_carries_the_record_and_never_a_byte_order_mark);
	RUN(plain_is_refused_whole_when_it_is_longer_than_max_line);
	RUN(members_are_parameters_and_empty_ones_count);
	RUN(without_members_the_data_is_nil);
	RUN(a_value_escapes_quote_backslash_bracket_and_controls);
	RUN(a_message_has_a_byte_order_mark_where_it_is_not_ascii);
	RUN(a_text_is_no_event_of_its_own);
	RUN(a_message_has_no_control_bytes);
	RUN(header_fields_are_printable_and_not_too_long);
	RUN(an_id_that_is_registered_or_none_becomes_private);
	RUN(a_map_without_names_leaves_nil_values_and_the_usual_id);
	RUN(max_line_keeps_the_bracket_and_the_message);
	RUN(json_is_the_record_behind_a_header_if_any);
	RUN(a_message_like_an_element_is_told_from_one_by_its_mark);
	return check_done();
}

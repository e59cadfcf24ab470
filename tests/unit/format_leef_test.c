/* LEEF 1.0 and 2.0: a format without escapes. */
#include "made.h"

#include "check.h"

enum { VENDOR, PRODUCT, VERSION, ID };

static void begin(struct made *m)
{
	made_init(m);
	m->options.variant = "2.0";
	made_attribute(m, VENDOR, "Acme");
	made_attribute(m, PRODUCT, "Audit");
	made_attribute(m, VERSION, "1.0");
	made_attribute(m, ID, "E1");
}

static void version_2_names_its_delimiter_and_1_has_none(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "sev", "5");
	made_text(&m, "msg", "a b");
	CHECK(made_is(&m, "leef",
		      "LEEF:2.0|Acme|Audit|1.0|E1|x09|sev=5\tmsg=a b"));
	begin(&m);
	m.options.variant = "1.0";
	made_text(&m, "sev", "5");
	made_text(&m, "msg", "a b");
	CHECK(made_is(&m, "leef",
		      "LEEF:1.0|Acme|Audit|1.0|E1|sev=5\tmsg=a b"));
}

static void what_would_break_the_header_becomes_something_else(void)
{
	struct made m;

	begin(&m);
	made_attribute(&m, VENDOR, "a|b\\c");
	made_attribute(&m, ID, "a\r\nb\tc\x01");
	CHECK(made_is(&m, "leef",
		      "LEEF:2.0|a_b\\c|Audit|1.0|a b c\\u0001|x09|"));
}

static void what_would_break_a_value_becomes_something_else(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "msg", "a\tb\nc\rd=e|f\\g\x1b");
	CHECK(made_is(&m, "leef",
		      "LEEF:2.0|Acme|Audit|1.0|E1|x09|"
		      "msg=a b\\nc\\rd=e|f\\g\\u001b"));
}

static void what_a_byte_becomes_counts(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "usrName", "12345\n\x01\t67");
	m.fields[0].max = 15;
	CHECK(made_is(&m, "leef",
		      "LEEF:2.0|Acme|Audit|1.0|E1|x09|"
		      "usrName=12345\\n\\u0001 6"));
	CHECK(m.counts.cut == 1);
}

static void spaces_are_kept_and_empty_values_are_not(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "a", "  ");
	made_text(&m, "b", "");
	made_text(&m, "c", " x ");
	CHECK(made_is(&m, "leef",
		      "LEEF:2.0|Acme|Audit|1.0|E1|x09|a=  \tc= x "));
}

static void an_event_id_and_a_user_have_255_bytes(void)
{
	struct made m;
	char text[301];
	char want[700];

	begin(&m);
	memset(text, 'x', 300);
	text[300] = '\0';
	made_attribute(&m, ID, text);
	made_text(&m, "usrName", text)->max = 255;
	snprintf(want, sizeof(want),
		 "LEEF:2.0|Acme|Audit|1.0|%.255s|x09|usrName=%.255s", text,
		 text);
	CHECK(made_is(&m, "leef", want));
	CHECK(m.counts.cut == 2);
}

static void max_line_leaves_out_whole_trailing_attributes(void)
{
	struct made m;

	begin(&m);
	m.options.max_line = sizeof("LEEF:2.0|Acme|Audit|1.0|E1|x09|a=1\tb") - 1;
	made_text(&m, "a", "1");
	made_text(&m, "b", "2");
	made_text(&m, "c", "3");
	CHECK(made_is(&m, "leef", "LEEF:2.0|Acme|Audit|1.0|E1|x09|a=1"));
	CHECK(m.counts.left_out == 2);
}

static void a_header_of_rfc_5424_is_the_short_one_in_utc(void)
{
	struct made m;

	begin(&m);
	m.options.syslog = "5424";
	m.event.time.nsec = 123456789;
	m.event.time.digits = 9;
	m.event.time.zulu = false;
	m.event.time.offset_min = 120;
	CHECK(made_is(&m, "leef",
		      "<134>1 2025-10-08T22:45:00.123Z h1 "
		      "LEEF:2.0|Acme|Audit|1.0|E1|x09|"));
	begin(&m);
	m.options.syslog = "3164";
	m.options.severity = FORMAT_SEVERITY_AUTO;
	m.event.severity = 9;
	CHECK(made_is(&m, "leef",
		      "<130>Oct  8 22:45:00 h1 "
		      "LEEF:2.0|Acme|Audit|1.0|E1|x09|"));
}

static void every_predefined_key_is_found(void)
{
	static const struct {
		const char *key;
		enum field_type type;
		uint32_t max;
	} keys[] = {
		{ "accountName", FIELD_TEXT, 255 },
		{ "calCountryOrRegion", FIELD_TEXT, 2 },
		{ "calLanguage", FIELD_TEXT, 2 },
		{ "cat", FIELD_TEXT, 0 },
		{ "devTime", FIELD_TIME_MS, 0 },
		{ "devTimeFormat", FIELD_TEXT, 0 },
		{ "domain", FIELD_TEXT, 0 },
		{ "dst", FIELD_IP, 0 },
		{ "dstBytes", FIELD_INT64, 0 },
		{ "dstMAC", FIELD_MAC, 0 },
		{ "dstPort", FIELD_PORT, 0 },
		{ "dstPostNATPort", FIELD_PORT, 0 },
		{ "groupID", FIELD_TEXT, 0 },
		{ "identHostName", FIELD_TEXT, 255 },
		{ "identSrc", FIELD_IP, 0 },
		{ "isLoginEvent", FIELD_BOOL, 0 },
		{ "policy", FIELD_TEXT, 0 },
		{ "proto", FIELD_TEXT, 0 },
		{ "resource", FIELD_TEXT, 0 },
		{ "role", FIELD_TEXT, 0 },
		{ "sev", FIELD_LEVEL, 0 },
		{ "src", FIELD_IP, 0 },
		{ "srcPreNATPort", FIELD_PORT, 0 },
		{ "totalPackets", FIELD_INT64, 0 },
		{ "url", FIELD_TEXT, 0 },
		{ "usrName", FIELD_TEXT, 255 },
		{ "vSrc", FIELD_IP, 0 },
		{ "vSrcName", FIELD_TEXT, 255 },
	};
	const struct map_shape *shape = format_find("leef")->shape("2.0");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct field_rule *rule =
			shape->find_rule(slice_of(keys[i].key));

		CHECK(rule != NULL && rule->type == keys[i].type &&
		      rule->max == keys[i].max);
	}
	CHECK(shape->find_rule(SLICE("usrname")) == NULL);
}

int main(void)
{
	RUN(version_2_names_its_delimiter_and_1_has_none);
	RUN(what_would_break_the_header_becomes_something_else);
	RUN(what_would_break_a_value_becomes_something_else);
	RUN(what_a_byte_becomes_counts);
	RUN(spaces_are_kept_and_empty_values_are_not);
	RUN(an_event_id_and_a_user_have_255_bytes);
	RUN(max_line_leaves_out_whole_trailing_attributes);
	RUN(a_header_of_rfc_5424_is_the_short_one_in_utc);
	RUN(every_predefined_key_is_found);
	return check_done();
}

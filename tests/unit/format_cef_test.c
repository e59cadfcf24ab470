/* CEF: header, extension, limits and what --max-line leaves of it. */
#include "made.h"

#include "check.h"

enum { VENDOR, PRODUCT, VERSION, ID, NAME };

static void begin(struct made *m)
{
	made_init(m);
	made_attribute(m, VENDOR, "Acme");
	made_attribute(m, PRODUCT, "Audit");
	made_attribute(m, VERSION, "1.0");
	made_attribute(m, ID, "E1");
	made_attribute(m, NAME, "test");
}

static void an_event_without_fields_keeps_all_seven_pipes(void)
{
	struct made m;

	made_init(&m);
	CHECK(made_is(&m, "cef", "CEF:0||||||5|"));
	begin(&m);
	CHECK(made_is(&m, "cef", "CEF:0|Acme|Audit|1.0|E1|test|5|"));
}

static void the_header_escapes_pipe_and_backslash_and_nothing_else(void)
{
	struct made m;

	begin(&m);
	made_attribute(&m, ID, "a|b\\c=d");
	CHECK(made_is(&m, "cef", "CEF:0|Acme|Audit|1.0|a\\|b\\\\c=d|test|5|"));
}

static void a_line_end_in_the_header_becomes_one_space(void)
{
	struct made m;

	begin(&m);
	made_attribute(&m, NAME, "a\r\nb\nc\rd\te");
	CHECK(made_is(&m, "cef", "CEF:0|Acme|Audit|1.0|E1|a b c d e|5|"));
}

static void a_control_byte_counts_as_the_text_that_it_becomes(void)
{
	struct made m;

	begin(&m);
	made_attribute(&m, VERSION, "12345\x01\x02\x03\x04\x05");
	made_text(&m, "act", "1234567890\x01\x7f\n\r\t");
	m.fields[0].max = 23;
	made_text(&m, "app", "1234567890\x01\x7f\n");
	m.fields[1].max = 23;
	CHECK(made_is(&m, "cef",
		      "CEF:0|Acme|Audit|12345\\\\u0001\\\\u0002\\\\u0003"
		      "\\\\u0004|E1|test|5|"
		      "act=1234567890\\\\u0001\\\\u007f\\n "
		      "app=1234567890\\\\u0001\\\\u007f\\n"));
	CHECK(m.counts.cut == 2);
}

static void header_fields_are_trimmed_and_cut_to_their_sizes(void)
{
	struct made m;
	char vendor[100];
	char want[200];

	begin(&m);
	memset(vendor, 'v', sizeof(vendor) - 1);
	vendor[sizeof(vendor) - 1] = '\0';
	vendor[62] = ' ';
	made_attribute(&m, VENDOR, vendor);
	made_attribute(&m, PRODUCT, "  p  ");
	snprintf(want, sizeof(want), "CEF:0|%.62s|p|1.0|E1|test|5|", vendor);
	CHECK(made_is(&m, "cef", want));
	CHECK(m.counts.cut == 1);
}

static void the_extension_escapes_backslash_equals_and_line_ends(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "msg", "a|b=c\\d\ne\rf\tg\x01\x7f");
	CHECK(made_is(&m, "cef",
		      "CEF:0|Acme|Audit|1.0|E1|test|5|msg=a|b\\=c\\\\d\\ne\\rf"
		      "\tg\\\\u0001\\\\u007f"));
}

static void a_label_goes_before_its_value_and_with_it(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "cs1", "x")->label = SLICE(" first ");
	made_text(&m, "cs2", "   ")->label = SLICE("second");
	made_text(&m, "cs3", "")->label = SLICE("third");
	made_text(&m, "act", "ok");
	CHECK(made_is(&m, "cef",
		      "CEF:0|Acme|Audit|1.0|E1|test|5|cs1Label=first cs1=x "
		      "act=ok"));
}

static void a_value_is_trimmed_cut_trimmed_again_and_then_escaped(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "act", "  abc =defgh")->max = 4;
	made_text(&m, "app", "12=45")->max = 3;
	CHECK(made_is(&m, "cef",
		      "CEF:0|Acme|Audit|1.0|E1|test|5|act=abc app=12\\="));
	CHECK(m.counts.cut == 2);
}

static void spaces_around_a_value_do_not_count_as_cut(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "act", "  abcd  ")->max = 4;
	CHECK(made_is(&m, "cef", "CEF:0|Acme|Audit|1.0|E1|test|5|act=abcd"));
	CHECK(m.counts.cut == 0);
}

static void a_cut_never_divides_a_character(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "act", "ab\xe6\x97\xa5")->max = 4;
	CHECK(made_is(&m, "cef", "CEF:0|Acme|Audit|1.0|E1|test|5|act=ab"));
}

static void without_limits_nothing_is_cut(void)
{
	struct made m;

	begin(&m);
	m.options.no_limits = true;
	made_text(&m, "act", "abcdef")->max = 4;
	CHECK(made_is(&m, "cef", "CEF:0|Acme|Audit|1.0|E1|test|5|act=abcdef"));
	CHECK(m.counts.cut == 0);
}

static void a_value_of_any_length_is_escaped(void)
{
	struct made m;
	static char long_text[5001];
	static char want[10100];

	begin(&m);
	memset(long_text, '=', 5000);
	made_text(&m, "cs1", long_text);
	made_text(&m, "cs2", "end");
	int n = snprintf(want, sizeof(want),
			 "CEF:0|Acme|Audit|1.0|E1|test|5|cs1=");
	for (int i = 0; i < 5000; i++)
		n += snprintf(want + n, sizeof(want) - (size_t)n, "\\=");
	snprintf(want + n, sizeof(want) - (size_t)n, " cs2=end");
	CHECK(made_is(&m, "cef", want));
}

struct told {
	char text[256];
};

static void tell(void *who, enum format_loss loss, struct slice key,
		 size_t kept, size_t of)
{
	struct told *told = who;
	size_t len = strlen(told->text);

	snprintf(told->text + len, sizeof(told->text) - len, "%s %.*s %zu/%zu;",
		 loss == FORMAT_CUT ? "cut" : "left out", (int)key.len,
		 key.data, kept, of);
}

static void max_line_leaves_out_whole_trailing_fields(void)
{
	struct told told = { "" };
	struct made m;

	begin(&m);
	m.options.max_line = sizeof("CEF:0|Acme|Audit|1.0|E1|test|5|a=1") - 1;
	m.counts.tell = tell;
	m.counts.who = &told;
	made_text(&m, "a", "1");
	made_text(&m, "cs1", "22222")->label = SLICE("two");
	made_text(&m, "c", "");
	made_text(&m, "d", "4");
	CHECK(made_is(&m, "cef", "CEF:0|Acme|Audit|1.0|E1|test|5|a=1"));
	CHECK(m.counts.left_out == 2);
	CHECK(strcmp(told.text, "left out cs1 0/0;left out d 0/0;") == 0);
}

static void a_line_of_exactly_max_line_loses_nothing(void)
{
	struct made m;

	begin(&m);
	m.options.max_line =
		sizeof("CEF:0|Acme|Audit|1.0|E1|test|5|a=1 b=2") - 1;
	made_text(&m, "a", "1");
	made_text(&m, "b", "2");
	CHECK(made_is(&m, "cef", "CEF:0|Acme|Audit|1.0|E1|test|5|a=1 b=2"));
	CHECK(m.counts.left_out == 0);
}

static void no_field_of_the_header_ends_with_a_backslash(void)
{
	struct made m;

	begin(&m);
	made_attribute(&m, 3, "C:\\x\\");
	made_attribute(&m, 4, "\\ \\\\ ");
	CHECK(made_is(&m, "cef", "CEF:0|Acme|Audit|1.0|C:\\\\x||5|"));
	CHECK(m.counts.cut == 0);
	begin(&m);
	made_attribute(&m, 2, "0123456789012345678901234567 \\ x");
	CHECK(made_is(&m, "cef",
		      "CEF:0|Acme|Audit|0123456789012345678901234567|E1|test|"
		      "5|"));
	CHECK(m.counts.cut == 1);
}

static void a_header_longer_than_max_line_is_refused(void)
{
	struct made m;

	begin(&m);
	m.options.max_line = 20;
	made_text(&m, "a", "1");
	CHECK(made_fails(&m, "cef", "more than --max-line 20"));
}

static void a_line_that_the_buffer_cannot_hold_is_refused(void)
{
	struct made m;

	begin(&m);
	m.out = BUF_INIT(10);
	CHECK(made_fails(&m, "cef", "becomes too long a line"));
}

static void a_syslog_header_has_the_time_and_the_priority(void)
{
	struct made m;

	begin(&m);
	m.options.syslog = "3164";
	CHECK(made_is(&m, "cef",
		      "<134>Oct  8 22:45:00 h1 CEF:0|Acme|Audit|1.0|E1|test|5|"));
	begin(&m);
	m.options.syslog = "5424";
	CHECK(made_is(&m, "cef",
		      "<134>1 2025-10-08T22:45:00Z h1 Audit - - - "
		      "CEF:0|Acme|Audit|1.0|E1|test|5|"));
}

static void the_dictionary_knows_its_keys_and_those_of_receivers(void)
{
	const struct map_shape *shape = format_find("cef")->shape(NULL);
	const struct field_rule *rule = shape->find_rule(SLICE("externalId"));

	CHECK(rule != NULL && rule->type == FIELD_TEXT && rule->max == 40);
	rule = shape->find_rule(SLICE("cn1"));
	CHECK(rule != NULL && rule->type == FIELD_INT64 && rule->max == 0);
	rule = shape->find_rule(SLICE("rawEvent"));
	CHECK(rule != NULL && rule->type == FIELD_RESERVED);
	rule = shape->find_rule(SLICE("sourceZoneURI"));
	CHECK(rule != NULL && rule->type == FIELD_RESERVED);
	CHECK(shape->find_rule(SLICE("ACT")) == NULL);
	CHECK(shape->find_rule(SLICE("ac")) == NULL);
	CHECK(shape->find_rule(SLICE("")) == NULL);
}

/* A search by halves finds only what is in order. */
static void every_key_of_the_dictionary_is_found(void)
{
	static const char *const keys[] = {
		"act", "agt", "app", "at", "c6a1", "c6a2", "c6a4Label", "cat",
		"cfp1", "cfp4Label", "cn1Label", "cn3", "cnt", "cs1", "cs6Label",
		"destinationDnsDomain", "destinationServiceName",
		"destinationTranslatedAddress", "destinationTranslatedPort",
		"deviceCustomDate1", "deviceCustomDate2Label",
		"deviceDirection", "deviceDnsDomain", "deviceExternalId",
		"deviceFacility", "deviceInboundInterface", "deviceNtDomain",
		"deviceOutboundInterface", "devicePayloadId",
		"deviceProcessName", "deviceTranslatedAddress", "dhost", "dmac",
		"dntdom", "dpid", "dpriv", "dproc", "dpt", "dst", "dtz", "duid",
		"duser", "dvc", "dvchost", "dvcmac", "dvcpid", "end",
		"externalId", "fileCreateTime", "fileHash", "fileId",
		"fileModificationTime", "filePath", "filePermission",
		"fileType", "flexDate1", "flexDate1Label", "flexString1",
		"flexString1Label", "flexString2", "flexString2Label", "fname",
		"fsize", "in", "msg", "oldFileCreateTime", "oldFileHash",
		"oldFileId", "oldFileModificationTime", "oldFileName",
		"oldFilePath", "oldFilePermission", "oldFileSize",
		"oldFileType", "out", "outcome", "proto", "reason", "request",
		"requestClientApplication", "requestContext", "requestCookies",
		"requestMethod", "rt", "shost", "smac", "sntdom",
		"sourceDnsDomain", "sourceServiceName",
		"sourceTranslatedAddress", "sourceTranslatedPort", "spid",
		"spriv", "sproc", "spt", "src", "start", "suid", "suser",
		"type",
	};
	const struct map_shape *shape = format_find("cef")->shape(NULL);

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct field_rule *rule =
			shape->find_rule(slice_of(keys[i]));

		CHECK(rule != NULL && strcmp(rule->key, keys[i]) == 0);
	}
}

int main(void)
{
	RUN(an_event_without_fields_keeps_all_seven_pipes);
	RUN(the_header_escapes_pipe_and_backslash_and_nothing_else);
	RUN(a_line_end_in_the_header_becomes_one_space);
	RUN(a_control_byte_counts_as_the_text_that_it_becomes);
	RUN(header_fields_are_trimmed_and_cut_to_their_sizes);
	RUN(the_extension_escapes_backslash_equals_and_line_ends);
	RUN(a_label_goes_before_its_value_and_with_it);
	RUN(a_value_is_trimmed_cut_trimmed_again_and_then_escaped);
	RUN(spaces_around_a_value_do_not_count_as_cut);
	RUN(a_cut_never_divides_a_character);
	RUN(without_limits_nothing_is_cut);
	RUN(a_value_of_any_length_is_escaped);
	RUN(max_line_leaves_out_whole_trailing_fields);
	RUN(a_line_of_exactly_max_line_loses_nothing);
	RUN(no_field_of_the_header_ends_with_a_backslash);
	RUN(a_header_longer_than_max_line_is_refused);
	RUN(a_line_that_the_buffer_cannot_hold_is_refused);
	RUN(a_syslog_header_has_the_time_and_the_priority);
	RUN(the_dictionary_knows_its_keys_and_those_of_receivers);
	RUN(every_key_of_the_dictionary_is_found);
	return check_done();
}

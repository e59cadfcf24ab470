/* Syslog headers, and the names of facilities and severities. */
#include "format/syslog.h"

#include "check.h"

#include <string.h>

static const struct timestamp then = {
	.sec = 1759963500, .nsec = 123456789, .digits = 9, .offset_min = 120,
};

static bool is(struct buf *out, const char *want)
{
	bool same = slice_is(buf_slice(out), slice_of(want));

	if (!same)
		printf("# want %s\n# have %s\n", want, buf_str(out));
	buf_free(out);
	return same;
}

static void an_empty_field_is_nil_and_never_nothing(void)
{
	struct buf out = BUF_INIT(1 << 16);

	syslog_put_5424(&out, 0, 0, &then, SLICE(""), SLICE(""), SLICE(""),
			SLICE(""));
	CHECK(is(&out, "<0>1 2025-10-09T00:45:00.123456+02:00 - - - - "));
}

static void fields_are_cut_to_what_the_standard_allows(void)
{
	struct buf out = BUF_INIT(1 << 16);
	char x[301];

	memset(x, 'x', sizeof(x));
	struct slice many = { x, sizeof(x) };
	char want[600];
	snprintf(want, sizeof(want),
		 "<191>1 2025-10-09T00:45:00.123456+02:00 "
		 "%.255s %.48s %.128s %.32s ",
		 x, x, x, x);
	syslog_put_5424(&out, 23, 7, &then, many, many, many, many);
	CHECK(is(&out, want));
}

static void the_old_header_is_in_utc_with_a_space_before_a_short_day(void)
{
	struct buf out = BUF_INIT(1 << 16);

	syslog_put_3164(&out, 16, 6, &then, SLICE("h 1"));
	CHECK(is(&out, "<134>Oct  8 22:45:00 h_1 "));
}

static void no_event_calls_itself_the_start_of_another_format(void)
{
	struct buf out = BUF_INIT(1 << 16);

	syslog_put_5424(&out, 16, 6, &then, SLICE("h"),
			SLICE("CEF:0|A|B|1|x|n|9|"), SLICE("LEEF:1.0|A"),
			SLICE("a=b"));
	CHECK(is(&out, "<134>1 2025-10-09T00:45:00.123456+02:00 h "
		       "CEF:0_A_B_1_x_n_9_ LEEF:1.0|A a=b "));
	syslog_put_5424(&out, 16, 6, &then, SLICE("h"), SLICE("{\"a{\":\"b"),
			SLICE(""), SLICE(""));
	CHECK(is(&out, "<134>1 2025-10-09T00:45:00.123456+02:00 h "
		       "_\"a{\":\"b - - "));
	syslog_put_tag(&out, SLICE("CEF"));
	syslog_put_tag(&out, SLICE("LEEF"));
	syslog_put_tag(&out, SLICE("CEFx"));
	CHECK(is(&out, "CEF_: LEEF_: CEFx: "));
}

static void names_and_numbers_are_known(void)
{
	CHECK(syslog_facility("local0") == 16);
	CHECK(syslog_facility("LOCAL7") == 23);
	CHECK(syslog_facility("kern") == 0);
	CHECK(syslog_facility("0") == 0 && syslog_facility("23") == 23);
	CHECK(syslog_severity("info") == 6);
	CHECK(syslog_severity("warning") == 4 && syslog_severity("warn") == 4);
	CHECK(syslog_severity("emergency") == 0);
	CHECK(syslog_severity("7") == 7);
	for (int code = 0; code < 24; code++)
		CHECK(syslog_facility(syslog_facility_name(code)) == code);
	for (int code = 0; code < 8; code++)
		CHECK(syslog_severity(syslog_severity_name(code)) == code);
}

static void what_is_no_name_and_no_number_is_refused(void)
{
	CHECK(syslog_facility("24") < 0 && syslog_facility("local8") < 0);
	CHECK(syslog_facility("") < 0 && syslog_facility("01") < 0);
	CHECK(syslog_facility("99999999999999999999") < 0);
	CHECK(syslog_severity("8") < 0 && syslog_severity("-1") < 0);
	CHECK(syslog_severity("loud") < 0);
}

static void the_nearest_name_is_suggested(void)
{
	CHECK(strcmp(syslog_nearest_facility("locl3"), "local3") == 0);
	CHECK(strcmp(syslog_nearest_severity("noticce"), "notice") == 0);
	CHECK(syslog_nearest_severity("xyzzyxyzzy") == NULL);
}

int main(void)
{
	RUN(an_empty_field_is_nil_and_never_nothing);
	RUN(fields_are_cut_to_what_the_standard_allows);
	RUN(the_old_header_is_in_utc_with_a_space_before_a_short_day);
	RUN(no_event_calls_itself_the_start_of_another_format);
	RUN(names_and_numbers_are_known);
	RUN(what_is_no_name_and_no_number_is_refused);
	RUN(the_nearest_name_is_suggested);
	return check_done();
}

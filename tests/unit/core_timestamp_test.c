/* Times: what is read, and what each log format makes of it. */
#include "core/timestamp.h"

#include "check.h"

#include <stdint.h>

enum form { RFC5424, RFC3164, EPOCH_MS, EPOCH_SEC, CEF };

static size_t (*const forms[])(const struct timestamp *, char *) = {
	[RFC5424] = timestamp_rfc5424,   [RFC3164] = timestamp_rfc3164,
	[EPOCH_MS] = timestamp_epoch_ms, [EPOCH_SEC] = timestamp_epoch_sec,
	[CEF] = timestamp_cef,
};

static bool writes(const struct timestamp *t, enum form form, const char *want)
{
	char out[TIMESTAMP_MAX];
	size_t len = forms[form](t, out);

	if (len == strlen(out) && strcmp(out, want) == 0)
		return true;
	printf("# %s, not %s\n", out, want);
	return false;
}

/* Is the time that text says written as want? */
static bool becomes(const char *text, enum form form, const char *want)
{
	struct timestamp t;

	return timestamp_parse(slice_of(text), &t) && writes(&t, form, want);
}

static bool epoch_becomes(const char *number, enum form form, const char *want)
{
	struct timestamp t;

	return timestamp_parse_epoch(slice_of(number), &t) &&
	       writes(&t, form, want);
}

static bool is_none(const char *text)
{
	struct timestamp t;

	return !timestamp_parse(slice_of(text), &t);
}

static bool is_no_epoch(const char *text)
{
	struct timestamp t;

	return !timestamp_parse_epoch(slice_of(text), &t);
}

static void a_time_has_the_form_that_each_format_wants(void)
{
	static const struct {
		const char *text;
		const char *want[5];
	} times[] = {
		{ "2025-10-08T22:45:00Z",
		  { "2025-10-08T22:45:00Z", "Oct  8 22:45:00", "1759963500000",
		    "1759963500.000", "Oct 08 2025 22:45:00.000 UTC" } },
		{ "2024-01-15T10:30:00.000Z",
		  { "2024-01-15T10:30:00.000Z", "Jan 15 10:30:00",
		    "1705314600000", "1705314600.000",
		    "Jan 15 2024 10:30:00.000 UTC" } },
		{ "2024-01-15T10:30:00.5Z",
		  { "2024-01-15T10:30:00.5Z", "Jan 15 10:30:00",
		    "1705314600500", "1705314600.500",
		    "Jan 15 2024 10:30:00.500 UTC" } },
		{ "2025-10-08T22:45:00.123456789Z",
		  { "2025-10-08T22:45:00.123456Z", "Oct  8 22:45:00",
		    "1759963500123", "1759963500.123",
		    "Oct 08 2025 22:45:00.123 UTC" } },
		{ "2025-10-09T00:45:00+02:00",
		  { "2025-10-09T00:45:00+02:00", "Oct  8 22:45:00",
		    "1759963500000", "1759963500.000",
		    "Oct 08 2025 22:45:00.000 UTC" } },
		{ "2024-02-29T23:59:59Z",
		  { "2024-02-29T23:59:59Z", "Feb 29 23:59:59", "1709251199000",
		    "1709251199.000", "Feb 29 2024 23:59:59.000 UTC" } },
		{ "1969-12-31T23:59:59.999Z",
		  { "1969-12-31T23:59:59.999Z", "Dec 31 23:59:59", "-1",
		    "-0.001", "Dec 31 1969 23:59:59.999 UTC" } },
		{ "2016-12-31T23:59:60Z",
		  { "2016-12-31T23:59:59Z", "Dec 31 23:59:59", "1483228800000",
		    "1483228800.000", "Jan 01 2017 00:00:00.000 UTC" } },
	};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		for (enum form form = RFC5424; form <= CEF; form++)
			CHECK(becomes(times[i].text, form,
				      times[i].want[form]));
}

static void what_is_no_time_is_refused(void)
{
	CHECK(is_none("") && is_none("yesterday") && is_none("2025-10-08"));
	CHECK(is_none("2025-13-01T00:00:00Z") &&
	      is_none("2025-00-01T00:00:00Z"));
	CHECK(is_none("2025-04-31T00:00:00Z") &&
	      is_none("2025-04-00T00:00:00Z"));
	CHECK(is_none("2023-02-29T00:00:00Z") &&
	      is_none("1900-02-29T00:00:00Z"));
	CHECK(!is_none("2000-02-29T00:00:00Z"));
	CHECK(is_none("2025-10-08T24:00:00Z") &&
	      is_none("2025-10-08T22:60:00Z"));
	CHECK(is_none("2025-10-08T22:45:61Z"));
	CHECK(is_none("2025-10-08T22:45Z") && is_none("2025-10-08T22:45:0"));
	CHECK(is_none("2025-10-08T22:45:00.Z") &&
	      is_none("2025-10-08T22:45:00."));
	CHECK(is_none("2025-10-08T22:45:00,5Z"));
	CHECK(is_none("2025-10-08T22:45:00ZZ") &&
	      is_none("2025-10-08T22:45:00 Z"));
	CHECK(is_none("2025-10-08T22:45:00+2") &&
	      is_none("2025-10-08T22:45:00+02"));
	CHECK(is_none("2025-10-08T22:45:00+02:0") &&
	      is_none("2025-10-08T22:45:00+02:000"));
	CHECK(is_none("2025-10-08T22:45:00+24:00") &&
	      is_none("2025-10-08T22:45:00+02:60"));
	CHECK(is_none("2025-10-08T22:45:00+0a:00") &&
	      is_none("2025-10-08T22:45:00+02.00"));
	CHECK(is_none("+025-10-08T22:45:00Z") &&
	      is_none(" 025-10-08T22:45:00Z"));
	CHECK(is_none("2025/10-08T22:45:00Z") &&
	      is_none("2025-10/08T22:45:00Z"));
	CHECK(is_none("2025-10-08_22:45:00Z") &&
	      is_none("2025-10-08T22.45:00Z"));
	CHECK(is_none("2025-10-08T22:45.00Z") &&
	      is_none("20:5-10-08T22:45:00Z"));
}

static void what_was_read_before_stays_when_a_time_is_refused(void)
{
	struct timestamp t = { .sec = 7 };

	CHECK(!timestamp_parse(SLICE("2025-10-08T22:45:00+99:00"), &t));
	CHECK(!timestamp_parse_epoch(SLICE("1.5e3"), &t));
	CHECK(t.sec == 7);
}

static void the_usual_departures_from_the_standard_are_taken(void)
{
	static const char want[] = "2025-10-08T22:45:00Z";

	CHECK(becomes("2025-10-08 22:45:00Z", RFC5424, want));
	CHECK(becomes("2025-10-08t22:45:00z", RFC5424, want));
	CHECK(becomes("2025-10-08T22:45:00", RFC5424, want));
	CHECK(becomes("2025-10-08T22:45:00.25", RFC5424,
		      "2025-10-08T22:45:00.25Z"));
	CHECK(becomes("2025-10-08T22:45:00-0330", RFC5424,
		      "2025-10-08T22:45:00-03:30"));
}

static void an_offset_is_kept_where_the_format_has_one(void)
{
	CHECK(becomes("2025-10-08T22:45:00-03:30", EPOCH_MS, "1759976100000"));
	CHECK(becomes("2025-10-08T22:45:00-03:30", RFC3164, "Oct  9 02:15:00"));
	CHECK(becomes("2025-10-08T22:45:00+00:00", RFC5424,
		      "2025-10-08T22:45:00+00:00"));
	CHECK(becomes("2025-10-08T22:45:00-00:00", RFC5424,
		      "2025-10-08T22:45:00Z"));
	CHECK(becomes("2025-10-08T22:45:00+23:59", RFC5424,
		      "2025-10-08T22:45:00+23:59"));
	CHECK(becomes("2025-10-08T22:45:00-23:59", EPOCH_SEC,
		      "1760049840.000"));
}

static void a_fraction_is_cut_and_never_rounded(void)
{
	CHECK(becomes("2025-10-08T22:45:00.999999999999Z", RFC5424,
		      "2025-10-08T22:45:00.999999Z"));
	CHECK(becomes("2025-10-08T22:45:00.999999999999Z", EPOCH_MS,
		      "1759963500999"));
	CHECK(becomes("2025-10-08T22:45:00.0000001Z", RFC5424,
		      "2025-10-08T22:45:00.000000Z"));
	CHECK(becomes("1969-12-31T23:59:59.9999Z", EPOCH_MS, "-1"));
	CHECK(becomes("1969-12-31T23:59:58.9991Z", EPOCH_SEC, "-1.001"));
}

static void a_leap_second_is_one_only_at_the_end_of_a_day(void)
{
	CHECK(becomes("2016-12-31T18:59:60.5-05:00", RFC5424,
		      "2016-12-31T18:59:59.5-05:00"));
	CHECK(becomes("2016-12-31T18:59:60.5-05:00", EPOCH_MS,
		      "1483228800500"));
	CHECK(is_none("2016-12-31T23:58:60Z"));
	CHECK(is_none("2016-12-31T18:59:60Z"));
	CHECK(is_none("2016-12-31T23:59:60-05:00"));
}

static void years_go_from_0_to_9999_in_utc(void)
{
	CHECK(becomes("0000-01-01T00:00:00Z", EPOCH_SEC, "-62167219200.000"));
	CHECK(becomes("0000-02-29T00:00:00Z", RFC5424, "0000-02-29T00:00:00Z"));
	CHECK(becomes("9999-12-31T23:59:59.999Z", EPOCH_MS, "253402300799999"));
	CHECK(becomes("9999-12-31T23:59:59Z", CEF,
		      "Dec 31 9999 23:59:59.000 UTC"));
	CHECK(is_none("0000-01-01T00:00:00+00:01"));
	CHECK(is_none("9999-12-31T23:59:59-00:01"));
	CHECK(is_none("9999-12-31T23:59:60Z"));
	CHECK(becomes("9999-12-31T23:59:59+23:59", RFC5424,
		      "9999-12-31T23:59:59+23:59"));
}

/* The calendar once more, the slow way. */
static void every_day_of_ten_thousand_years_has_its_number(void)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30,
				       31, 31, 30, 31, 30, 31 };
	int64_t sec = INT64_C(-62167219200);

	for (int y = 0; y <= 9999; y++)
		for (int m = 0; m < 12; m++) {
			bool leap =
				y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
			int last = lengths[m] + (m == 1 && leap);

			for (int d = 1; d <= last; d++) {
				struct timestamp t;
				char text[40], out[TIMESTAMP_MAX];

				snprintf(text, sizeof(text),
					 "%04d-%02d-%02dT12:34:56Z", y, m + 1,
					 d);
				if (!timestamp_parse(slice_of(text), &t) ||
				    t.sec != sec + 45296) {
					CHECK(false);
					return;
				}
				timestamp_rfc5424(&t, out);
				if (strcmp(out, text) != 0) {
					CHECK(false);
					return;
				}
				sec += 86400;
			}
		}
	CHECK(sec == INT64_C(253402300800));
}

static void an_epoch_has_its_unit_by_its_size(void)
{
	CHECK(epoch_becomes("1759963500", RFC5424, "2025-10-08T22:45:00Z"));
	CHECK(epoch_becomes("1759963500123", RFC5424,
			    "2025-10-08T22:45:00.123Z"));
	CHECK(epoch_becomes("1759963500123456", RFC5424,
			    "2025-10-08T22:45:00.123456Z"));
	CHECK(epoch_becomes("1759963500123456789", EPOCH_MS, "1759963500123"));
	CHECK(epoch_becomes("99999999999", EPOCH_SEC, "99999999999.000"));
	CHECK(epoch_becomes("100000000000", EPOCH_SEC, "100000000.000"));
	CHECK(epoch_becomes("99999999999999", EPOCH_SEC, "99999999999.999"));
	CHECK(epoch_becomes("100000000000000", EPOCH_SEC, "100000000.000"));
	CHECK(epoch_becomes("99999999999999999", EPOCH_SEC, "99999999999.999"));
	CHECK(epoch_becomes("100000000000000000", EPOCH_SEC, "100000000.000"));
	CHECK(epoch_becomes("18446744073000000000", EPOCH_SEC,
			    "18446744073.000"));
	CHECK(is_no_epoch("99999999999999999999"));
	CHECK(is_no_epoch("100000000000000000000000"));
}

static void an_epoch_may_have_a_fraction_or_be_negative(void)
{
	CHECK(epoch_becomes("1759963500.5", RFC5424, "2025-10-08T22:45:00.5Z"));
	CHECK(epoch_becomes("1759963500.1234567891", RFC5424,
			    "2025-10-08T22:45:00.123456Z"));
	CHECK(epoch_becomes("1759963500123.5", RFC5424,
			    "2025-10-08T22:45:00.1235Z"));
	CHECK(epoch_becomes("1759963500123456789.9", EPOCH_MS,
			    "1759963500123"));
	CHECK(epoch_becomes("0", RFC5424, "1970-01-01T00:00:00Z"));
	CHECK(epoch_becomes("-0", EPOCH_SEC, "0.000"));
	CHECK(epoch_becomes("-0.001", EPOCH_SEC, "-0.001"));
	CHECK(epoch_becomes("-1.5", RFC5424, "1969-12-31T23:59:58.5Z"));
	CHECK(epoch_becomes("-62167219200", RFC5424, "0000-01-01T00:00:00Z"));
	CHECK(is_no_epoch("-62167219201") && is_no_epoch("-62167219200.5"));
	CHECK(is_no_epoch("") && is_no_epoch("-") && is_no_epoch("1."));
	CHECK(is_no_epoch("1e9") && is_no_epoch("1.5e3") && is_no_epoch("1x"));
	CHECK(is_no_epoch(".5") && is_no_epoch("+1") && is_no_epoch("- 1"));
}

static void now_is_later_than_when_this_was_written(void)
{
	struct timestamp t = timestamp_now();

	CHECK(t.sec > 1759963500 && t.nsec < 1000000000);
	CHECK(t.zulu && !t.leap && t.offset_min == 0);
}

static void a_time_that_no_text_can_say_does_no_harm(void)
{
	struct timestamp t = { .sec = INT64_MAX / 1000, .zulu = true };

	CHECK(writes(&t, RFC5424, "9999-12-31T23:59:59Z"));
	t.sec = INT64_MIN / 1000 + 1;
	CHECK(writes(&t, RFC3164, "Jan  1 00:00:00"));
	CHECK(writes(&t, EPOCH_SEC, "-9223372036854774.000"));
}

/* Is that what becomes of a text behind the one that was read last? */
static bool follows(struct timestamp_last *last, const char *text,
		    const char *want)
{
	struct timestamp t = { 0 };
	char out[TIMESTAMP_MAX];

	if (!timestamp_parse_next(slice_of(text), &t, last))
		return want == NULL;
	size_t len = timestamp_rfc5424(&t, out);
	return want != NULL &&
	       slice_is((struct slice){ out, len }, slice_of(want));
}

static void what_follows_a_time_of_the_same_second_is_read_anew(void)
{
	struct timestamp_last last = { .sec = 0 };

	for (int i = 0; i < 2; i++) {
		CHECK(follows(&last, "2025-10-08T22:45:00.5Z",
			      "2025-10-08T22:45:00.5Z"));
		CHECK(follows(&last, "2025-10-08T22:45:00.123456+02:00",
			      "2025-10-08T22:45:00.123456+02:00"));
		CHECK(follows(&last, "2025-10-08T22:45:00",
			      "2025-10-08T22:45:00Z"));
		CHECK(follows(&last, "2025-10-08T22:45:00.Z", NULL));
		CHECK(follows(&last, "2025-10-08T22:45:00+24:00", NULL));
		CHECK(follows(&last, "2025-10-08T22:45:0", NULL));
		CHECK(follows(&last, "2025-10-08T22:45:01Z",
			      "2025-10-08T22:45:01Z"));
		CHECK(follows(&last, "2016-12-31T23:59:60Z",
			      "2016-12-31T23:59:59Z"));
		CHECK(follows(&last, "2016-12-31T23:59:60+01:00", NULL));
		CHECK(follows(&last, "2025-10-08T22:45:01Z",
			      "2025-10-08T22:45:01Z"));
	}
}

static void bytes_of_zero_are_no_time_that_came_before(void)
{
	struct timestamp_last last = { .sec = 0 };
	char zeros[sizeof(last.text)] = { 0 };
	struct timestamp t;

	CHECK(!timestamp_parse_next((struct slice){ zeros, sizeof(zeros) }, &t,
				    &last));
}

/* Is what people write at 2025-10-08T22:45:00.5Z the time of that text? */
static bool means(const char *text, const char *want)
{
	struct timestamp now, t;
	char out[TIMESTAMP_MAX];

	if (!timestamp_parse(SLICE("2025-10-08T22:45:00.5Z"), &now) ||
	    !timestamp_parse_when(slice_of(text), &now, &t))
		return want == NULL;
	timestamp_rfc5424(&t, out);
	return want != NULL && strcmp(out, want) == 0;
}

static void a_time_can_be_given_as_people_write_it(void)
{
	CHECK(means("2025-10-08T22:45:00.25+02:00",
		    "2025-10-08T22:45:00.25+02:00"));
	CHECK(means("2025-10-08T22:45", "2025-10-08T22:45:00Z"));
	CHECK(means("2025-10-08 22:45", "2025-10-08T22:45:00Z"));
	CHECK(means("2025-10-08", "2025-10-08T00:00:00Z"));
	CHECK(means("@1759963500", "2025-10-08T22:45:00Z"));
	CHECK(means("@1759963500250", "2025-10-08T22:45:00.250Z"));
	CHECK(means("@-1", "1969-12-31T23:59:59Z"));
	CHECK(means("-1s", "2025-10-08T22:44:59.5Z"));
	CHECK(means("-90s", "2025-10-08T22:43:30.5Z"));
	CHECK(means("-5m", "2025-10-08T22:40:00.5Z"));
	CHECK(means("-2h", "2025-10-08T20:45:00.5Z"));
	CHECK(means("-1d", "2025-10-07T22:45:00.5Z"));
	CHECK(means("-1w", "2025-10-01T22:45:00.5Z"));
	CHECK(means("-1d12h", "2025-10-07T10:45:00.5Z"));
	CHECK(means("-0s", "2025-10-08T22:45:00.5Z"));
}

static void what_is_no_time_that_people_write_is_refused(void)
{
	static const char *const texts[] = {
		"",	"@",	 "-",	  "now",  "2h",		  "-2",
		"-h",	"-2x",	 "-2h3",  "- 2h", "-2h 3m",	  "+2h",
		"@1e9", "@x",	 "-2.5h", "2025", "2025-10",	  "2025-13-01",
		"-99w9", "-1000000000s", "-999999999w", "2025-10-08T25:00",
		"0000-00-00", "--2h",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK(means(texts[i], NULL));
}

static void times_have_an_order(void)
{
	const struct timestamp a = { .sec = 1, .nsec = 2 };
	const struct timestamp b = { .sec = 1, .nsec = 3 };
	const struct timestamp c = { .sec = 2, .nsec = 0 };

	CHECK(timestamp_is_before(&a, &b) && timestamp_is_before(&b, &c));
	CHECK(!timestamp_is_before(&b, &a) && !timestamp_is_before(&c, &b));
	CHECK(!timestamp_is_before(&a, &a));
}

int main(void)
{
	RUN(a_time_has_the_form_that_each_format_wants);
	RUN(what_is_no_time_is_refused);
	RUN(what_was_read_before_stays_when_a_time_is_refused);
	RUN(the_usual_departures_from_the_standard_are_taken);
	RUN(an_offset_is_kept_where_the_format_has_one);
	RUN(a_fraction_is_cut_and_never_rounded);
	RUN(a_leap_second_is_one_only_at_the_end_of_a_day);
	RUN(years_go_from_0_to_9999_in_utc);
	RUN(every_day_of_ten_thousand_years_has_its_number);
	RUN(an_epoch_has_its_unit_by_its_size);
	RUN(an_epoch_may_have_a_fraction_or_be_negative);
	RUN(now_is_later_than_when_this_was_written);
	RUN(a_time_that_no_text_can_say_does_no_harm);
	RUN(what_follows_a_time_of_the_same_second_is_read_anew);
	RUN(bytes_of_zero_are_no_time_that_came_before);
	RUN(a_time_can_be_given_as_people_write_it);
	RUN(what_is_no_time_that_people_write_is_refused);
	RUN(times_have_an_order);
	return check_done();
}

/* How numbers are put on a page for Prometheus. */
#include "core/page.h"

#include "check.h"

#include <string.h>

static struct page page_of(const char *feed)
{
	return PAGE_INIT("siem_x", slice_of(feed));
}

static bool holds(struct page *p, const char *text)
{
	return strstr(buf_str(&p->text), text) != NULL;
}

static void a_counter_has_help_type_and_value(void)
{
	struct page p = page_of("a");

	page_counter(&p, "records_total", "Records.", UINT64_MAX);
	CHECK(strcmp(buf_str(&p.text), "# HELP siem_x_records_total Records.\n"
				       "# TYPE siem_x_records_total counter\n"
				       "siem_x_records_total{feed=\"a\"} "
				       "18446744073709551615\n") == 0);
	page_free(&p);
}

static void a_gauge_keeps_its_digits(void)
{
	struct page p = page_of("a");

	page_gauge(&p, "time", "Time.", 1795300718.72561);
	CHECK(holds(&p, "\nsiem_x_time{feed=\"a\"} 1795300718.72561\n"));
	page_free(&p);
}

static void a_part_has_a_label_of_its_own(void)
{
	struct page p = page_of("a");

	page_gauges(&p, "up", "Up.");
	page_part(&p, "up", "destination", SLICE("one"), 1);
	page_part(&p, "up", "destination", SLICE("two"), 0);
	CHECK(holds(&p, "siem_x_up{feed=\"a\",destination=\"one\"} 1\n"
			"siem_x_up{feed=\"a\",destination=\"two\"} 0\n"));
	page_free(&p);
}

static void labels_are_escaped_and_become_utf_8(void)
{
	struct page p = page_of("q\"b\\n\nx\xff\xc3\xa9");

	page_counter(&p, "a_total", "A.", 0);
	CHECK(holds(&p, "{feed=\"q\\\"b\\\\n\\nx\xef\xbf\xbd\xc3\xa9\"} 0\n"));
	page_free(&p);
}

static void a_duration_counts_in_the_span_whose_end_it_is(void)
{
	struct histogram h = { 0 };

	histogram_note(&h, 0);
	histogram_note(&h, 1000000);
	histogram_note(&h, 1000001);
	CHECK(h.counts[0] == 2);
	CHECK(h.counts[1] == 1);
	CHECK(h.sum_ns == 2000001);
}

static void a_clock_that_went_back_makes_no_negative_duration(void)
{
	struct histogram h = { 0 };

	histogram_note(&h, -5);
	histogram_note(&h, INT64_MIN);
	CHECK(h.counts[0] == 2);
	CHECK(h.sum_ns == 0);
}

static void a_duration_beyond_all_ends_counts_in_the_last_span(void)
{
	struct histogram h = { 0 };

	histogram_note(&h, INT64_MAX);
	histogram_note(&h, 86400 * (int64_t)1000000000 + 1);
	histogram_note(&h, 86400 * (int64_t)1000000000);
	CHECK(h.counts[HISTOGRAM_ENDS] == 2);
	CHECK(h.counts[HISTOGRAM_ENDS - 1] == 1);
}

static void each_note_counts_once_in_whatever_order(void)
{
	static const int64_t times[] = { 0,       3000000, 3000000, 1,
					 9000000, 4000000, 2,       99000000 };
	struct histogram h = { 0 };
	uint64_t count = 0;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		histogram_note(&h, times[i]);
	for (size_t i = 0; i <= HISTOGRAM_ENDS; i++)
		count += h.counts[i];
	CHECK(count == sizeof(times) / sizeof(times[0]));
	CHECK(h.counts[0] == 3);
	CHECK(h.counts[2] == 3);
	CHECK(h.counts[3] == 1);
}

static void buckets_add_up_and_end_with_all(void)
{
	struct histogram h = { 0 };
	struct page p = page_of("a");

	histogram_note(&h, 500000);
	histogram_note(&h, 1500000);
	histogram_note(&h, 1500000);
	page_histogram(&p, "took_seconds", "Took.", &h);
	CHECK(holds(&p, "# TYPE siem_x_took_seconds histogram\n"));
	CHECK(holds(&p, "took_seconds_bucket{feed=\"a\",le=\"0.001\"} 1\n"));
	CHECK(holds(&p, "took_seconds_bucket{feed=\"a\",le=\"0.002\"} 3\n"));
	CHECK(holds(&p, "took_seconds_bucket{feed=\"a\",le=\"86400\"} 3\n"));
	CHECK(holds(&p, "took_seconds_bucket{feed=\"a\",le=\"+Inf\"} 3\n"));
	CHECK(holds(&p, "took_seconds_sum{feed=\"a\"} 0.003500000\n"));
	CHECK(holds(&p, "took_seconds_count{feed=\"a\"} 3\n"));
	page_free(&p);
}

static void a_page_that_is_full_says_so(void)
{
	struct page p = page_of("a");

	for (int i = 0; i < 2000; i++)
		page_counter(&p, "a_total", "A.", 0);
	CHECK(buf_status(&p.text) != 0);
	page_free(&p);
}

int main(void)
{
	RUN(a_counter_has_help_type_and_value);
	RUN(a_gauge_keeps_its_digits);
	RUN(a_part_has_a_label_of_its_own);
	RUN(labels_are_escaped_and_become_utf_8);
	RUN(a_duration_counts_in_the_span_whose_end_it_is);
	RUN(a_clock_that_went_back_makes_no_negative_duration);
	RUN(a_duration_beyond_all_ends_counts_in_the_last_span);
	RUN(each_note_counts_once_in_whatever_order);
	RUN(buckets_add_up_and_end_with_all);
	RUN(a_page_that_is_full_says_so);
	return check_done();
}

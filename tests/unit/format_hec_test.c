/* hec: the envelope, and that it is taken for one. */
#include "made.h"

#include "check.h"
#include "format/sniff.h"

enum { SOURCE, SOURCETYPE, INDEX };

static void an_event_without_attributes_has_its_time_and_its_host(void)
{
	struct made m;

	made_init(&m);
	CHECK(made_is(&m, "hec",
		      "{\"time\":1759963500.000,\"host\":\"h1\","
		      "\"event\":{\"a\":1}}"));
}

static void a_time_before_1970_keeps_its_sign(void)
{
	struct made m;

	made_init(&m);
	m.event.time.sec = -1;
	m.event.time.nsec = 999000000;
	CHECK(made_is(&m, "hec",
		      "{\"time\":-0.001,\"host\":\"h1\","
		      "\"event\":{\"a\":1}}"));
}

static void attributes_are_strings_and_empty_ones_are_left_out(void)
{
	struct made m;

	made_init(&m);
	m.options.host = "h\"1";
	made_attribute(&m, SOURCE, "a\"\\\n");
	made_attribute(&m, SOURCETYPE, "");
	made_attribute(&m, INDEX, "main");
	CHECK(made_is(&m, "hec",
		      "{\"time\":1759963500.000,\"host\":\"h\\\"1\","
		      "\"source\":\"a\\\"\\\\\\n\",\"index\":\"main\","
		      "\"event\":{\"a\":1}}"));
}

static void a_line_longer_than_max_line_is_refused(void)
{
	struct made m;

	made_init(&m);
	m.options.max_line = 20;
	CHECK(made_fails(&m, "hec", "more than --max-line 20"));
}

static void senders_take_it_for_an_envelope_with_that_time(void)
{
	struct timestamp time = { 0 };
	struct made m;

	made_init(&m);
	CHECK(format_find("hec")->write(&m.event, NULL, &m.options, &m.out,
					&m.counts, &m.e) == 0);

	const struct sniff s = sniff_line(buf_slice(&m.out));
	CHECK(s.format == LINE_HEC && s.header == HEADER_NONE);
	CHECK(sniff_time(buf_slice(&m.out), &s, &time));
	CHECK(time.sec == 1759963500);
	buf_free(&m.out);
}

int main(void)
{
	RUN(an_event_without_attributes_has_its_time_and_its_host);
	RUN(a_time_before_1970_keeps_its_sign);
	RUN(attributes_are_strings_and_empty_ones_are_left_out);
	RUN(a_line_longer_than_max_line_is_refused);
	RUN(senders_take_it_for_an_envelope_with_that_time);
	return check_done();
}

/* What syslog, qradar and sc4s make of settings, addresses and records. */
#include "dest/opening.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* RFC 5424 section 6.5, and a message that is not ASCII. */
#define F1 "<34>1 2003-10-11T22:14:15.003Z h su - ID47 - x"
#define F2                                              \
	"<134>1 2025-10-08T22:45:00Z h1 siem-fmt - E1 " \
	"[audit@32473 msg=\"caf\xc3\xa9\"]"

/* 2025-10-08T22:45:00.125Z */
static const int64_t then_ns = 1759963500125000000;

/* Set up a destination, whose settings end in a NULL. */
static bool open_with(struct dest *d, const char *spec,
		      const char *const *options, struct err *e)
{
	size_t count = 0;

	while (options != NULL && options[count] != NULL)
		count++;
	return dest_open(d, spec, options, count, e) == 0;
}

/* What is sent for some records, ended by a NULL; errors as "! text". */
static const char *frames(const char *spec, const char *const *options,
			  const char *const *records)
{
	static char result[4096];
	struct buf out = BUF_INIT((size_t)1 << 20);
	struct dest_link link = { 0 };
	struct dest d;
	struct err e;

	if (!open_with(&d, spec, options, &e)) {
		snprintf(result, sizeof(result), "! %s", e.text);
		return result;
	}
	for (; *records != NULL; records++) {
		struct dest_record record = { slice_of(*records), then_ns };

		if (d.plan.stream->frame(d.plan.config, &link, &record, &out,
					 &e) < 0) {
			CHECK(e.kind == ERR_DATA);
			buf_printf(&out, "! %s", e.text);
		}
	}
	snprintf(result, sizeof(result), "%s", buf_str(&out));
	buf_free(&out);
	dest_close(&d);
	return result;
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define FRAME(spec, options, record, want) \
	CHECK(strcmp(frames(spec, options, LIST(record)), want) == 0)

static void octet_counting_counts_bytes_and_separates_nothing(void)
{
	FRAME("syslog:tls://h", NULL, F1, "46 " F1);
	FRAME("syslog:tls://h", NULL, F2, "70 " F2);
	CHECK(strcmp(frames("syslog:tls://h", NULL, LIST(F1, F2)),
		     "46 " F1 "70 " F2) == 0);
}

static void lf_framing_ends_each_line(void)
{
	FRAME("syslog:tcp://h", NULL, F1, F1 "\n");
	FRAME("qradar:tls://h", NULL, F1, F1 "\n");
	FRAME("sc4s:tls://h", NULL, F1, F1 "\n");
}

static void a_datagram_is_the_message_alone(void)
{
	FRAME("syslog:h", NULL, F1, F1);
	FRAME("qradar:udp://h", NULL, F1, F1);
}

static void framing_can_be_chosen(void)
{
	FRAME("syslog:tcp://h", LIST("framing=octet-counting"), F1, "46 " F1);
	FRAME("syslog:tls://h", LIST("framing=lf"), F1, F1 "\n");
	FRAME("syslog:udp://h", LIST("framing=lf"), F1,
	      "! syslog: framing: a datagram needs none");
}

static void sc4s_wants_rfc_framing_and_headers_on_its_rfc_ports(void)
{
	FRAME("sc4s:tcp://h:601", LIST("hostname=web01"), "CEF:0|a",
	      "53 <134>1 2025-10-08T22:45:00.125Z web01 - - - - CEF:0|a");
	FRAME("sc4s:tls://h:5425", LIST("hostname=web01"), "{}",
	      "48 <134>1 2025-10-08T22:45:00.125Z web01 - - - - {}");
	FRAME("sc4s:tls://h", LIST("hostname=web01"), "CEF:0|a",
	      "<134>Oct  8 22:45:00 web01 CEF:0|a\n");
}

static void sc4s_would_take_other_hosts_for_the_message(void)
{
	FRAME("sc4s:h", LIST("hostname=Web_01.example-a.com"), "CEF:0|a",
	      "<134>Oct  8 22:45:00 Web_01.example-a.com CEF:0|a\n");
	FRAME("sc4s:h", LIST("hostname=fe80::1"), "{}",
	      "! sc4s: hostname: fe80::1: SC4S knows a host by letters, "
	      "digits, '.', '-' and '_' only");
}

static void a_header_suits_the_format_behind_it(void)
{
	const char *const *host = LIST("hostname=web01");

	FRAME("syslog:h", host, "CEF:0|a|b|c|d|e|5|",
	      "<134>Oct  8 22:45:00 web01 CEF:0|a|b|c|d|e|5|");
	FRAME("syslog:h", host, "LEEF:1.0|a|b|c|d|",
	      "<134>Oct  8 22:45:00 web01 LEEF:1.0|a|b|c|d|");
	FRAME("syslog:h", host, "{\"a\":1}",
	      "<134>1 2025-10-08T22:45:00.125Z web01 - - - - {\"a\":1}");
	FRAME("syslog:h", host, "disk is full",
	      "<134>1 2025-10-08T22:45:00.125Z web01 - - - - disk is full");
}

static void a_header_can_be_chosen_and_leef_has_its_own_form_of_rfc_5424(void)
{
	FRAME("syslog:h", LIST("hostname=h", "header=3164"), "{\"a\":1}",
	      "<134>Oct  8 22:45:00 h {\"a\":1}");
	FRAME("syslog:h", LIST("hostname=h", "header=5424"), "CEF:0|a",
	      "<134>1 2025-10-08T22:45:00.125Z h - - - - CEF:0|a");
	FRAME("syslog:h", LIST("hostname=h", "header=5424"), "LEEF:1.0|a",
	      "<134>1 2025-10-08T22:45:00.125Z h LEEF:1.0|a");
}

static void qradar_gets_an_rfc_3164_header_whatever_the_format(void)
{
	FRAME("qradar:h", LIST("log_source_identifier=gatekit"), "{\"a\":1}",
	      "<134>Oct  8 22:45:00 gatekit {\"a\":1}\n");
}

static void a_line_that_has_a_header_keeps_it(void)
{
	FRAME("syslog:h", NULL, "<13>Oct  9 01:02:03 other su: x",
	      "<13>Oct  9 01:02:03 other su: x");
	FRAME("qradar:udp://h", NULL, F2, F2);
}

static void a_header_without_a_priority_gets_one(void)
{
	FRAME("syslog:h", NULL, "Oct  9 01:02:03 other CEF:0|a|b|c|d|e|5|",
	      "<134>Oct  9 01:02:03 other CEF:0|a|b|c|d|e|5|");
}

static void the_priority_is_what_the_settings_say(void)
{
	FRAME("syslog:h", LIST("hostname=h", "facility=audit", "severity=0"),
	      "LEEF:1.0|a", "<104>Oct  8 22:45:00 h LEEF:1.0|a");
	FRAME("syslog:h", LIST("facility=24"), F1,
	      "! syslog: facility: unknown: 24");
	FRAME("syslog:h", LIST("severity=inf"), F1,
	      "! syslog: severity: unknown: inf (did you mean info?)");
}

/* Is each record framed as it would be alone, whatever came before it? */
static bool remembers_nothing(const char *spec, const char *const *options)
{
	static const char *const lines[] = {
		"CEF:0|a", "LEEF:1.0|a", "{\"a\":1}", "disk is full", F1,
		"Oct  9 01:02:03 other su: x",
	};
	static const int64_t later_ns[] = { 0, 1000000, 1000000000 };
	enum { LINES = sizeof(lines) / sizeof(lines[0]), CASES = 3 * LINES };
	struct dest_link link = { 0 };
	struct buf all = BUF_INIT((size_t)1 << 20);
	struct buf alone = BUF_INIT((size_t)1 << 20);
	struct dest d;
	struct err e;

	if (!open_with(&d, spec, options, &e))
		return false;
	// Each case before each, and before itself.
	for (size_t i = 0; i < 2 * CASES * CASES; i++) {
		size_t n = i % 2 == 0 ? i / 2 / CASES : i / 2 % CASES;
		struct dest_link fresh = { 0 };
		struct dest_record record = { slice_of(lines[n % LINES]),
					      then_ns + later_ns[n / LINES] };

		CHECK(d.plan.stream->frame(d.plan.config, &link, &record, &all,
					   &e) == 0);
		CHECK(d.plan.stream->frame(d.plan.config, &fresh, &record,
					   &alone, &e) == 0);
	}
	bool same = strcmp(buf_str(&all), buf_str(&alone)) == 0;
	buf_free(&all);
	buf_free(&alone);
	dest_close(&d);
	return same;
}

static void a_header_is_that_of_its_record_whatever_came_before(void)
{
	CHECK(remembers_nothing("syslog:h", NULL));
	CHECK(remembers_nothing("syslog:tls://h", LIST("header=5424")));
	CHECK(remembers_nothing("syslog:tcp://h", LIST("header=3164")));
	CHECK(remembers_nothing("qradar:h", NULL));
}

static void header_none_adds_nothing(void)
{
	FRAME("syslog:tcp://h", LIST("header=none"), "CEF:0|a", "CEF:0|a\n");
}

/* A record of n bytes that has a header. */
static char *record_of(size_t n)
{
	char *record = malloc(n + 1);

	memset(record, 'x', n);
	memcpy(record, "<13>1 - - - - - - ", 18);
	record[n] = '\0';
	return record;
}

/* Is a record of n bytes taken, and one of n + 1 not? */
static bool takes_up_to(const char *spec, const char *const *options, size_t n)
{
	struct buf out = BUF_INIT((size_t)1 << 20);
	struct dest_link link = { 0 };
	struct dest d;
	struct err e;
	bool fits[2] = { false, true };

	if (!open_with(&d, spec, options, &e))
		return false;
	char *record = record_of(n + 1);
	for (size_t more = 0; more < 2; more++)
		fits[more] = d.plan.stream->frame(
				     d.plan.config, &link,
				     &(struct dest_record){
					     { record, n + more }, then_ns },
				     &out, &e) == 0;
	free(record);
	buf_free(&out);
	dest_close(&d);
	return fits[0] && !fits[1];
}

static void what_a_receiver_cannot_take_is_refused_by_one_byte(void)
{
	CHECK(takes_up_to("qradar:tcp://h", NULL, 4096));
	CHECK(takes_up_to("qradar:tls://h", NULL, 8192));
	CHECK(takes_up_to("qradar:udp://h", NULL, 1024));
	CHECK(takes_up_to("sc4s:h", NULL, 65536));
	CHECK(takes_up_to("sc4s:udp://h", NULL, 65507));
	CHECK(takes_up_to("syslog:h", NULL, 65507));
	CHECK(takes_up_to("syslog:tls://h", LIST("max_line=2048"), 2048));
	CHECK(takes_up_to("qradar:h", LIST("max_line=32KB"), 32768));
}

static void no_setting_makes_a_datagram_larger_than_there_can_be(void)
{
	CHECK(takes_up_to("qradar:udp://h", LIST("max_line=1MB"), 65507));
	CHECK(takes_up_to("syslog:udp://h", LIST("max_line=0"), 65507));
}

static void a_refusal_says_what_length_would_do(void)
{
	FRAME("qradar:h", LIST("max_line=40", "log_source_identifier=web01"),
	      "LEEF:1.0|abcdefghijk",
	      "! 47 bytes, more than the 40 that QRadar is taken to accept by "
	      "TLS (-o max_line); siem-fmt --max-line 13 makes it shorter");
}

/* Where a destination would connect to: "TRANSPORT HOST PORT". */
static const char *target(const char *spec, const char *const *options)
{
	static char result[1024];
	static const char *const names[] = { "udp", "tcp", "tls" };
	struct dest_route route;
	struct dest d;
	struct err e;

	if (!open_with(&d, spec, options, &e)) {
		snprintf(result, sizeof(result), "! %s", e.text);
		return result;
	}
	d.plan.stream->route(d.plan.config, &route);
	snprintf(result, sizeof(result), "%s %s %s",
		 names[route.target.transport], route.target.host,
		 route.target.port);
	dest_close(&d);
	return result;
}

#define TARGET(spec, options, want) \
	CHECK(strcmp(target(spec, options), want) == 0)

static void an_address_may_leave_out_what_has_a_default(void)
{
	TARGET("syslog:log.example.com", NULL, "udp log.example.com 514");
	TARGET("syslog:log.example.com:1514", NULL, "udp log.example.com 1514");
	TARGET("syslog:tcp://h", NULL, "tcp h 514");
	TARGET("syslog:tls://h", NULL, "tls h 6514");
	TARGET("qradar:h", NULL, "tls h 6514");
	TARGET("qradar:udp://h", NULL, "udp h 514");
	TARGET("sc4s:h", NULL, "tls h 6514");
}

static void relp_goes_by_tcp_or_tls_to_a_port_that_is_said(void)
{
	TARGET("syslog:relp://h:2514", NULL, "tcp h 2514");
	TARGET("syslog:relp+tls://h:2514", LIST("ca_file=ca.pem"),
	       "tls h 2514");
	TARGET("syslog:h:2514", LIST("transport=relp"), "tcp h 2514");
	TARGET("syslog:relp://h", NULL,
	       "! syslog: port is missing: RELP has none of its own, and "
	       "rsyslog's examples have 2514 and 20514");
	TARGET("syslog:relp://h:2514", LIST("framing=lf"),
	       "! syslog: framing: RELP has its own");
}

static void what_was_meant_to_be_encrypted_is_not_sent_in_the_clear(void)
{
	TARGET("syslog:relp://h:2514", LIST("ca_file=ca.pem"),
	       "! syslog: ca_file is for TLS: the transport would be relp+tls");
	TARGET("syslog:h", LIST("ca_file=ca.pem"),
	       "! syslog: ca_file is for TLS: the transport would be tls");
	TARGET("qradar:tcp://h", LIST("server_name=siem"),
	       "! qradar: server_name is for TLS: the transport would be tls");
	TARGET("syslog:tcp://h", LIST("ca_file="), "tcp h 514");
}

static void an_ipv6_address_stands_in_brackets(void)
{
	TARGET("syslog:[2001:db8::7]", NULL, "udp 2001:db8::7 514");
	TARGET("syslog:tls://[::1]:6514", NULL, "tls ::1 6514");
}

static void options_win_over_the_address(void)
{
	TARGET("qradar:tls://h:6514", LIST("transport=tcp", "port=514"),
	       "tcp h 514");
	TARGET("qradar", LIST("host=h", "transport=syslog_udp"), "udp h 514");
}

static void an_address_that_makes_no_sense_is_refused(void)
{
	TARGET("qradar:relp://h", NULL,
	       "! qradar: relp://h: it takes udp://, tcp:// and tls://");
	TARGET("syslog:http://h", NULL,
	       "! syslog: http://h: it takes udp://, tcp://, tls://, relp:// "
	       "and relp+tls://");
	TARGET("sc4s:h", LIST("transport=relp"),
	       "! sc4s: transport: relp is none of udp, tcp, tls, syslog_udp, "
	       "syslog_tcp, syslog_tls");
	CHECK(target("syslog:h:99999", NULL)[0] == '!');
	CHECK(target("syslog:", NULL)[0] == '!');
	TARGET("syslog", NULL,
	       "! syslog: host is missing (-o host=..., or SYSLOG_HOST)");
}

static void nobody_switches_verification_off_by_accident(void)
{
	TARGET("qradar:h", LIST("verify_certs=false"),
	       "! qradar: verify_certs=false needs insecure=true as well");
	TARGET("qradar:h", LIST("verify_certs=false", "insecure=true"),
	       "tls h 6514");
}

int main(void)
{
	RUN(octet_counting_counts_bytes_and_separates_nothing);
	RUN(lf_framing_ends_each_line);
	RUN(a_datagram_is_the_message_alone);
	RUN(framing_can_be_chosen);
	RUN(sc4s_wants_rfc_framing_and_headers_on_its_rfc_ports);
	RUN(sc4s_would_take_other_hosts_for_the_message);
	RUN(a_header_suits_the_format_behind_it);
	RUN(a_header_can_be_chosen_and_leef_has_its_own_form_of_rfc_5424);
	RUN(qradar_gets_an_rfc_3164_header_whatever_the_format);
	RUN(a_line_that_has_a_header_keeps_it);
	RUN(a_header_without_a_priority_gets_one);
	RUN(the_priority_is_what_the_settings_say);
	RUN(a_header_is_that_of_its_record_whatever_came_before);
	RUN(header_none_adds_nothing);
	RUN(what_a_receiver_cannot_take_is_refused_by_one_byte);
	RUN(no_setting_makes_a_datagram_larger_than_there_can_be);
	RUN(a_refusal_says_what_length_would_do);
	RUN(an_address_may_leave_out_what_has_a_default);
	RUN(relp_goes_by_tcp_or_tls_to_a_port_that_is_said);
	RUN(what_was_meant_to_be_encrypted_is_not_sent_in_the_clear);
	RUN(an_ipv6_address_stands_in_brackets);
	RUN(options_win_over_the_address);
	RUN(an_address_that_makes_no_sense_is_refused);
	RUN(nobody_switches_verification_off_by_accident);
	return check_done();
}

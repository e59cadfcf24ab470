/* What a record becomes in a _bulk request. */
#include "dest/document.h"

#include "check.h"

#include <stdio.h>
#include <string.h>

#define READ_NS (INT64_C(1793614829123) * 1000000)
#define ID "5f0c9ad21b3e4d6f8091a2b3c4d5e6f7"

static const struct slice nested[] = { { "event", 5 }, { "i.d", 3 } };
static struct document_terms terms = { .index = { "audit", 5 } };

/* The lines of a record, or "! " and why it has none. */
static const char *lines_of(struct slice line)
{
	static char result[5000];
	struct dest_record record = { line, READ_NS };
	struct buf body = BUF_INIT(4000);
	struct err e = { 0 };

	if (document_put(&terms, &record, &body, &e) < 0)
		snprintf(result, sizeof(result), "! %d %s", e.kind == ERR_DATA,
			 e.text);
	else
		snprintf(result, sizeof(result), "%s", buf_str(&body));
	buf_free(&body);
	return result;
}

#define LINES(line, want) \
	CHECK(strcmp(lines_of(slice_of(line)), want "\n") == 0)
#define ACTION "{\"create\":{\"_index\":\"audit\"}}\n"

static void an_object_with_a_time_passes_byte_for_byte(void)
{
	LINES("{\"@timestamp\":\"2026-11-02T10:20:29.123Z\",\"n\":1.50}", ACTION
	      "{\"@timestamp\":\"2026-11-02T10:20:29.123Z\",\"n\":1.50}");
	LINES(" { \"a\\/\" : 1e400, \"@timestamp\" : 5 } ",
	      ACTION "{ \"a\\/\" : 1e400, \"@timestamp\" : 5 }");
	LINES("{\"\\u0040timestamp\":1}", ACTION "{\"\\u0040timestamp\":1}");
}

static void an_object_without_one_gets_it_first(void)
{
	LINES("{\"timestamp\":\"2025-10-08T22:45:00.5+02:00\",\"n\":1}",
	      ACTION "{\"@timestamp\":\"2025-10-08T22:45:00.5+02:00\","
		     "\"timestamp\":\"2025-10-08T22:45:00.5+02:00\",\"n\":1}");
	LINES("{ \"ts\":1759963500.123 }",
	      ACTION "{\"@timestamp\":\"2025-10-08T22:45:00.123Z\","
		     " \"ts\":1759963500.123 }");
	LINES("{\"a\":{\"@timestamp\":1}}",
	      ACTION "{\"@timestamp\":\"2026-11-02T10:20:29.123Z\","
		     "\"a\":{\"@timestamp\":1}}");
	LINES("{}", ACTION "{\"@timestamp\":\"2026-11-02T10:20:29.123Z\"}");
	LINES("{ }", ACTION "{\"@timestamp\":\"2026-11-02T10:20:29.123Z\" }");
}

static void any_other_line_is_a_message(void)
{
	LINES("CEF:0|a|b|1|2|c|3|rt=1759963500123 msg=\"x\\=y\"",
	      ACTION "{\"@timestamp\":\"2025-10-08T22:45:00.123Z\","
		     "\"message\":\"CEF:0|a|b|1|2|c|3|rt=1759963500123 "
		     "msg=\\\"x\\\\=y\\\"\"}");
	LINES("LEEF:1.0|a|b|1|2|devTime=1759963500123\tx=y",
	      ACTION "{\"@timestamp\":\"2025-10-08T22:45:00.123Z\","
		     "\"message\":\"LEEF:1.0|a|b|1|2|devTime=1759963500123"
		     "\\tx=y\"}");
	LINES("<13>1 2003-10-11T22:14:15.003Z h a - - - {\"a\":1}",
	      ACTION "{\"@timestamp\":\"2003-10-11T22:14:15.003Z\","
		     "\"message\":\"<13>1 2003-10-11T22:14:15.003Z h a - - - "
		     "{\\\"a\\\":1}\"}");
	LINES("plain", ACTION "{\"@timestamp\":\"2026-11-02T10:20:29.123Z\","
			      "\"message\":\"plain\"}");
}

static void what_only_begins_like_an_object_is_text(void)
{
	static const char *const rows[] = {
		"{\"a\":1}}{", "{\"a\":1} {\"b\":2}", "{\"a\":1,}", "{\"a\":",
		"{\"a\" 1}",   "{\"a\":1 \"b\":2}",   "{",          "{a}",
		"{\"a\":\"}",  "{\"a\":[}",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = lines_of(slice_of(rows[i]));

		CHECK(strstr(got, ",\"message\":\"{") != NULL);
		CHECK(strchr(strchr(got, '\n') + 1, '\n')[1] == '\0');
	}
	// It has no members, so none of them is its _id.
	CHECK(strncmp(lines_of(SLICE("{\"siem_id\":\"" ID "\",}")),
		      ACTION "{\"@timestamp\":\"", sizeof(ACTION) + 14) == 0);
	CHECK(strstr(lines_of(SLICE("{\"a\":\"\xff\"}")),
		     "\\\"\xef\xbf\xbd\\\"}\"}") != NULL);
}

static void the_identity_that_siem_tail_puts_first_is_the_id(void)
{
	LINES("{\"siem_id\":\"" ID "\",\"@timestamp\":1}",
	      "{\"create\":{\"_index\":\"audit\",\"_id\":\"" ID "\"}}\n"
	      "{\"siem_id\":\"" ID "\",\"@timestamp\":1}");
	LINES("{\"@timestamp\":1,\"siem_id\":\"" ID "\"}",
	      ACTION "{\"@timestamp\":1,\"siem_id\":\"" ID "\"}");
	LINES("{\"siem_id\":\"\",\"@timestamp\":1}",
	      ACTION "{\"siem_id\":\"\",\"@timestamp\":1}");
	LINES("{\"siem_id\":{},\"@timestamp\":1}",
	      ACTION "{\"siem_id\":{},\"@timestamp\":1}");
}

static void an_id_that_was_asked_for_counts_more(void)
{
	terms.id_path = nested;
	terms.id_names = 2;
	LINES("{\"siem_id\":\"" ID "\",\"@timestamp\":1,"
	      "\"event\":{\"i.d\":\"a\\\"\\u00e4\"}}",
	      "{\"create\":{\"_index\":\"audit\",\"_id\":\"a\\\"\\u00e4\"}}\n"
	      "{\"siem_id\":\"" ID "\",\"@timestamp\":1,"
	      "\"event\":{\"i.d\":\"a\\\"\\u00e4\"}}");
	LINES("{\"@timestamp\":1,\"event\":{\"x\":1,\"i.d\":17}}",
	      "{\"create\":{\"_index\":\"audit\",\"_id\":\"17\"}}\n"
	      "{\"@timestamp\":1,\"event\":{\"x\":1,\"i.d\":17}}");
	terms.id_names = 0;
}

static void what_can_be_no_id_leaves_that_of_siem_tail(void)
{
	static const char *const values[] = { "\"\"", "null", "true", "[1]",
					      "{\"i.d\":1}" };
	char line[1000], long_id[DOCUMENT_ID_MAX + 2];

	terms.id_path = nested;
	terms.id_names = 2;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		snprintf(line, sizeof(line),
			 "{\"siem_id\":\"" ID "\",\"event\":{\"i.d\":%s}}",
			 values[i]);
		CHECK(strstr(lines_of(slice_of(line)),
			     "\"_id\":\"" ID "\"}}\n") != NULL);
	}
	memset(long_id, 'x', sizeof(long_id));
	for (int more = 0; more < 2; more++) {
		snprintf(line, sizeof(line),
			 "{\"@timestamp\":1,\"event\":{\"i.d\":\"%.*s\"}}",
			 DOCUMENT_ID_MAX + more, long_id);
		CHECK((strstr(lines_of(slice_of(line)), "_id") == NULL) ==
		      (more == 1));
	}
	LINES("{\"@timestamp\":1,\"event\":\"i.d\"}",
	      ACTION "{\"@timestamp\":1,\"event\":\"i.d\"}");
	terms.id_names = 0;
}

/* The index that a record with this time goes to. */
static const char *index_of(const char *member)
{
	static char name[100];
	char line[200];
	const char *got;

	snprintf(line, sizeof(line), "{\"x\":1,%s}", member);
	got = lines_of(slice_of(line));
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(got + 21, "\""),
		 got + 21);
	return name;
}

static void the_day_is_that_of_the_event_in_utc(void)
{
	static const struct {
		const char *member, *want;
	} rows[] = {
		{ "\"ts\":\"2025-10-08T22:45:00Z\"", "audit-2025.10.08" },
		{ "\"ts\":\"2025-10-08T23:59:59.999Z\"", "audit-2025.10.08" },
		{ "\"ts\":\"2025-10-08T22:45:00-02:00\"", "audit-2025.10.09" },
		{ "\"ts\":\"2024-03-01T00:30:00+01:00\"", "audit-2024.02.29" },
		{ "\"ts\":\"2016-12-31T23:59:60Z\"", "audit-2016.12.31" },
		{ "\"ts\":1759963500", "audit-2025.10.08" },
		{ "\"ts\":\"0000-01-01T00:00:00Z\"", "audit-0000.01.01" },
		{ "\"ts\":\"yesterday\"", "audit-2026.11.02" },
		{ "\"y\":1", "audit-2026.11.02" },
		// Two times: what its store goes by counts.
		{ "\"ts\":1,\"@timestamp\":\"2025-10-08T22:45:00Z\"",
		  "audit-2025.10.08" },
		{ "\"ts\":1,\"@timestamp\":1759963500123", "audit-2025.10.08" },
		{ "\"ts\":1759963500,\"@timestamp\":\"now\"",
		  "audit-2025.10.08" },
	};

	terms.daily = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(strcmp(index_of(rows[i].member), rows[i].want) == 0);
	terms.daily = false;
}

static void blank_lines_and_what_does_not_fit_are_refused(void)
{
	struct dest_record record = { SLICE("{\"a\":\"0123456789\"}"), 0 };
	struct buf body = BUF_INIT(50);
	struct err e = { 0 };

	CHECK(strcmp(lines_of(SLICE("")),
		     "! 1 blank: there is nothing in it") == 0);
	CHECK(strcmp(lines_of(SLICE(" \t\r")),
		     "! 1 blank: there is nothing in it") == 0);
	CHECK(document_put(&terms, &record, &body, &e) < 0 &&
	      e.kind == ERR_DATA);
	buf_free(&body);
}

int main(void)
{
	RUN(an_object_with_a_time_passes_byte_for_byte);
	RUN(an_object_without_one_gets_it_first);
	RUN(any_other_line_is_a_message);
	RUN(what_only_begins_like_an_object_is_text);
	RUN(the_identity_that_siem_tail_puts_first_is_the_id);
	RUN(an_id_that_was_asked_for_counts_more);
	RUN(what_can_be_no_id_leaves_that_of_siem_tail);
	RUN(the_day_is_that_of_the_event_in_utc);
	RUN(blank_lines_and_what_does_not_fit_are_refused);
	return check_done();
}

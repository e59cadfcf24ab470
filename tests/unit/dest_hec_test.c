/* The HTTP Event Collector: what becomes of a line, what an answer means. */
#include "dest/hec.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

#define READ_NS INT64_C(1793614829123456789)

/* What a line becomes: its envelope, or "! " and why there is none. */
static const char *event(const char *line, const char *index)
{
	static char result[4096];
	struct dest_record record = { slice_of(line), READ_NS };
	struct buf body = BUF_INIT(sizeof(result) - 1);
	struct err e = { 0 };

	if (hec_put_event(&record, index, &body, &e) < 0)
		snprintf(result, sizeof(result), "! %s", e.text);
	else
		snprintf(result, sizeof(result), "%s", buf_str(&body));
	buf_free(&body);
	return result;
}

#define EVENT(line, want) CHECK(strcmp(event(line, NULL), want) == 0)

static void an_envelope_passes_as_it_is(void)
{
	const char *line = "{\"time\":1793614829.123,\"host\":\"web01\","
			   "\"event\":{\"user\":\"alice\"}}";

	EVENT(line, line);
	EVENT("{ \"event\" : \"x\" } ", "{ \"event\" : \"x\" }");
	EVENT("\xef\xbb\xbf{\"event\":1}", "{\"event\":1}");
}

static void an_object_becomes_an_event_with_its_own_time(void)
{
	EVENT("{\"timestamp\":\"2025-10-08T22:45:00Z\",\"n\":1e400}",
	      "{\"time\":1759963500.000,\"event\":"
	      "{\"timestamp\":\"2025-10-08T22:45:00Z\",\"n\":1e400}}");
	EVENT("{\"ts\":\"1969-12-31T23:59:59.999Z\"}",
	      "{\"time\":-0.001,\"event\":{\"ts\":"
	      "\"1969-12-31T23:59:59.999Z\"}}");
}

static void times_come_out_as_splunk_wants_them(void)
{
	static const struct {
		const char *written, *want;
	} rows[] = {
		{ "2025-10-08T22:45:00Z", "1759963500.000" },
		{ "2024-01-15T10:30:00.000Z", "1705314600.000" },
		{ "2024-01-15T10:30:00.5Z", "1705314600.500" },
		{ "2025-10-08T22:45:00.123456789Z", "1759963500.123" },
		{ "2025-10-09T00:45:00+02:00", "1759963500.000" },
		{ "2024-02-29T23:59:59Z", "1709251199.000" },
		{ "1969-12-31T23:59:59.999Z", "-0.001" },
		{ "2016-12-31T23:59:60Z", "1483228800.000" },
		{ "2025-13-01T00:00:00Z", "1793614829.123" },
		{ "yesterday", "1793614829.123" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char line[100], want[200];

		snprintf(line, sizeof(line), "{\"timestamp\":\"%s\"}",
			 rows[i].written);
		snprintf(want, sizeof(want), "{\"time\":%s,\"event\":%s}",
			 rows[i].want, line);
		EVENT(line, want);
	}
}

static void what_has_no_time_has_that_of_its_reading(void)
{
	EVENT("{\"a\":1}", "{\"time\":1793614829.123,\"event\":{\"a\":1}}");
	EVENT("plain \"text\"",
	      "{\"time\":1793614829.123,\"event\":\"plain \\\"text\\\"\"}");
}

static void cef_leef_and_syslog_become_strings_with_their_time(void)
{
	EVENT("CEF:0|a|b|1|2|c|3|rt=1759963500123 msg=x",
	      "{\"time\":1759963500.123,\"event\":"
	      "\"CEF:0|a|b|1|2|c|3|rt=1759963500123 msg=x\"}");
	EVENT("LEEF:1.0|a|b|1|2|devTime=1759963500123\tx=\\",
	      "{\"time\":1759963500.123,\"event\":"
	      "\"LEEF:1.0|a|b|1|2|devTime=1759963500123\\tx=\\\\\"}");
	EVENT("<13>1 2025-10-08T22:45:00.123Z h a - - - {\"a\":1}",
	      "{\"time\":1759963500.123,\"event\":\"<13>1 "
	      "2025-10-08T22:45:00.123Z h a - - - {\\\"a\\\":1}\"}");
}

static void what_only_begins_like_an_object_cannot_forge_an_envelope(void)
{
	EVENT("{\"a\":1}}{\"event\":\"forged\"}",
	      "{\"time\":1793614829.123,\"event\":"
	      "\"{\\\"a\\\":1}}{\\\"event\\\":\\\"forged\\\"}\"}");
	EVENT("{\"event\":1}{\"event\":2}",
	      "{\"time\":1793614829.123,\"event\":"
	      "\"{\\\"event\\\":1}{\\\"event\\\":2}\"}");
	EVENT("{\"a\":", "{\"time\":1793614829.123,\"event\":\"{\\\"a\\\":\"}");
	EVENT("{\"event\":1,}",
	      "{\"time\":1793614829.123,\"event\":\"{\\\"event\\\":1,}\"}");
	EVENT("{\"event\":{}", "{\"time\":1793614829.123,\"event\":"
			       "\"{\\\"event\\\":{}\"}");
	EVENT("{\"event\":1,\"other\":2}", "{\"time\":1793614829.123,\"event\":"
					   "{\"event\":1,\"other\":2}}");
	EVENT("{\"time\":1}", "{\"time\":1.000,\"event\":{\"time\":1}}");
	EVENT("{\"a\":\"\xff\"}", "{\"time\":1793614829.123,\"event\":"
				  "\"{\\\"a\\\":\\\"\xef\xbf\xbd\\\"}\"}");
}

static void blank_lines_are_no_events(void)
{
	EVENT("", "! blank: Splunk takes no such event");
	EVENT(" \t\r", "! blank: Splunk takes no such event");
}

static void an_index_of_ours_is_that_of_all_envelopes(void)
{
	CHECK(strcmp(event("{\"index\":\"other\",\"time\":1,\"event\":\"x\"}",
			   "au\"dit"),
		     "{\"index\":\"au\\\"dit\",\"time\":1,\"event\":\"x\"}") ==
	      0);
	CHECK(strcmp(event("{\"event\":{\"index\":\"kept\"}}", "main"),
		     "{\"index\":\"main\",\"event\":{\"index\":\"kept\"}}") ==
	      0);
}

static void what_does_not_fit_is_undone_by_the_caller(void)
{
	struct dest_record record = { SLICE("{\"a\":\"0123456789\"}"),
				      READ_NS };
	struct buf body = BUF_INIT(20);
	struct err e = { 0 };

	CHECK(hec_put_event(&record, NULL, &body, &e) < 0);
	CHECK(e.kind == ERR_DATA);
	buf_free(&body);
}

static struct judgement judgements[8];
static struct hec_terms terms;
static struct dest_session session = { .words = { .max = 1 << 20 } };

/* The verdicts on count records after an answer, a letter for each. */
static const char *verdicts(int status, const char *body, size_t count)
{
	static char letters[sizeof(judgements) / sizeof(judgements[0]) + 1];
	const struct answer answer = { .status = status,
				       .body = slice_of(body),
				       .retry_after_ms = -1 };

	memset(judgements, 0xff, sizeof(judgements));
	arena_clear(&session.words);
	hec_judge(&terms, &session, &answer, judgements, count);
	for (size_t i = 0; i < count; i++)
		letters[i] = "DPRSXH"[judgements[i].verdict];
	letters[count] = '\0';
	return letters;
}

#define VERDICTS(status, body, want) \
	CHECK(strcmp(verdicts(status, body, strlen(want)), want) == 0)

static const char *code(int n)
{
	static char text[80];

	snprintf(text, sizeof(text), "{\"text\":\"x\",\"code\":%d}", n);
	return text;
}

static void each_code_has_its_verdict(void)
{
	static const struct {
		int code, status;
		const char *want; // after something was accepted
	} rows[] = {
		{ 0, 200, "DDD" },  { 1, 403, "HHH" },  { 2, 401, "HHH" },
		{ 3, 401, "HHH" },  { 4, 403, "HHH" },  { 5, 400, "RRR" },
		{ 6, 400, "SSS" },  { 7, 400, "SSS" },  { 8, 500, "RRR" },
		{ 9, 503, "RRR" },  { 10, 400, "HHH" }, { 11, 400, "HHH" },
		{ 12, 400, "SSS" }, { 13, 400, "SSS" }, { 14, 400, "HHH" },
		{ 15, 400, "SSS" }, { 16, 400, "HHH" }, { 18, 503, "RRR" },
		{ 19, 503, "RRR" }, { 20, 503, "RRR" }, { 21, 400, "HHH" },
		{ 22, 400, "HHH" }, { 23, 503, "RRR" }, { 24, 200, "DDD" },
		{ 25, 200, "DDD" }, { 26, 429, "RRR" }, { 27, 429, "RRR" },
	};

	session.accepted = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		VERDICTS(rows[i].status, code(rows[i].code), rows[i].want);
		CHECK((rows[i].want[0] == 'D') ==
		      (judgements[0].reason == NULL || rows[i].code == 24 ||
		       rows[i].code == 25));
	}
}

static void the_event_that_is_named_is_rejected_and_no_other(void)
{
	session.accepted = true;
	VERDICTS(400, "{\"code\":6,\"invalid-event-number\":0}", "XRR");
	VERDICTS(400, "{\"code\":12,\"invalid-event-number\":2}", "RRX");
	CHECK(judgements[0].wait_ms == 0);
	CHECK(strcmp(judgements[2].reason, "event field is required") == 0);
	VERDICTS(400, "{\"code\":13,\"invalid-event-number\":1}", "RX");
	VERDICTS(400, "{\"code\":15,\"invalid-event-number\":0}", "X");
	VERDICTS(400, "{\"code\":7,\"invalid-event-number\":1}", "RXR");
}

static void a_number_that_makes_no_sense_splits(void)
{
	VERDICTS(400, "{\"code\":6,\"invalid-event-number\":3}", "SSS");
	VERDICTS(400, "{\"code\":6,\"invalid-event-number\":-1}", "SSS");
	VERDICTS(400, "{\"code\":6,\"invalid-event-number\":\"0\"}", "SSS");
	VERDICTS(400, "{\"code\":6,\"invalid-event-number\":1e0}", "SSS");
	VERDICTS(400, "{\"code\":6}", "X");
}

static void a_wrong_index_is_the_set_up_where_nothing_else_is_accepted(void)
{
	const char *answer = "{\"code\":7,\"invalid-event-number\":0}";

	session.accepted = false;
	VERDICTS(400, answer, "SRR");
	VERDICTS(400, "{\"code\":7}", "SSS");
	VERDICTS(400, answer, "H");
	VERDICTS(200, code(0), "D");
	VERDICTS(400, answer, "XRR");
	terms.index_is_ours = true;
	VERDICTS(400, answer, "HHH");
	terms.index_is_ours = false;
}

static void a_code_with_another_status_counts_for_nothing(void)
{
	VERDICTS(503, code(0), "RRR");
	VERDICTS(200, code(6), "RRR");
	VERDICTS(500, "{\"code\":6,\"invalid-event-number\":0}", "RRR");
	VERDICTS(403, code(0), "HHH");
	VERDICTS(404, code(404), "HHH");
	VERDICTS(405, code(405), "HHH");
	VERDICTS(302, code(0), "HHH");
}

static void success_counts_only_in_the_words_of_splunk(void)
{
	VERDICTS(200, "", "RRR");
	VERDICTS(200, "<html>please sign in</html>", "R");
	VERDICTS(200, "{\"text\":\"Success\",\"co", "RRR");
	VERDICTS(200, "{\"text\":\"Success\"}", "RRR");
	VERDICTS(200, "[0]", "RRR");
	VERDICTS(200, "{\"code\":\"0\"}", "RRR");
	VERDICTS(200, "{\"code\":0} trailing", "RRR");
	VERDICTS(204, "", "RRR");
	VERDICTS(200, code(17), "RRR");
	VERDICTS(200, code(99), "RRR");
	VERDICTS(200, "{\"text\":\"Success\",\"code\":0}\r\n", "DDD");
}

static void a_status_alone_never_costs_a_record(void)
{
	static const struct {
		int status;
		const char *many, *one;
	} rows[] = {
		{ 0, "RR", "R" },   { 100, "RR", "R" }, { 301, "HH", "H" },
		{ 400, "SS", "R" }, { 401, "HH", "H" }, { 403, "HH", "H" },
		{ 404, "HH", "H" }, { 405, "HH", "H" }, { 407, "HH", "H" },
		{ 408, "RR", "R" }, { 415, "HH", "H" }, { 418, "SS", "R" },
		{ 425, "RR", "R" }, { 429, "RR", "R" }, { 500, "RR", "R" },
		{ 501, "HH", "H" }, { 502, "RR", "R" }, { 503, "RR", "R" },
		{ 504, "RR", "R" }, { 999, "RR", "R" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		VERDICTS(rows[i].status, "<html>no</html>", rows[i].many);
		VERDICTS(rows[i].status, "", rows[i].one);
	}
}

static void what_an_unknown_answer_says_is_quoted(void)
{
	VERDICTS(400, "{\"text\":\"Go \\u00e1way\",\"code\":99}", "SS");
	CHECK(strcmp(judgements[1].reason,
		     "refused, but not in the words of Splunk: is there a "
		     "proxy in between?: \"Go \xc3\xa1way\"") == 0);
	VERDICTS(404, "{\"text\":\"Not here\",\"code\":404}", "H");
	CHECK(strcmp(judgements[0].reason, "no event collector there: check "
					   "url: \"Not here\"") == 0);
	VERDICTS(503, "{\"text\":\"Gone for lunch\"}", "R");
	CHECK(strcmp(judgements[0].reason, "\"Gone for lunch\"") == 0);
	VERDICTS(503, "{\"text\":1}", "R");
	CHECK(judgements[0].reason == NULL);
}

static void too_large_is_halved_until_one_event_is_to_blame(void)
{
	session.accepted = true;
	VERDICTS(413, "<html>Content-Length too large</html>", "SSSS");
	VERDICTS(413, "<html>Content-Length too large</html>", "X");
	session.accepted = false;
	session.too_large = 3;
	VERDICTS(413, "<html>Content-Length too large</html>", "H");
	session.too_large = 0;
}

static void a_refusal_of_compression_says_what_to_set(void)
{
	terms.gzip = true;
	VERDICTS(415, "<html>", "H");
	CHECK(strstr(judgements[0].reason, "gzip=false") != NULL);
	terms.gzip = false;
	VERDICTS(415, "<html>", "H");
	CHECK(strstr(judgements[0].reason, "gzip") == NULL);
}

static void retry_after_is_obeyed_where_it_is_said(void)
{
	struct answer answer = { .status = 429,
				 .body = slice_of(code(26)),
				 .retry_after_ms = 7000 };

	hec_judge(&terms, &session, &answer, judgements, 1);
	CHECK(judgements[0].wait_ms == 7000);
	answer.retry_after_ms = -1;
	hec_judge(&terms, &session, &answer, judgements, 1);
	CHECK(judgements[0].wait_ms == WAIT_BACKOFF);
}

static void a_queue_that_is_nearly_full_slows_down(void)
{
	VERDICTS(200, code(24), "DD");
	CHECK(judgements[1].wait_ms == 1000);
	VERDICTS(200, "{\"code\":25,\"ackId\":3}", "P");
	CHECK(judgements[0].wait_ms == 1000 && judgements[0].ticket == 3);
	VERDICTS(200, code(0), "D");
	CHECK(judgements[0].wait_ms == 0);
}

static void what_is_to_be_acknowledged_is_pending_under_its_number(void)
{
	terms.use_ack = true;
	VERDICTS(200, "{\"text\":\"Success\",\"code\":0,\"ackId\":17}", "PPP");
	CHECK(judgements[2].ticket == 17);
	VERDICTS(200, "{\"code\":0,\"ackId\":0}", "P");
	CHECK(judgements[0].ticket == 0);
	// A token that acknowledges nothing is not what was asked for.
	VERDICTS(200, "{\"code\":0}", "HHH");
	CHECK(strstr(judgements[0].reason, "use_ack=false") != NULL);
	VERDICTS(200, "{\"code\":24}", "HHH");
	VERDICTS(200, "{\"code\":0,\"ackId\":\"17\"}", "HHH");
	terms.use_ack = false;
}

/* What is said of tickets 0, 1, 2 and 7. */
static const char *told(int status, const char *body)
{
	static const uint64_t tickets[] = { 0, 1, 2, 7 };
	static char letters[5];
	const struct answer answer = { .status = status,
				       .body = slice_of(body),
				       .retry_after_ms = -1 };

	memset(judgements, 0xff, sizeof(judgements));
	hec_told(&session, &answer, tickets, judgements, 4);
	for (size_t i = 0; i < 4; i++)
		letters[i] = "DPRSXH"[judgements[i].verdict];
	return letters;
}

#define TOLD(status, body, want) CHECK(strcmp(told(status, body), want) == 0)

static void only_true_is_an_acknowledgement(void)
{
	// The answer of the manual, which knows nothing of 7.
	TOLD(200, "{\"acks\":{\"0\":true,\"1\":false,\"2\":true,\"3\":false}}",
	     "DPDP");
	TOLD(200, "{\"acks\":{\"7\":true}}", "PPPD");
	TOLD(200, "{\"acks\":{\"0\":1,\"1\":\"true\",\"2\":null,\"7\":{}}}",
	     "PPPP");
	TOLD(200, "{\"acks\":[true,true,true]}", "PPPP");
	TOLD(200, "{\"acks\":{\"0\":true", "PPPP");
	TOLD(200, "<html>", "PPPP");
	TOLD(200, "", "PPPP");
	TOLD(500, "{\"acks\":{\"0\":true}}", "PPPP");
	TOLD(503, code(9), "PPPP");
}

static void whoever_may_not_ask_is_told_why(void)
{
	TOLD(400, code(14), "HHHH");
	CHECK(strstr(judgements[0].reason, "use_ack=false") != NULL);
	TOLD(403, code(4), "HHHH");
	TOLD(401, "", "HHHH");
	TOLD(404, code(404), "HHHH");
}

static void the_question_is_that_of_the_manual(void)
{
	static const uint64_t tickets[] = { 0, 1, 2, 3 };
	struct buf body = BUF_INIT(100);

	hec_put_question(tickets, 4, &body);
	CHECK(strcmp(buf_str(&body), "{\"acks\":[0,1,2,3]}") == 0);
	buf_free(&body);
}

/* What a step of --check finds: a letter for the verdict, and the words. */
static const char *found(enum hec_step step, int status, const char *body)
{
	static char text[600];
	static const char letters[] = "DPrsRH";
	const struct answer answer = { .status = status,
				       .body = slice_of(body),
				       .retry_after_ms = -1 };
	struct err finding = { 0 };
	enum verdict v = hec_checked(&terms, &session, step, &answer, &finding);

	snprintf(text, sizeof(text), "%c %s", letters[v], finding.text);
	return text;
}

static void a_check_says_what_it_found_and_what_to_do(void)
{
#define TOKENS                                                         \
	": is it one of Settings, Data inputs, HTTP Event Collector, " \
	"of this Splunk?"
	static const struct {
		enum hec_step step;
		int status;
		const char *body, *want;
	} rows[] = {
		{ HEC_HEALTH, 200, "{\"text\":\"HEC is healthy\",\"code\":17}",
		  "D the collector is healthy" },
		{ HEC_HEALTH, 400, "{\"text\":\"Invalid token\",\"code\":21}",
		  "H invalid token" TOKENS },
		{ HEC_HEALTH, 400, "{\"text\":\"disabled\",\"code\":22}",
		  "H token disabled: enable it in Splunk" },
		{ HEC_HEALTH, 503, "{\"text\":\"full\",\"code\":18}",
		  "r queues are full" },
		{ HEC_HEALTH, 404, "", "P not told: there is no such page" },
		{ HEC_HEALTH, 200, "<html>",
		  "r status 200, success, but not in the words of Splunk: is "
		  "there a proxy in between?" },
		{ HEC_EMPTY, 400, "{\"text\":\"No data\",\"code\":5}",
		  "D the token is accepted" },
		{ HEC_EMPTY, 403, "{\"text\":\"Token disabled\",\"code\":1}",
		  "H token disabled: enable it in Splunk" },
		{ HEC_EMPTY, 401, "{\"text\":\"required\",\"code\":2}",
		  "H token is required" TOKENS },
		{ HEC_EMPTY, 401, "{\"text\":\"Invalid\",\"code\":3}",
		  "H invalid authorization" TOKENS },
		{ HEC_EMPTY, 403, "{\"text\":\"Invalid token\",\"code\":4}",
		  "H invalid token" TOKENS },
		{ HEC_EMPTY, 400, "{\"text\":\"missing\",\"code\":10}",
		  "H data channel is missing: the token wants use_ack=true" },
		{ HEC_EMPTY, 404, "not here",
		  "H status 404, no event collector there: check url" },
		{ HEC_EMPTY, 500, "",
		  "r status 500, and no word of why: try again later" },
		{ HEC_ACKS, 200, "{\"acks\":{\"0\":false}}",
		  "D the token acknowledges what is indexed" },
		{ HEC_ACKS, 400, "{\"text\":\"off\",\"code\":14}",
		  "H the token does not acknowledge: enable it in Splunk, or "
		  "set use_ack=false" },
		{ HEC_ACKS, 200, "[]",
		  "r status 200, success, but not in the words of Splunk: is "
		  "there a proxy in between?" },
	};

	terms = (struct hec_terms){ 0 };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(strcmp(found(rows[i].step, rows[i].status, rows[i].body),
			     rows[i].want) == 0);
#undef TOKENS
}

int main(void)
{
	RUN(an_envelope_passes_as_it_is);
	RUN(an_object_becomes_an_event_with_its_own_time);
	RUN(times_come_out_as_splunk_wants_them);
	RUN(what_has_no_time_has_that_of_its_reading);
	RUN(cef_leef_and_syslog_become_strings_with_their_time);
	RUN(what_only_begins_like_an_object_cannot_forge_an_envelope);
	RUN(blank_lines_are_no_events);
	RUN(an_index_of_ours_is_that_of_all_envelopes);
	RUN(what_does_not_fit_is_undone_by_the_caller);
	RUN(each_code_has_its_verdict);
	RUN(the_event_that_is_named_is_rejected_and_no_other);
	RUN(a_number_that_makes_no_sense_splits);
	RUN(a_wrong_index_is_the_set_up_where_nothing_else_is_accepted);
	RUN(a_code_with_another_status_counts_for_nothing);
	RUN(success_counts_only_in_the_words_of_splunk);
	RUN(a_status_alone_never_costs_a_record);
	RUN(what_an_unknown_answer_says_is_quoted);
	RUN(too_large_is_halved_until_one_event_is_to_blame);
	RUN(a_refusal_of_compression_says_what_to_set);
	RUN(retry_after_is_obeyed_where_it_is_said);
	RUN(a_queue_that_is_nearly_full_slows_down);
	RUN(what_is_to_be_acknowledged_is_pending_under_its_number);
	RUN(only_true_is_an_acknowledgement);
	RUN(whoever_may_not_ask_is_told_why);
	RUN(the_question_is_that_of_the_manual);
	RUN(a_check_says_what_it_found_and_what_to_do);
	return check_done();
}

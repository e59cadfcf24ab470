/* What answers to _bulk mean for each document. */
#include "dest/bulk.h"

#include "check.h"

#include <stdio.h>
#include <string.h>

static struct judgement judgements[8];
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
	bulk_judge(&session, &answer, judgements, count);
	for (size_t i = 0; i < count; i++)
		letters[i] = "DPRSXH"[judgements[i].verdict];
	letters[count] = '\0';
	return letters;
}

#define VERDICTS(status, body, want) \
	CHECK(strcmp(verdicts(status, body, strlen(want)), want) == 0)
#define ITEM(status) "{\"create\":{\"status\":" status "}}"
#define ITEMS(items) "{\"errors\":true,\"items\":[" items "]}"

/* An item that was refused with this status, type and reason. */
static const char *refused(int status, const char *type, const char *reason)
{
	static char text[600];

	snprintf(text, sizeof(text),
		 "{\"errors\":true,\"items\":[{\"create\":{\"status\":%d,"
		 "\"error\":{\"type\":\"%s\",\"reason\":\"%s\"}}}]}",
		 status, type, reason);
	return text;
}

static void each_document_has_the_verdict_of_its_status(void)
{
	static const struct {
		int status;
		const char *type, *want;
	} rows[] = {
		{ 200, "", "D" },
		{ 201, "", "D" },
		{ 409, "version_conflict_engine_exception", "D" },
		{ 429, "es_rejected_execution_exception", "R" },
		{ 429, "circuit_breaking_exception", "R" },
		{ 429, "cluster_block_exception", "R" },
		{ 503, "unavailable_shards_exception", "R" },
		{ 503, "no_shard_available_action_exception", "R" },
		{ 500, "exception", "R" },
		{ 502, "exception", "R" },
		{ 504, "exception", "R" },
		{ 400, "mapper_parsing_exception", "X" },
		{ 400, "document_parsing_exception", "X" },
		{ 400, "strict_dynamic_mapping_exception", "X" },
		{ 400, "illegal_argument_exception", "X" },
		{ 403, "security_exception", "H" },
		{ 403, "cluster_block_exception", "R" },
		{ 404, "index_not_found_exception", "H" },
		{ 401, "security_exception", "H" },
		{ 405, "x", "H" },
		{ 408, "x", "R" },
		{ 413, "x", "X" },
		{ 422, "x", "X" },
		{ 302, "x", "R" },
		{ 100, "x", "R" },
		{ 999, "x", "R" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		VERDICTS(200, refused(rows[i].status, rows[i].type, "why"),
			 rows[i].want);
		CHECK((judgements[0].reason == NULL) ==
		      (rows[i].want[0] == 'D'));
		CHECK(judgements[0].repeated == (rows[i].status == 409));
		CHECK(judgements[0].wait_ms ==
		      (rows[i].want[0] == 'R' ? WAIT_BACKOFF : 0));
	}
}

static void documents_are_judged_one_by_one_in_their_order(void)
{
	VERDICTS(200,
		 "{\"took\":30,\"errors\":true,\"items\":["
		 "{\"create\":{\"_index\":\"a\",\"_id\":\"a\",\"status\":201}},"
		 "{\"create\":{\"_index\":\"a\",\"_id\":\"b\",\"status\":409,"
		 "\"error\":{\"type\":\"version_conflict_engine_exception\","
		 "\"reason\":\"there\"}}},"
		 "{\"create\":{\"status\":400,\"error\":{\"type\":"
		 "\"mapper_parsing_exception\",\"reason\":\"no \\\"date\\\"\"}"
		 "}},"
		 "{\"create\":{\"status\":429,\"error\":{\"type\":"
		 "\"es_rejected_execution_exception\",\"reason\":\"full\"}}},"
		 "{\"create\":{\"status\":201}}]}\r\n",
		 "DDXRD");
	CHECK(!judgements[0].repeated && judgements[1].repeated);
	CHECK(strcmp(judgements[2].reason,
		     "mapper_parsing_exception: no \"date\"") == 0);
	CHECK(strcmp(judgements[3].reason,
		     "es_rejected_execution_exception: full") == 0);
	VERDICTS(200,
		 "{\"errors\":false,\"items\":[" ITEM("201") "," ITEM(
			 "200") "]}",
		 "DD");
	VERDICTS(200, "{\"items\" : [ " ITEM("201") " ] , \"errors\" : false }",
		 "D");
}

static void a_conflict_counts_as_delivered_only_where_we_create(void)
{
	VERDICTS(200, ITEMS("{\"index\":{\"status\":409}}"), "X");
	VERDICTS(200, ITEMS("{\"index\":{\"status\":201}}"), "D");
}

static void what_is_wrong_with_the_set_up_costs_no_document(void)
{
	static const struct {
		const char *type, *reason;
	} rows[] = {
		{ "validation_exception",
		  "Validation Failed: 1: this action would add [2] shards, but "
		  "this cluster currently has [1000]/[1000] maximum normal "
		  "shards open;" },
		{ "index_closed_exception", "closed" },
		{ "invalid_index_name_exception",
		  "Invalid index name [A], must be lowercase" },
		{ "illegal_argument_exception",
		  "pipeline with id [x] does not exist" },
		{ "illegal_argument_exception",
		  "no write index is defined for alias [x]." },
		{ "illegal_argument_exception",
		  "only write ops with an op_type of create are allowed in "
		  "data streams" },
		{ "illegal_argument_exception",
		  "Number of documents in the index can't exceed "
		  "[2147483519]" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		session.accepted = true;
		VERDICTS(200, refused(400, rows[i].type, rows[i].reason), "H");
	}
	VERDICTS(200,
		 refused(400, "illegal_argument_exception",
			 "Limit of total fields [1000] has been exceeded"),
		 "X");
}

static void an_answer_about_another_number_is_not_believed(void)
{
	VERDICTS(200, ITEMS(""), "R");
	VERDICTS(200, ITEMS(ITEM("201")), "RR");
	CHECK(strcmp(judgements[1].reason,
		     "the answer does not speak of each document that was "
		     "sent, and is not believed") == 0);
	CHECK(judgements[1].wait_ms == WAIT_BACKOFF);
	VERDICTS(200, ITEMS(ITEM("201") "," ITEM("400")), "R");
	VERDICTS(200, ITEMS(ITEM("201") "," ITEM("201") "," ITEM("400")), "RR");
}

static void an_item_that_makes_no_sense_spoils_the_answer(void)
{
	static const char *const items[] = {
		"1",
		"null",
		"[]",
		"{}",
		"{\"create\":201}",
		"{\"create\":{}}",
		"{\"create\":{\"status\":\"201\"}}",
		"{\"create\":{\"status\":201.0}}",
		"{\"create\":{\"status\":20}}",
		"{\"create\":{\"status\":2010}}",
		"{\"create\":{\"status\":-20}}",
		"{\"create\":{\"status\":2e1}}",
		"{\"create\":{\"status\":201},\"index\":{\"status\":400}}",
	};
	char body[300];

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		snprintf(body, sizeof(body),
			 "{\"errors\":true,\"items\":[" ITEM("201") ",%s]}",
			 items[i]);
		VERDICTS(200, body, "RR");
	}
}

static void success_counts_only_in_the_words_of_elasticsearch(void)
{
	static const char *const bodies[] = {
		"",
		"<html>please sign in</html>",
		"{}",
		"[]",
		"{\"items\":[" ITEM("201") "]}",
		"{\"errors\":0,\"items\":[" ITEM("201") "]}",
		"{\"errors\":false}",
		"{\"errors\":false,\"items\":{}}",
		"{\"errors\":false,\"items\":[" ITEM("201") "]",
		"{\"errors\":false,\"items\":[" ITEM("201") "]}]}",
		"{\"errors\":false,\"items\":[" ITEM("201"),
		"{\"errors\":false,\"items\":[" ITEM("201") ",]}",
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		VERDICTS(200, bodies[i], "R");
		CHECK(strstr(judgements[0].reason, "proxy in between") != NULL);
	}
	VERDICTS(201, ITEMS(ITEM("201")), "R");
	VERDICTS(204, "", "RR");
}

static void a_status_alone_never_costs_a_record(void)
{
	static const struct {
		int status;
		const char *many, *one;
	} rows[] = {
		{ 0, "RR", "R" },   { 100, "RR", "R" }, { 301, "HH", "H" },
		{ 400, "SS", "R" }, { 401, "HH", "H" }, { 403, "HH", "H" },
		{ 404, "HH", "H" }, { 405, "HH", "H" }, { 406, "HH", "H" },
		{ 407, "HH", "H" }, { 408, "RR", "R" }, { 415, "HH", "H" },
		{ 418, "SS", "R" }, { 425, "RR", "R" }, { 429, "RR", "R" },
		{ 500, "RR", "R" }, { 501, "HH", "H" }, { 502, "RR", "R" },
		{ 503, "RR", "R" }, { 504, "RR", "R" }, { 999, "RR", "R" },
	};

	session.accepted = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		VERDICTS(rows[i].status, "<html>no</html>", rows[i].many);
		VERDICTS(rows[i].status, "", rows[i].one);
		// Items count for nothing beside another status.
		VERDICTS(rows[i].status, ITEMS(ITEM("201") "," ITEM("400")),
			 rows[i].many);
	}
}

static void a_request_that_is_refused_is_halved_until_one_is_to_blame(void)
{
	const char *answer =
		"{\"error\":{\"root_cause\":[],\"type\":"
		"\"action_request_validation_exception\",\"reason\":"
		"\"Validation Failed: 1: id is too long\"},\"status\":400}";

	session.accepted = false;
	VERDICTS(400, answer, "SSS");
	// Nothing else has been taken: is it this one, or all that we send?
	VERDICTS(400, answer, "H");
	VERDICTS(200, ITEMS(ITEM("201")), "D");
	// Some refusals are never because of the one that is sent.
	VERDICTS(400,
		 "{\"error\":{\"type\":\"illegal_argument_exception\","
		 "\"reason\":\"pipeline with id [x] does not exist\"},"
		 "\"status\":400}",
		 "H");
	VERDICTS(400, answer, "X");
	CHECK(strcmp(judgements[0].reason,
		     "action_request_validation_exception: Validation Failed: "
		     "1: id is too long") == 0);
	VERDICTS(413, "", "SS");
	VERDICTS(413, "{\"Message\":\"Request size exceeded 10485760 bytes\"}",
		 "X");
	CHECK(strcmp(judgements[0].reason,
		     "too large: raise http.max_content_length there; siem-fmt "
		     "--max-line makes lines that fit: Request size exceeded "
		     "10485760 bytes") == 0);
	session.accepted = false;
	session.too_large = 3;
	VERDICTS(413, "", "H");
}

static void a_repeat_is_an_acceptance_too(void)
{
	session.accepted = false;
	VERDICTS(200, ITEMS(ITEM("400")), "X");
	CHECK(!session.accepted);
	VERDICTS(200, ITEMS(ITEM("409")), "D");
	CHECK(session.accepted);
}

static void what_they_say_is_told(void)
{
	VERDICTS(401,
		 "{\"error\":{\"type\":\"security_exception\",\"reason\":"
		 "\"unable to authenticate user [elastic] for REST request "
		 "[/_bulk]\"},\"status\":401}",
		 "H");
	CHECK(strcmp(judgements[0].reason,
		     "not allowed: security_exception: unable to authenticate "
		     "user [elastic] for REST request [/_bulk]") == 0);
	VERDICTS(405, "{\"error\":\"Incorrect HTTP method\",\"status\":405}",
		 "H");
	CHECK(strcmp(judgements[0].reason,
		     "no _bulk there: check url: Incorrect HTTP method") == 0);
	VERDICTS(503, "{\"message\":\"Gone for \\u006cunch\"}", "R");
	CHECK(strcmp(judgements[0].reason, "Gone for lunch") == 0);
	VERDICTS(503, "{\"error\":{\"type\":1,\"reason\":null}}", "R");
	CHECK(judgements[0].reason == NULL);
	VERDICTS(200, refused(400, "x", ""), "X");
	CHECK(strcmp(judgements[0].reason, "x") == 0);
}

static void retry_after_is_obeyed_where_it_is_said(void)
{
	struct answer answer = { .status = 429, .retry_after_ms = 7000 };

	bulk_judge(&session, &answer, judgements, 1);
	CHECK(judgements[0].wait_ms == 7000);
	answer.status = 200;
	answer.body = SLICE(ITEMS(ITEM("429") "," ITEM("201")));
	bulk_judge(&session, &answer, judgements, 2);
	CHECK(judgements[0].wait_ms == 7000 && judgements[1].wait_ms == 0);
}

static void the_same_words_are_kept_once(void)
{
	VERDICTS(
		200,
		ITEMS("{\"create\":{\"status\":400,\"error\":{\"type\":\"a\"}}}"
		      ",{\"create\":{\"status\":400,\"error\":{\"type\":\"a\"}"
		      "}},{\"create\":{\"status\":400,\"error\":{\"type\":"
		      "\"b\"}}}"),
		"XXX");
	CHECK(judgements[0].reason == judgements[1].reason);
	CHECK(strcmp(judgements[1].reason, "a") == 0);
	CHECK(strcmp(judgements[2].reason, "b") == 0);
}

/* What is said about an index that we may write to, and create. */
#define MAY(write, create)                                            \
	"{\"username\":\"a\",\"index\":{\"i\":{\"create_doc\":" write \
	",\"auto_configure\":" create "}}}"

static void what_a_check_finds_is_said(void)
{
	static const struct {
		enum bulk_step step;
		int status;
		const char *body;
		enum verdict verdict;
		const char *words;
	} rows[] = {
		{ BULK_VERSION, 200, "{\"version\":{\"number\":\"8.15.0\"}}",
		  VERDICT_DELIVERED, "version 8.15.0" },
		{ BULK_VERSION, 200,
		  "{\"version\":{\"distribution\":\"opensearch\","
		  "\"number\":\"2.11.0\"}}",
		  VERDICT_DELIVERED, "version 2.11.0 of opensearch" },
		{ BULK_VERSION, 403, "{}", VERDICT_PENDING,
		  "not told: the credentials are good, but only to write" },
		{ BULK_VERSION, 404, "", VERDICT_HOLD,
		  "status 404, no _bulk there: check url" },
		{ BULK_VERSION, 200, "<html>", VERDICT_RETRY,
		  "status 200, success, but not in the words of Elasticsearch: "
		  "is there a proxy in between?" },
		{ BULK_VERSION, 503, "", VERDICT_RETRY,
		  "status 503, and no word of why: try again later" },
		{ BULK_HEALTH, 200, "{\"status\":\"yellow\"}",
		  VERDICT_DELIVERED, "health yellow" },
		{ BULK_HEALTH, 200, "{\"status\":\"red\"}", VERDICT_PENDING,
		  "health red: some indices cannot be written to" },
		{ BULK_HEALTH, 410, "", VERDICT_PENDING,
		  "not told: there is no such page, as with OpenSearch or "
		  "without a cluster of one's own" },
		{ BULK_CREDENTIALS, 200, "{\"username\":\"elastic\"}",
		  VERDICT_DELIVERED, "user elastic" },
		{ BULK_CREDENTIALS, 401,
		  "{\"error\":{\"type\":\"security_exception\",\"reason\":"
		  "\"no\"}}",
		  VERDICT_HOLD,
		  "status 401, not allowed: security_exception: no" },
		{ BULK_CREDENTIALS, 403, "", VERDICT_HOLD,
		  "status 403, not allowed" },
		{ BULK_PERMISSION, 200, MAY("true", "true"), VERDICT_DELIVERED,
		  "they may write to the index and create it" },
		{ BULK_PERMISSION, 200, MAY("true", "false"), VERDICT_PENDING,
		  "they may write to the index, but not create it "
		  "(auto_configure): it has to be there before" },
		{ BULK_PERMISSION, 200, MAY("false", "false"), VERDICT_HOLD,
		  "they may not write to the index: give them create_doc for "
		  "it" },
		{ BULK_PERMISSION, 200, "{\"index\":[1]}", VERDICT_PENDING,
		  "not told: status 200; --check=send shows whether records "
		  "are taken" },
		{ BULK_PERMISSION, 404, "", VERDICT_PENDING,
		  "not told: there is no such page, as with OpenSearch or "
		  "without a cluster of one's own" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct answer answer = {
			.status = rows[i].status,
			.body = slice_of(rows[i].body),
			.retry_after_ms = -1,
		};
		struct err finding = { 0 };

		CHECK(bulk_checked(&session, rows[i].step, &answer, &finding) ==
		      rows[i].verdict);
		CHECK(strcmp(finding.text, rows[i].words) == 0);
	}
}

int main(void)
{
	RUN(each_document_has_the_verdict_of_its_status);
	RUN(documents_are_judged_one_by_one_in_their_order);
	RUN(a_conflict_counts_as_delivered_only_where_we_create);
	RUN(what_is_wrong_with_the_set_up_costs_no_document);
	RUN(an_answer_about_another_number_is_not_believed);
	RUN(an_item_that_makes_no_sense_spoils_the_answer);
	RUN(success_counts_only_in_the_words_of_elasticsearch);
	RUN(a_status_alone_never_costs_a_record);
	RUN(a_request_that_is_refused_is_halved_until_one_is_to_blame);
	RUN(a_repeat_is_an_acceptance_too);
	RUN(what_they_say_is_told);
	RUN(retry_after_is_obeyed_where_it_is_said);
	RUN(the_same_words_are_kept_once);
	RUN(what_a_check_finds_is_said);
	arena_free(&session.words);
	return check_done();
}

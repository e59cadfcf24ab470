/* What is found is replaced, and nothing else; however long, in good time. */
#include "redact/redact.h"

#include "core/clock.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)1 << 20)

static struct err e;
static struct buf out = { .max = 64 * MIB };

/* What becomes of a text, with some classes and a pattern or none. */
static const char *redacted(const char *classes, const char *pattern,
			    const char *text)
{
	struct redact_pattern own = { "own", pattern };
	struct redactor *r = redactor_new(classes, &own, pattern != NULL, &e);

	buf_clear(&out);
	if (r == NULL)
		return e.text;
	int rc = redact_text(r, slice_of(text), &out, &e);
	redactor_free(r);
	return rc == 0 ? text : rc < 0 ? e.text : buf_str(&out);
}

static bool becomes(const char *text, const char *want)
{
	return strcmp(redacted("all", NULL, text), want) == 0;
}

static bool stays(const char *text)
{
	return becomes(text, text);
}

static void a_find_is_replaced_by_the_name_of_its_class(void)
{
	CHECK(becomes("to anna@example.com, please",
		      "to [REDACTED:email], please"));
	CHECK(becomes("4111 1111 1111 1111", "[REDACTED:card]"));
}

static void several_finds_are_replaced_each(void)
{
	CHECK(becomes("10.0.0.1,10.0.0.2", "[REDACTED:ip],[REDACTED:ip]"));
	CHECK(becomes("anna@example.com bob@example.org",
		      "[REDACTED:email] [REDACTED:email]"));
	CHECK(becomes("a@b.example;123-45-6789",
		      "[REDACTED:email];[REDACTED:ssn]"));
}

static void finds_that_overlap_are_one_named_after_the_longest(void)
{
	CHECK(becomes("4111111111111111@example.com", "[REDACTED:email]"));
	CHECK(becomes("4111111111111111.AKIAIOSFODNN7EXAMPLE@example.com",
		      "[REDACTED:email]"));
	CHECK(strcmp(redacted("email", "[0-9]+", "bob42@example.com 7"),
		     "[REDACTED:email] [REDACTED:own]") == 0);
	CHECK(strcmp(redacted("email", "example\\.com is .*",
			      "x@example.com is the address"),
		     "[REDACTED:own]") == 0);
}

static void a_text_may_begin_and_end_anywhere(void)
{
	// Other scripts stand next to a find; their digits are none.
	CHECK(becomes("\xe3\x82\xab"
		      "4111111111111111\xe3\x81\xa7",
		      "\xe3\x82\xab[REDACTED:card]\xe3\x81\xa7"));
	CHECK(stays("\xef\xbc\x94\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91"));
	CHECK(stays("@") && stays(":") && stays("=") && stays("+1") &&
	      stays("eyJ") && stays("[") && stays("\xc3"));
	CHECK(stays("password=") && stays("=x") && stays("--password "));
}

static void where_nothing_is_found_nothing_is_written(void)
{
	struct redactor *r = redactor_new("all", NULL, 0, &e);

	buf_clear(&out);
	buf_puts(&out, "before");
	CHECK(redact_text(r, SLICE("nothing to see"), &out, &e) == 0);
	CHECK(redact_text(r, SLICE(""), &out, &e) == 0);
	CHECK(redact_text(r, (struct slice){ 0 }, &out, &e) == 0);
	CHECK(strcmp(buf_str(&out), "before") == 0);
	CHECK(redact_text(r, SLICE("of a@b.example"), &out, &e) == 1);
	CHECK(strcmp(buf_str(&out), "beforeof [REDACTED:email]") == 0);
	redactor_free(r);
}

static void only_classes_that_were_named_are_looked_for(void)
{
	const char *text = "a@b.example 10.0.0.1 123-45-6789";

	CHECK(strcmp(redacted("ip", NULL, text),
		     "a@b.example [REDACTED:ip] 123-45-6789") == 0);
	CHECK(strcmp(redacted("ssn, email", NULL, text),
		     "[REDACTED:email] 10.0.0.1 [REDACTED:ssn]") == 0);
	CHECK(strcmp(redacted(NULL, NULL, text), text) == 0);
}

static void a_class_that_is_none_is_named_with_the_nearest(void)
{
	CHECK(strstr(redacted("emial", NULL, ""), "did you mean email?"));
	CHECK(strstr(redacted("email,aws", NULL, ""), "did you mean aws-key?"));
	CHECK(e.kind == ERR_USAGE);
	CHECK(strstr(redacted("", NULL, ""), "unknown class"));
	CHECK(strstr(redacted("email,,ip", NULL, ""), "unknown class"));
	CHECK(strstr(redacted("email,", NULL, ""), "unknown class"));
}

static void what_has_been_replaced_is_left_alone(void)
{
	CHECK(stays("[REDACTED:email] and password=[REDACTED:token]"));
	CHECK(becomes("[REDACTED:email]10.0.0.1[REDACTED:ip]",
		      "[REDACTED:email][REDACTED:ip][REDACTED:ip]"));
	CHECK(strcmp(redacted("email", "E", "a@b.example E"),
		     "[REDACTED:email] [REDACTED:own]") == 0);
	// Anybody can write what looks like it.
	CHECK(becomes("[REDACTED:a@b.example]", "[REDACTED:[REDACTED:email]]"));
	CHECK(becomes("[REDACTED:email a@b.example",
		      "[REDACTED:email [REDACTED:email]"));
}

static void what_can_be_seen_only_then_is_found_too(void)
{
	CHECK(strcmp(redacted(NULL, "x|^y", "xyyz"),
		     "[REDACTED:own][REDACTED:own][REDACTED:own]z") == 0);
}

static void what_comes_to_no_end_is_refused(void)
{
	CHECK(strcmp(redacted(NULL, "^y", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"),
		     "redaction comes to no end") == 0);
	CHECK(e.kind == ERR_DATA);
}

static void a_name_says_what_its_value_is(void)
{
	static const struct {
		const char *name, *text, *want;
	} members[] = {
		{ "password", "hunter2", "[REDACTED:token]" },
		{ "db.password", "correct horse", "[REDACTED:token]" },
		{ "dbPassword", "hunter2", "[REDACTED:token]" },
		{ "phone", "2125550123", "[REDACTED:phone]" },
		{ "ssn", "123456789", "[REDACTED:ssn]" },
		{ "api_key", "a8f5f167f44f4964e6c998dee827110c",
		  "[REDACTED:token]" },
		{ "SecretAccessKey", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		  "[REDACTED:aws-key]" },
		{ "Authorization",
		  "Splunk 12345678-1234-1234-1234-123456789abc",
		  "Splunk [REDACTED:token]" },
		{ "note", "hunter2", NULL },
		{ "sha256", "a8f5f167f44f4964e6c998dee827110c", NULL },
		{ "ssn", "000456789", NULL },
		{ "password", "required", NULL },
	};
	struct redactor *r = redactor_new("all", NULL, 0, &e);

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		buf_clear(&out);
		int rc = redact_member(r, slice_of(members[i].name),
				       slice_of(members[i].text), &out, &e);
		CHECK(rc == (members[i].want != NULL));
		CHECK(rc == 0 || strcmp(buf_str(&out), members[i].want) == 0);
		if (!check_ok)
			printf("# %s: %s\n", members[i].name, buf_str(&out));
	}
	redactor_free(r);
}

static void finds_are_counted_by_name(void)
{
	struct redact_pattern own = { "badge", "B-[0-9]{4}" };
	struct redactor *r = redactor_new("email,ip", &own, 1, &e);

	buf_clear(&out);
	CHECK(redact_text(r, SLICE("a@b.example c@d.example B-1234"), &out,
			  &e) == 1);
	CHECK(redactor_count(r) == 3);
	CHECK(strcmp(redactor_name(r, 0), "email") == 0);
	CHECK(strcmp(redactor_name(r, 2), "badge") == 0);
	CHECK(redactor_found(r, 0) == 2 && redactor_found(r, 1) == 0 &&
	      redactor_found(r, 2) == 1);
	redactor_free(r);
}

static void a_pattern_that_is_wrong_is_told_with_its_place(void)
{
	const char *said = redacted(NULL, "a(b", "");

	CHECK(strstr(said, "pattern own: character 4: missing closing"));
	CHECK(e.kind == ERR_USAGE);
	// It would tear a character apart.
	CHECK(strstr(redacted(NULL, "a\\C", ""), "pattern own: character "));
}

static void a_text_that_is_no_utf8_is_not_searched_with_a_pattern(void)
{
	CHECK(strcmp(redacted(NULL, "x", "\xff x"), "pattern own: not UTF-8") ==
	      0);
	CHECK(e.kind == ERR_DATA);
}

static void a_pattern_needs_a_name_of_its_own(void)
{
	static const char *const names[] = { "", "email", "all", "a]b", "a b" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct redact_pattern own = { names[i], "x" };

		CHECK(redactor_new("ip", &own, 1, &e) == NULL);
	}
	struct redact_pattern twice[] = { { "a", "x" }, { "a", "y" } };
	CHECK(redactor_new(NULL, twice, 2, &e) == NULL);
	CHECK(strstr(e.text, "twice"));
}

static void a_pattern_may_match_nothing_at_all(void)
{
	CHECK(strcmp(redacted(NULL, "x*", "axxb\xc3\xa4x"),
		     "a[REDACTED:own]b\xc3\xa4[REDACTED:own]") == 0);
	CHECK(strcmp(redacted(NULL, "a\\Kb?", "ab aab"),
		     "a[REDACTED:own] aa[REDACTED:own]") == 0);
}

/* A text of n bytes: unit, again and again, then end. */
static char *repeated(const char *unit, size_t n, const char *end)
{
	size_t len = strlen(unit);
	char *text = malloc(n + strlen(end) + 1);

	if (text == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		text[i] = unit[i % len];
	memcpy(text + n, end, strlen(end) + 1);
	return text;
}

static void a_pattern_that_would_take_for_ever_is_given_up(void)
{
	static const char *const patterns[] = { "(a+)+$", "(a|aa)*c",
						"\\w*+[.!]" };

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		char *text = repeated("a", i < 2 ? 5000 : 4 * MIB, "bc");
		int64_t started = clock_ns();
		const char *said = redacted(NULL, patterns[i], text);

		CHECK(strstr(said, "pattern own") == said);
		CHECK(e.kind == ERR_DATA);
		CHECK(clock_ns() - started < 20 * (int64_t)NS_PER_SEC);
		free(text);
	}
}

static void a_text_of_a_mebibyte_takes_its_time_once(void)
{
	static const char *const units[] = {
		"1",
		"@",
		"a.",
		"eyJ",
		"a@",
		"a@b.",
		"1.",
		"1:",
		"::",
		":",
		"f:",
		"key=",
		"password=",
		"password: ",
		"=\"",
		"='",
		"-",
		"--",
		"-----BEGIN ",
		"-----BEGIN PRIVATE KEY-----",
		"eyJ.",
		"+1",
		"+1 ",
		"1 ",
		"1-",
		"(2",
		"AKIA",
		"sk-",
		"ghp_",
		"Bearer ",
		"://a:",
		"//a:b@",
		"DE12 ",
		"\xc3\xa4@",
		"[REDACTED:email]",
		"[REDACTED:",
		"eyJhbGciOiJIUzI1NiJ9.",
		"1.1.1.1 ",
		"key= ",
		"\"key\" : ",
		"tel ",
		"tel: 1",
		"authorization: a ",
		"key:",
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		char *text = repeated(units[i], MIB, "");
		int64_t started = clock_ns();

		redacted("all", NULL, text);
		// It takes some 10 ms; a search that is not linear, an hour.
		bool in_time = clock_ns() - started < 10 * (int64_t)NS_PER_SEC;
		CHECK(in_time);
		if (!in_time)
			printf("# %s\n", units[i]);
		free(text);
	}
}

static void a_result_that_has_no_room_is_refused(void)
{
	struct redactor *r = redactor_new("email", NULL, 0, &e);
	struct buf small = BUF_INIT(20);

	buf_puts(&small, "kept");
	CHECK(redact_text(r, SLICE("a@b.example"), &small, &e) == 1);
	CHECK(redact_text(r, SLICE("a@b.example"), &small, &e) == -1);
	CHECK(e.kind == ERR_DATA);
	CHECK(strcmp(buf_str(&small), "kept[REDACTED:email]") == 0);
	buf_free(&small);
	redactor_free(r);
}

static bool may_match(const char *line)
{
	struct redactor *r = redactor_new("all", NULL, 0, &e);
	bool may = redact_may_match(r, slice_of(line));

	redactor_free(r);
	return may;
}

static void a_record_without_finds_is_told_at_once(void)
{
	CHECK(!may_match("{\"time\":\"2025-10-08T12:34:56.789Z\",\"n\":1.25,"
			 "\"id\":\"req-123456\",\"tool\":\"mcp_redact:run\"}"));
	CHECK(may_match("{\"to\":\"anna@example.com\"}"));
	CHECK(may_match("{\"password\" : \"hunter2\"}"));
	CHECK(may_match("{\"version\":\"10.0.0.1\"}"));
	CHECK(may_match("{\"version\\\\\":\"10.0.0.1\"}"));
	CHECK(may_match("{\"to\":\"anna\\u0040example.com\"}"));
	CHECK(may_match("{\"to\":\"[REDACTED:ip]x\"}"));
	CHECK(!may_match("{\"api_key\":1,\"note\":\"a\\n\\\"b\\\"\"}"));
}

static void what_the_name_of_a_value_says_is_not_missed(void)
{
	CHECK(may_match("{\"password\":[1,[\"hunter2\"]]}"));
	CHECK(may_match("{\"password\":\"a\\\"hunter2\"}"));
	CHECK(may_match("{\"pass\\u0077ord\":\"hunter2\"}"));
	CHECK(may_match("{\"phone\":2125550123}"));
	CHECK(may_match("{\"run\":\"x --password hunter2\"}"));
}

/* What may have a find in a record, of the parts that stand between bars. */
static bool may_match_in(const char *record, const char *parts)
{
	static char line[256];
	struct redactor *r = redactor_new("all", NULL, 0, &e);
	struct slice rest = slice_of(parts);
	bool as_said = strlen(record) < sizeof(line);

	memcpy(line, record, as_said ? strlen(record) + 1 : 0);
	as_said = as_said && redact_may_match(r, slice_of(line));
	while (rest.len > 0) {
		struct slice part = slice_take_until(&rest, '|');
		bool want = slice_take(&part, SLICE("+"));
		const char *at =
			memmem(line, strlen(line), part.data, part.len);

		as_said = as_said && at != NULL &&
			  redact_may_match_in(
				  r, (struct slice){ at, part.len }) == want;
	}
	redactor_free(r);
	return as_said;
}

static void the_part_of_a_record_that_may_have_a_find_is_told(void)
{
	CHECK(may_match_in("{\"to\":\"anna@example.com\",\"n\":12}",
			   "to|+anna@example.com|n|12"));
	CHECK(may_match_in("{\"a\":\"x\",\"password\":[\"hunter2\"]}",
			   "a|x|+password|hunter2"));
	CHECK(may_match_in("{\"a\":\"\\n\",\"4111111111111111\":\"b\"}",
			   "+4111111111111111|b"));
}

static void many_places_are_everywhere(void)
{
	char *record = repeated("\"10.0.0.1\",", 40 * 11, "\"x\"");
	struct redactor *r = redactor_new("ip", NULL, 0, &e);

	CHECK(redact_may_match(r, slice_of(record)));
	CHECK(redact_may_match_in(r, slice_of(record + 40 * 11)));
	redactor_free(r);
	free(record);
}

static void a_name_may_end_where_something_else_was_found(void)
{
	CHECK(becomes("to anna@example.key=9f8a7B6c5D4e3F2a1b0c now",
		      "to [REDACTED:email]=[REDACTED:token] now"));
}

int main(void)
{
	RUN(a_find_is_replaced_by_the_name_of_its_class);
	RUN(several_finds_are_replaced_each);
	RUN(finds_that_overlap_are_one_named_after_the_longest);
	RUN(a_text_may_begin_and_end_anywhere);
	RUN(where_nothing_is_found_nothing_is_written);
	RUN(only_classes_that_were_named_are_looked_for);
	RUN(a_class_that_is_none_is_named_with_the_nearest);
	RUN(what_has_been_replaced_is_left_alone);
	RUN(what_can_be_seen_only_then_is_found_too);
	RUN(what_comes_to_no_end_is_refused);
	RUN(a_name_says_what_its_value_is);
	RUN(finds_are_counted_by_name);
	RUN(a_pattern_that_is_wrong_is_told_with_its_place);
	RUN(a_text_that_is_no_utf8_is_not_searched_with_a_pattern);
	RUN(a_pattern_needs_a_name_of_its_own);
	RUN(a_pattern_may_match_nothing_at_all);
	RUN(a_pattern_that_would_take_for_ever_is_given_up);
	RUN(a_text_of_a_mebibyte_takes_its_time_once);
	RUN(a_result_that_has_no_room_is_refused);
	RUN(a_record_without_finds_is_told_at_once);
	RUN(what_the_name_of_a_value_says_is_not_missed);
	RUN(the_part_of_a_record_that_may_have_a_find_is_told);
	RUN(many_places_are_everywhere);
	RUN(a_name_may_end_where_something_else_was_found);
	buf_free(&out);
	return check_done();
}

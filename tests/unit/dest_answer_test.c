/* What answers have in common: their headers, their status, their words. */
#include "dest/answer.h"

#include "check.h"

#include <string.h>

/* Is the header of that name this? NULL: not there. */
static bool header_is(const char *headers, const char *name, const char *want)
{
	const struct answer answer = { .headers = slice_of(headers) };
	struct slice value;

	if (!answer_header(&answer, name, &value))
		return want == NULL;
	return want != NULL && slice_is(value, slice_of(want));
}

static void a_header_is_found_whatever_its_case(void)
{
	const char *headers = "Date: today\r\nX-RateLimit-Reset:7\r\n"
			      "Empty:\r\nSpace: \t a b \t\r\nDate: later\r\n";

	CHECK(header_is(headers, "date", "today"));
	CHECK(header_is(headers, "x-ratelimit-reset", "7"));
	CHECK(header_is(headers, "Empty", ""));
	CHECK(header_is(headers, "Space", "a b"));
	CHECK(header_is("Last: one", "Last", "one"));
}

static void what_is_not_a_header_of_that_name_is_not_found(void)
{
	CHECK(header_is("", "Date", NULL));
	CHECK(header_is("Dates: 1\r\nX-Date: 2\r\nDate 3\r\n", "Date", NULL));
	CHECK(header_is("Date", "Date", NULL));
	CHECK(header_is("A: Date: 1\r\n", "Date", NULL));
}

static void a_status_says_what_to_do_with_many_and_with_one(void)
{
	static const struct {
		int status;
		enum verdict many, one;
	} rows[] = {
		{ 200, VERDICT_DELIVERED, VERDICT_DELIVERED },
		{ 204, VERDICT_DELIVERED, VERDICT_DELIVERED },
		{ 302, VERDICT_HOLD, VERDICT_HOLD },
		{ 400, VERDICT_SPLIT, VERDICT_RETRY },
		{ 401, VERDICT_HOLD, VERDICT_HOLD },
		{ 403, VERDICT_HOLD, VERDICT_HOLD },
		{ 404, VERDICT_HOLD, VERDICT_HOLD },
		{ 405, VERDICT_HOLD, VERDICT_HOLD },
		{ 407, VERDICT_HOLD, VERDICT_HOLD },
		{ 408, VERDICT_RETRY, VERDICT_RETRY },
		{ 413, VERDICT_SPLIT, VERDICT_REJECT },
		{ 415, VERDICT_HOLD, VERDICT_HOLD },
		{ 422, VERDICT_SPLIT, VERDICT_RETRY },
		{ 425, VERDICT_RETRY, VERDICT_RETRY },
		{ 429, VERDICT_RETRY, VERDICT_RETRY },
		{ 500, VERDICT_RETRY, VERDICT_RETRY },
		{ 501, VERDICT_HOLD, VERDICT_HOLD },
		{ 503, VERDICT_RETRY, VERDICT_RETRY },
		{ 999, VERDICT_RETRY, VERDICT_RETRY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct answer answer = { .status = rows[i].status };
		struct dest_session session = { 0 };

		CHECK(answer_by_status(&answer, &session, 2).verdict ==
		      rows[i].many);
		CHECK(answer_by_status(&answer, &session, 1).verdict ==
		      rows[i].one);
	}
}

static void one_is_too_large_but_not_all_of_them(void)
{
	const struct answer answer = { .status = 413 };
	struct dest_session session = { 0 };

	for (int i = 0; i < 3; i++)
		CHECK(answer_by_status(&answer, &session, 1).verdict ==
		      VERDICT_REJECT);
	CHECK(answer_by_status(&answer, &session, 1).verdict == VERDICT_HOLD);
	CHECK(answer_by_status(&answer, &session, 2).verdict == VERDICT_SPLIT);
	session.accepted = true;
	CHECK(answer_by_status(&answer, &session, 1).verdict == VERDICT_REJECT);
}

static void the_time_that_was_asked_for_is_kept(void)
{
	struct answer answer = { .status = 503, .retry_after_ms = 7000 };
	struct dest_session session = { 0 };

	CHECK(answer_by_status(&answer, &session, 2).wait_ms == 7000);
	answer.retry_after_ms = -1;
	CHECK(answer_by_status(&answer, &session, 2).wait_ms == WAIT_BACKOFF);
	answer = (struct answer){ .status = 200, .retry_after_ms = 7000 };
	CHECK(answer_by_status(&answer, &session, 2).wait_ms == 0);
}

static void words_stay_where_they_are_and_are_cut_to_whole_characters(void)
{
	struct dest_session session = { .words = ARENA_INIT(1 << 20) };
	char long_text[ANSWER_WORDS_MAX + 10];
	const char *words[100];

	for (size_t i = 0; i < 100; i++)
		words[i] = answer_words(&session, "number %zu", i);
	CHECK(strcmp(words[0], "number 0") == 0);
	CHECK(strcmp(words[99], "number 99") == 0);

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	memcpy(long_text + ANSWER_WORDS_MAX - 1, "\xc3\xa1", 2);
	CHECK(strlen(answer_words(&session, "%s", long_text)) ==
	      ANSWER_WORDS_MAX - 1);
	arena_free(&session.words);
}

static void without_memory_there_are_no_words(void)
{
	struct dest_session session = { .words = ARENA_INIT(4) };

	CHECK(strcmp(answer_words(&session, "too many"), "") == 0);
	arena_free(&session.words);
}

static void a_token_that_ended_is_given_up_and_a_new_one_is_believed(void)
{
	struct dest_session s = { .token = BUF_INIT(100) };

	// None is there: another one is on its way.
	CHECK(answer_unauthorized(&s).verdict == VERDICT_RETRY);
	buf_puts(&s.token, "fresh");
	CHECK(answer_unauthorized(&s).verdict == VERDICT_HOLD);
	CHECK(s.token.len > 0);
	s.token_is_past = true;
	CHECK(answer_unauthorized(&s).verdict == VERDICT_RETRY);
	CHECK(s.token.len > 0);
	s.token_is_past = false;
	s.token_works = true;
	CHECK(answer_unauthorized(&s).verdict == VERDICT_RETRY);
	CHECK(answer_unauthorized(&s).wait_ms == 0);
	CHECK(s.token.len == 0);
	buf_free(&s.token);
}

int main(void)
{
	RUN(a_token_that_ended_is_given_up_and_a_new_one_is_believed);
	RUN(a_header_is_found_whatever_its_case);
	RUN(what_is_not_a_header_of_that_name_is_not_found);
	RUN(a_status_says_what_to_do_with_many_and_with_one);
	RUN(one_is_too_large_but_not_all_of_them);
	RUN(the_time_that_was_asked_for_is_kept);
	RUN(words_stay_where_they_are_and_are_cut_to_whole_characters);
	RUN(without_memory_there_are_no_words);
	return check_done();
}

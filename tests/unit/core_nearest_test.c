/* Which word was meant. */
#include "core/nearest.h"

#include "check.h"

#include <string.h>

/* The one of the words, which NULL ends, that is nearest; "" for none. */
static const char *nearest(const char *word, const char *const *words)
{
	struct nearest n = NEAREST_INIT(word);

	for (; *words != NULL; words++)
		nearest_try(&n, *words);
	return n.best != NULL ? n.best : "";
}

static const char *const options[] = { "cef", "leef", "json", "max-line",
				       "max-record", NULL };

static void a_typing_error_is_seen_through(void)
{
	CHECK(strcmp(nearest("jsno", options), "json") == 0);
	CHECK(strcmp(nearest("maxline", options), "max-line") == 0);
	CHECK(strcmp(nearest("max-recrod", options), "max-record") == 0);
}

static void a_word_that_was_not_finished_is_found(void)
{
	CHECK(strcmp(nearest("max-r", options), "max-record") == 0);
}

static void of_two_as_close_the_one_that_begins_alike_is_meant(void)
{
	CHECK(strcmp(nearest("lef", options), "leef") == 0);
}

static void what_is_far_from_all_is_none_of_them(void)
{
	CHECK(strcmp(nearest("colour", options), "") == 0);
	CHECK(strcmp(nearest("", options), "") == 0);
}

static void a_giant_word_is_none_of_them(void)
{
	char giant[5000];

	memset(giant, 'a', sizeof(giant) - 1);
	giant[sizeof(giant) - 1] = '\0';
	CHECK(strcmp(nearest(giant, options), "") == 0);
}

int main(void)
{
	RUN(a_typing_error_is_seen_through);
	RUN(a_word_that_was_not_finished_is_found);
	RUN(of_two_as_close_the_one_that_begins_alike_is_meant);
	RUN(what_is_far_from_all_is_none_of_them);
	RUN(a_giant_word_is_none_of_them);
	return check_done();
}

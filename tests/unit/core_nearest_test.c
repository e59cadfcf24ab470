/* Which word was meant. */
#include "core/nearest.h"

#include "check.h"

#include <string.h>

/* The nearest of some option names to a word, or "-". */
static const char *nearest(const char *word)
{
	static const char *const names[] = {
		"cef",      "leef",     "json",       "rfc5424", "rfc3164",
		"facility", "severity", "max-record", "reject"
	};
	struct nearest n = NEAREST_INIT(word);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		nearest_try(&n, names[i]);
	return n.best != NULL ? n.best : "-";
}

static bool is(const char *word, const char *want)
{
	return strcmp(nearest(word), want) == 0;
}

static void the_word_itself_is_nearest(void)
{
	CHECK(is("cef", "cef") && is("rfc3164", "rfc3164"));
}

static void one_slip_is_forgiven(void)
{
	CHECK(is("jsno", "json"));
	CHECK(is("facilty", "facility"));
	CHECK(is("facillity", "facility"));
	CHECK(is("rejekt", "reject"));
	CHECK(is("severtiy", "severity"));
}

static void the_fewest_slips_win(void)
{
	CHECK(is("rfc5425", "rfc5424"));
	CHECK(is("rfc3146", "rfc3164"));
}

static void of_two_as_close_the_one_that_begins_alike_is_meant(void)
{
	CHECK(is("lef", "leef"));
}

static void the_beginning_of_a_word_is_enough(void)
{
	CHECK(is("max", "max-record"));
	CHECK(is("facil", "facility"));
	CHECK(is("sev", "severity"));
}

static void another_word_is_not_taken_for_one(void)
{
	CHECK(is("verbose", "-") && is("colour", "-") && is("xml", "-"));
	CHECK(is("", "-") && is("zz", "-"));
}

static void words_of_any_length_do_no_harm(void)
{
	char word[200];

	memset(word, 'a', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	CHECK(is(word, "-"));
	struct nearest n = NEAREST_INIT("json");
	nearest_try(&n, word);
	CHECK(n.best == NULL);
	word[63] = '\0';
	n = NEAREST_INIT(word);
	nearest_try(&n, word);
	CHECK(n.best == word && n.distance == 0);
}

int main(void)
{
	RUN(the_word_itself_is_nearest);
	RUN(one_slip_is_forgiven);
	RUN(the_fewest_slips_win);
	RUN(of_two_as_close_the_one_that_begins_alike_is_meant);
	RUN(the_beginning_of_a_word_is_enough);
	RUN(another_word_is_not_taken_for_one);
	RUN(words_of_any_length_do_no_harm);
	return check_done();
}

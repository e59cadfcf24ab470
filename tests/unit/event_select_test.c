/*
 * Selection: tests on members, bounds on time, and what is said of those that
 * make no sense.
 */
#include "mapping.h"

#include "event/select.h"

#include "check.h"

/* A map whose events have the time of their member t. */
static const char by_t[] = "{\"name\":\"m\",\"time\":\"t\"}";

struct asked {
	struct maps *maps;
	struct mapper *mapper;
	struct select select;
	struct err e;
};

/* Ask for records by tests, which a NULL ends; a->mapper is NULL if wrong. */
static void ask(struct asked *a, const char *const *tests)
{
	size_t count = 0;

	while (tests[count] != NULL)
		count++;
	*a = (struct asked){ .select = SELECT_ALL };
	a->maps = maps_load(unnamed_file(by_t), &cef, &a->e);
	if (a->maps == NULL)
		abort();
	if (select_where(&a->select, a->maps, tests, count, &a->e) < 0)
		return;
	a->mapper = mapper_new(a->maps, &cef, MAX_RECORD);
	mapper_select(a->mapper, &a->select);
}

static void forget(struct asked *a)
{
	mapper_free(a->mapper);
	maps_free(a->maps);
}

static bool takes_record(struct asked *a, const char *record)
{
	char *text = quoted(record);
	struct event event;

	if (mapper_read(a->mapper, slice_of(text), &event, &a->e) < 0)
		abort();
	free(text);
	return event.selected;
}

/* Does a record pass the tests? Also for the second time, by a recipe. */
#define TAKES(record, ...) \
	takes((const char *const[]){ __VA_ARGS__, NULL }, record)

static bool takes(const char *const *tests, const char *record)
{
	struct asked a;

	ask(&a, tests);
	if (a.mapper == NULL) {
		printf("# %s\n", a.e.text);
		abort();
	}
	bool taken = takes_record(&a, record);
	for (int i = 0; i < 3; i++)
		if (takes_record(&a, record) != taken)
			abort();
	forget(&a);
	return taken;
}

/* What is said of a test that makes no sense. */
static const char *error_of(const char *test)
{
	static struct asked a;

	ask(&a, (const char *const[]){ test, NULL });
	if (a.mapper != NULL)
		strcpy(a.e.text, "no error");
	forget(&a);
	return a.e.text;
}

static void a_value_is_compared_as_text(void)
{
	CHECK(TAKES("{'a':'x'}", "a=x"));
	CHECK(!TAKES("{'a':'y'}", "a=x"));
	CHECK(!TAKES("{'a':'xx'}", "a=x"));
	CHECK(!TAKES("{}", "a=x"));
	CHECK(TAKES("{'a':7}", "a=7"));
	CHECK(TAKES("{'a':'7'}", "a=7"));
	CHECK(!TAKES("{'a':7.0}", "a=7"));
	CHECK(TAKES("{'a':false}", "a=false"));
	CHECK(TAKES("{'a':[1, 2]}", "a=[1,2]"));
	CHECK(TAKES("{'a':'\\u0078'}", "a=x"));
	CHECK(TAKES("{'a':''}", "a="));
	CHECK(!TAKES("{'a':null}", "a="));
	CHECK(TAKES("{'a':'x=y'}", "a=x=y"));
}

static void a_path_leads_inwards(void)
{
	CHECK(TAKES("{'a':{'b':{'c':1}}}", "a.b.c=1"));
	CHECK(!TAKES("{'a':{'b':1}}", "a.b.c=1"));
	CHECK(TAKES("{'a.b':1}", "a\\.b=1"));
	CHECK(!TAKES("{'a':{'b':1}}", "a\\.b=1"));
}

static void a_test_may_be_that_it_is_not_so(void)
{
	CHECK(!TAKES("{'a':'x'}", "a!=x"));
	CHECK(TAKES("{'a':'y'}", "a!=x"));
	CHECK(TAKES("{}", "a!=x"));
	CHECK(TAKES("{'a':null}", "a!=x"));
}

static void a_test_may_be_that_there_is_a_member_or_none(void)
{
	CHECK(TAKES("{'a':0}", "a"));
	CHECK(TAKES("{'a':''}", "a"));
	CHECK(TAKES("{'a':{}}", "a"));
	CHECK(!TAKES("{'a':null}", "a"));
	CHECK(!TAKES("{'b':1}", "a"));
	CHECK(!TAKES("{'a':0}", "!a"));
	CHECK(TAKES("{'a':null}", "!a"));
	CHECK(TAKES("{'b':{'a':1}}", "!a"));
}

static void all_tests_have_to_hold(void)
{
	CHECK(TAKES("{'a':1,'b':2}", "a=1", "b=2", "!c"));
	CHECK(!TAKES("{'a':1,'b':2}", "a=1", "b=3"));
	CHECK(!TAKES("{'a':1,'b':2}", "a=1", "a=2"));
	CHECK(TAKES("{'a':3}", "a!=1", "a!=2"));
}

static void names_may_have_the_marks_of_tests(void)
{
	CHECK(TAKES("{'a=b':'c'}", "a\\=b=c"));
	CHECK(TAKES("{'a!':'c'}", "a\\!=c"));
	CHECK(!TAKES("{'a!':'c'}", "a\\!!=c"));
	CHECK(TAKES("{'!a':1}", "\\!a"));
	CHECK(TAKES("{'$a':1}", "\\$a=1"));
	CHECK(TAKES("{'a b':1}", "a b"));
}

static void of_members_with_the_same_name_the_last_one_counts(void)
{
	CHECK(TAKES("{'a':1,'a':2}", "a=2"));
	CHECK(!TAKES("{'a':1,'a':2}", "a=1"));
}

static void a_test_that_makes_no_sense_is_named(void)
{
	static const char takes_these[] =
		" (it takes PATH, !PATH, PATH=VALUE or PATH!=VALUE)";
	static const struct {
		const char *test, *why;
	} rows[] = {
		{ "", "a path with an empty name" },
		{ "=x", "a path with an empty name" },
		{ "!", "a path with an empty name" },
		{ "!=x", "a path with an empty name" },
		{ "a..b=x", "a path with an empty name" },
		{ "a.b.", "a path with an empty name" },
		{ "a\\", "nothing behind the backslash" },
		{ "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a."
		  "a.a.a",
		  "a path of too many names" },
		{ "$severity=8",
		  "only members can be asked for, not what a map defines; of "
		  "a name, a dollar sign at the beginning is written \\$" },
		{ "!a=x",
		  "the exclamation mark belongs before the equals sign; of a "
		  "name, one at the beginning is written \\!" },
		{ "a=\xff", "it is not UTF-8" },
		{ "\xff", "it is not UTF-8" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char want[512];

		snprintf(want, sizeof(want), "option --where: %s: %s%s",
			 rows[i].test, rows[i].why, takes_these);
		CHECK(is(error_of(rows[i].test), want));
	}
}

static void there_is_a_bound_on_how_many_tests_there_are(void)
{
	const char *tests[PROGRAM_READS + 2] = { NULL };
	struct asked a;

	for (size_t i = 0; i < PROGRAM_READS; i++)
		tests[i] = "a=1";
	CHECK(takes(tests, "{'a':1}"));
	tests[PROGRAM_READS] = "a=1";
	ask(&a, tests);
	CHECK(a.mapper == NULL);
	CHECK(is(a.e.text, "option --where: more than 256 of them"));
	forget(&a);
}

/* Is an event of that time between second 100 and 200 of 1970? */
static bool is_between(const char *time)
{
	struct asked a;
	char record[64];

	ask(&a, (const char *const[]){ NULL });
	a.select.has_since = a.select.has_until = true;
	a.select.since.sec = 100;
	a.select.until.sec = 200;
	snprintf(record, sizeof(record), "{'t':%s,'x':1}", time);
	bool taken = takes_record(&a, record);
	for (int i = 0; i < 3; i++)
		if (takes_record(&a, record) != taken)
			abort();
	forget(&a);
	return taken;
}

static void the_first_bound_is_within_and_the_second_is_not(void)
{
	CHECK(!is_between("99"));
	CHECK(!is_between("99.999999999"));
	CHECK(is_between("100"));
	CHECK(is_between("'1970-01-01T01:03:00+01:00'"));
	CHECK(is_between("199.999999999"));
	CHECK(!is_between("200"));
	CHECK(!is_between("'2025-10-08T22:45:00Z'"));
}

static void an_event_without_a_time_is_within_all_bounds(void)
{
	CHECK(is_between("null"));
	CHECK(is_between("'yesterday'"));
}

static void events_are_selected_one_by_one(void)
{
	struct asked a;

	ask(&a, (const char *const[]){ "a!=2", NULL });
	a.select.has_since = true;
	a.select.since.sec = 100;
	for (int i = 0; i < 5; i++) {
		CHECK(takes_record(&a, "{'t':100,'a':1}"));
		CHECK(!takes_record(&a, "{'t':100,'a':2}"));
		CHECK(!takes_record(&a, "{'t':99,'a':1}"));
	}
	CHECK(mapper_followed(a.mapper) > 0);
	forget(&a);
}

int main(void)
{
	RUN(a_value_is_compared_as_text);
	RUN(a_path_leads_inwards);
	RUN(a_test_may_be_that_it_is_not_so);
	RUN(a_test_may_be_that_there_is_a_member_or_none);
	RUN(all_tests_have_to_hold);
	RUN(names_may_have_the_marks_of_tests);
	RUN(of_members_with_the_same_name_the_last_one_counts);
	RUN(a_test_that_makes_no_sense_is_named);
	RUN(there_is_a_bound_on_how_many_tests_there_are);
	RUN(the_first_bound_is_within_and_the_second_is_not);
	RUN(an_event_without_a_time_is_within_all_bounds);
	RUN(events_are_selected_one_by_one);
	return check_done();
}

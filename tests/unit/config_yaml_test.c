/* YAML as a tree: what is taken, what is refused, and where that stands. */
#include "config/yaml.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* The tree as JSON, or why there is none, after "! ". */
static const char *load(const char *text)
{
	static char result[2000];
	struct yaml y = YAML_NONE;
	struct err e = { 0 };
	char *json;

	if (yaml_load(&y, "f", slice_of(text), &e) < 0) {
		snprintf(result, sizeof(result), "! %s", e.text);
		CHECK(e.kind == ERR_USAGE && y.root == NULL);
	} else if (y.root == NULL) {
		snprintf(result, sizeof(result), "nothing");
	} else {
		json = json_dumps(y.root, JSON_COMPACT);
		snprintf(result, sizeof(result), "%s", json);
		free(json);
	}
	yaml_close(&y);
	return result;
}

#define LOAD(text, want) CHECK(strcmp(load(text), want) == 0)

static void scalars_keep_their_text(void)
{
	LOAD("a: yes\nb: 0644\nc: 1.10\nd: \"1e3\"\ne: 2025-10-08\n",
	     "{\"a\":\"yes\",\"b\":\"0644\",\"c\":\"1.10\",\"d\":\"1e3\","
	     "\"e\":\"2025-10-08\"}");
	LOAD("no: NO\n'a b': |\n  x\n  y\n",
	     "{\"no\":\"NO\",\"a b\":\"x\\ny\\n\"}");
}

static void mappings_and_lists_nest(void)
{
	LOAD("a: {b: [1, {c: d}]}\ne:\n- f\n- g\n",
	     "{\"a\":{\"b\":[\"1\",{\"c\":\"d\"}]},\"e\":[\"f\",\"g\"]}");
}

static void an_empty_text_says_nothing(void)
{
	LOAD("", "nothing");
	LOAD("# only a word\n", "nothing");
	LOAD("---\n", "nothing");
}

static void what_we_do_not_take_is_refused_where_it_stands(void)
{
	LOAD("a: &x 1\n", "! f:1:4: anchors are not taken: write it where it "
			  "is meant");
	LOAD("a: 1\nb: *x\n",
	     "! f:2:4: aliases are not taken: write it where it is meant");
	LOAD("a: !!str 1\n", "! f:1:4: tags are not taken: leave it out");
	LOAD("a: !x {}\n", "! f:1:4: tags are not taken: leave it out");
	LOAD("a:\n  <<: {b: c}\n",
	     "! f:2:3: merge keys are not taken: write it out");
	LOAD("a: 1\nb: 2\na: 3\n", "! f:3:1: a is there twice");
	LOAD("[a]: 1\n", "! f:1:1: a key has to be a word");
	LOAD("- a\n", "! f:1:1: it has to begin with a key, as siem:");
	LOAD("a: 1\n---\nb: 2\n", "! f:2:1: one document is all that is read");
	LOAD("a: \"x\\0y\"\n", "! f:1:4: there is a NUL byte in it");
	LOAD("\"\": x\n", "! f:1:1: that is no key");
}

static void what_is_no_yaml_is_refused_where_that_shows(void)
{
	LOAD("a: b: c\n",
	     "! f:1:5: mapping values are not allowed in this context");
	LOAD("a: [1\n", "! f:2:1: did not find expected ',' or ']'");
	LOAD("a:\n\tb: c\n",
	     "! f:2:1: a line is indented by spaces, and by no tab");
	LOAD("a:\n  b: c\n  \td: e\n",
	     "! f:3:3: a line is indented by spaces, and by no tab");
	LOAD("a: @b\n", "! f:1:4: found character that cannot start any token");
	LOAD("a: \xff\n", "! f: byte 4: invalid leading UTF-8 octet");
}

static void aliases_cannot_make_much_out_of_little(void)
{
	CHECK(load("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n")[0] == '!');
}

static void nothing_is_too_deep_for_the_stack(void)
{
	char text[4000] = "a: ";

	for (size_t i = 3; i < sizeof(text) - 1; i++)
		text[i] = '[';
	text[sizeof(text) - 1] = '\0';
	CHECK(strcmp(load(text), "! f:1:35: too deep") == 0);
}

static void a_later_file_counts_key_by_key(void)
{
	struct yaml y = YAML_NONE;
	struct err e = { 0 };
	char *json;

	CHECK(yaml_load(&y, "one", slice_of("a: {b: 1, c: [1, 2]}\nd: x\n"),
			&e) == 0);
	CHECK(yaml_load(&y, "two", slice_of("a: {c: [3], e: 4}\nd: {f: g}\n"),
			&e) == 0);
	CHECK(yaml_load(&y, "three", slice_of("# nothing\n"), &e) == 0);
	CHECK(yaml_load(&y, "four", slice_of("a: {b: 1, b: 2}\n"), &e) < 0);
	json = json_dumps(y.root, JSON_COMPACT);
	CHECK(strcmp(json, "{\"a\":{\"b\":\"1\",\"c\":[\"3\"],\"e\":\"4\"},"
			   "\"d\":{\"f\":\"g\"}}") == 0);
	free(json);

	yaml_fail(&y, yaml_find(y.root, "a.b"), &e, "x");
	CHECK(strcmp(e.text, "one:1:8: x") == 0);
	yaml_fail(&y, yaml_find(y.root, "d.f"), &e, "x");
	CHECK(strcmp(e.text, "two:2:8: x") == 0);
	yaml_fail_key(&y, yaml_find(y.root, "d.f"), &e, "x");
	CHECK(strcmp(e.text, "two:2:5: x") == 0);
	yaml_close(&y);
}

static void what_has_no_value_is_told_from_what_is_empty(void)
{
	struct yaml y = YAML_NONE;
	struct err e = { 0 };

	CHECK(yaml_load(&y, "f",
			slice_of("a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\n"),
			&e) == 0);
	CHECK(yaml_is_missing(&y, yaml_find(y.root, "a")));
	CHECK(yaml_is_missing(&y, yaml_find(y.root, "b")));
	CHECK(yaml_is_missing(&y, yaml_find(y.root, "c")));
	CHECK(!yaml_is_missing(&y, yaml_find(y.root, "d")));
	CHECK(!yaml_is_missing(&y, yaml_find(y.root, "e")));
	yaml_fail_key(&y, yaml_find(y.root, "b"), &e, "x");
	CHECK(strcmp(e.text, "f:2:1: x") == 0);
	yaml_close(&y);
}

static void what_is_not_there_is_not_found(void)
{
	struct yaml y = YAML_NONE;
	struct err e = { 0 };

	CHECK(yaml_load(&y, "f", slice_of("a: {b: c}\n"), &e) == 0);
	CHECK(yaml_find(y.root, "a.c") == NULL);
	CHECK(yaml_find(y.root, "a.b.c") == NULL);
	CHECK(yaml_find(y.root, "b") == NULL);
	CHECK(yaml_find(NULL, "a") == NULL);
	yaml_close(&y);
}

static void a_file_that_cannot_be_read_is_said(void)
{
	struct yaml y = YAML_NONE;
	struct err e = { 0 };

	CHECK(yaml_read(&y, "/nowhere/siem.yaml", &e) < 0);
	CHECK(e.kind == ERR_USAGE && y.root == NULL);
	yaml_close(&y);
}

int main(void)
{
	RUN(scalars_keep_their_text);
	RUN(mappings_and_lists_nest);
	RUN(an_empty_text_says_nothing);
	RUN(what_we_do_not_take_is_refused_where_it_stands);
	RUN(what_is_no_yaml_is_refused_where_that_shows);
	RUN(aliases_cannot_make_much_out_of_little);
	RUN(nothing_is_too_deep_for_the_stack);
	RUN(a_later_file_counts_key_by_key);
	RUN(what_has_no_value_is_told_from_what_is_empty);
	RUN(what_is_not_there_is_not_found);
	RUN(a_file_that_cannot_be_read_is_said);
	return check_done();
}

#include "event/select.h"

#include "core/buf.h"
#include "event/compile.h"
#include "event/path.h"
#include "event/plan.h"
#include "event/source.h"

#include <stdlib.h>
#include <string.h>

static const char forms[] = "PATH, !PATH, PATH=VALUE or PATH!=VALUE";

/* A test, taken apart. */
struct test {
	const char *text; // all of it
	struct slice path;
	const char *value; // NULL: it asks whether there is one
	bool negated;
};

static struct test split(const char *text)
{
	struct test t = { .text = text };
	bool excluded = false; // the last byte was an exclamation mark
	size_t i = 0;

	for (; text[i] != '\0' && text[i] != '='; i++) {
		excluded = text[i] == '!';
		if (text[i] == '\\' && text[i + 1] != '\0')
			i++;
	}
	if (text[i] == '=') {
		t.value = text + i + 1;
		t.negated = excluded;
		t.path = (struct slice){ text, i - excluded };
	} else {
		t.negated = text[0] == '!';
		t.path = slice_from((struct slice){ text, i }, t.negated);
	}
	return t;
}

static int fail(const struct test *t, const char *why, struct err *e)
{
	return err_set(e, ERR_USAGE, "option --where: %s: %s (it takes %s)",
		       t->text, why, forms);
}

static int check_path(const struct test *t, struct err *e)
{
	struct slice names[PATH_NAMES];
	const char *why = NULL;
	char *text = malloc(t->path.len + 1);

	if (text == NULL)
		return compile_no_memory(e);
	int count = path_split(t->path, text, names, &why);
	free(text);
	return count < 0 ? fail(t, why, e) : 0;
}

static int check(const struct test *t, struct err *e)
{
	if (slice_has_prefix(t->path, SLICE("$")))
		return fail(t,
			    "only members can be asked for, not what a map "
			    "defines; of a name, a dollar sign at the "
			    "beginning is written \\$",
			    e);
	if (slice_has_prefix(t->path, SLICE("!")))
		return fail(t,
			    "the exclamation mark belongs before the equals "
			    "sign; of a name, one at the beginning is "
			    "written \\!",
			    e);
	return check_path(t, e);
}

/* The condition of a map that says the same. NULL: no UTF-8. */
static json_t *condition_of(const struct test *t)
{
	json_t *path = json_stringn(t->path.data, t->path.len);
	json_t *cond = json_object();

	if (t->value == NULL) {
		json_object_set_new(cond, "has", path);
	} else {
		json_object_set_new(cond, "of", path);
		json_object_set_new(cond, "is", json_string(t->value));
	}
	// What is no UTF-8 has been refused, and is missing.
	if (json_object_size(cond) != (t->value == NULL ? 1 : 2)) {
		json_decref(cond);
		return NULL;
	}
	return t->negated ? json_pack("{s:o}", "not", cond) : cond;
}

/* Append the condition for all tests to an array. */
static int put_conditions(json_t *all, const char *const *tests, size_t count,
			  struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		struct test t = split(tests[i]);

		if (check(&t, e) < 0)
			return -1;
		json_t *cond = condition_of(&t);
		if (cond == NULL)
			return fail(&t, "it is not UTF-8", e);
		if (json_array_append_new(all, cond) < 0)
			return compile_no_memory(e);
	}
	return 0;
}

/* Compile the condition that the text of a map would have. */
static int compile(struct select *s, struct maps *maps, const char *text,
		   struct err *e)
{
	struct source source;
	struct compiler compiler = { .program = &maps->program,
				     .source = &source };

	if (source_open(&source, "option --where", slice_of(text), e) < 0)
		return -1;

	struct place root = place_root(&source);
	int rc = compile_cond(&compiler, &root, &s->cond, e);
	compile_end(&compiler);
	source_close(&source);
	return rc;
}

int select_where(struct select *s, struct maps *maps, const char *const *tests,
		 size_t count, struct err *e)
{
	json_t *all = json_array();
	json_t *root = json_pack("{s:O}", "all", all);
	char *text = NULL;
	int rc = -1;

	if (count == 0)
		rc = 0;
	else if (count > PROGRAM_READS)
		err_set(e, ERR_USAGE, "option --where: more than %d of them",
			PROGRAM_READS);
	else if (put_conditions(all, tests, count, e) == 0) {
		text = json_dumps(root, JSON_COMPACT);
		rc = text != NULL ? compile(s, maps, text, e)
				  : compile_no_memory(e);
	}
	free(text);
	json_decref(root);
	json_decref(all);
	return rc;
}

bool select_takes_time(const struct select *s, const struct event *event)
{
	if (!event->has_time)
		return true;
	if (s->has_since && timestamp_is_before(&event->time, &s->since))
		return false;
	return !s->has_until || timestamp_is_before(&event->time, &s->until);
}

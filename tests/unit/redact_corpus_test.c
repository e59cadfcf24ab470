/*
 * The labelled texts of tests/vectors/redaction.jsonl and
 * redaction-field.jsonl: what has to be found in them is found, exactly that,
 * and nothing where there is nothing. Those of the first know what the classes
 * look at; those of the second were written from siem-redact(7) alone.
 *
 * A row has a class and, in "finds", what of its text is to be replaced; or the
 * class "none" and, in "near", which class it looks like. A find of another
 * class is an object with that class. The text is that of the member "member",
 * if there is one.
 */
#include "redact/redact.h"

#include "check.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES_MAX = 32, ROW_MAX = 1 << 16 };

/* What was asked of a class, and how it did. */
struct score {
	const char *name;
	size_t positives, misses; // rows
	size_t expected;          // finds that there are
	size_t right, wrong;      // finds that were made
};

static struct score scores[CLASSES_MAX];
static size_t classes;
static struct redactor *redactor;
static struct buf want = { .max = ROW_MAX };
static struct buf got = { .max = ROW_MAX };

static struct score *score_of(const char *name)
{
	for (size_t i = 0; i < classes; i++)
		if (strcmp(scores[i].name, name) == 0)
			return &scores[i];
	return NULL;
}

/* The text as it has to become. */
static void expect(const char *text, const char *row_class, json_t *finds)
{
	size_t i;
	json_t *find;

	buf_clear(&want);
	json_array_foreach(finds, i, find)
	{
		const char *class = row_class;

		if (json_is_object(find)) {
			class = json_object_iter_key(json_object_iter(find));
			find = json_object_get(find, class);
		}
		const char *what = json_string_value(find);
		const char *at = strstr(text, what);
		struct score *s = score_of(class);

		if (at == NULL || s == NULL) {
			printf("# not in its text: %s\n", what);
			exit(1);
		}
		s->expected++;
		buf_put(&want, text, (size_t)(at - text));
		buf_printf(&want, "[REDACTED:%s]", class);
		text = at + strlen(what);
	}
	buf_puts(&want, text);
}

/* How often each class has replaced something in what came out. */
static void count_finds(const char *text, bool right)
{
	static const char marker[] = "[REDACTED:";

	while ((text = strstr(text, marker)) != NULL) {
		char name[32] = "";

		text += sizeof(marker) - 1;
		size_t len = strcspn(text, "]");
		if (len < sizeof(name))
			memcpy(name, text, len);
		struct score *s = score_of(name);
		if (s != NULL && right)
			s->right++;
		else if (s != NULL)
			s->wrong++;
	}
}

static void judge_row(json_t *row)
{
	const char *class = json_string_value(json_object_get(row, "class"));
	const char *text = json_string_value(json_object_get(row, "text"));
	const char *near = json_string_value(json_object_get(row, "near"));
	const char *name = json_string_value(json_object_get(row, "member"));
	json_t *finds = json_object_get(row, "finds");
	struct score *s = score_of(near != NULL ? near : class);
	struct err e = { 0 };

	if (s != NULL && near != NULL)
		s->misses++;
	if (s != NULL && near == NULL)
		s->positives++;
	expect(text, class, finds);
	buf_clear(&got);
	int rc = redact_member(redactor, slice_of(name != NULL ? name : ""),
			       slice_of(text), &got, &e);
	if (rc == 0)
		buf_puts(&got, text);
	bool right = rc >= 0 && slice_is(buf_slice(&got), buf_slice(&want));
	count_finds(buf_str(&got), right);
	if (!right)
		printf("# %s: %s\n#   became %s\n", near != NULL ? near : class,
		       text, buf_str(&got));
}

static bool judge_all(const char *name)
{
	FILE *file = fopen(name, "r");
	char *line = NULL;
	size_t cap = 0;
	size_t rows = 0;

	while (file != NULL && getline(&line, &cap, file) > 0) {
		json_t *row = json_loads(line, 0, NULL);

		if (row == NULL)
			break;
		judge_row(row);
		json_decref(row);
		rows++;
	}
	bool whole = file != NULL && feof(file) && rows > 0;
	if (file != NULL)
		fclose(file);
	free(line);
	return whole;
}

static double ratio(size_t part, size_t whole)
{
	return whole == 0 ? 1 : (double)part / (double)whole;
}

/* Hundreds of texts, tens of each class, and no class does worse than this. */
static void judge_corpus(const char *file, double floor)
{
	size_t positives = 0, misses = 0;

	for (size_t i = 0; i < classes; i++)
		scores[i] = (struct score){ .name = redact_class_name(i) };
	CHECK(judge_all(file));
	for (size_t i = 0; i < classes; i++) {
		const struct score *s = &scores[i];
		double precision = ratio(s->right, s->right + s->wrong);
		double recall = ratio(s->right, s->expected);

		printf("# %-12s precision %.3f  recall %.3f  "
		       "(%zu texts, %zu finds, %zu near misses)\n",
		       s->name, precision, recall, s->positives, s->expected,
		       s->misses);
		CHECK(s->positives >= 25 && s->misses >= 25);
		CHECK(precision >= floor);
		CHECK(recall >= floor);
		positives += s->positives;
		misses += s->misses;
	}
	printf("# %s: %zu texts with finds, %zu near misses\n", file, positives,
	       misses);
	CHECK(positives >= 300 && misses >= 300);
}

static void every_class_finds_what_its_authors_thought_of(void)
{
	judge_corpus("tests/vectors/redaction.jsonl", 1);
}

static void every_class_finds_what_readers_of_the_manual_expect(void)
{
	judge_corpus("tests/vectors/redaction-field.jsonl", 0.95);
}

int main(void)
{
	struct err e = { 0 };

	while (redact_class_name(classes) != NULL)
		classes++;
	redactor = redactor_new("all", NULL, 0, &e);
	if (redactor == NULL)
		return 1;
	RUN(every_class_finds_what_its_authors_thought_of);
	RUN(every_class_finds_what_readers_of_the_manual_expect);
	redactor_free(redactor);
	buf_free(&want);
	buf_free(&got);
	return check_done();
}

/*
 * The labelled texts of tests/vectors/redaction.jsonl: what has to be found in
 * them is found, exactly that, and nothing where there is nothing.
 *
 * A row has a class and, in "finds", what of its text is to be replaced; or the
 * class "none" and, in "near", which class it looks like.
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
static void expect(const char *text, const char *class, json_t *finds)
{
	size_t i;
	json_t *find;

	buf_clear(&want);
	json_array_foreach(finds, i, find)
	{
		const char *what = json_string_value(find);
		const char *at = strstr(text, what);

		if (at == NULL) {
			printf("# not in its text: %s\n", what);
			exit(1);
		}
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
	json_t *finds = json_object_get(row, "finds");
	struct score *s = score_of(near != NULL ? near : class);
	struct err e = { 0 };

	if (s != NULL && near != NULL)
		s->misses++;
	if (s != NULL && near == NULL) {
		s->positives++;
		s->expected += json_array_size(finds);
	}
	expect(text, class, finds);
	buf_clear(&got);
	int rc = redact_text(redactor, slice_of(text), &got, &e);
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

static void the_corpus_is_read_to_its_end(void)
{
	CHECK(judge_all("tests/vectors/redaction.jsonl"));
}

static void it_has_hundreds_of_finds_and_of_near_misses(void)
{
	size_t positives = 0, misses = 0;

	for (size_t i = 0; i < classes; i++) {
		CHECK(scores[i].positives >= 25 && scores[i].misses >= 25);
		positives += scores[i].positives;
		misses += scores[i].misses;
	}
	CHECK(positives >= 300 && misses >= 300);
	printf("# %zu texts with finds, %zu near misses\n", positives, misses);
}

static void every_class_is_precise_and_complete(void)
{
	for (size_t i = 0; i < classes; i++) {
		const struct score *s = &scores[i];
		double precision = ratio(s->right, s->right + s->wrong);
		double recall = ratio(s->right, s->expected);

		printf("# %-12s precision %.3f  recall %.3f  "
		       "(%zu texts, %zu finds, %zu near misses)\n",
		       s->name, precision, recall, s->positives, s->expected,
		       s->misses);
		CHECK(precision >= 0.99);
		CHECK(recall >= 0.99);
	}
}

int main(void)
{
	struct err e = { 0 };

	for (; redact_class_name(classes) != NULL; classes++)
		scores[classes].name = redact_class_name(classes);
	redactor = redactor_new("all", NULL, 0, &e);
	if (redactor == NULL)
		return 1;
	RUN(the_corpus_is_read_to_its_end);
	RUN(it_has_hundreds_of_finds_and_of_near_misses);
	RUN(every_class_is_precise_and_complete);
	redactor_free(redactor);
	buf_free(&want);
	buf_free(&got);
	return check_done();
}

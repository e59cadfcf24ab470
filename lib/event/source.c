#include "event/source.h"

#include "core/nearest.h"
#include "json/scan.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int source_open(struct source *s, const char *name, struct slice text,
		struct err *e)
{
	const struct slice mark = SLICE("\xef\xbb\xbf");
	json_error_t why;

	if (slice_has_prefix(text, mark))
		text = slice_from(text, mark.len);
	*s = (struct source){ .name = name, .text = text };
	s->root = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, &why);
	if (s->root == NULL)
		return err_set(e, ERR_USAGE, "%s: line %d, column %d: %s", name,
			       why.line, why.column, why.text);
	if (!json_is_object(s->root)) {
		source_close(s);
		return err_set(e, ERR_USAGE,
			       "%s: line 1, column 1: expected an object",
			       name);
	}
	return 0;
}

void source_close(struct source *s)
{
	json_decref(s->root);
	s->root = NULL;
}

struct place place_root(const struct source *s)
{
	return (struct place){ .value = s->root };
}

struct place place_member(const struct place *up, const char *key)
{
	return (struct place){
		.up = up,
		.key = key,
		.value = json_object_get(up->value, key),
	};
}

struct place place_element(const struct place *up, size_t index)
{
	return (struct place){
		.up = up,
		.index = index,
		.value = json_array_get(up->value, index),
	};
}

struct slice place_text(const struct place *at)
{
	return (struct slice){ json_string_value(at->value),
			       json_string_length(at->value) };
}

/* Where the text of a value stands, and that of its key. */
struct found {
	struct slice text;
	const char *key; // NULL: an element, or the root
};

/* Find the text of a place by the way that leads to it. */
static struct found find(const struct source *s, const struct place *at)
{
	if (at->up == NULL)
		return (struct found){ .text = slice_trim(s->text) };

	struct slice rest = find(s, at->up).text;
	struct found f = { .text = rest };
	struct value key = { 0 };
	struct value value;

	for (size_t i = 0; scan_next(&rest, &key, &value); i++) {
		f.text = value_slice(value);
		f.key = NULL;
		if (at->key == NULL && i == at->index)
			break;
		f.key = key.data;
		if (at->key != NULL &&
		    scan_is(value_slice(key), (key.flags & VALUE_ESCAPED) != 0,
			    slice_of(at->key)))
			break;
	}
	// The quote belongs to it.
	if (value.type == VALUE_STRING)
		f.text = (struct slice){ f.text.data - 1, f.text.len + 2 };
	if (f.key != NULL)
		f.key--;
	return f;
}

/* The line and the column of a byte of the text. */
static void find_line(const struct source *s, const char *where, size_t *line,
		      size_t *column)
{
	*line = 1;
	*column = 1;
	for (const char *p = s->text.data; p < where; p++) {
		++*column;
		if (*p == '\n') {
			++*line;
			*column = 1;
		}
	}
}

static int fail_at(const struct source *s, const char *where, struct err *e,
		   const char *fmt, va_list args) PRINTF_LIKE(4, 0);

static int fail_at(const struct source *s, const char *where, struct err *e,
		   const char *fmt, va_list args)
{
	char what[sizeof(e->text)];
	size_t line, column;

	find_line(s, where, &line, &column);
	vsnprintf(what, sizeof(what), fmt, args);
	if (s->findings != NULL)
		findings_add(s->findings, FINDING_ERROR, line, column, what);
	return err_set(e, ERR_USAGE, "%s: line %zu, column %zu: %s", s->name,
		       line, column, what);
}

int source_fail(const struct source *s, const struct place *at, struct err *e,
		const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fail_at(s, find(s, at).text.data, e, fmt, args);
	va_end(args);
	return -1;
}

int source_fail_key(const struct source *s, const struct place *at,
		    struct err *e, const char *fmt, ...)
{
	struct found f = find(s, at);
	va_list args;

	va_start(args, fmt);
	fail_at(s, f.key != NULL ? f.key : f.text.data, e, fmt, args);
	va_end(args);
	return -1;
}

bool source_goes_on(const struct source *s, const struct err *e)
{
	return s->findings != NULL && e->kind == ERR_USAGE;
}

static void warn_at(const struct source *s, const char *where, const char *fmt,
		    va_list args) PRINTF_LIKE(3, 0);

static void warn_at(const struct source *s, const char *where, const char *fmt,
		    va_list args)
{
	char what[512];
	size_t line, column;

	if (s->findings == NULL)
		return;
	find_line(s, where, &line, &column);
	vsnprintf(what, sizeof(what), fmt, args);
	findings_add(s->findings, FINDING_WARNING, line, column, what);
}

void source_warn(const struct source *s, const struct place *at,
		 const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	warn_at(s, find(s, at).text.data, fmt, args);
	va_end(args);
}

void source_warn_key(const struct source *s, const struct place *at,
		     const char *fmt, ...)
{
	struct found f = find(s, at);
	va_list args;

	va_start(args, fmt);
	warn_at(s, f.key != NULL ? f.key : f.text.data, fmt, args);
	va_end(args);
}

const char *source_hint(const char *word, const char *const *words,
			char hint[SOURCE_HINT])
{
	struct nearest near = NEAREST_INIT(word);

	for (; *words != NULL; words++)
		nearest_try(&near, *words);
	hint[0] = '\0';
	if (near.best != NULL)
		snprintf(hint, SOURCE_HINT, " (did you mean \"%s\"?)",
			 near.best);
	return hint;
}

int source_check_keys(const struct source *s, const struct place *at,
		      const char *const *words, struct err *e)
{
	char hint[SOURCE_HINT];
	const char *key;
	json_t *value;
	int rc = 0;

	if (!json_is_object(at->value))
		return source_fail(s, at, e, "expected an object");
	json_object_foreach(at->value, key, value)
	{
		struct place here = { .up = at, .key = key, .value = value };
		size_t i = 0;

		while (words[i] != NULL && strcmp(words[i], key) != 0)
			i++;
		if (words[i] != NULL)
			continue;
		rc = source_fail_key(s, &here, e, "unknown key \"%s\"%s", key,
				     source_hint(key, words, hint));
		if (!source_goes_on(s, e))
			return -1;
	}
	return rc;
}

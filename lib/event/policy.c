#include "event/policy.h"

#include "event/path.h"

#include <stdlib.h>
#include <string.h>

static int check_path(struct loader *l, const struct place *at, struct err *e)
{
	struct slice path = place_text(at);
	struct slice names[PATH_NAMES];
	char *text = malloc(path.len + 1);
	const char *why;

	if (text == NULL)
		return compile_no_memory(e);
	int count = path_split(path, text, names, &why);
	free(text);
	return count < 0 ? source_fail(&l->source, at, e, "%s", why) : 0;
}

static int check_class(struct loader *l, const struct place *at, struct err *e)
{
	const char *classes[64] = { "all" };
	struct slice name = place_text(at);
	char hint[SOURCE_HINT];
	size_t n = 1;

	for (size_t i = 0; n + 1 < sizeof(classes) / sizeof(classes[0]) &&
			   redact_class_name(i) != NULL;
	     i++)
		classes[n++] = redact_class_name(i);
	for (size_t i = 0; i < n; i++)
		if (slice_is(name, slice_of(classes[i])))
			return 0;
	return source_fail(
		&l->source, at, e, "there is no class \"%.*s\"%s",
		(int)name.len, name.data,
		source_hint(json_string_value(at->value), classes, hint));
}

/* A list of strings, each of which check() lets pass. */
static int read_list(struct loader *l, const struct place *at,
		     int (*check)(struct loader *l, const struct place *at,
				  struct err *e),
		     struct policy_list *list, struct err *e)
{
	size_t count = json_array_size(at->value);
	const char **items = loader_room(l, count, sizeof(*items));

	if (at->value == NULL)
		return 0;
	if (!json_is_array(at->value))
		return source_fail(&l->source, at, e, "expected a list");
	if (items == NULL)
		return compile_no_memory(e);
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(at, i);
		struct slice text;

		if (!json_is_string(here.value))
			return source_fail(&l->source, &here, e,
					   "expected a string");
		if (check(l, &here, e) < 0)
			return -1;
		text = place_text(&here);
		if (!program_keep(l->program, &text))
			return compile_no_memory(e);
		items[i] = text.data;
	}
	*list = (struct policy_list){ items, count };
	return 0;
}

/* Would the pattern, and its name, be taken where records are searched? */
static int check_pattern(struct loader *l, const struct place *at,
			 const struct redact_pattern *pattern, struct err *e)
{
	struct err why = { 0 };
	struct redactor *r = redactor_new(NULL, pattern, 1, &why);

	if (r == NULL && why.kind == ERR_USAGE)
		return source_fail(&l->source, at, e, "%s", why.text);
	if (r == NULL) {
		*e = why;
		return -1;
	}
	redactor_free(r);
	return 0;
}

/* An object of names and patterns. */
static int read_patterns(struct loader *l, const struct place *at,
			 struct policy *policy, struct err *e)
{
	size_t count = json_object_size(at->value);
	struct redact_pattern *patterns =
		loader_room(l, count, sizeof(*patterns));
	const char *key;
	json_t *value;

	if (at->value == NULL)
		return 0;
	if (!json_is_object(at->value))
		return source_fail(&l->source, at, e,
				   "expected an object of names and patterns");
	if (patterns == NULL)
		return compile_no_memory(e);
	json_object_foreach(at->value, key, value)
	{
		struct place here = place_member(at, key);
		struct slice name = slice_of(key);
		struct slice pattern;

		if (!json_is_string(value))
			return source_fail(&l->source, &here, e,
					   "expected a string");
		pattern = place_text(&here);
		if (!program_keep(l->program, &name) ||
		    !program_keep(l->program, &pattern))
			return compile_no_memory(e);
		patterns[policy->pattern_count] =
			(struct redact_pattern){ name.data, pattern.data };
		if (check_pattern(l, &here, &patterns[policy->pattern_count++],
				  e) < 0)
			return -1;
	}
	policy->patterns = patterns;
	return 0;
}

int policy_read(struct loader *l, const struct place *at, struct policy *policy,
		struct err *e)
{
	static const char *const words[] = { "drop",   "keep",     "hash",
					     "redact", "patterns", NULL };
	struct place drop = place_member(at, "drop");
	struct place keep = place_member(at, "keep");
	struct place hash = place_member(at, "hash");
	struct place redact = place_member(at, "redact");
	struct place patterns = place_member(at, "patterns");

	*policy = (struct policy){ 0 };
	if (at->value == NULL)
		return 0;
	if (source_check_keys(&l->source, at, words, e) < 0 ||
	    read_list(l, &drop, check_path, &policy->drop, e) < 0 ||
	    read_list(l, &keep, check_path, &policy->keep, e) < 0 ||
	    read_list(l, &hash, check_path, &policy->hash, e) < 0 ||
	    read_list(l, &redact, check_class, &policy->redact, e) < 0)
		return -1;
	return read_patterns(l, &patterns, policy, e);
}

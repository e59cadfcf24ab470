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

/* A string, which check() lets pass. */
static int read_item(struct loader *l, const struct place *at,
		     int (*check)(struct loader *l, const struct place *at,
				  struct err *e),
		     const char **item, struct err *e)
{
	struct slice text;

	if (!json_is_string(at->value))
		return source_fail(&l->source, at, e, "expected a string");
	if (check(l, at, e) < 0)
		return -1;
	text = place_text(at);
	if (!program_keep(l->program, &text))
		return compile_no_memory(e);
	*item = text.data;
	return 0;
}

/* A list of strings, each of which check() lets pass. */
static int read_list(struct loader *l, const struct place *at,
		     int (*check)(struct loader *l, const struct place *at,
				  struct err *e),
		     struct policy_list *list, struct err *e)
{
	size_t count = json_array_size(at->value);
	const char **items = loader_room(l, count, sizeof(*items));
	int rc = 0;

	if (at->value == NULL)
		return 0;
	if (!json_is_array(at->value))
		return source_fail(&l->source, at, e, "expected a list");
	if (items == NULL)
		return compile_no_memory(e);
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(at, i);

		if (read_item(l, &here, check, &items[i], e) == 0)
			continue;
		rc = -1;
		if (!source_goes_on(&l->source, e))
			return -1;
	}
	if (rc == 0)
		*list = (struct policy_list){ items, count };
	return rc;
}

static int read_drop(struct loader *l, const struct place *at, struct err *e)
{
	struct place here = place_member(at, "drop");

	return read_list(l, &here, check_path, &l->policy->drop, e);
}

/* What is dropped can be neither kept nor hashed. */
static int check_against_drop(struct loader *l, const struct place *at,
			      const struct policy_list *list, const char *what,
			      struct err *e)
{
	const struct policy_list *drop = &l->policy->drop;
	int rc = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct place here = place_element(at, i);
		size_t k = 0;

		while (k < drop->count &&
		       strcmp(drop->items[k], list->items[i]) != 0)
			k++;
		if (k == drop->count)
			continue;
		rc = source_fail(&l->source, &here, e,
				 "%s is to be dropped and to be %s",
				 list->items[i], what);
		if (!source_goes_on(&l->source, e))
			return -1;
	}
	return rc;
}

/* A list of paths that are not dropped. */
static int read_undropped(struct loader *l, const struct place *list,
			  struct policy_list *paths, const char *what,
			  struct err *e)
{
	if (read_list(l, list, check_path, paths, e) < 0)
		return -1;
	return check_against_drop(l, list, paths, what, e);
}

static int read_keep(struct loader *l, const struct place *at, struct err *e)
{
	struct place here = place_member(at, "keep");

	return read_undropped(l, &here, &l->policy->keep, "kept", e);
}

static int read_hash(struct loader *l, const struct place *at, struct err *e)
{
	struct place here = place_member(at, "hash");

	return read_undropped(l, &here, &l->policy->hash, "hashed", e);
}

static int read_redact(struct loader *l, const struct place *at, struct err *e)
{
	struct place here = place_member(at, "redact");

	return read_list(l, &here, check_class, &l->policy->redact, e);
}

/* Can it be looked for? */
static int check_pattern(struct loader *l, const struct place *at,
			 const struct redact_pattern *pattern, struct err *e)
{
	struct err why = { 0 };
	struct redactor *r = redactor_new(NULL, pattern, 1, &why);

	redactor_free(r);
	if (r != NULL)
		return 0;
	if (why.kind == ERR_USAGE)
		return source_fail(&l->source, at, e, "%s", why.text);
	*e = why;
	return -1;
}

static int read_pattern(struct loader *l, const struct place *at,
			struct redact_pattern *pattern, struct err *e)
{
	struct slice name = slice_of(at->key);
	struct slice text;

	if (!json_is_string(at->value))
		return source_fail(&l->source, at, e, "expected a string");
	text = place_text(at);
	if (!program_keep(l->program, &name) ||
	    !program_keep(l->program, &text))
		return compile_no_memory(e);
	*pattern = (struct redact_pattern){ name.data, text.data };
	return check_pattern(l, at, pattern, e);
}

/* An object of names and patterns. */
static int read_patterns(struct loader *l, const struct place *at,
			 struct err *e)
{
	struct place all = place_member(at, "patterns");
	struct redact_pattern *patterns =
		loader_room(l, json_object_size(all.value), sizeof(*patterns));
	const char *key;
	json_t *value;
	size_t count = 0;
	int rc = 0;

	if (all.value == NULL)
		return 0;
	if (!json_is_object(all.value))
		return source_fail(&l->source, &all, e,
				   "expected an object of names and patterns");
	if (patterns == NULL)
		return compile_no_memory(e);
	json_object_foreach(all.value, key, value)
	{
		struct place here = place_member(&all, key);

		if (read_pattern(l, &here, &patterns[count], e) == 0) {
			count++;
			continue;
		}
		rc = -1;
		if (!source_goes_on(&l->source, e))
			return -1;
	}
	l->policy->patterns = patterns;
	l->policy->pattern_count = count;
	return rc;
}

static int check_words(struct loader *l, const struct place *at, struct err *e)
{
	static const char *const words[] = { "drop",   "keep",     "hash",
					     "redact", "patterns", NULL };

	return source_check_keys(&l->source, at, words, e);
}

int policy_read(struct loader *l, const struct place *at, struct err *e)
{
	static loader_step *const steps[] = {
		check_words, read_drop,     read_keep, read_hash,
		read_redact, read_patterns, NULL,
	};

	*l->policy = (struct policy){ 0 };
	return at->value == NULL ? 0 : loader_take(l, steps, at, e);
}

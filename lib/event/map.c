#include "event/map.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/nearest.h"
#include "event/compile.h"
#include "event/findings.h"
#include "event/plan.h"
#include "event/policy.h"
#include "event/section.h"
#include "event/source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const size_t largest_map = (size_t)16 << 20;

/* The map whose sections stand in for those that another map does not have. */
static const char fallback[] = "generic";

/* What a map may hold beside the sections of formats. */
static const char *const map_words[] = {
	"name",	    "description", "match",    "time",
	"severity", "define",	   "minimise", NULL,
};

/* Compile an expression, or each of a list of alternatives, on its own. */
static int read_alternatives(struct loader *l, const struct place *at,
			     const uint32_t **exprs, size_t *count,
			     struct err *e)
{
	bool list = json_is_array(at->value);
	size_t n = list ? json_array_size(at->value) : 1;
	uint32_t *all = loader_room(l, n, sizeof(*all));
	int rc = 0;

	if (at->value == NULL)
		return 0;
	if (all == NULL)
		return compile_no_memory(e);
	for (size_t i = 0; i < n; i++) {
		struct place here = list ? place_element(at, i) : *at;

		if (compile_expr(&l->compiler, &here, &all[i], e) == 0)
			continue;
		rc = -1;
		if (!source_goes_on(&l->source, e))
			return -1;
	}
	*exprs = all;
	*count = n;
	return rc;
}

/* A whole number of the member key, from 1 to most. */
static int read_number(struct loader *l, const struct place *at,
		       const char *key, json_int_t most, uint32_t *n,
		       struct err *e)
{
	struct place here = place_member(at, key);
	json_int_t value = json_integer_value(here.value);

	if (here.value == NULL)
		return source_fail(&l->source, at, e, "\"%s\" is missing", key);
	if (!json_is_integer(here.value) || value < 1 || value > most)
		return source_fail(&l->source, &here, e,
				   "expected a number from 1 to %lld",
				   (long long)most);
	*n = (uint32_t)value;
	return 0;
}

static int read_raise(struct loader *l, const struct place *at,
		      struct raise *raise, struct err *e)
{
	static const char *const if_words[] = { "if", "level", NULL };
	static const char *const score_words[] = { "score", "out_of", NULL };
	struct place cond = place_member(at, "if");
	struct place score = place_member(at, "score");

	*raise = (struct raise){ .cond = PROGRAM_NONE, .score = PROGRAM_NONE };
	if (score.value == NULL) {
		if (source_check_keys(&l->source, at, if_words, e) < 0)
			return -1;
		if (cond.value == NULL)
			return source_fail(&l->source, at, e,
					   "\"if\" or \"score\" is missing");
		if (compile_cond(&l->compiler, &cond, &raise->cond, e) < 0)
			return -1;
		return read_number(l, at, "level", PLAN_SEVERITY_MOST,
				   &raise->level, e);
	}
	if (source_check_keys(&l->source, at, score_words, e) < 0 ||
	    compile_expr(&l->compiler, &score, &raise->score, e) < 0)
		return -1;
	return read_number(l, at, "out_of", 1000000, &raise->level, e);
}

static int read_raises(struct loader *l, const struct place *at, struct err *e)
{
	size_t count = json_array_size(at->value);
	struct raise *raises = loader_room(l, count, sizeof(*raises));
	int rc = 0;

	if (at->value == NULL)
		return 0;
	if (!json_is_array(at->value))
		return source_fail(&l->source, at, e, "expected a list");
	if (raises == NULL)
		return compile_no_memory(e);
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(at, i);

		if (read_raise(l, &here, &raises[i], e) == 0)
			continue;
		rc = -1;
		if (!source_goes_on(&l->source, e))
			return -1;
	}
	l->plan->raises = raises;
	l->plan->raise_count = count;
	return rc;
}

static int check_severity(struct loader *l, const struct place *at,
			  struct err *e)
{
	static const char *const words[] = { "base", "at_least", NULL };

	return source_check_keys(&l->source, at, words, e);
}

static int read_base(struct loader *l, const struct place *at, struct err *e)
{
	struct place base = place_member(at, "base");

	return read_alternatives(l, &base, &l->plan->levels,
				 &l->plan->level_count, e);
}

static int read_at_least(struct loader *l, const struct place *at,
			 struct err *e)
{
	struct place at_least = place_member(at, "at_least");

	return read_raises(l, &at_least, e);
}

/* What follows reads a member of the map itself. */

static int read_severity(struct loader *l, const struct place *root,
			 struct err *e)
{
	static loader_step *const steps[] = {
		check_severity,
		read_base,
		read_at_least,
		NULL,
	};
	struct place here = place_member(root, "severity");

	if (json_object_get(here.value, "base") == NULL &&
	    json_object_get(here.value, "at_least") == NULL)
		return read_alternatives(l, &here, &l->plan->levels,
					 &l->plan->level_count, e);
	return loader_take(l, steps, &here, e);
}

static int read_time(struct loader *l, const struct place *root, struct err *e)
{
	struct place here = place_member(root, "time");

	if (here.value == NULL)
		source_warn(&l->source, root,
			    "\"time\" is missing: no event has a time of its "
			    "own");
	return read_alternatives(l, &here, &l->plan->times,
				 &l->plan->time_count, e);
}

static int read_match(struct loader *l, const struct place *root, struct err *e)
{
	struct place here = place_member(root, "match");

	if (here.value == NULL)
		return 0;
	return compile_cond(&l->compiler, &here, &l->plan->match, e);
}

static int read_definitions(struct loader *l, const struct place *root,
			    struct err *e)
{
	struct place here = place_member(root, "define");

	return compile_definitions(&l->compiler, &here, e);
}

static int check_description(struct loader *l, const struct place *root,
			     struct err *e)
{
	struct place here = place_member(root, "description");

	if (here.value != NULL && !json_is_string(here.value))
		return source_fail(&l->source, &here, e, "expected a string");
	return 0;
}

static int read_name(struct loader *l, const struct place *root, struct err *e)
{
	struct slice name = slice_of(l->source.name);
	struct place here = place_member(root, "name");

	if (here.value != NULL && !json_is_string(here.value))
		return source_fail(&l->source, &here, e, "expected a string");
	if (here.value != NULL)
		name = place_text(&here);
	if (!program_keep(l->program, &name))
		return compile_no_memory(e);
	l->plan->name = name.data;
	return 0;
}

/* Check the keys of the map itself; the sections of other formats may be
   there and are not looked into. */
static int check_words(struct loader *l, const struct place *root,
		       struct err *e)
{
	const char *words[64];
	const size_t most = sizeof(words) / sizeof(words[0]) - 2;
	size_t count = 0;

	for (size_t i = 0; map_words[i] != NULL; i++)
		words[count++] = map_words[i];
	for (size_t i = 0; map_sections[i] != NULL; i++) {
		assert(count < most);
		words[count++] = map_sections[i];
	}
	if (l->shape->section != NULL)
		words[count++] = l->shape->section;
	words[count] = NULL;
	return source_check_keys(&l->source, root, words, e);
}

static const struct map_builtin *find_builtin(const char *name)
{
	for (size_t i = 0; i < map_builtin_count; i++)
		if (strcmp(map_builtins[i].name, name) == 0)
			return &map_builtins[i];
	return NULL;
}

int map_describe(const struct map_builtin *b, struct buf *out, struct err *e)
{
	struct slice text = { b->text, b->len };
	struct source s;

	if (source_open(&s, b->name, text, e) < 0)
		return -1;

	struct place root = place_root(&s);
	struct place description = place_member(&root, "description");
	if (description.value != NULL)
		buf_put_slice(out, place_text(&description));
	source_close(&s);
	return buf_status(out) == 0 ? 0 : compile_no_memory(e);
}

static int load_section(struct loader *l, const struct place *root,
			struct err *e);

/* Read the section from the map that has one for every format. */
static int load_fallback(struct loader *l, struct err *e)
{
	struct loader other = { .program = l->program,
				.shape = l->shape,
				.plan = l->plan };
	const struct map_builtin *b = find_builtin(fallback);
	struct slice text = { b->text, b->len };
	int rc = -1;

	if (source_open(&other.source, b->name, text, e) < 0)
		return -1;

	struct place root = place_root(&other.source);
	struct place define = place_member(&root, "define");
	other.compiler.program = other.program;
	other.compiler.source = &other.source;
	if (json_object_get(root.value, l->shape->section) == NULL)
		rc = 0; // a format that needs none
	else if (compile_definitions(&other.compiler, &define, e) == 0)
		rc = load_section(&other, &root, e);
	compile_end(&other.compiler);
	source_close(&other.source);
	return rc;
}

static int load_section(struct loader *l, const struct place *root,
			struct err *e)
{
	if (l->shape->section == NULL)
		return 0;

	struct place section = place_member(root, l->shape->section);
	if (section.value == NULL)
		return load_fallback(l, e);
	return section_read(l, &section, e);
}

static int read_policy(struct loader *l, const struct place *root,
		       struct err *e)
{
	struct place minimise = place_member(root, "minimise");

	return policy_read(l, &minimise, e);
}

/* Read everything that a map says. */
static int load_all(struct loader *l, struct err *e)
{
	static loader_step *const steps[] = {
		check_words,      read_name,    check_description,
		read_definitions, read_match,   read_time,
		read_severity,    read_policy,  load_section,
		NULL,
	};
	struct place root = place_root(&l->source);

	return loader_take(l, steps, &root, e);
}

/* Append the plan of one map. findings may be NULL. */
static int load_map(struct maps *maps, const char *name, struct slice text,
		    struct findings *findings, struct err *e)
{
	struct plan *plan = &maps->plans[maps->count];
	struct loader l = { .program = &maps->program,
			    .shape = maps->shape,
			    .plan = plan,
			    .policy = &maps->policies[maps->count] };

	*plan = (struct plan){ .match = PROGRAM_NONE,
			       .rest.given = maps->shape->keeps_shape,
			       .rest.all = maps->shape->keeps_all };
	for (size_t i = 0; i < PLAN_ATTRIBUTES; i++)
		plan->attributes[i] = PROGRAM_NONE;
	if (maps->shape->rest_object != NULL)
		plan->rest.prefix = slice_of(maps->shape->rest_object);
	if (source_open(&l.source, name, text, e) < 0)
		return -1;
	l.compiler.program = l.program;
	l.compiler.source = &l.source;
	l.source.findings = findings;

	int rc = load_all(&l, e);
	compile_end(&l.compiler);
	source_close(&l.source);
	if (rc == 0)
		maps->count++;
	return rc;
}

static int load_builtin(struct maps *maps, const struct map_builtin *b,
			struct err *e)
{
	struct slice text = { b->text, b->len };

	return load_map(maps, b->name, text, NULL, e);
}

static int read_map(const char *path, struct buf *text, struct err *e)
{
	int rc = file_read(path, text, e);

	if (rc < 0)
		e->kind = ERR_USAGE; // it is what the user gave us
	return rc;
}

static int load_file(struct maps *maps, const char *path, struct err *e)
{
	struct buf text = BUF_INIT(largest_map);
	int rc = read_map(path, &text, e);

	if (rc == 0)
		rc = load_map(maps, path, buf_slice(&text), NULL, e);
	buf_free(&text);
	return rc;
}

static int no_such_map(const char *name, struct err *e)
{
	struct nearest near = NEAREST_INIT(name);

	nearest_try(&near, "auto");
	for (size_t i = 0; i < map_builtin_count; i++)
		nearest_try(&near, map_builtins[i].name);
	if (near.best != NULL)
		return err_set(e, ERR_USAGE,
			       "no map is called %s (did you mean %s?)", name,
			       near.best);
	return err_set(e, ERR_USAGE,
		       "no map is called %s (a file is written with its dot "
		       "or a slash, as in ./%s)",
		       name, name);
}

static int load(struct maps *maps, const char *which, struct err *e)
{
	const struct map_builtin *b = find_builtin(which);

	if (strcmp(which, "auto") == 0) {
		for (size_t i = 0; i < map_builtin_count; i++)
			if (load_builtin(maps, &map_builtins[i], e) < 0)
				return -1;
		return 0;
	}
	if (b != NULL)
		return load_builtin(maps, b, e);
	if (strpbrk(which, "/.") != NULL)
		return load_file(maps, which, e);
	return no_such_map(which, e);
}

/* Room for all built-in maps. */
static struct maps *maps_new(const struct map_shape *shape, struct err *e)
{
	struct maps *maps = calloc(1, sizeof(*maps));

	if (maps == NULL) {
		compile_no_memory(e);
		return NULL;
	}
	maps->shape = shape;
	maps->plans = calloc(map_builtin_count, sizeof(*maps->plans));
	maps->policies = calloc(map_builtin_count, sizeof(*maps->policies));
	if (program_init(&maps->program) && maps->plans != NULL &&
	    maps->policies != NULL)
		return maps;
	compile_no_memory(e);
	maps_free(maps);
	return NULL;
}

struct maps *maps_load(const char *which, const struct map_shape *shape,
		       struct err *e)
{
	struct maps *maps = maps_new(shape, e);

	if (maps != NULL && load(maps, which, e) < 0) {
		maps_free(maps);
		maps = NULL;
	}
	return maps;
}

static struct map_section section_of(const struct plan *plan)
{
	struct map_section section = { .own = true, .rows = plan->row_count };

	for (size_t i = 0; i < PLAN_ATTRIBUTES; i++)
		section.attributes += plan->attributes[i] != PROGRAM_NONE;
	return section;
}

static struct map_rules rules_of(const struct policy *policy)
{
	return (struct map_rules){
		.drop = policy->drop.count,
		.keep = policy->keep.count,
		.hash = policy->hash.count,
		.redact = policy->redact.count,
		.patterns = policy->pattern_count,
	};
}

/* Read a map once more for a shape, if it has a section for it. */
static int check_shape(const struct source *s, const struct map_shape *shape,
		       struct map_section *section, struct map_rules *rules,
		       struct findings *f, struct err *e)
{
	struct maps *maps;

	*section = (struct map_section){ 0 };
	if (shape->section != NULL &&
	    json_object_get(s->root, shape->section) == NULL)
		return 0;
	maps = maps_new(shape, e);
	if (maps == NULL)
		return -1;

	int rc = load_map(maps, s->name, s->text, f, e);
	if (rc == 0) {
		*section = section_of(&maps->plans[0]);
		*rules = rules_of(&maps->policies[0]);
	} else if (e->kind == ERR_USAGE) {
		rc = 0; // it is among the findings
	}
	maps_free(maps);
	return rc;
}

/* Definitions that nothing refers to, of a map without an error. */
static void check_definitions(struct source *s, struct findings *f)
{
	struct place root = place_root(s);
	struct place define = place_member(&root, "define");
	const char *key;
	json_t *value;

	s->findings = f;
	json_object_foreach(define.value, key, value)
	{
		struct place here = { .up = &define,
				      .key = key,
				      .value = value };

		if (!findings_uses(f, key))
			source_warn_key(s, &here, "$%s is never used", key);
	}
}

static int check_text(const char *name, struct slice text,
		      const struct map_shape *const *shapes, size_t count,
		      struct map_section *sections, struct map_rules *rules,
		      struct findings *f, struct err *e)
{
	static const char *const no_attributes[] = { NULL };
	// What every format has of the map.
	static const struct map_shape bare = {
		.attributes = no_attributes,
		.rest_names = REST_NONE,
	};
	struct map_section ignored;
	struct source s;

	*rules = (struct map_rules){ 0 };
	if (source_open(&s, name, text, e) < 0)
		return -1;

	int rc = check_shape(&s, &bare, &ignored, rules, f, e);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = check_shape(&s, shapes[i], &sections[i], rules, f, e);
	if (rc == 0 && f->errors == 0)
		check_definitions(&s, f);
	source_close(&s);
	findings_sort(f);
	if (rc == 0 && f->out_of_memory)
		rc = compile_no_memory(e);
	return rc;
}

int map_check(const char *which, const struct map_shape *const *shapes,
	      size_t count, struct map_section *sections,
	      struct map_rules *rules, struct findings *f, struct err *e)
{
	const struct map_builtin *b = find_builtin(which);
	struct buf file = BUF_INIT(largest_map);
	int rc;

	if (b == NULL && strpbrk(which, "/.") == NULL)
		return no_such_map(which, e);
	rc = b != NULL ? 0 : read_map(which, &file, e);
	if (rc == 0)
		rc = check_text(which,
				b != NULL ? (struct slice){ b->text, b->len }
					  : buf_slice(&file),
				shapes, count, sections, rules, f, e);
	buf_free(&file);
	return rc;
}

const struct policy *maps_policy(const struct maps *m, size_t i)
{
	return i < m->count ? &m->policies[i] : NULL;
}

void maps_free(struct maps *m)
{
	if (m == NULL)
		return;
	program_free(&m->program);
	free(m->plans);
	free(m->policies);
	free(m);
}

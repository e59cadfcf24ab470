#include "event/map.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/nearest.h"
#include "event/compile.h"
#include "event/plan.h"
#include "event/source.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const size_t largest_map = (size_t)16 << 20;

/* The map whose sections stand in for those that another map does not have. */
static const char fallback[] = "generic";

/* What a map may hold beside the sections of formats. */
static const char *const map_words[] = {
	"name", "description", "match", "time", "severity", "define", NULL,
};

const char *const map_sections[] = {
	"cef",  "leef", "rfc5424",  "rfc3164", "json", "hec", "ecs",
	"ocsf", "csl",  "sentinel", "datadog", "otlp", NULL,
};

/* A map on its way from JSON to a plan. */
struct loader {
	struct program *program;
	const struct map_shape *shape;
	struct compiler compiler;
	struct source source;
	struct plan *plan;
};

static int no_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "out of memory for a map");
}

/* Room for count things of a size, for as long as the plan lives. */
static void *room_for(struct loader *l, size_t count, size_t size)
{
	void *room = arena_take(&l->program->texts, count * size + 1);

	if (room != NULL)
		memset(room, 0, count * size + 1);
	return room;
}

/* The text at a place, which is to be a key of the format or part of one. */
static int read_key(struct loader *l, const struct place *at, struct slice *key,
		    struct err *e)
{
	if (!json_is_string(at->value) || json_string_length(at->value) == 0)
		return source_fail(&l->source, at, e, "expected a key");
	*key = place_text(at);
	for (size_t i = 0; i < key->len; i++)
		if (!map_allows(l->shape->rest_names, key->data[i]))
			return source_fail(&l->source, at, e,
					   "\"%.*s\" has a byte that keys of "
					   "%s cannot have",
					   (int)key->len, key->data,
					   l->shape->section);
	if (l->shape->key_max != 0 && key->len > l->shape->key_max)
		return source_fail(&l->source, at, e,
				   "a key of more than %zu bytes",
				   l->shape->key_max);
	return program_keep(l->program, key) ? 0 : no_memory(e);
}

static const struct field_rule *rule_of(const struct map_shape *shape,
					struct slice key)
{
	return shape->find_rule != NULL ? shape->find_rule(key) : NULL;
}

/* Let the format make what goes before the value of a target. */
static int make_lead(struct loader *l, struct target *target, struct err *e)
{
	struct buf lead = BUF_INIT(largest_map);
	int rc = 0;

	if (l->shape->put_lead == NULL)
		return 0;
	l->shape->put_lead(&lead, target->key, target->label);
	target->lead = buf_slice(&lead);
	if (buf_status(&lead) != 0 ||
	    !program_keep(l->program, &target->lead))
		rc = no_memory(e);
	buf_free(&lead);
	return rc;
}

/* Read one target of a row; at is the row itself, or its "else". */
static int read_target(struct loader *l, const struct place *at,
		       struct target *target, struct err *e)
{
	struct place key = place_member(at, "key");
	struct place label = place_member(at, "label");
	struct place type = place_member(at, "type");

	if (key.value == NULL)
		return source_fail(&l->source, at, e, "\"key\" is missing");
	if (read_key(l, &key, &target->key, e) < 0)
		return -1;

	const struct field_rule *rule = rule_of(l->shape, target->key);
	if (rule != NULL) {
		target->type = rule->type;
		target->max = rule->max;
	}
	if (target->type == FIELD_RESERVED)
		return source_fail(&l->source, &key, e,
				   "\"%s\" is not for maps to write",
				   target->key.data);
	if (type.value != NULL &&
	    compile_type(&l->compiler, &type, &target->type, e) < 0)
		return -1;
	if (label.value != NULL && !json_is_string(label.value))
		return source_fail(&l->source, &label, e, "expected a string");
	if (label.value != NULL) {
		target->label = place_text(&label);
		if (!program_keep(l->program, &target->label))
			return no_memory(e);
	}
	return make_lead(l, target, e);
}

/* Read the targets of the row at a place: its own, and those that "else"
   leads to. */
static int read_targets(struct loader *l, const struct place *at,
			struct row *row, struct err *e)
{
	static const char *const words[] = { "key", "label", "type", "else",
					     NULL };
	struct place chain[PLAN_TARGETS + 1] = { *at };
	struct target targets[PLAN_TARGETS] = { 0 };
	uint32_t count = 0;

	for (; chain[count].value != NULL; count++) {
		if (count == PLAN_TARGETS)
			return source_fail(&l->source, &chain[count], e,
					   "more than %d keys in a row",
					   PLAN_TARGETS);
		if (count > 0 &&
		    source_check_keys(&l->source, &chain[count], words, e) < 0)
			return -1;
		if (read_target(l, &chain[count], &targets[count], e) < 0)
			return -1;
		chain[count + 1] = place_member(&chain[count], "else");
	}

	struct target *kept = room_for(l, count, sizeof(*kept));
	if (kept == NULL)
		return no_memory(e);
	memcpy(kept, targets, count * sizeof(*kept));
	row->targets = kept;
	row->target_count = count;
	return 0;
}

/* Find those before target, which is number j of row i, that have its key. */
static void find_same(struct target *target, struct row *rows, size_t i,
		      size_t j)
{
	for (size_t k = 0; k <= i; k++)
		for (size_t m = 0; m < (k < i ? rows[k].target_count : j);
		     m++) {
			struct target *other = &rows[k].targets[m];

			if (!slice_is(other->key, target->key))
				continue;
			target->key = other->key;
			target->shared = other->shared = true;
		}
}

/*
 * Say of each target whether another has its key; those that have the same
 * point to the same bytes.
 */
static void find_shared(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < rows[i].target_count; j++)
			find_same(&rows[i].targets[j], rows, i, j);
}

/* Slots, of which one has to have a member if there is to be a value. */
struct slots {
	bool known; // false: there may be a value all the same
	uint32_t count;
	uint32_t list[2]; // more are not known
};

static void add_slot(struct slots *s, uint32_t slot)
{
	if (s->count == 2)
		s->known = false;
	else
		s->list[s->count++] = slot;
}

/* Add the slots that an expression needs to what s says of alternatives. */
static void add_needs(const struct program *p, uint32_t index, struct slots *s)
{
	const struct expr *expr = &p->exprs[index];
	const uint32_t *links = p->links + expr->span.first;

	switch ((enum expr_op)expr->op) {
	case EXPR_PATH:
		add_slot(s, expr->slot);
		break;
	case EXPR_PATHS:
		for (uint32_t i = 0; i < expr->span.count; i++)
			add_slot(s, links[i]);
		if (expr->otherwise != PROGRAM_NONE)
			s->known = false;
		break;
	case EXPR_FIRST:
		for (uint32_t i = 0; i < expr->span.count; i++)
			add_needs(p, links[i], s);
		break;
	case EXPR_JOIN:
	case EXPR_SUM:
		add_needs(p, expr->of, s);
		break;
	case EXPR_TABLE:
		add_needs(p, expr->of, s);
		if (expr->otherwise != PROGRAM_NONE)
			add_needs(p, expr->otherwise, s);
		break;
	case EXPR_IF:
		add_needs(p, expr->then, s);
		if (expr->otherwise != PROGRAM_NONE)
			add_needs(p, expr->otherwise, s);
		break;
	case EXPR_CONST:
	case EXPR_TEXT: // needs all of its pieces, not one of them
	case EXPR_TIME:
	case EXPR_SEVERITY:
	case EXPR_ELEMENT:
	case EXPR_PART:
		s->known = false;
		break;
	}
}

/* Note what tells at a glance that a row has no value, and which are plain. */
static void find_plain(const struct program *p, struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct expr *expr = &p->exprs[rows[i].expr];
		const struct target *t = rows[i].targets;
		struct slots needs = { .known = true };

		add_needs(p, rows[i].expr, &needs);
		if (!needs.known)
			continue;
		rows[i].slot = (uint16_t)needs.list[0];
		rows[i].other = (uint16_t)needs.list[1];
		rows[i].is_plain = !t->shared && t->type == FIELD_TEXT &&
				   (expr->op == EXPR_PATH ||
				    expr->op == EXPR_PATHS);
	}
}

/* Does a row bring that key along, with its label? */
static bool is_of_label(const struct row *rows, size_t count, struct slice key)
{
	const struct slice end = SLICE("Label");

	if (key.len <= end.len ||
	    !slice_is(slice_from(key, key.len - end.len), end))
		return false;
	key.len -= end.len;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < rows[i].target_count; j++) {
			const struct target *t = &rows[i].targets[j];

			if (t->label.len > 0 && slice_is(t->key, key))
				return true;
		}
	return false;
}

/* A label and a row must not put the same key. */
static int check_labels(struct loader *l, const struct place *at,
			const struct row *rows, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < rows[i].target_count; j++) {
			struct slice key = rows[i].targets[j].key;
			struct place here = place_element(at, i);

			if (is_of_label(rows, count, key))
				return source_fail(&l->source, &here, e,
						   "\"%s\" comes with the "
						   "label of another row",
						   key.data);
		}
	return 0;
}

static int read_rows(struct loader *l, const struct place *at, struct err *e)
{
	static const char *const words[] = { "key",  "label", "from",
					     "type", "else",  NULL };
	size_t count = json_array_size(at->value);
	struct row *rows = room_for(l, count, sizeof(*rows));

	if (at->value == NULL)
		return 0;
	if (!json_is_array(at->value))
		return source_fail(&l->source, at, e, "expected a list");
	if (rows == NULL)
		return no_memory(e);
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(at, i);
		struct place from = place_member(&here, "from");

		if (source_check_keys(&l->source, &here, words, e) < 0)
			return -1;
		if (from.value == NULL)
			return source_fail(&l->source, &here, e,
					   "\"from\" is missing");
		if (compile_expr(&l->compiler, &from, &rows[i].expr, e) < 0 ||
		    read_targets(l, &here, &rows[i], e) < 0)
			return -1;
	}
	l->plan->rows = rows;
	l->plan->row_count = count;
	find_shared(rows, count);
	find_plain(l->program, rows, count);
	return check_labels(l, at, rows, count, e);
}

static int read_flag(struct loader *l, const struct place *at, bool *flag,
		     struct err *e)
{
	if (at->value != NULL && !json_is_boolean(at->value))
		return source_fail(&l->source, at, e, "expected true or false");
	*flag = json_is_true(at->value);
	return 0;
}

static int read_leave_out(struct loader *l, const struct place *at,
			  struct rest *rest, struct err *e)
{
	size_t count = json_array_size(at->value);
	uint16_t *slots = room_for(l, count, sizeof(*slots));

	if (at->value == NULL)
		return 0;
	if (!json_is_array(at->value))
		return source_fail(&l->source, at, e, "expected a list");
	if (slots == NULL)
		return no_memory(e);
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(at, i);

		if (compile_path(&l->compiler, &here, &slots[i], e) < 0)
			return -1;
	}
	rest->leave_out = slots;
	rest->leave_out_count = count;
	return 0;
}

static int read_rest(struct loader *l, const struct place *at, struct err *e)
{
	static const char *const words[] = { "prefix", "given", "all",
					     "leave_out", NULL };
	struct place prefix = place_member(at, "prefix");
	struct place given = place_member(at, "given");
	struct place all = place_member(at, "all");
	struct place leave_out = place_member(at, "leave_out");
	struct rest *rest = &l->plan->rest;

	if (at->value == NULL)
		return 0;
	if (source_check_keys(&l->source, at, words, e) < 0)
		return -1;
	if (prefix.value != NULL && read_key(l, &prefix, &rest->prefix, e) < 0)
		return -1;
	if (read_flag(l, &given, &rest->given, e) < 0 ||
	    read_flag(l, &all, &rest->all, e) < 0)
		return -1;
	return read_leave_out(l, &leave_out, rest, e);
}

/* Read the section of the format. */
static int read_section(struct loader *l, const struct place *at, struct err *e)
{
	const char *words[PLAN_ATTRIBUTES + 3] = { "fields", "rest" };
	struct place fields = place_member(at, "fields");
	struct place rest = place_member(at, "rest");

	for (size_t i = 0; l->shape->attributes[i] != NULL; i++)
		words[i + 2] = l->shape->attributes[i];
	if (source_check_keys(&l->source, at, words, e) < 0)
		return -1;
	for (size_t i = 0; l->shape->attributes[i] != NULL; i++) {
		struct place here = place_member(at, l->shape->attributes[i]);

		if (here.value != NULL &&
		    compile_expr(&l->compiler, &here, &l->plan->attributes[i],
				 e) < 0)
			return -1;
	}
	if (read_rows(l, &fields, e) < 0)
		return -1;
	return read_rest(l, &rest, e);
}

/* Compile an expression, or each of a list of alternatives, on its own. */
static int read_alternatives(struct loader *l, const struct place *at,
			     const uint32_t **exprs, size_t *count,
			     struct err *e)
{
	bool list = json_is_array(at->value);
	size_t n = list ? json_array_size(at->value) : 1;
	uint32_t *all = room_for(l, n, sizeof(*all));

	if (at->value == NULL)
		return 0;
	if (all == NULL)
		return no_memory(e);
	for (size_t i = 0; i < n; i++) {
		struct place here = list ? place_element(at, i) : *at;

		if (compile_expr(&l->compiler, &here, &all[i], e) < 0)
			return -1;
	}
	*exprs = all;
	*count = n;
	return 0;
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
	struct raise *raises = room_for(l, count, sizeof(*raises));

	if (at->value == NULL)
		return 0;
	if (!json_is_array(at->value))
		return source_fail(&l->source, at, e, "expected a list");
	if (raises == NULL)
		return no_memory(e);
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(at, i);

		if (read_raise(l, &here, &raises[i], e) < 0)
			return -1;
	}
	l->plan->raises = raises;
	l->plan->raise_count = count;
	return 0;
}

static int read_severity(struct loader *l, const struct place *at,
			 struct err *e)
{
	static const char *const words[] = { "base", "at_least", NULL };
	struct place base = place_member(at, "base");
	struct place at_least = place_member(at, "at_least");

	if (base.value == NULL && at_least.value == NULL)
		return read_alternatives(l, at, &l->plan->levels,
					 &l->plan->level_count, e);
	if (source_check_keys(&l->source, at, words, e) < 0 ||
	    read_alternatives(l, &base, &l->plan->levels, &l->plan->level_count,
			      e) < 0)
		return -1;
	return read_raises(l, &at_least, e);
}

static int read_name(struct loader *l, const struct place *at, struct err *e)
{
	struct slice name = slice_of(l->source.name);

	if (at->value != NULL && !json_is_string(at->value))
		return source_fail(&l->source, at, e, "expected a string");
	if (at->value != NULL)
		name = place_text(at);
	if (!program_keep(l->program, &name))
		return no_memory(e);
	l->plan->name = name.data;
	return 0;
}

/* Check the keys of the map itself; the sections of other formats may be
   there and are not looked into. */
static int check_words(struct loader *l, const struct place *root,
		       struct err *e)
{
	const char *words[32];
	size_t count = 0;

	for (size_t i = 0; map_words[i] != NULL; i++)
		words[count++] = map_words[i];
	for (size_t i = 0; map_sections[i] != NULL; i++)
		words[count++] = map_sections[i];
	if (l->shape->section != NULL)
		words[count++] = l->shape->section;
	words[count] = NULL;
	return source_check_keys(&l->source, root, words, e);
}

static int load_section(struct loader *l, const struct place *root,
			struct err *e);

/* Read the section from the map that has one for every format. */
static int load_fallback(struct loader *l, struct err *e)
{
	struct loader other = { .program = l->program,
				.shape = l->shape,
				.plan = l->plan };
	const struct map_builtin *b = map_find_builtin(fallback);
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
	return read_section(l, &section, e);
}

/* Read everything that a map says. */
static int load_all(struct loader *l, struct err *e)
{
	struct place root = place_root(&l->source);
	struct place name = place_member(&root, "name");
	struct place description = place_member(&root, "description");
	struct place define = place_member(&root, "define");
	struct place match = place_member(&root, "match");
	struct place time = place_member(&root, "time");
	struct place severity = place_member(&root, "severity");

	if (check_words(l, &root, e) < 0 || read_name(l, &name, e) < 0)
		return -1;
	if (description.value != NULL && !json_is_string(description.value))
		return source_fail(&l->source, &description, e,
				   "expected a string");
	if (compile_definitions(&l->compiler, &define, e) < 0)
		return -1;
	if (match.value != NULL &&
	    compile_cond(&l->compiler, &match, &l->plan->match, e) < 0)
		return -1;
	if (read_alternatives(l, &time, &l->plan->times, &l->plan->time_count,
			      e) < 0 ||
	    read_severity(l, &severity, e) < 0)
		return -1;
	return load_section(l, &root, e);
}

/* Append the plan of one map. */
static int load_map(struct maps *maps, const char *name, struct slice text,
		    struct err *e)
{
	struct plan *plan = &maps->plans[maps->count];
	struct loader l = { .program = &maps->program,
			    .shape = maps->shape,
			    .plan = plan };

	*plan = (struct plan){ .match = PROGRAM_NONE };
	for (size_t i = 0; i < PLAN_ATTRIBUTES; i++)
		plan->attributes[i] = PROGRAM_NONE;
	if (source_open(&l.source, name, text, e) < 0)
		return -1;
	l.compiler.program = l.program;
	l.compiler.source = &l.source;

	int rc = load_all(&l, e);
	compile_end(&l.compiler);
	source_close(&l.source);
	if (rc == 0)
		maps->count++;
	return rc;
}

const struct map_builtin *map_find_builtin(const char *name)
{
	for (size_t i = 0; i < map_builtin_count; i++)
		if (strcmp(map_builtins[i].name, name) == 0)
			return &map_builtins[i];
	return NULL;
}

static int load_builtin(struct maps *maps, const struct map_builtin *b,
			struct err *e)
{
	return load_map(maps, b->name, (struct slice){ b->text, b->len }, e);
}

static int load_file(struct maps *maps, const char *path, struct err *e)
{
	struct buf text = BUF_INIT(largest_map);
	int rc = file_read(path, &text, e);

	if (rc < 0)
		e->kind = ERR_USAGE; // it is what the user gave us
	else
		rc = load_map(maps, path, buf_slice(&text), e);
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
	const struct map_builtin *b = map_find_builtin(which);

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

struct maps *maps_load(const char *which, const struct map_shape *shape,
		       struct err *e)
{
	struct maps *maps = calloc(1, sizeof(*maps));

	if (maps == NULL) {
		no_memory(e);
		return NULL;
	}
	maps->shape = shape;
	maps->plans = calloc(map_builtin_count, sizeof(*maps->plans));
	if (!program_init(&maps->program) || maps->plans == NULL)
		no_memory(e);
	else if (load(maps, which, e) == 0)
		return maps;
	maps_free(maps);
	return NULL;
}

void maps_free(struct maps *m)
{
	if (m == NULL)
		return;
	program_free(&m->program);
	free(m->plans);
	free(m);
}

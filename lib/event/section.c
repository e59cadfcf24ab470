#include "event/section.h"

#include "core/buf.h"
#include "event/nesting.h"
#include "event/suspect.h"

#include <string.h>

static const size_t longest_lead = (size_t)1 << 20;

void *loader_room(struct loader *l, size_t count, size_t size)
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
	bool nests = map_nests(l->shape->rest_names);

	if (!json_is_string(at->value) || json_string_length(at->value) == 0)
		return source_fail(&l->source, at, e, "expected a key");
	*key = place_text(at);
	for (size_t i = 0; i < key->len; i++)
		if (!map_allows(l->shape->rest_names, key->data[i]) &&
		    !(nests && key->data[i] == '.'))
			return source_fail(&l->source, at, e,
					   "\"%.*s\" has a byte that keys of "
					   "%s cannot have",
					   (int)key->len, key->data,
					   l->shape->section);
	if (l->shape->rest_names == REST_COLUMN && !map_is_letter(key->data[0]))
		return source_fail(&l->source, at, e,
				   "\"%.*s\" does not begin with a letter, as "
				   "keys of %s do",
				   (int)key->len, key->data, l->shape->section);
	if (nests && nesting_fault(*key) != NULL)
		return source_fail(&l->source, at, e, "%s",
				   nesting_fault(*key));
	if (l->shape->key_max != 0 && key->len > l->shape->key_max)
		return source_fail(&l->source, at, e,
				   "a key of more than %zu bytes",
				   l->shape->key_max);
	return program_keep(l->program, key) ? 0 : compile_no_memory(e);
}

static const struct field_rule *rule_of(const struct map_shape *shape,
					struct slice key)
{
	return shape->find_rule != NULL ? shape->find_rule(key) : NULL;
}

/* Let the format make what goes before the value of a target. */
static int make_lead(struct loader *l, struct target *target, struct err *e)
{
	struct buf lead = BUF_INIT(longest_lead);
	int rc = 0;

	if (l->shape->put_lead == NULL)
		return 0;
	l->shape->put_lead(&lead, target->key, target->label, target->type);
	size_t len = lead.len;
	while ((lead.len == 0 || lead.len % FIELD_LEAD != 0) &&
	       buf_status(&lead) == 0)
		buf_putc(&lead, ' ');
	target->lead = buf_slice(&lead);
	if (buf_status(&lead) != 0 || !program_keep(l->program, &target->lead))
		rc = compile_no_memory(e);
	target->lead.len = len;
	buf_free(&lead);
	return rc;
}

/* The bytes of a text as lines have it: control characters become longer. */
static size_t written_len(struct slice text)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		len += c < ' ' || c == 0x7f ? sizeof("\\u001f") - 1 : 1;
	}
	return len;
}

/* The label of a key, no longer than its field may be. */
static int read_label(struct loader *l, const struct place *at,
		      struct target *target, struct err *e)
{
	struct buf key = BUF_INIT(target->key.len + sizeof("Label"));
	const struct field_rule *rule = NULL;

	if (!json_is_string(at->value))
		return source_fail(&l->source, at, e, "expected a string");
	target->label = place_text(at);
	buf_put_slice(&key, target->key);
	buf_puts(&key, "Label");
	if (buf_status(&key) == 0)
		rule = rule_of(l->shape, buf_slice(&key));
	buf_free(&key);
	if (rule != NULL && rule->max != 0 &&
	    written_len(target->label) > rule->max)
		return source_fail(&l->source, at, e,
				   "a label of %s has at most %u bytes",
				   target->key.data, rule->max);
	return program_keep(l->program, &target->label) ? 0
							: compile_no_memory(e);
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
	if (label.value != NULL && read_label(l, &label, target, e) < 0)
		return -1;
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

	struct target *kept = loader_room(l, count, sizeof(*kept));
	if (kept == NULL)
		return compile_no_memory(e);
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
	uint32_t first = expr->span.first;

	switch ((enum expr_op)expr->op) {
	case EXPR_PATH:
		add_slot(s, expr->slot);
		break;
	case EXPR_PATHS:
		for (uint32_t i = 0; i < expr->span.count; i++)
			add_slot(s, p->links[first + i]);
		if (expr->otherwise != PROGRAM_NONE)
			s->known = false;
		break;
	case EXPR_FIRST:
	case EXPR_LIST:
		for (uint32_t i = 0; i < expr->span.count; i++)
			add_needs(p, p->links[first + i], s);
		break;
	case EXPR_JOIN:
	case EXPR_SUM:
	case EXPR_TIMES:
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
	case EXPR_OBJECT:
	case EXPR_TIME:
	case EXPR_SEVERITY:
	case EXPR_SYSLOG:
	case EXPR_RECORD:
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
		rows[i].is_plain =
			!t->shared && t->type == FIELD_TEXT &&
			(expr->op == EXPR_PATH || expr->op == EXPR_PATHS);
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

/* The key of each target must have its place behind those before it. */
static int check_nesting(struct loader *l, const struct place *at,
			 const struct row *rows, size_t count, struct err *e)
{
	struct slice *keys =
		loader_room(l, count * PLAN_TARGETS + 1, sizeof(*keys));
	size_t so_far = 1;
	int rc = 0;

	if (keys == NULL)
		return compile_no_memory(e);
	keys[0] = slice_of(l->shape->first_key);
	for (size_t i = 0; i < count; i++) {
		struct place chain[PLAN_TARGETS + 1] = { place_element(at, i) };

		for (uint32_t j = 0; j < rows[i].target_count; j++) {
			struct place key = place_member(&chain[j], "key");
			const char *why;

			keys[so_far++] = rows[i].targets[j].key;
			why = nesting_misplaced(keys, so_far, l->shape);
			if (why != NULL) {
				rc = source_fail(&l->source, &key, e,
						 "\"%s\" %s",
						 keys[so_far - 1].data, why);
				if (!source_goes_on(&l->source, e))
					return -1;
			}
			chain[j + 1] = place_member(&chain[j], "else");
		}
	}
	return rc;
}

static int read_row(struct loader *l, const struct place *at, struct row *row,
		    struct err *e)
{
	static const char *const words[] = { "key",  "label", "from",
					     "type", "else",  NULL };
	struct place from = place_member(at, "from");

	if (source_check_keys(&l->source, at, words, e) < 0)
		return -1;
	if (from.value == NULL)
		return source_fail(&l->source, at, e, "\"from\" is missing");
	if (compile_expr(&l->compiler, &from, &row->expr, e) < 0)
		return -1;
	return read_targets(l, at, row, e);
}

static int read_rows(struct loader *l, const struct place *at, struct err *e)
{
	size_t count = json_array_size(at->value);
	struct row *rows = loader_room(l, count, sizeof(*rows));
	int rc = 0;

	if (at->value == NULL)
		return 0;
	if (!json_is_array(at->value))
		return source_fail(&l->source, at, e, "expected a list");
	if (rows == NULL)
		return compile_no_memory(e);
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(at, i);

		if (read_row(l, &here, &rows[i], e) == 0)
			continue;
		rc = -1;
		if (!source_goes_on(&l->source, e))
			return -1;
	}
	if (rc < 0)
		return -1;
	l->plan->rows = rows;
	l->plan->row_count = count;
	find_shared(rows, count);
	find_plain(l->program, rows, count);
	if (l->source.findings != NULL)
		suspect_rows(&l->source, at, l->program, l->shape, rows, count);
	return map_nests(l->shape->rest_names)
		       ? check_nesting(l, at, rows, count, e)
		       : check_labels(l, at, rows, count, e);
}

static int read_flag(struct loader *l, const struct place *at, bool *flag,
		     struct err *e)
{
	if (at->value == NULL)
		return 0;
	if (!json_is_boolean(at->value))
		return source_fail(&l->source, at, e, "expected true or false");
	*flag = json_is_true(at->value);
	return 0;
}

static int read_leave_out(struct loader *l, const struct place *at,
			  struct rest *rest, struct err *e)
{
	size_t count = json_array_size(at->value);
	uint16_t *slots = loader_room(l, count, sizeof(*slots));

	if (at->value == NULL)
		return 0;
	if (!json_is_array(at->value))
		return source_fail(&l->source, at, e, "expected a list");
	if (slots == NULL)
		return compile_no_memory(e);
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(at, i);

		if (compile_path(&l->compiler, &here, &slots[i], e) < 0)
			return -1;
	}
	rest->leave_out = slots;
	rest->leave_out_count = count;
	return 0;
}

/* The prefix at a place, behind that which the format has itself. */
static int read_prefix(struct loader *l, const struct place *at,
		       struct slice *prefix, struct err *e)
{
	const struct slice own = *prefix;
	struct buf both = BUF_INIT(longest_lead);
	int rc = 0;

	if (at->value == NULL)
		return 0;
	if (l->shape->rest_names == REST_WHOLE)
		return source_fail_key(&l->source, at, e,
				       "members keep their names in %s",
				       l->shape->section);
	if (read_key(l, at, prefix, e) < 0)
		return -1;
	if (memchr(prefix->data, '.', prefix->len) != NULL)
		return source_fail(&l->source, at, e, "a prefix has no dots");
	buf_put_slice(&both, own);
	buf_put_slice(&both, *prefix);
	*prefix = buf_slice(&both);
	if (buf_status(&both) != 0 || !program_keep(l->program, prefix))
		rc = compile_no_memory(e);
	buf_free(&both);
	return rc;
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
	if (source_check_keys(&l->source, at, words, e) < 0 ||
	    read_prefix(l, &prefix, &rest->prefix, e) < 0)
		return -1;
	if (map_nests(l->shape->rest_names) && given.value != NULL)
		return source_fail_key(&l->source, &given, e,
				       "members of %s have a place of their "
				       "own",
				       l->shape->section);
	if (read_flag(l, &given, &rest->given, e) < 0 ||
	    read_flag(l, &all, &rest->all, e) < 0)
		return -1;
	return read_leave_out(l, &leave_out, rest, e);
}

static int check_section(struct loader *l, const struct place *at,
			 struct err *e)
{
	const char *words[PLAN_ATTRIBUTES + 3] = { "fields", "rest" };

	for (size_t i = 0; l->shape->attributes[i] != NULL; i++)
		words[i + 2] = l->shape->attributes[i];
	return source_check_keys(&l->source, at, words, e);
}

/* Attributes that a section lacks, though every line is to have them. */
static void suspect_attributes(const struct loader *l, const struct place *at)
{
	struct buf missing = BUF_INIT(1 << 10);

	for (size_t i = 0; i < l->shape->needed; i++) {
		const char *name = l->shape->attributes[i];

		if (place_member(at, name).value == NULL)
			buf_printf(&missing, "%s%s",
				   missing.len > 0 ? ", " : "", name);
	}
	if (missing.len > 0 && buf_status(&missing) == 0)
		source_warn_key(&l->source, at,
				"\"%s\" has no %s: its header has empty fields",
				l->shape->section, buf_str(&missing));
	buf_free(&missing);
}

static int read_attributes(struct loader *l, const struct place *at,
			   struct err *e)
{
	int rc = 0;

	if (l->source.findings != NULL)
		suspect_attributes(l, at);
	for (size_t i = 0; l->shape->attributes[i] != NULL; i++) {
		struct place here = place_member(at, l->shape->attributes[i]);

		if (here.value == NULL ||
		    compile_expr(&l->compiler, &here, &l->plan->attributes[i],
				 e) == 0)
			continue;
		rc = -1;
		if (!source_goes_on(&l->source, e))
			return -1;
	}
	return rc;
}

static int read_fields(struct loader *l, const struct place *at, struct err *e)
{
	struct place fields = place_member(at, "fields");

	return read_rows(l, &fields, e);
}

static int read_rest_of(struct loader *l, const struct place *at, struct err *e)
{
	struct place rest = place_member(at, "rest");

	return read_rest(l, &rest, e);
}

int loader_take(struct loader *l, loader_step *const *steps,
		const struct place *at, struct err *e)
{
	int rc = 0;

	for (; *steps != NULL; steps++) {
		if ((*steps)(l, at, e) == 0)
			continue;
		rc = -1;
		if (!source_goes_on(&l->source, e))
			return -1;
	}
	return rc;
}

int section_read(struct loader *l, const struct place *at, struct err *e)
{
	static loader_step *const steps[] = {
		check_section, read_attributes, read_fields, read_rest_of, NULL,
	};

	return loader_take(l, steps, at, e);
}

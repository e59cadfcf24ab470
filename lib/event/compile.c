#include "event/compile.h"

#include "core/nearest.h"
#include "event/path.h"
#include "json/write.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static int expr_at(struct compiler *c, const struct place *at,
		   struct compiled *out, struct err *e);

int compile_too_deep(struct compiler *c, const struct place *at, struct err *e)
{
	return source_fail(c->source, at, e, "nested deeper than %d levels",
			   PROGRAM_DEPTH);
}

int compile_no_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "out of memory for a map");
}

/* The words that name field types, in the order of enum field_type. */
static const char *const type_words[] = {
	"text", "int32", "int64", "double", "port", "time", "ipv4",
	"ipv6", "ip",    "mac",   "bool",   "list", "json", NULL,
};

int compile_word(struct compiler *c, const struct place *at,
		 const char *const *words, struct err *e)
{
	char hint[SOURCE_HINT];

	if (!json_is_string(at->value))
		return source_fail(c->source, at, e, "expected a word");

	const char *word = json_string_value(at->value);
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return source_fail(c->source, at, e, "unknown type \"%s\"%s", word,
			   source_hint(word, words, hint));
}

int compile_type(struct compiler *c, const struct place *at,
		 enum field_type *type, struct err *e)
{
	int i = compile_word(c, at, type_words, e);

	if (i < 0)
		return -1;
	*type = (enum field_type)i;
	return 0;
}

int compile_constant(struct compiler *c, const struct place *at,
		     struct value *value, struct err *e)
{
	enum value_type type = VALUE_STRING;
	char number[24];
	struct slice text;

	if (json_is_string(at->value)) {
		text = place_text(at);
	} else if (json_is_integer(at->value)) {
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(at->value));
		text = slice_of(number);
		type = VALUE_NUMBER;
	} else if (json_is_boolean(at->value)) {
		text = json_is_true(at->value) ? SLICE("true") : SLICE("false");
		type = json_is_true(at->value) ? VALUE_TRUE : VALUE_FALSE;
	} else {
		return source_fail(c->source, at, e,
				   "expected a string, an integer, true or "
				   "false");
	}
	if (!program_keep(c->program, &text))
		return compile_no_memory(e);
	*value = value_text(text);
	value->type = (uint8_t)type;
	return 0;
}

/* Add expr, which was made of what the other arguments describe. */
static int put_expr(struct compiler *c, struct expr expr, uint32_t reads,
		    uint32_t depth, struct compiled *out, struct err *e)
{
	*out = (struct compiled){
		.index = program_add_expr(c->program, expr),
		.reads = reads,
		.depth = depth + 1,
		.keeps = reads > 0,
	};
	return out->index != PROGRAM_NONE ? 0 : compile_no_memory(e);
}

/* What a name looks like in a record. */
static bool quote(struct program *p, struct slice name, struct slice *quoted)
{
	struct buf text = BUF_INIT(SIZE_MAX / 4);

	json_put_string(&text, name);
	buf_putc(&text, ':');
	*quoted = buf_slice(&text);
	bool kept = buf_status(&text) == 0 && program_keep(p, quoted);
	buf_free(&text);
	return kept;
}

/* Find or add the part of that name among those that *first begins. */
static uint32_t part_named(struct compiler *c, uint32_t *first,
			   struct slice name)
{
	struct program *p = c->program;
	uint32_t i = *first;

	while (i != PROGRAM_NONE && !slice_is(p->parts[i].name, name))
		i = p->parts[i].next;
	if (i != PROGRAM_NONE)
		return i;

	struct slice quoted;
	if (!program_keep(p, &name) || !quote(p, name, &quoted))
		return PROGRAM_NONE;
	i = program_add_part(p, (struct part){ .name = name,
					       .quoted = quoted,
					       .child = PROGRAM_NONE,
					       .next = *first,
					       .number = PROGRAM_NONE });
	if (i != PROGRAM_NONE)
		*first = i;
	return i;
}

/* The part of an element that names lead to, which gets a number. */
static int part_of(struct compiler *c, const struct place *at,
		   const struct slice *names, int count, uint32_t *index,
		   struct err *e)
{
	uint32_t first = *c->parts;
	uint32_t up = PROGRAM_NONE;

	for (int i = 0; i < count; i++) {
		uint32_t here = part_named(c, &first, names[i]);

		if (here == PROGRAM_NONE)
			return compile_no_memory(e);
		if (up == PROGRAM_NONE)
			*c->parts = first;
		else
			c->program->parts[up].child = first;
		up = here;
		first = c->program->parts[here].child;
	}

	struct part *part = &c->program->parts[up];
	if (part->number == PROGRAM_NONE) {
		if (c->numbers == PROGRAM_PARTS)
			return source_fail(c->source, at, e,
					   "more than %d members of an element",
					   PROGRAM_PARTS);
		part->number = c->numbers++;
	}
	*index = up;
	return 0;
}

/* Find what a path leads to: a slot, or a part where elements are spoken of. */
static int find_path(struct compiler *c, const struct place *at,
		     struct slice path, uint32_t *found, struct err *e)
{
	struct slice names[PATH_NAMES];
	const char *why = NULL;
	char *text = malloc(path.len + 1);
	int rc = -1;

	if (text == NULL)
		return compile_no_memory(e);

	int count = path_split(path, text, names, &why);
	if (count < 0) {
		source_fail(c->source, at, e, "%s", why);
		goto out;
	}
	if (c->parts != NULL) {
		rc = part_of(c, at, names, count, found, e);
		goto out;
	}
	*found = program_add_path(c->program, names, (size_t)count);
	rc = *found != SCAN_NO_SLOT
		     ? 0
		     : source_fail(c->source, at, e, "too many paths");
out:
	free(text);
	return rc;
}

int compile_path(struct compiler *c, const struct place *at, uint16_t *slot,
		 struct err *e)
{
	uint32_t found = SCAN_NO_SLOT;

	assert(c->parts == NULL);
	if (!json_is_string(at->value))
		return source_fail(c->source, at, e, "expected a path");
	if (find_path(c, at, place_text(at), &found, e) < 0)
		return -1;
	*slot = (uint16_t)found;
	return 0;
}

/* The names that are always defined. */
static const struct {
	const char *name;
	enum expr_op op;
} given[] = {
	{ "time", EXPR_TIME },       { "severity", EXPR_SEVERITY },
	{ "syslog", EXPR_SYSLOG },   { "record", EXPR_RECORD },
	{ "element", EXPR_ELEMENT },
};

enum { GIVEN = sizeof(given) / sizeof(given[0]) };

static int no_such_name(struct compiler *c, const struct place *at,
			const char *name, struct err *e)
{
	struct nearest near = NEAREST_INIT(name);

	for (size_t i = 0; i < c->count; i++)
		nearest_try(&near, c->definitions[i].name);
	for (size_t i = 0; i < GIVEN; i++)
		nearest_try(&near, given[i].name);
	if (near.best == NULL)
		return source_fail(c->source, at, e, "$%s is not defined",
				   name);
	return source_fail(c->source, at, e,
			   "$%s is not defined (did you mean $%s?)", name,
			   near.best);
}

/* What "$name" stands for. */
static int named(struct compiler *c, const struct place *at, struct slice name,
		 struct compiled *out, struct err *e)
{
	char word[64];

	snprintf(word, sizeof(word), "%.*s", (int)name.len, name.data);
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->definitions[i].name, word) == 0) {
			if (c->source->findings != NULL)
				findings_use(c->source->findings, word);
			*out = c->definitions[i].expr;
			return 0;
		}
	for (size_t i = 0; i < GIVEN; i++) {
		if (strcmp(given[i].name, word) != 0)
			continue;
		if (given[i].op == EXPR_ELEMENT && c->parts == NULL)
			return source_fail(c->source, at, e,
					   "$element outside of \"item\" and "
					   "\"where\"");
		return put_expr(c, (struct expr){ .op = (uint8_t)given[i].op },
				PROGRAM_NAMED, 0, out, e);
	}
	return no_such_name(c, at, word, e);
}

/* A path, or a name with a dollar sign before it. */
static int reference(struct compiler *c, const struct place *at,
		     struct slice text, struct compiled *out, struct err *e)
{
	struct expr expr = { .op = EXPR_PATH };
	uint32_t found = PROGRAM_NONE;

	if (text.len > 0 && text.data[0] == '$')
		return named(c, at, slice_from(text, 1), out, e);
	if (find_path(c, at, text, &found, e) < 0)
		return -1;
	if (c->parts != NULL) {
		expr.op = EXPR_PART;
		expr.of = found;
		found = c->program->parts[found].number;
	}
	expr.slot = (uint16_t)found;
	return put_expr(c, expr, 1, 0, out, e);
}

/* The member key of the object at a place; nothing where it has none. */
static int expr_of(struct compiler *c, const struct place *at, const char *key,
		   struct compiled *out, struct err *e)
{
	struct place here = place_member(at, key);

	*out = COMPILED_NOTHING;
	return here.value != NULL ? expr_at(c, &here, out, e) : 0;
}

int compile_member(struct compiler *c, const struct place *at, const char *key,
		   struct compiled *out, struct err *e)
{
	if (json_object_get(at->value, key) == NULL)
		return source_fail(c->source, at, e, "\"%s\" is missing", key);
	return expr_of(c, at, key, out, e);
}

int compile_links(struct compiler *c, const uint32_t *links, uint32_t count,
		  struct span *span, struct err *e)
{
	span->first = c->program->link_list.count;
	span->count = count;
	for (uint32_t i = 0; i < count; i++)
		if (program_add_link(c->program, links[i]) == PROGRAM_NONE)
			return compile_no_memory(e);
	return 0;
}

/*
 * Most alternatives are plain paths, and perhaps a constant in the end: these
 * can be looked up in one go. Make the links of such slots.
 */
static void find_paths(const struct program *p, struct expr *expr,
		       uint32_t *links, size_t *count)
{
	size_t paths = 0;

	while (paths < *count && p->exprs[links[paths]].op == EXPR_PATH)
		paths++;
	expr->otherwise = PROGRAM_NONE;
	if (paths + 1 == *count && paths > 0 &&
	    p->exprs[links[paths]].op == EXPR_CONST)
		expr->otherwise = links[paths];
	else if (paths < *count)
		return;
	expr->op = EXPR_PATHS;
	*count = paths;
	for (size_t i = 0; i < paths; i++)
		links[i] = p->exprs[links[i]].slot;
}

/* A list: the first of its elements that is there. */
static int first_of(struct compiler *c, const struct place *at,
		    struct compiled *out, struct err *e)
{
	uint32_t links[PROGRAM_READS];
	size_t count = json_array_size(at->value);
	struct expr expr = { .op = EXPR_FIRST };
	struct compiled sum = { 0 };

	if (count == 0 || count > PROGRAM_READS)
		return source_fail(c->source, at, e,
				   "expected 1 to %d alternatives",
				   PROGRAM_READS);
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(at, i);
		struct compiled one = COMPILED_NOTHING;

		if (expr_at(c, &here, &one, e) < 0)
			return -1;
		links[i] = one.index;
		sum.reads += one.reads;
		sum.depth = compile_larger(sum.depth, one.depth);
		sum.keeps |= one.keeps;
		if (one.keeps)
			expr.of = (uint32_t)i + 1;
	}
	find_paths(c->program, &expr, links, &count);
	if (compile_links(c, links, (uint32_t)count, &expr.span, e) < 0 ||
	    put_expr(c, expr, sum.reads, sum.depth, out, e) < 0)
		return -1;
	out->keeps = sum.keeps;
	return 0;
}

static int const_of(struct compiler *c, const struct place *at,
		    struct compiled *out, struct err *e)
{
	struct place here = place_member(at, "const");
	struct expr expr = { .op = EXPR_CONST };

	if (compile_constant(c, &here, &expr.value, e) < 0)
		return -1;
	return put_expr(c, expr, 0, 0, out, e);
}

/* Compile the pieces of a template into links; returns how many, or -1. */
static int put_pieces(struct compiler *c, const struct place *at,
		      struct slice text, char *copy,
		      uint32_t links[PROGRAM_PIECES], struct compiled *sum,
		      struct err *e)
{
	int count = 0;

	while (text.len > 0) {
		struct expr expr = { .op = EXPR_CONST };
		struct compiled one = COMPILED_NOTHING;
		const char *why = NULL;
		struct piece piece;

		if (!path_next_piece(&text, copy, &piece, &why))
			return source_fail(c->source, at, e, "%s", why);
		if (count == PROGRAM_PIECES)
			return source_fail(c->source, at, e,
					   "more than %d pieces",
					   PROGRAM_PIECES);
		if (piece.is_path) {
			if (reference(c, at, piece.text, &one, e) < 0)
				return -1;
		} else {
			if (!program_keep(c->program, &piece.text))
				return compile_no_memory(e);
			expr.value = value_text(piece.text);
			if (put_expr(c, expr, 0, 0, &one, e) < 0)
				return -1;
		}
		links[count++] = one.index;
		sum->reads += one.reads;
		sum->depth = compile_larger(sum->depth, one.depth);
	}
	return count;
}

static int text_of(struct compiler *c, const struct place *at,
		   struct compiled *out, struct err *e)
{
	struct place here = place_member(at, "text");
	struct expr expr = { .op = EXPR_TEXT };
	uint32_t links[PROGRAM_PIECES] = { 0 };
	struct compiled sum = { 0 };

	if (!json_is_string(here.value))
		return source_fail(c->source, &here, e,
				   "expected a text with paths in braces");

	struct slice text = place_text(&here);
	char *copy = malloc(text.len + 1);
	if (copy == NULL)
		return compile_no_memory(e);
	int count = put_pieces(c, &here, text, copy, links, &sum, e);
	free(copy);
	if (count < 0 ||
	    compile_links(c, links, (uint32_t)count, &expr.span, e) < 0)
		return -1;
	return put_expr(c, expr, sum.reads, sum.depth, out, e);
}

static void lower(struct slice text)
{
	char *p = (char *)(uintptr_t)text.data; // a copy that is ours

	for (size_t i = 0; i < text.len; i++)
		p[i] = program_lower(p[i]);
}

int compile_table(struct compiler *c, size_t count, struct span *span,
		  struct err *e)
{
	const struct table_case none = { .name = { NULL, 0 } };

	span->first = c->program->case_list.count;
	for (span->count = 2; span->count < 2 * count;)
		span->count *= 2;
	for (uint32_t i = 0; i < span->count; i++)
		if (program_add_case(c->program, none) == PROGRAM_NONE)
			return compile_no_memory(e);
	return 0;
}

static int put_case(struct compiler *c, const struct place *at,
		    const struct expr *table, struct err *e)
{
	struct slice name = slice_of(at->key);
	struct table_case *row;

	if (!program_keep(c->program, &name))
		return compile_no_memory(e);
	if (table->ignore_case)
		lower(name);
	row = program_find_case(c->program, table->span, name);
	if (row->name.data != NULL)
		return source_fail_key(c->source, at, e,
				       "\"%s\" is there twice", name.data);
	row->name = name;
	return compile_constant(c, at, &row->value, e);
}

static int put_cases(struct compiler *c, const struct place *at,
		     struct expr *table, struct err *e)
{
	size_t count = json_object_size(at->value);
	const char *key;
	json_t *value;

	if (count == 0 || count > INT32_MAX / 4)
		return source_fail(c->source, at, e,
				   "expected an object that is not empty");
	if (compile_table(c, count, &table->span, e) < 0)
		return -1;
	json_object_foreach(at->value, key, value)
	{
		struct place here = { .up = at, .key = key, .value = value };

		if (put_case(c, &here, table, e) < 0)
			return -1;
	}
	return 0;
}

static int table_of(struct compiler *c, const struct place *at,
		    struct compiled *out, struct err *e)
{
	struct place table = place_member(at, "table");
	struct place ignore = place_member(at, "ignore_case");
	struct expr expr = { .op = EXPR_TABLE };
	struct compiled of = COMPILED_NOTHING;
	struct compiled otherwise = COMPILED_NOTHING;

	if (ignore.value != NULL && !json_is_boolean(ignore.value))
		return source_fail(c->source, &ignore, e,
				   "expected true or false");
	expr.ignore_case = json_is_true(ignore.value);
	if (put_cases(c, &table, &expr, e) < 0 ||
	    compile_member(c, at, "of", &of, e) < 0 ||
	    expr_of(c, at, "else", &otherwise, e) < 0)
		return -1;
	expr.of = of.index;
	expr.otherwise = otherwise.index;
	return put_expr(c, expr, of.reads + otherwise.reads,
			compile_larger(of.depth, otherwise.depth), out, e);
}

struct compile_scope compile_enter(struct compiler *c, uint32_t *parts)
{
	struct compile_scope before = { c->parts, c->numbers };

	*parts = PROGRAM_NONE;
	c->parts = parts;
	c->numbers = 0;
	return before;
}

void compile_leave(struct compiler *c, struct compile_scope before)
{
	c->parts = before.parts;
	c->numbers = before.numbers;
}

/* Is it among those that first begins, and no piece before so many? */
static bool is_fresh(const struct program *p, uint32_t part, uint32_t first,
		     const uint32_t *pieces, uint32_t count)
{
	while (first != PROGRAM_NONE && first != part)
		first = p->parts[first].next;
	if (first == PROGRAM_NONE)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (p->exprs[pieces[i]].op == EXPR_PART &&
		    p->exprs[pieces[i]].of == part)
			return false;
	return true;
}

/*
 * The template that elements are tried with first, or PROGRAM_NONE: it is made
 * of members of the element, none of them twice, and of constants.
 */
static uint32_t first_template(const struct program *p, uint32_t item,
			       uint32_t first)
{
	bool has_part = false;

	if (item != PROGRAM_NONE && p->exprs[item].op == EXPR_FIRST)
		item = p->links[p->exprs[item].span.first];
	if (item == PROGRAM_NONE || p->exprs[item].op != EXPR_TEXT)
		return PROGRAM_NONE;

	const struct expr *text = &p->exprs[item];
	const uint32_t *links = p->links + text->span.first;
	for (uint32_t i = 0; i < text->span.count; i++) {
		const struct expr *piece = &p->exprs[links[i]];

		if (piece->op == EXPR_PART &&
		    is_fresh(p, piece->of, first, links, i))
			has_part = true;
		else if (piece->op != EXPR_CONST)
			return PROGRAM_NONE;
	}
	return has_part ? item : PROGRAM_NONE;
}

static int join_of(struct compiler *c, const struct place *at,
		   struct compiled *out, struct err *e)
{
	struct place by = place_member(at, "by");
	struct expr expr = { .op = EXPR_JOIN };
	struct compiled of = COMPILED_NOTHING;
	struct compiled item = COMPILED_NOTHING;

	expr.value = value_text(SLICE(","));
	if (by.value != NULL && compile_constant(c, &by, &expr.value, e) < 0)
		return -1;
	if (compile_member(c, at, "join", &of, e) < 0)
		return -1;

	struct compile_scope before = compile_enter(c, &expr.parts);
	int rc = expr_of(c, at, "item", &item, e);
	compile_leave(c, before);
	if (rc < 0)
		return -1;
	expr.of = of.index;
	expr.then = item.index;
	expr.otherwise = first_template(c->program, item.index, expr.parts);
	return put_expr(c, expr, of.reads + item.reads,
			compile_larger(of.depth, item.depth), out, e);
}

static int sum_of(struct compiler *c, const struct place *at,
		  struct compiled *out, struct err *e)
{
	struct expr expr = { .op = EXPR_SUM };
	struct compiled of = COMPILED_NOTHING;

	if (compile_member(c, at, "sum", &of, e) < 0)
		return -1;
	expr.of = of.index;
	return put_expr(c, expr, of.reads, of.depth, out, e);
}

static int times_of(struct compiler *c, const struct place *at,
		    struct compiled *out, struct err *e)
{
	struct place by = place_member(at, "by");
	struct expr expr = { .op = EXPR_TIMES };
	struct compiled of = COMPILED_NOTHING;

	if (!json_is_integer(by.value))
		return source_fail(c->source, by.value != NULL ? &by : at, e,
				   "expected an integer as \"by\"");
	expr.factor = json_integer_value(by.value);
	if (compile_member(c, at, "multiply", &of, e) < 0)
		return -1;
	expr.of = of.index;
	return put_expr(c, expr, of.reads, of.depth, out, e);
}

/* Add what is one more link of a list or of an object. */
static int put_link(struct compiler *c, const struct place *at, uint32_t *links,
		    uint32_t *count, struct compiled *sum, struct err *e)
{
	struct compiled one = COMPILED_NOTHING;

	if (expr_at(c, at, &one, e) < 0)
		return -1;
	links[(*count)++] = one.index;
	sum->reads += one.reads;
	sum->depth = compile_larger(sum->depth, one.depth);
	return 0;
}

static int put_container(struct compiler *c, enum expr_op op,
			 const uint32_t *links, uint32_t count,
			 const struct compiled *sum, struct compiled *out,
			 struct err *e)
{
	struct expr expr = { .op = (uint8_t)op };

	if (compile_links(c, links, count, &expr.span, e) < 0)
		return -1;
	return put_expr(c, expr, sum->reads, sum->depth, out, e);
}

static int list_of(struct compiler *c, const struct place *at,
		   struct compiled *out, struct err *e)
{
	struct place list = place_member(at, "list");
	size_t size = json_array_size(list.value);
	uint32_t links[PROGRAM_PIECES];
	struct compiled sum = { 0 };
	uint32_t count = 0;

	if (size == 0 || size > PROGRAM_PIECES)
		return source_fail(c->source, &list, e,
				   "expected a list of 1 to %d elements",
				   PROGRAM_PIECES);
	while (count < size) {
		struct place here = place_element(&list, count);

		if (put_link(c, &here, links, &count, &sum, e) < 0)
			return -1;
	}
	return put_container(c, EXPR_LIST, links, count, &sum, out, e);
}

/* The name of a member as it stands before its value. */
static int put_name(struct compiler *c, const char *name, uint32_t *links,
		    uint32_t *count, struct err *e)
{
	struct expr expr = { .op = EXPR_CONST };
	struct compiled out;
	struct slice quoted;

	if (!quote(c->program, slice_of(name), &quoted))
		return compile_no_memory(e);
	expr.value = value_text(quoted);
	if (put_expr(c, expr, 0, 0, &out, e) < 0)
		return -1;
	links[(*count)++] = out.index;
	return 0;
}

static int object_of(struct compiler *c, const struct place *at,
		     struct compiled *out, struct err *e)
{
	struct place object = place_member(at, "object");
	size_t size = json_object_size(object.value);
	uint32_t links[2 * PROGRAM_PIECES];
	struct compiled sum = { 0 };
	uint32_t count = 0;
	const char *key;
	json_t *value;

	if (size == 0 || size > PROGRAM_PIECES)
		return source_fail(c->source, &object, e,
				   "expected an object of 1 to %d members",
				   PROGRAM_PIECES);
	json_object_foreach(object.value, key, value)
	{
		struct place here = { .up = &object,
				      .key = key,
				      .value = value };

		if (put_name(c, key, links, &count, e) < 0 ||
		    put_link(c, &here, links, &count, &sum, e) < 0)
			return -1;
	}
	return put_container(c, EXPR_OBJECT, links, count, &sum, out, e);
}

static int if_of(struct compiler *c, const struct place *at,
		 struct compiled *out, struct err *e)
{
	struct place test = place_member(at, "if");
	struct expr expr = { .op = EXPR_IF };
	struct compiled cond = COMPILED_NOTHING;
	struct compiled then = COMPILED_NOTHING;
	struct compiled otherwise = COMPILED_NOTHING;

	if (compile_cond_at(c, &test, &cond, e) < 0 ||
	    compile_member(c, at, "then", &then, e) < 0 ||
	    expr_of(c, at, "else", &otherwise, e) < 0)
		return -1;
	expr.of = cond.index;
	expr.then = then.index;
	expr.otherwise = otherwise.index;

	uint32_t reads = compile_larger(then.reads, otherwise.reads);
	uint32_t depth = compile_larger(then.depth, otherwise.depth);
	if (put_expr(c, expr, compile_larger(cond.reads, reads),
		     compile_larger(cond.depth, depth), out, e) < 0)
		return -1;
	out->keeps = then.keeps || otherwise.keeps;
	return 0;
}

static const struct compile_form expr_forms[] = {
	{ "const", { "const" }, const_of },
	{ "text", { "text" }, text_of },
	{ "table", { "table", "of", "else", "ignore_case" }, table_of },
	{ "join", { "join", "item", "by" }, join_of },
	{ "sum", { "sum" }, sum_of },
	{ "multiply", { "multiply", "by" }, times_of },
	{ "list", { "list" }, list_of },
	{ "object", { "object" }, object_of },
	{ "if", { "if", "then", "else" }, if_of },
	{ .word = NULL },
};

int compile_form(struct compiler *c, const struct place *at,
		 const struct compile_form *forms, const char *what,
		 struct compiled *out, struct err *e)
{
	const char *words[16] = { NULL };
	char hint[SOURCE_HINT] = "";
	const char *key = "";
	size_t count = 0;

	for (const struct compile_form *f = forms; f->word != NULL; f++) {
		words[count++] = f->word;
		if (json_object_get(at->value, f->word) == NULL)
			continue;
		if (source_check_keys(c->source, at, f->keys, e) < 0)
			return -1;
		return f->compile(c, at, out, e);
	}

	void *first = json_object_iter(at->value);
	if (first == NULL)
		return source_fail(c->source, at, e, "an empty object");
	key = json_object_iter_key(first);
	return source_fail(c->source, at, e, "\"%s\" begins no %s%s", key, what,
			   source_hint(key, words, hint));
}

/* Compile what stands at a place by what kind of JSON it is. */
static int by_kind(struct compiler *c, const struct place *at,
		   struct compiled *out, struct err *e)
{
	struct expr expr = { .op = EXPR_CONST };

	if (json_is_string(at->value))
		return reference(c, at, place_text(at), out, e);
	if (json_is_array(at->value))
		return first_of(c, at, out, e);
	if (json_is_object(at->value))
		return compile_form(c, at, expr_forms, "expression", out, e);
	if (compile_constant(c, at, &expr.value, e) < 0)
		return -1;
	return put_expr(c, expr, 0, 0, out, e);
}

static int expr_at(struct compiler *c, const struct place *at,
		   struct compiled *out, struct err *e)
{
	if (c->depth == PROGRAM_DEPTH)
		return compile_too_deep(c, at, e);
	c->depth++;
	int rc = by_kind(c, at, out, e);
	c->depth--;
	if (rc < 0)
		return -1;
	if (out->reads > PROGRAM_READS)
		return source_fail(c->source, at, e,
				   "an expression that reads more than %d "
				   "members",
				   PROGRAM_READS);
	if (c->depth + out->depth > PROGRAM_DEPTH)
		return compile_too_deep(c, at, e);
	return 0;
}

int compile_expr(struct compiler *c, const struct place *at, uint32_t *expr,
		 struct err *e)
{
	struct compiled out = COMPILED_NOTHING;

	if (expr_at(c, at, &out, e) < 0)
		return -1;
	*expr = out.index;
	return 0;
}

/* A name that can be used as "$name" is made of these. */
static bool is_name(const char *name)
{
	return name[0] != '\0' && strlen(name) < 64 &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_-")] == '\0';
}

/* Compile the expression at a place as that of its key. */
static int define(struct compiler *c, const struct place *at, struct err *e)
{
	struct definition *d = &c->definitions[c->count];

	if (!is_name(at->key))
		return source_fail_key(c->source, at, e,
				       "a name is made of letters, digits, _ "
				       "and -");
	for (size_t i = 0; i < GIVEN; i++)
		if (strcmp(given[i].name, at->key) == 0)
			return source_fail_key(c->source, at, e,
					       "$%s is defined already",
					       at->key);
	d->name = at->key;
	if (expr_at(c, at, &d->expr, e) < 0)
		return -1;
	c->count++; // only now: it may not speak of itself
	return 0;
}

/* Let a name stand for anything, so that what refers to it is no error. */
static int define_anything(struct compiler *c, const char *name, struct err *e)
{
	struct definition *d = &c->definitions[c->count++];

	d->name = name;
	return put_expr(c, (struct expr){ .op = EXPR_PATH }, 0, 0, &d->expr, e);
}

int compile_definitions(struct compiler *c, const struct place *at,
			struct err *e)
{
	const char *key;
	json_t *value;
	int rc = 0;

	if (at->value == NULL)
		return 0;
	if (!json_is_object(at->value))
		return source_fail(c->source, at, e, "expected an object");
	c->definitions = calloc(json_object_size(at->value) + 1,
				sizeof(*c->definitions));
	if (c->definitions == NULL)
		return compile_no_memory(e);
	json_object_foreach(at->value, key, value)
	{
		struct place here = { .up = at, .key = key, .value = value };

		if (define(c, &here, e) == 0)
			continue;
		rc = -1;
		if (!source_goes_on(c->source, e) ||
		    define_anything(c, key, e) < 0)
			return -1;
	}
	return rc;
}

void compile_end(struct compiler *c)
{
	free(c->definitions);
	c->definitions = NULL;
	c->count = 0;
}

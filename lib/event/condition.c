#include "event/compile.h"

/* The words that name value types, in the order of enum value_type. */
static const char *const value_words[] = {
	"string", "number", "bool", "array", "object", NULL,
};

/* Add cond, which was made of what the other arguments describe. */
static int put_cond(struct compiler *c, struct cond cond, uint32_t reads,
		    uint32_t depth, struct compiled *out, struct err *e)
{
	*out = (struct compiled){
		.index = program_add_cond(c->program, cond),
		.reads = reads,
		.depth = depth + 1,
	};
	return out->index != PROGRAM_NONE ? 0 : compile_no_memory(e);
}

static int has_of(struct compiler *c, const struct place *at,
		  struct compiled *out, struct err *e)
{
	struct cond cond = { .op = COND_HAS };
	struct compiled of = COMPILED_NOTHING;

	if (compile_member(c, at, "has", &of, e) < 0)
		return -1;

	const struct expr *expr = &c->program->exprs[of.index];
	uint32_t slot = expr->slot;
	cond.of = of.index;
	if (expr->op == EXPR_PATHS && expr->otherwise == PROGRAM_NONE) {
		cond.op = COND_HAS_MEMBER;
		cond.span = expr->span;
	} else if (expr->op == EXPR_PATH) {
		cond.op = COND_HAS_MEMBER;
		if (compile_links(c, &slot, 1, &cond.span, e) < 0)
			return -1;
	}
	return put_cond(c, cond, of.reads, of.depth, out, e);
}

/* The constant at a place becomes the word of cond. */
static int put_word(struct compiler *c, const struct place *at,
		    struct cond *cond, struct err *e)
{
	struct value value;

	if (compile_constant(c, at, &value, e) < 0)
		return -1;
	cond->span = (struct span){ c->program->word_list.count, 1 };
	if (program_add_word(c->program, value_slice(value)) == PROGRAM_NONE)
		return compile_no_memory(e);
	return 0;
}

/* The constants at a place become the names of a table. */
static int put_words(struct compiler *c, const struct place *at,
		     struct cond *cond, struct err *e)
{
	size_t count = json_array_size(at->value);

	if (!json_is_array(at->value))
		return source_fail(c->source, at, e, "expected a list");
	if (count > INT32_MAX / 4)
		return source_fail(c->source, at, e, "too long a list");
	if (compile_table(c, count, &cond->span, e) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(at, i);
		struct value value;

		if (compile_constant(c, &here, &value, e) < 0)
			return -1;
		program_find_case(c->program, cond->span, value_slice(value))
			->name = value_slice(value);
	}
	return 0;
}

static int put_length(struct compiler *c, const struct place *at,
		      struct cond *cond, struct err *e)
{
	json_int_t length = json_integer_value(at->value);

	if (!json_is_integer(at->value) || length < 0 || length > INT32_MAX)
		return source_fail(c->source, at, e,
				   "expected a number of bytes");
	cond->length = (uint32_t)length;
	return 0;
}

static int put_value_type(struct compiler *c, const struct place *at,
			  struct cond *cond, struct err *e)
{
	static const enum value_type types[] = {
		VALUE_STRING, VALUE_NUMBER, VALUE_TRUE,
		VALUE_ARRAY,  VALUE_OBJECT,
	};
	int i = compile_word(c, at, value_words, e);

	if (i >= 0)
		cond->type = (uint8_t)types[i];
	return i < 0 ? -1 : 0;
}

static int put_field_type(struct compiler *c, const struct place *at,
			  struct cond *cond, struct err *e)
{
	enum field_type type;

	if (compile_type(c, at, &type, e) < 0)
		return -1;
	cond->type = (uint8_t)type;
	return 0;
}

/* What can be said of the value that "of" names. */
static const struct {
	const char *word;
	enum cond_op op;
	int (*put)(struct compiler *c, const struct place *at,
		   struct cond *cond, struct err *e);
} tests[] = {
	{ "is", COND_IS, put_word },
	{ "in", COND_IN, put_words },
	{ "starts", COND_STARTS, put_word },
	{ "ends", COND_ENDS, put_word },
	{ "longer", COND_LONGER, put_length },
	{ "type", COND_TYPE, put_value_type },
	{ "fits", COND_FITS, put_field_type },
};

static int test_of(struct compiler *c, const struct place *at,
		   struct compiled *out, struct err *e)
{
	struct cond cond = { 0 };
	struct compiled of = COMPILED_NOTHING;
	size_t found = 0;

	if (compile_member(c, at, "of", &of, e) < 0)
		return -1;
	cond.of = of.index;
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		struct place here = place_member(at, tests[i].word);

		if (here.value == NULL)
			continue;
		if (found++ > 0)
			return source_fail_key(c->source, &here, e,
					       "a second test of the same "
					       "value: use \"all\"");
		cond.op = (uint8_t)tests[i].op;
		if (tests[i].put(c, &here, &cond, e) < 0)
			return -1;
	}
	if (found == 0)
		return source_fail(c->source, at, e,
				   "\"of\" without a test (is, in, starts, "
				   "ends, longer, type, fits)");
	return put_cond(c, cond, of.reads, of.depth, out, e);
}

static int some_of(struct compiler *c, const struct place *at,
		   struct compiled *out, struct err *e)
{
	struct place where = place_member(at, "where");
	struct cond cond = { .op = COND_SOME };
	struct compiled of = COMPILED_NOTHING;
	struct compiled then = COMPILED_NOTHING;

	if (compile_member(c, at, "some", &of, e) < 0)
		return -1;
	if (where.value == NULL)
		return source_fail(c->source, at, e, "\"where\" is missing");

	struct compile_scope before = compile_enter(c, &cond.parts);
	int rc = compile_cond_at(c, &where, &then, e);
	compile_leave(c, before);
	if (rc < 0)
		return -1;
	cond.of = of.index;
	cond.then = then.index;
	return put_cond(c, cond, of.reads + then.reads,
			compile_larger(of.depth, then.depth), out, e);
}

/* A list of conditions, under that key. */
static int several(struct compiler *c, const struct place *at, const char *key,
		   enum cond_op op, struct compiled *out, struct err *e)
{
	struct place list = place_member(at, key);
	struct cond cond = { .op = (uint8_t)op };
	uint32_t links[PROGRAM_READS];
	size_t count = json_array_size(list.value);
	struct compiled most = { 0 };

	if (count == 0 || count > PROGRAM_READS)
		return source_fail(c->source, &list, e,
				   "expected a list of 1 to %d conditions",
				   PROGRAM_READS);
	for (size_t i = 0; i < count; i++) {
		struct place here = place_element(&list, i);
		struct compiled one = COMPILED_NOTHING;

		if (compile_cond_at(c, &here, &one, e) < 0)
			return -1;
		links[i] = one.index;
		most.reads = compile_larger(most.reads, one.reads);
		most.depth = compile_larger(most.depth, one.depth);
	}
	if (compile_links(c, links, (uint32_t)count, &cond.span, e) < 0)
		return -1;
	return put_cond(c, cond, most.reads, most.depth, out, e);
}

static int all_of(struct compiler *c, const struct place *at,
		  struct compiled *out, struct err *e)
{
	return several(c, at, "all", COND_ALL, out, e);
}

static int any_of(struct compiler *c, const struct place *at,
		  struct compiled *out, struct err *e)
{
	return several(c, at, "any", COND_ANY, out, e);
}

static int not_of(struct compiler *c, const struct place *at,
		  struct compiled *out, struct err *e)
{
	struct place here = place_member(at, "not");
	struct cond cond = { .op = COND_NOT };
	struct compiled then = COMPILED_NOTHING;

	if (compile_cond_at(c, &here, &then, e) < 0)
		return -1;
	cond.then = then.index;
	return put_cond(c, cond, then.reads, then.depth, out, e);
}

static const struct compile_form cond_forms[] = {
	{ "has", { "has" }, has_of },
	{ "some", { "some", "where" }, some_of },
	{ "all", { "all" }, all_of },
	{ "any", { "any" }, any_of },
	{ "not", { "not" }, not_of },
	{ "of",
	  { "of", "is", "in", "starts", "ends", "longer", "type", "fits" },
	  test_of },
	{ .word = NULL },
};

int compile_cond_at(struct compiler *c, const struct place *at,
		    struct compiled *out, struct err *e)
{
	if (!json_is_object(at->value))
		return source_fail(c->source, at, e, "expected a condition");
	if (c->depth == PROGRAM_DEPTH)
		return compile_too_deep(c, at, e);
	c->depth++;
	int rc = compile_form(c, at, cond_forms, "condition", out, e);
	c->depth--;
	return rc;
}

int compile_cond(struct compiler *c, const struct place *at, uint32_t *cond,
		 struct err *e)
{
	struct compiled out = COMPILED_NOTHING;

	if (compile_cond_at(c, at, &out, e) < 0)
		return -1;
	*cond = out.index;
	return 0;
}

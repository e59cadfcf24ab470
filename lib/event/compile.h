/*
 * The expressions and conditions of a map, from JSON to a program. What they
 * mean is in siem-map(5).
 */
#ifndef SIEM_EVENT_COMPILE_H
#define SIEM_EVENT_COMPILE_H

#include "core/attr.h"
#include "core/err.h"
#include "event/field.h"
#include "event/program.h"
#include "event/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An expression or condition, and what one evaluation of it takes. */
struct compiled {
	uint32_t index;
	uint32_t reads; // members, at most
	uint32_t depth; // expressions within one another
	bool keeps; // it may note that it read something
};

#define COMPILED_NOTHING ((struct compiled){ .index = PROGRAM_NONE })

struct definition {
	const char *name; // borrowed from the source
	struct compiled expr;
};

/* Compiles one source into a program. */
struct compiler {
	struct program *program;     // borrowed
	const struct source *source; // borrowed
	struct definition *definitions;
	size_t count;
	uint32_t *parts;  // of the elements that paths speak of; NULL: paths
			  // speak of the record
	uint32_t numbers; // of those parts so far
	uint32_t depth;   // expressions that are being compiled
};

/*
 * Compile the named expressions of the object at a place, which may have no
 * value. -1 with e filled; compile_end() all the same.
 */
int compile_definitions(struct compiler *c, const struct place *at,
			struct err *e) MUST_CHECK;
void compile_end(struct compiler *c);

/* Compile what stands at a place. -1 with e filled, ERR_USAGE mostly. */
int compile_expr(struct compiler *c, const struct place *at, uint32_t *expr,
		 struct err *e) MUST_CHECK;
int compile_cond(struct compiler *c, const struct place *at, uint32_t *cond,
		 struct err *e) MUST_CHECK;

/* Find the slot of a path, adding it. */
int compile_path(struct compiler *c, const struct place *at, uint16_t *slot,
		 struct err *e) MUST_CHECK;

/* The field type that a place names. */
int compile_type(struct compiler *c, const struct place *at,
		 enum field_type *type, struct err *e) MUST_CHECK;

/* Make a table that has room for count rows, and as much again. */
int compile_table(struct compiler *c, size_t count, struct span *span,
		  struct err *e) MUST_CHECK;

/* A string, an integer, true or false, kept as text by the program. */
int compile_constant(struct compiler *c, const struct place *at,
		     struct value *value, struct err *e) MUST_CHECK;

/*
 * What follows is for compile.c and condition.c, which are in need of each
 * other.
 */

int compile_cond_at(struct compiler *c, const struct place *at,
		    struct compiled *out, struct err *e);

/* Compile the expression of that key in the object at a place. */
int compile_member(struct compiler *c, const struct place *at, const char *key,
		   struct compiled *out, struct err *e);

/* Put links in a row; those of the expressions they lead to were put before. */
int compile_links(struct compiler *c, const uint32_t *links, uint32_t count,
		  struct span *span, struct err *e);

/* Which of words, which a NULL ends, stands at a place; -1 with e filled. */
int compile_word(struct compiler *c, const struct place *at,
		 const char *const *words, struct err *e);

int compile_no_memory(struct err *e);
int compile_too_deep(struct compiler *c, const struct place *at,
		     struct err *e);

static inline uint32_t compile_larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Where paths speak of the record, or of the elements of something. */
struct compile_scope {
	uint32_t *parts;
	uint32_t numbers;
};

/* Let paths speak of elements, whose parts are noted in *parts; and again of
   what they spoke of before. */
struct compile_scope compile_enter(struct compiler *c, uint32_t *parts);
void compile_leave(struct compiler *c, struct compile_scope before);

/* A form that an object can have: the key that makes it one, and all keys. */
struct compile_form {
	const char *word;
	const char *keys[9];
	int (*compile)(struct compiler *c, const struct place *at,
		       struct compiled *out, struct err *e);
};

/* Compile the object at a place by the form that it has; what it is meant to
   be, for messages. */
int compile_form(struct compiler *c, const struct place *at,
		 const struct compile_form *forms, const char *what,
		 struct compiled *out, struct err *e);

#endif

/*
 * The expressions and conditions of maps, compiled: flat arrays that refer to
 * each other by index. compile.h makes them, eval.h runs them.
 */
#ifndef SIEM_EVENT_PROGRAM_H
#define SIEM_EVENT_PROGRAM_H

#include "core/arena.h"
#include "core/attr.h"
#include "core/short.h"
#include "core/slice.h"
#include "event/field.h"
#include "json/scan.h"
#include "json/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PROGRAM_NONE = UINT32_MAX, // no such expression, condition or part
	PROGRAM_READS = 256, // members that one expression reads, at most
	PROGRAM_DEPTH = 64,  // expressions and conditions within one another
	PROGRAM_PIECES = 32, // of a template
	PROGRAM_PARTS = 32,  // members of an element that one join reads
	PROGRAM_NAMED = 8,   // members that $time and $severity read, at most
};

/* Consecutive entries of one of the arrays. */
struct span {
	uint32_t first, count;
};

enum expr_op {
	EXPR_PATH,     // the member of slot
	EXPR_CONST,    // value
	EXPR_PATHS,    // the first member that is there of the slots in span,
		       // or else the constant otherwise
	EXPR_FIRST,    // the first that is there of the links in span, of which
		       // those before number of may have read a member
	EXPR_TEXT,     // the links in span, one behind the other; or nothing
	EXPR_TABLE,    // the case in span that of names, or otherwise
	EXPR_JOIN,     // the elements of of, each as then says; value between;
		       // otherwise: the template that then tries first
	EXPR_SUM,      // of the numbers in of
	EXPR_TIMES,    // the number of times factor
	EXPR_LIST,     // an array of the links in span
	EXPR_OBJECT,   // an object of the links in span: each second one is the
		       // value of the name before it, quoted, with its colon
	EXPR_IF,       // condition of: then, or otherwise
	EXPR_TIME,     // that of the event
	EXPR_SEVERITY, // that of the event
	EXPR_SYSLOG,   // the same as syslog has it
	EXPR_RECORD,   // the record as it came
	EXPR_ELEMENT,  // the element that a join has come to
	EXPR_PART,     // part number slot of that element, which is part of
};

struct expr {
	uint8_t op;       // enum expr_op
	bool ignore_case; // of a table
	uint16_t slot;
	uint32_t of, then, otherwise;
	union {
		int64_t factor;
		struct span span;
		struct {
			struct value value;
			uint32_t parts; // what a join reads of an element
		};
	};
};

enum cond_op {
	COND_HAS,    // of is there
	COND_HAS_MEMBER, // a member of the slots in span is there
	COND_IS,     // of is the word in span
	COND_IN,     // of is one of the names in the table of span
	COND_LONGER, // of is longer than length bytes
	COND_STARTS, // of begins with the word in span
	COND_ENDS,
	COND_TYPE,   // of is of value type
	COND_FITS,   // of fits field type
	COND_SOME,   // condition then holds for an element of of
	COND_ALL,    // every link in span holds
	COND_ANY,
	COND_NOT,    // condition then does not hold
};

struct cond {
	uint8_t op;   // enum cond_op
	uint8_t type; // enum value_type or field_type
	uint32_t of, then;
	uint32_t parts; // what COND_SOME reads of an element
	uint32_t length;
	struct span span;
};

/*
 * A row of a table, which is a hash table of twice as many places at least; a
 * free one has no name.
 */
struct table_case {
	struct slice name; // in lower case where the table ignores case
	struct value value;
};

/* The member names that a join reads of each element, as a tree. */
struct part {
	struct slice name;
	struct slice quoted; // as it mostly stands there, colon included
	uint32_t child, next; // of the same object; PROGRAM_NONE: no more
	uint32_t number;      // in the element's values, or PROGRAM_NONE
};

/* The last name of the path of a slot, and the slot of the path before it. */
struct slot {
	struct slice name;
	uint16_t parent; // SCAN_NO_SLOT: the record
};

/* An array of the program, while it grows. */
struct list {
	uint32_t count, cap;
};

struct program {
	struct paths *paths;
	struct expr *exprs;
	struct cond *conds;
	uint32_t *links; // indexes of expressions or conditions, and slots
	struct slice *words;
	struct table_case *cases;
	struct part *parts;
	struct slot *slots; // the first is that of no path
	struct list expr_list, cond_list, link_list, word_list, case_list,
		part_list, slot_list;
	struct arena texts; // what constants and names point to
};

/* False out of memory; free it all the same. */
bool program_init(struct program *p) MUST_CHECK;
void program_free(struct program *p);

/*
 * Keep a copy of text for the life of the program, with a NUL behind it, and
 * SHORT_SLACK bytes behind it that may be read. False out of memory.
 */
bool program_keep(struct program *p, struct slice *text) MUST_CHECK;

/*
 * Append one entry to an array of the program. Returns its index, or
 * PROGRAM_NONE out of memory.
 */
uint32_t program_add_expr(struct program *p, struct expr expr) MUST_CHECK;
uint32_t program_add_cond(struct program *p, struct cond cond) MUST_CHECK;
uint32_t program_add_link(struct program *p, uint32_t link) MUST_CHECK;
uint32_t program_add_word(struct program *p, struct slice word) MUST_CHECK;
uint32_t program_add_case(struct program *p,
			  struct table_case row) MUST_CHECK;
uint32_t program_add_part(struct program *p, struct part part) MUST_CHECK;

/*
 * The slot of a path of count names, which is added; SCAN_NO_SLOT out of
 * memory, or where there are too many.
 */
uint16_t program_add_path(struct program *p, const struct slice *names,
			  size_t count) MUST_CHECK;

/* As tables that ignore case have their names. */
static inline char program_lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

/* Where to look first for a name in a table. */
static inline uint32_t program_hash(struct slice name)
{
	const unsigned char *p = (const unsigned char *)name.data;
	uint32_t len = (uint32_t)name.len;

	if (len == 0)
		return 0;
	return len + p[0] * 7U + p[len / 2] * 31U + p[len - 1] * 127U;
}

/* The place of a name in a table that span tells of; it may be free. */
static inline struct table_case *program_find_case(const struct program *p,
						   struct span span,
						   struct slice name)
{
	struct table_case *first = p->cases + span.first;
	uint32_t i = program_hash(name) & (span.count - 1);

	while (first[i].name.data != NULL && !short_is(first[i].name, name))
		i = (i + 1) & (span.count - 1);
	return &first[i];
}

#endif

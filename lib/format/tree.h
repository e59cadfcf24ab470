/*
 * Values of a record, written anew with the types that they have there: as JSON
 * itself, or in the words of a format that says the types (OTLP).
 *
 * What readers of JSON take for one thing or another is not passed on: of
 * members with the same name the last one is written, and half of a surrogate
 * pair is U+FFFD. Numbers keep all their digits, and what would not survive as
 * a number is a string.
 */
#ifndef SIEM_FORMAT_TREE_H
#define SIEM_FORMAT_TREE_H

#include "core/slice.h"
#include "format/line.h"
#include "json/value.h"

/*
 * Arrays and objects that are deeper within one another, and objects with more
 * members, are strings: of their JSON. A bound on what a record can cost us,
 * and those who read it.
 */
enum { TREE_DEPTH = 16, TREE_MEMBERS = 256 };

/* What stands around the parts of arrays and objects, which commas divide. */
struct tree_words {
	struct slice array, array_end;
	struct slice object, object_end;
	struct slice name, value, member_end; // of a member, before its name,
					      // before its value and behind it
	/* Append what is neither array nor object. */
	void (*put_scalar)(struct line *l, const struct value *v);
};

/* Those of JSON. */
extern const struct tree_words tree_json;

/* Append text as a string of JSON, with its quotes. */
void tree_put_string(struct line *l, struct slice text);

/* Append a value, a member. */
void tree_put_value(struct line *l, const struct tree_words *words,
		    const struct value *v);
void tree_put_member(struct line *l, const struct tree_words *words,
		     struct slice name, const struct value *v);

#endif

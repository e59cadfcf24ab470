/*
 * Documents: objects within one another, made of fields whose keys are paths
 * (event/nesting.h).
 *
 * The lead of a field is all of its path, as it would stand in an object of
 * its own: "event":{"action":" of a string, and "event":{"severity": of a value
 * that stands in JSON as it is. What of it is open already is passed over.
 */
#ifndef SIEM_FORMAT_NESTED_H
#define SIEM_FORMAT_NESTED_H

#include "core/attr.h"
#include "format/line.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What a document has to have: in the object, which is there in any case if it
 * is needed always, a field of one of those names. Where it has none it gets
 * this text.
 */
struct nested_need {
	struct slice object;    // with its dot
	const char *const *any; // NULL ends them, and in its place means that
				// any field of the object will do
	bool always;
	struct slice name; // of the field that stands in, and its text
	struct slice text;
};

enum { NESTED_NEEDS = 8 }; // at most

/* A document in the making. */
struct nested {
	struct line line; // first, so that one is the other
	const struct nested_need *needs;
	size_t need_count;
	line_put_field *put_rest; // how members are put that no row names
	struct slice key;         // the last that was put: its objects are open
	size_t depth;             // how many these are
	bool in_rest;
};

/* How members are put that no row names: as text; or as they are, each by its
   own name, which may be any text. */
char *nested_put_label(struct line *l, char *at, const struct field *f);
char *nested_put_member(struct line *l, char *at, const struct field *f);

/*
 * The rule of a key, out of a table that is sorted by key; or NULL. A key that
 * makes an object of one of these, or a value of an object, is reserved.
 */
const struct field_rule *nested_find_rule(const struct field_rule *rules,
					  size_t count, struct slice key);

/* Does a value of that type stand in JSON without quotes? */
bool nested_is_bare(enum field_type type);

/* Append a lead, for the shape of a format. */
void nested_put_lead(struct buf *out, struct slice key, bool is_string);

/*
 * Append the fields of the event to a document that begins with the members up
 * to n->key, and close it. With --max-line fields are left out from the end,
 * but for those that are needed.
 */
void nested_put_fields(struct nested *n);

#endif

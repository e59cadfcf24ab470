/*
 * A scanner that follows layouts and one that parses: whatever the record,
 * what they say of it is the same.
 */
#ifndef SIEM_TESTS_UNIT_SAME_SCAN_H
#define SIEM_TESTS_UNIT_SAME_SCAN_H

#include "json/scan.h"

#include <string.h>

static inline bool same_span(struct slice a, struct slice b)
{
	return a.data == b.data && a.len == b.len;
}

static inline bool same_scanned_member(const struct member *a,
				       const struct member *b)
{
	return same_span(a->key, b->key) &&
	       same_span(value_slice(a->value), value_slice(b->value)) &&
	       a->value.type == b->value.type &&
	       a->value.flags == b->value.flags && a->parent == b->parent &&
	       a->next == b->next && a->slot == b->slot &&
	       a->key_escaped == b->key_escaped &&
	       a->superseded == b->superseded && !a->used && !b->used;
}

/* NULL, or in what two scans of a record are not the same. */
static inline const char *scans_differ(const struct scan *a,
				       const struct scan *b,
				       const struct paths *paths)
{
	if (a->count != b->count || a->unnamed != b->unnamed)
		return "number of members";
	if (a->irregular != b->irregular)
		return "regularity";
	for (size_t i = 0; i < a->count; i++) {
		if (!same_scanned_member(&a->members[i], &b->members[i]))
			return "member";
		if (a->shape[i] != b->shape[i])
			return "shape";
	}
	for (size_t i = 0; i < paths_count(paths); i++)
		if (a->by_slot[i] != b->by_slot[i])
			return "slot";
	return NULL;
}

/*
 * Scan a record with both, b being set to parse. NULL: they agree, and *good
 * says whether they accept it; e is why not.
 */
static inline const char *scan_twice(struct scan *a, struct scan *b,
				     const struct paths *paths,
				     struct slice record, bool *good,
				     struct err *e)
{
	struct err other = { 0 };

	b->parses = true;
	int rc = scan_record(b, paths, record, &other);
	*good = scan_record(a, paths, record, e) == 0;
	if (*good != (rc == 0))
		return "what is accepted";
	if (*good)
		return scans_differ(a, b, paths);
	return e->column == other.column && strcmp(e->text, other.text) == 0 &&
			       a->bad_utf8 == b->bad_utf8
		       ? NULL
		       : "error";
}

#endif

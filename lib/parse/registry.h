/*
 * Every dialect there is, and the reading of a record in whatever it is
 * written.
 */
#ifndef SIEM_PARSE_REGISTRY_H
#define SIEM_PARSE_REGISTRY_H

#include "parse/parse.h"

/* Headers first, in the order in which they are tried, then what is in them. */
extern const struct dialect *const *const dialects;
extern const size_t dialect_count;

/* The rules of records as a whole, which are no dialect's. */
extern const struct rule record_rules[];

/*
 * Append the object that a record becomes. -1 with e filled: ERR_DATA, of which
 * nothing is left in r->out, or ERR_SYSTEM.
 */
int parse_record(struct reading *r, struct slice record,
		 struct err *e) MUST_CHECK;

#endif

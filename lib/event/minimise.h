/*
 * Minimisation: what of a record is not to leave this machine. Members are left
 * out, or all others are; values become pseudonyms; and what is personal or
 * secret in any string gives way to a word that says what it was.
 *
 * It is done to the record itself, before a map sees it, so every format has
 * the same.
 */
#ifndef SIEM_EVENT_MINIMISE_H
#define SIEM_EVENT_MINIMISE_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "redact/redact.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What may be done to the member that a path names. */
enum minimise_rule {
	MINIMISE_DROP, // it is left out
	MINIMISE_KEEP, // it stays; all that no such rule names is left out
	MINIMISE_HASH, // every value in it becomes a pseudonym
};

struct minimiser;

/* What was done, over a whole stream. */
struct minimise_counts {
	uint64_t dropped; // members
	uint64_t hashed;  // values
};

/* max bounds what a record may become. NULL: out of memory. */
struct minimiser *minimiser_new(size_t max) MUST_CHECK;
void minimiser_free(struct minimiser *m);

/*
 * Add a rule. The path is one of siem-map(5), but an array on the way stands
 * for each of its elements. -1 with e filled, ERR_USAGE: it is none, or another
 * rule says the contrary.
 */
int minimiser_add(struct minimiser *m, enum minimise_rule rule,
		  const char *path, struct err *e) MUST_CHECK;

/*
 * The key of pseudonyms, which are HMAC-SHA-256 (RFC 2104) of the text of a
 * value, in hex. It is borrowed.
 */
void minimiser_set_key(struct minimiser *m, struct slice key);

/* What looks for personal data in strings, names and numbers; borrowed. */
void minimiser_set_redactor(struct minimiser *m, struct redactor *redactor);

/* Is there anything to do at all? And is there, without a key? */
bool minimiser_is_idle(const struct minimiser *m);
bool minimiser_needs_key(const struct minimiser *m);

/*
 * Do it to a record, a JSON object that has been scanned (scan.h). 1: *left is
 * what is left of it, valid until the next call; 0: nothing had to be done; -1
 * with e filled: ERR_DATA where it would become too long, or a pattern did not
 * come to an end, ERR_SYSTEM out of memory.
 *
 * The identity of a record (identity.h) is left as it is, unless a rule to drop
 * or to hash names it. What merely has its name is like any other member.
 */
int minimiser_apply(struct minimiser *m, struct slice record,
		    struct slice *left, struct err *e) MUST_CHECK;

struct minimise_counts minimiser_counts(const struct minimiser *m);

#endif

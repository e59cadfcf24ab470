/*
 * Patterns of the user's own (PCRE2), matched within limits.
 *
 * A pattern can be written, or a text, so that matching takes for ever. Here a
 * match that takes too many steps, or a text that takes too long, is an error,
 * and what it was for is not to be trusted.
 */
#ifndef SIEM_REDACT_OWN_H
#define SIEM_REDACT_OWN_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "redact/class.h"

#include <stddef.h>

struct own;

/* NULL with e filled where there is no memory. */
struct own *own_new(struct err *e) MUST_CHECK;
void own_free(struct own *o);

/* Add a pattern. ERR_USAGE says what is wrong with it, and where. */
int own_add(struct own *o, const char *name, const char *pattern,
	    struct err *e) MUST_CHECK;

/*
 * Match pattern i, from 0 in the order added, all over a text of UTF-8, and
 * hand each match that is not empty, first to last, to take, whose -1 ends it.
 * -1 with e filled: ERR_DATA where a limit was exceeded.
 */
int own_match(struct own *o, size_t i, struct slice text,
	      int (*take)(void *who, size_t i, struct span found,
			  struct err *e),
	      void *who, struct err *e) MUST_CHECK;

#endif

/*
 * What dialects check in the same way.
 */
#ifndef SIEM_PARSE_CHECKS_H
#define SIEM_PARSE_CHECKS_H

#include "event/field.h"
#include "parse/parse.h"

/* How many bytes of a name a message shows, for "%.*s". */
int checks_shown(struct slice name);

/*
 * Tell of the first control byte of a text that is none of those allowed, and
 * of the first that is no UTF-8, each by its rule, and how many there are.
 */
void checks_control(const struct reading *r, const struct rule *rule,
		    struct slice text, const char *allowed);
void checks_utf8(const struct reading *r, const struct rule *rule,
		 struct slice text);

/*
 * Why a text, which is not empty, does not fit a type, to be read behind the
 * name of its key: "has to be a whole number". NULL where it does; times are
 * not asked here.
 */
const char *checks_misfit(enum field_type type, struct slice text);

/*
 * The bytes of a text, of which limits speak: a control character that had to
 * be written as \u00xx is one of them, and so is one of those written as a
 * backslash and one of letters.
 */
size_t checks_length(struct slice text, const char *letters);

/* Is it digits, and nothing else? */
bool checks_is_digits(struct slice text);

#endif

/*
 * Personal data and secrets in a text, found and replaced.
 *
 *     r = redactor_new("email,card", patterns, count, &e);
 *     for each record, where redact_may_match(r, record):
 *             for each string of it, decoded:
 *                     redact_text(r, text, &out, &e)
 *     redactor_free(r);
 *
 * What there is to find is a class (email, card, ...) or a pattern of the
 * user's own. Each find is replaced by its name: "[REDACTED:email]". Finds that
 * overlap are one, which has the name of the longest of them. What has been
 * replaced is left alone, so a text that is redacted again stays as it is.
 *
 * siem-redact(7) says what each class takes for one of its own, and what not.
 */
#ifndef SIEM_REDACT_REDACT_H
#define SIEM_REDACT_REDACT_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redactor;

/* A pattern of the user's own, in the syntax of pcre2pattern(3). */
struct redact_pattern {
	const char *name; // letters, digits, '-' and '_'; not that of a class
	const char *pattern;
};

/*
 * classes are names, divided by commas; "all" is all of them; NULL is none.
 * Nothing of what is given is kept. NULL with e filled: ERR_USAGE names the
 * class or pattern that is wrong, and where in the pattern; ERR_SYSTEM out of
 * memory.
 */
struct redactor *redactor_new(const char *classes,
			      const struct redact_pattern *patterns,
			      size_t count, struct err *e) MUST_CHECK;
void redactor_free(struct redactor *r);

/*
 * Redact a text: a JSON string as it is without its escapes. Returns 0 where
 * nothing was found, and out is untouched; 1 where all of the text, with each
 * find replaced, was appended to out; -1 with e filled, and out untouched:
 * ERR_DATA where a pattern exceeds its limits or out is full, and the text
 * must go nowhere; ERR_SYSTEM out of memory.
 */
int redact_text(struct redactor *r, struct slice text, struct buf *out,
		struct err *e) MUST_CHECK;

/*
 * The same for the value of a member of an object: a name such as "password"
 * says something of the value, as "password=" before it in a text does.
 */
int redact_member(struct redactor *r, struct slice name, struct slice text,
		  struct buf *out, struct err *e) MUST_CHECK;

/*
 * Could there be a find in a string of this record, one valid JSON object as
 * it stands? False is certain, for redact_text() and redact_member() of each of
 * its strings. It costs less than to ask them.
 */
bool redact_may_match(struct redactor *r, struct slice record);

/*
 * Where there can: could there be one in this part of the record, or because of
 * it? A part is a name or a value without escapes, between its quotes. False is
 * certain for a name; for the value of a member, and for what is in an array
 * that is one, where it is false for the name as well.
 */
bool redact_may_match_in(const struct redactor *r, struct slice part);

/*
 * What this redactor looks for: classes, then patterns, each by its name and
 * the number of finds replaced so far.
 */
size_t redactor_count(const struct redactor *r);
const char *redactor_name(const struct redactor *r, size_t i);
uint64_t redactor_found(const struct redactor *r, size_t i);

/* What there is besides "all", for --list and completion: NULL behind the last.
 */
const char *redact_class_name(size_t i);
const char *redact_class_summary(size_t i); // one line, lower case

#endif

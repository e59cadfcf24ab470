/*
 * The text of a map as a tree of JSON values, each of which knows where it
 * stands, so that what is wrong with it can be said by line and column.
 */
#ifndef SIEM_EVENT_SOURCE_H
#define SIEM_EVENT_SOURCE_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "event/findings.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct source {
	const char *name;  // of the file, for messages; borrowed
	struct slice text; // borrowed
	json_t *root;      // an object
	struct findings *findings; // borrowed; NULL: the first error is enough
};

/* A value of the tree, and the way to it. */
struct place {
	const struct place *up; // NULL: this is the root
	const char *key;        // its name where up is an object
	size_t index;           // its position where up is an array
	json_t *value;          // NULL: there is none
};

/* Parse text. -1 with e filled: ERR_USAGE with line and column. */
int source_open(struct source *s, const char *name, struct slice text,
		struct err *e) MUST_CHECK;
void source_close(struct source *s);

struct place place_root(const struct source *s);
struct place place_member(const struct place *up, const char *key);
struct place place_element(const struct place *up, size_t index);

/* The string at a place, as a slice; it may not be anything else. */
struct slice place_text(const struct place *at);

/*
 * Fail with ERR_USAGE: "NAME: line L, column C: ...", for the value at a
 * place or, source_fail_key(), for its key. Both return -1.
 */
int source_fail(const struct source *s, const struct place *at, struct err *e,
		const char *fmt, ...) PRINTF_LIKE(4, 5);
int source_fail_key(const struct source *s, const struct place *at,
		    struct err *e, const char *fmt, ...) PRINTF_LIKE(4, 5);

/*
 * Is a failure one of those that are collected, so that what follows is to be
 * read as well? It is still one.
 */
bool source_goes_on(const struct source *s, const struct err *e) MUST_CHECK;

/* Where findings are collected: warn of a value, or of its key. */
void source_warn(const struct source *s, const struct place *at,
		 const char *fmt, ...) PRINTF_LIKE(3, 4);
void source_warn_key(const struct source *s, const struct place *at,
		     const char *fmt, ...) PRINTF_LIKE(3, 4);

/*
 * Check that each key of the object at a place is one of words, which a NULL
 * ends. -1 with e filled, ERR_USAGE: not an object, or the first key that is
 * none of them, and the nearest word.
 */
int source_check_keys(const struct source *s, const struct place *at,
		      const char *const *words, struct err *e) MUST_CHECK;

/* " (did you mean "WORD"?)" for what is near to one of words; or nothing. */
enum { SOURCE_HINT = 96 };
const char *source_hint(const char *word, const char *const *words,
			char hint[SOURCE_HINT]);

#endif

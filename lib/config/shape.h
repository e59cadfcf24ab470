/*
 * What may stand where in a configuration: a list of paths, each with the type
 * of its value. Whatever is not in it is an error, which names the nearest.
 */
#ifndef SIEM_CONFIG_SHAPE_H
#define SIEM_CONFIG_SHAPE_H

#include "config/yaml.h"
#include "core/attr.h"
#include "core/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum shape_type {
	SHAPE_TEXT,   // one value, of any kind
	SHAPE_BOOL,   // "true", "yes", "on", "1", and their contraries
	SHAPE_COUNT,  // "0" and more
	SHAPE_NUMBER, // "2", "0.5"; seconds, too
	SHAPE_SIZE,   // "64MB"
	SHAPE_RATE,   // "1000/s", "5MB/s"
	SHAPE_WORD,   // one of words
	SHAPE_LIST,   // of texts
	SHAPE_TEXTS,  // one, or a list of them
};

struct shape {
	const char *path; // "delivery.batch_size"
	enum shape_type type;
	const char *words; // divided by '|'
	const char *alias; // its name elsewhere, which is not taken; or NULL
	bool secret;       // in a file that others can read it has to be named
};

/*
 * Check all of a mapping, of which path is where it stands: that of its members
 * begins with it. "" is the path of the mapping that shapes are about.
 */
int shape_check(const struct yaml *y, const json_t *mapping, const char *path,
		const struct shape *shapes, size_t count,
		struct err *e) MUST_CHECK;

/* Check that the key of a value does not look like a path. */
int shape_check_name(const struct yaml *y, const json_t *value, const char *key,
		     struct err *e) MUST_CHECK;

/* The row that is about the path, or above it; NULL: there is none. */
const struct shape *shape_of(const char *path, const struct shape *shapes,
			     size_t count);

/* Check one member, whatever else there is in its mapping. */
int shape_check_member(const struct yaml *y, const json_t *value,
		       const char *path, const struct shape *shapes,
		       size_t count, struct err *e) MUST_CHECK;

/* What is near to the last name of path, among those that may stand there. */
const char *shape_nearest(const char *path, const struct shape *shapes,
			  size_t count, char room[64]);

#endif

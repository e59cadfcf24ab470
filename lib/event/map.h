/*
 * Maps: how the members of a schema become the fields of a format, as data
 * (siem-map(5)). No schema has a name in C.
 *
 * Maps are read and compiled once, at the start, for the one format that the
 * process writes. What a record costs is in event.h.
 */
#ifndef SIEM_EVENT_MAP_H
#define SIEM_EVENT_MAP_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "event/shape.h"

#include <stdbool.h>
#include <stddef.h>

/* The built-in maps, in the order in which records are tried against them. */
struct map_builtin {
	const char *name;
	const char *text; // JSON
	size_t len;
};

extern const struct map_builtin map_builtins[];
extern const size_t map_builtin_count;

/* Append what a built-in map says of itself. -1 with e filled. */
int map_describe(const struct map_builtin *b, struct buf *out,
		 struct err *e) MUST_CHECK;

/*
 * The words that name sections: a map may hold those of other formats than the
 * one it is loaded for. A NULL ends them. They are the names of the formats,
 * so their table (format/registry.c) defines this.
 */
extern const char *const map_sections[];

/* Compiled maps: read-only from here on. */
struct maps;

/*
 * Load and compile. which is "auto" (every built-in map, chosen record by
 * record), the name of a built-in map, or a file (anything with a slash or a
 * dot). NULL with e filled, ERR_USAGE: what is wrong, with file, line and
 * column where the text is to blame, and the nearest valid word.
 */
struct maps *maps_load(const char *which, const struct map_shape *shape,
		       struct err *e) MUST_CHECK;
void maps_free(struct maps *m);

struct findings;

/* What a map holds for a format. */
struct map_section {
	bool own;          // false: nothing, the generic map stands in
	size_t attributes; // that it sets
	size_t rows;
};

/* How much it says of minimisation (policy.h). */
struct map_rules {
	size_t drop, keep, hash; // paths
	size_t redact, patterns; // classes, and what is no class
};

/*
 * Find out what there is to say of a built-in map, or of a file, when it is
 * loaded for each of count shapes: findings, in the order of the text. Fills as
 * many sections, and rules, which mean something where there are no errors. -1
 * with e filled: it is not there, or no JSON, or ERR_SYSTEM.
 */
int map_check(const char *which, const struct map_shape *const *shapes,
	      size_t count, struct map_section *sections,
	      struct map_rules *rules, struct findings *f,
	      struct err *e) MUST_CHECK;

/*
 * What map number i, of those that were loaded, says of minimisation (policy.h)
 * for the records of all of them; NULL behind the last. It lasts as long as the
 * maps.
 */
struct policy;
const struct policy *maps_policy(const struct maps *m, size_t i);

#endif

/*
 * YAML as a tree, in which everything knows where it was written.
 *
 * Mappings are objects, sequences arrays, and each scalar is a string with the
 * text that was written: what "yes", "0644" or "1.10" mean is for those to say
 * who know what is asked for. Anchors, aliases, tags and merge keys are
 * refused, as are a key that is there twice and a second document.
 *
 * Messages begin with "FILE:LINE:COLUMN: ", counted from 1.
 */
#ifndef SIEM_CONFIG_YAML_H
#define SIEM_CONFIG_YAML_H

#include "core/arena.h"
#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct yaml_mark;

struct yaml {
	json_t *root; // an object; NULL: nothing was loaded

	/*
	 * Called with what a text says before it is joined with root; NULL:
	 * nothing is. It may move nodes, or fail, and then nothing is joined.
	 */
	int (*fit)(const struct yaml *y, json_t *more, struct err *e);

	// private
	struct yaml_mark *marks;
	size_t mark_count, mark_cap;
	struct arena names;
};

#define YAML_NONE ((struct yaml){ .names = ARENA_INIT(1 << 16) })

/*
 * Load a text, called name by messages, over what was loaded before: in both,
 * mappings are joined key by key, and else the later one counts. An empty text
 * says nothing. ERR_USAGE, with the tree as it was.
 */
int yaml_load(struct yaml *y, const char *name, struct slice text,
	      struct err *e) MUST_CHECK;

/* The same of a file. */
int yaml_read(struct yaml *y, const char *path, struct err *e) MUST_CHECK;

/* Was nothing written for it, or "~", or "null"? It is an empty string. */
bool yaml_is_missing(const struct yaml *y, const json_t *node);

/* Can others than its owner read the file that it was written in? */
bool yaml_is_shared(const struct yaml *y, const json_t *node);

/* Fail with ERR_USAGE, at a node, or at the key that it is the value of. */
int yaml_fail(const struct yaml *y, const json_t *node, struct err *e,
	      const char *fmt, ...) PRINTF_LIKE(4, 5);
int yaml_fail_key(const struct yaml *y, const json_t *node, struct err *e,
		  const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Put where a node was written before what e says. Returns -1. */
int yaml_place(const struct yaml *y, const json_t *node, struct err *e);

/* The node at "delivery.batch_size" from a mapping on, or NULL. */
const json_t *yaml_find(const json_t *from, const char *path);

void yaml_close(struct yaml *y);

#endif

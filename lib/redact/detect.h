/*
 * Classes that look through texts together: one search for the leads of all of
 * them, and for the names that say what their values are.
 */
#ifndef SIEM_REDACT_DETECT_H
#define SIEM_REDACT_DETECT_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "redact/class.h"
#include "redact/search.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DETECT_CLASSES = 16,
	DETECT_ENDINGS = 1 << 15, // of three letters, large and small the same
};

struct detector {
	const struct class *classes[DETECT_CLASSES]; // count of them
	size_t count;
	struct search search;
	uint64_t endings[DETECT_ENDINGS / 64]; // of the names they know
};

/* Add a class, borrowed for good. */
void detector_add(struct detector *d, const struct class *class);

/* All classes are there: look for the names they know, and for marker, the
   first four bytes of what stands for a find. */
void detector_compile(struct detector *d, const char *marker);

/*
 * Give each find in a text to take, with the index of its class: mostly they
 * come in their order. Returns 0, or what take returned where that was not 0.
 */
int detector_find(const struct detector *d, struct slice text,
		  int (*take)(void *who, size_t class, struct span found,
			      struct err *e),
		  void *who, struct err *e) MUST_CHECK;

/* Is a value a find because of the name of its member, and of which class?
 *value may be made smaller. */
bool detector_knows(const struct detector *d, struct slice name,
		    struct slice *value, size_t *class);

/*
 * The next place in a JSON object, from at on, where a string can have a find
 * or a marker; its length where there is none. Between two quotes the place is
 * in the string that can have it, or in the name of the member that this is
 * the value of, or that the array is in which it is.
 */
size_t detector_place(const struct detector *d, struct slice object, size_t at);

#endif

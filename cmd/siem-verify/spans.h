/*
 * Stretches of the sources: any number, asked for one place at a time.
 *
 * They are collected while it is not known which file they are of, by a number
 * that stands for it; then that is said, and they are sorted.
 */
#ifndef SIEM_VERIFY_SPANS_H
#define SIEM_VERIFY_SPANS_H

#include "core/attr.h"
#include "core/err.h"

#include <stddef.h>
#include <stdint.h>

/* Places from one to another, that not included. */
struct span {
	size_t source; // whose offsets they are, until they are placed
	uint64_t from, to;
	uint64_t count;   // of records that may be missing in it
	uint64_t receipt; // that says so: what tells it from others
	uint64_t reaches; // the largest to of this span and those before
};

struct spans {
	struct span *items;
	size_t count, cap;
};

/*
 * Those that follow each other, and have no count, become one. One with a count
 * that comes again, of the same receipt, is dropped when they are placed.
 */
int spans_add(struct spans *s, struct span span, struct err *e) MUST_CHECK;

/*
 * Make places of offsets: files has for each source the number of its file, as
 * place_in() takes it, or FILE_NONE, and its spans are dropped. Then sort.
 */
void spans_place(struct spans *s, const size_t *files);

/* A span that holds the place, or NULL. */
const struct span *spans_find(const struct spans *s, uint64_t place);

/* The same of those with a count, of which one is taken off. */
const struct span *spans_take(struct spans *s, uint64_t place);

void spans_free(struct spans *s);

#endif

/*
 * The documents that have been stored, by index and _id: who is there already?
 */
#ifndef SIEM_MOCK_STORE_H
#define SIEM_MOCK_STORE_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"

#include <stddef.h>
#include <stdint.h>

struct store_entry;

struct store {
	struct store_entry **slots; // cap of them, a power of two
	size_t count, cap;
	uint64_t made_up; // the highest number of an _id that was
};

enum { STORE_ID_MAX = 32 };

/* 1: it is new, and now there; 0: it was there; -1: no memory. */
int store_add(struct store *s, struct slice index, struct slice id) MUST_CHECK;

/* Make up an _id that no other document has. */
void store_make_id(struct store *s, char id[static STORE_ID_MAX]);

/*
 * Take in the documents that an earlier run has printed into the file at path.
 * A last line without its end tells of none: it was never answered.
 */
int store_recall(struct store *s, const char *path, struct err *e) MUST_CHECK;

void store_free(struct store *s);

#endif

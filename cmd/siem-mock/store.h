/*
 * The documents that have been stored, by index and _id: who is there already?
 */
#ifndef SIEM_MOCK_STORE_H
#define SIEM_MOCK_STORE_H

#include "core/attr.h"
#include "core/slice.h"

#include <stddef.h>
#include <stdint.h>

struct store_entry;

struct store {
	struct store_entry **slots; // cap of them, a power of two
	size_t count, cap;
};

/* 1: it is new, and now there; 0: it was there; -1: no memory. */
int store_add(struct store *s, struct slice index, struct slice id) MUST_CHECK;

void store_free(struct store *s);

#endif

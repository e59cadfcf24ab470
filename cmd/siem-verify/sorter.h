/*
 * Any number of entries, in order, in little memory.
 *
 * What does not fit into memory is sorted in runs, which are kept in a file
 * without a name in $TMPDIR and merged as they are read. The order is that of
 * key, then place; entries with ENTRY_WHOLE come before all others.
 */
#ifndef SIEM_VERIFY_SORTER_H
#define SIEM_VERIFY_SORTER_H

#include "core/attr.h"
#include "core/err.h"
#include "entry.h"

#include <stddef.h>
#include <stdint.h>

struct sorter_run;

struct sorter {
	uint64_t count; // entries added

	// private
	int fd;              // of the runs
	size_t cap;          // entries that are held in memory
	struct entry *items; // those in memory, held of them
	size_t held, next;
	struct sorter_run *runs;
	size_t run_count, run_cap;
	uint64_t end;         // of the file, in entries
	struct entry *blocks; // what is read ahead, of each run
	size_t block;         // entries of one
	size_t *heap;         // runs by their next entry, the least first
	size_t heap_count;
};

#define SORTER_NONE ((struct sorter){ .fd = -1 })

/* memory: bytes that are used, and as many again while something is sorted. */
int sorter_open(struct sorter *s, size_t memory, struct err *e) MUST_CHECK;

int sorter_add(struct sorter *s, const struct entry *entry,
	       struct err *e) MUST_CHECK;

/* After the last one; and whenever they are to be read from the start. */
int sorter_start(struct sorter *s, struct err *e) MUST_CHECK;

/* 1: the next one; 0: there are no more; -1 with e filled. */
int sorter_next(struct sorter *s, struct entry *entry,
		struct err *e) MUST_CHECK;

/* Which of two comes first: less than, equal to or greater than 0. */
int entry_order(const struct entry *a, const struct entry *b);

/* The same by set and key alone. */
int entry_order_keys(const struct entry *a, const struct entry *b);

void sorter_free(struct sorter *s);

#endif

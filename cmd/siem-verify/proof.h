/*
 * Are the sources what the receipts are about? A receipt has a digest of the
 * records that came from a range of a source; one is made of what is there now.
 *
 * Ranges come in any order and number, and are sorted as entries are. The
 * records go by in the order of the sources, and at each place there are only
 * the ranges of a few receipts: more than one where a run of the sink was
 * killed and the next one began before its end.
 */
#ifndef SIEM_VERIFY_PROOF_H
#define SIEM_VERIFY_PROOF_H

#include "core/attr.h"
#include "core/checksum.h"
#include "core/err.h"
#include "core/slice.h"
#include "sorter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proof_range {
	size_t source;     // whose offsets they are, until they are placed
	uint64_t from, to; // then places
	uint64_t receipt;  // its place: number of the file, and of the line
	uint64_t records;  // that the digest is of
	enum checksum_kind kind;
	unsigned char sum[CHECKSUM_MAX]; // of which 128 bits are compared
	// It may be about others than those that are here: where their number
	// is another, nobody can tell.
	bool partial;
};

/* What became of a range. */
enum proof_verdict {
	PROOF_SAME,
	PROOF_OTHER,   // the records are not those that it is about
	PROOF_UNKNOWN, // which records it is about cannot be told
};

struct proof_open;

/* Told of each range at its end, and how many records there are. */
typedef int proof_told(void *context, const struct proof_range *range,
		       enum proof_verdict verdict, uint64_t records,
		       struct err *e);

struct proof {
	uint64_t proven; // records that are in a range which is the same

	// private
	struct sorter known;  // ranges by the source they name
	struct sorter placed; // by where they are
	struct entry next;    // of these, where have_next
	bool have_next;
	struct proof_open *open; // those that hold the place
	size_t count, cap;
	uint64_t records;            // that went by
	struct proof_part *parts;    // of them, those that are proven and may
	size_t part_count, part_cap; // be so again
	proof_told *told;
	void *context;
};

#define PROOF_NONE \
	((struct proof){ .known = SORTER_NONE, .placed = SORTER_NONE })

/* memory: as for sorter_open(), twice. */
int proof_open(struct proof *p, size_t memory, proof_told *told, void *context,
	       struct err *e) MUST_CHECK;

/* A range of a source. */
int proof_add(struct proof *p, const struct proof_range *range,
	      struct err *e) MUST_CHECK;

/* After the last. files: as for spans_place(). */
int proof_start(struct proof *p, const size_t *files, struct err *e) MUST_CHECK;

/* Is there anything to prove? */
bool proof_is_wanted(const struct proof *p);

/*
 * What was made of the record at a place: so many lines, with an LF between
 * them. In the order of the places.
 */
int proof_follow(struct proof *p, uint64_t place, struct slice lines,
		 size_t count, struct err *e) MUST_CHECK;

/* After the last record. */
int proof_finish(struct proof *p, struct err *e) MUST_CHECK;

void proof_close(struct proof *p);

#endif

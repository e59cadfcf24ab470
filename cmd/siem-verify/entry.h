/*
 * What is remembered of a record: enough to tell it from every other and to
 * find it again, and never the record itself.
 */
#ifndef SIEM_VERIFY_ENTRY_H
#define SIEM_VERIFY_ENTRY_H

#include <stddef.h>
#include <stdint.h>

/* A byte of a file: its number among those of its side, and the offset. */
#define PLACE_OFFSETS (UINT64_C(1) << 48)

/* What is said of bytes that no file has is said of its last one. */
static inline uint64_t place_of(uint64_t file, uint64_t offset)
{
	return file << 48 |
	       (offset < PLACE_OFFSETS ? offset : PLACE_OFFSETS - 1);
}

static inline uint64_t place_file(uint64_t place)
{
	return place >> 48;
}

static inline uint64_t place_offset(uint64_t place)
{
	return place & (PLACE_OFFSETS - 1);
}

/*
 * What is known of a source before it is known which file that is: its offsets
 * become places by the number of the file, or are places already.
 */
#define FILE_NONE SIZE_MAX
#define FILE_PLACED (SIZE_MAX - 1)

static inline uint64_t place_in(size_t file, uint64_t offset)
{
	return file == FILE_PLACED ? offset : place_of(file, offset);
}

enum {
	PLACE_FILES = 65535,

	// Of a record: compared with its header, for it had one in its source.
	ENTRY_WHOLE = 1,
	// Its line had no end yet: it may have arrived.
	ENTRY_OPTIONAL = 2,
	// Of a finding: the receipts explain it.
	ENTRY_PREDICTED = 4,
};

struct entry {
	uint64_t key[2];   // what is sorted by: of a record, its digest
	uint64_t other[2]; // of an arrival with a header, that of the rest
	uint64_t id;       // the half of its siem_id; 0: none
	uint64_t place;    // where its line begins
	uint32_t len;      // bytes of the line, with what ends it
	uint32_t flags;
};

/* What is found out is an entry too: of these kinds, in key[0]. */
enum finding {
	FINDING_LOST,     // place and len in its source
	FINDING_REPEATED, // the same
	FINDING_ALTERED,  // place and len in the arrivals
	FINDING_RENEWED,  // place and len of how a source begins, not as what
			  // has its name in the receipts; id: number of that
	FINDING_DIFFERS,  // place and len in its source, 0: into the next one;
			  // other: the records that are there, and in the
			  // receipt; id: the place of that
	FINDING_BROKEN,   // place of a line in the receipts; other[0]: the one
			  // it stood behind should be in another file
};

#endif

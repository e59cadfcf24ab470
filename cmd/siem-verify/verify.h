/*
 * siem-verify: what its parts share.
 *
 *     main.c     the command line
 *     expect.c   what should have arrived: the sources, directly or ...
 *     through.c  ... through the command that made of them what was sent
 *     arrive.c   what has arrived
 *     absent.c   ... without the member that should hold the record
 *     claims.c   what the receipts say
 *     spans.c, chain.c  about which stretches of the sources, line by line
 *     proof.c    whether the sources are what the receipts are about
 *     compare.c  the one against the other
 *     neighbour.c  which record one is that arrived altered
 *     report.c   the verdict
 *     input.c, digest.c, sorter.c  lines, what they are known by, their order
 */
#ifndef SIEM_VERIFY_VERIFY_H
#define SIEM_VERIFY_VERIFY_H

#include "claims.h"
#include "core/metrics.h"
#include "core/opt.h"
#include "digest.h"
#include "input.h"
#include "proof.h"
#include "sorter.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config {
	struct opt_common common;
	struct opt_list sources, receipts, arrived;
	const char *through;
	const char *field;
	const char *format;
	size_t memory;
	size_t max_record;
	size_t window;
	bool stamp;        // the sources were stamped on their way
	bool acknowledged; // expect only what the receipts say has arrived
	bool strict;
	bool json;
};

/* Records, unless it says otherwise. */
struct counts {
	uint64_t read;     // from the sources
	uint64_t left_out; // of them, by --through
	uint64_t rejected; // by --through, or too long for any filter
	uint64_t expected; // to arrive
	uint64_t arrived;
	uint64_t lost;
	uint64_t unacknowledged; // missing, of which no receipt says otherwise
	uint64_t set_aside;      // missing, as the receipts say
	uint64_t unfinished;     // missing, of lines without an end
	uint64_t repeated, predicted; // all, and those the receipts explain
	uint64_t altered;
	uint64_t differing; // ranges of receipts that are about other records
	uint64_t unchecked; // those of which nobody can tell
};

/* What siem-tail --stamp does to a record. */
struct stamper {
	EVP_MD_CTX *seed, *hash; // of the file; to work in
	struct buf out;
};

struct verify {
	const struct config *config;
	struct input *sources, *arrived;
	size_t source_count, arrived_count;
	bool whole; // some record of the sources has a header of its own
	struct input *receipts;
	size_t receipt_count;
	struct claims claims;
	struct proof proof;
	struct digester digester;
	struct stamper stamper;
	struct sorter expected, arrivals, leftover, findings;
	struct through *through; // NULL: there is none
	struct neighbours *neighbours;
	struct counts counts;
	struct metrics metrics;
};

/* What the sources let expect, and prove. Needs the claims. */
int expect(struct verify *v, struct err *e) MUST_CHECK;

/* What is proven, or not, as struct proof tells it. */
proof_told expect_told;

/*
 * The next record of a source, as it was sent; none in a line that is too
 * long. 1: there is one; 0: the end; -1 with e filled.
 */
int expect_next(struct verify *v, size_t file, struct input_line *line,
		struct slice *record, struct err *e) MUST_CHECK;

int stamper_open(struct stamper *s, struct err *e) MUST_CHECK;
void stamper_close(struct stamper *s);

/* One record that should arrive: key, id, place, len and flags are filled in.
 */
int expect_record(struct verify *v, struct slice record, struct entry *entry,
		  struct err *e) MUST_CHECK;

/* What has arrived. */
int arrive(struct verify *v, struct err *e) MUST_CHECK;
bool arrive_knows(const char *format) MUST_CHECK;

/* Find what differs: fills in findings and counts. */
int compare(struct verify *v, struct err *e) MUST_CHECK;

/* Write the verdict to standard output. */
int report(struct verify *v, struct err *e) MUST_CHECK;

/* Say on standard error how far it is. */
void report_stats(const struct verify *v);

/* The counts, for --metrics. */
void report_collect(struct page *page, const void *verify);

/* After each record: -1 with e filled where a signal asked to end. */
int heed_signals(struct verify *v, struct err *e) MUST_CHECK;

#endif

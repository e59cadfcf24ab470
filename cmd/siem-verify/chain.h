/*
 * The chain of receipts: each line has the SHA-256 of the one before it
 * (siem-receipts(5)).
 *
 * Receipts that were rotated are several files, in any order: one that begins
 * behind a line that it does not hold is whole where another ends with that.
 */
#ifndef SIEM_VERIFY_CHAIN_H
#define SIEM_VERIFY_CHAIN_H

#include "core/attr.h"
#include "core/checksum.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHAIN_SUM = 2 * CHECKSUM_MAX }; // digits of a sum

struct chain_file {
	char before[CHAIN_SUM];   // what its first line says of the one before
	bool is_behind;           // it says something
	char last[CHAIN_SUM + 1]; // of its last line
	uint64_t lines;
};

struct chain {
	// private
	struct checksum sum;
	struct chain_file *files;
	size_t count, cap;
	bool begun; // a line of this file has told of the one before
};

int chain_open(struct chain *c, struct err *e) MUST_CHECK;

/* Another file. */
int chain_start(struct chain *c, struct err *e) MUST_CHECK;

/*
 * A line of it, without its LF, and what it says of the one before: NULL where
 * that is nothing. False: it is not the line that was behind that one.
 */
bool chain_follow(struct chain *c, struct slice line, const char *previous);

/* What tells the line that was followed last from any other. */
uint64_t chain_last(const struct chain *c);

/*
 * After the last file: does the given one begin where another, or nothing,
 * ends?
 */
bool chain_is_whole(const struct chain *c, size_t file);

void chain_close(struct chain *c);

#endif

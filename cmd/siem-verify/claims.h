/*
 * What the receipts of a sink say (siem-receipts(5)): which parts of the
 * sources were acknowledged, which records they were, in which of them records
 * were set aside, and where some were sent again or may have been.
 *
 * A receipt names a file by the name it had once and by how it begins; the
 * latter finds it among the sources under whatever name it has now. The more of
 * it there was, the more that tells: so all receipts are read first. Where no
 * source begins so, one that has the name should, and differs. Segments of a
 * spool are known by their names, and are sources in their order.
 */
#ifndef SIEM_VERIFY_CLAIMS_H
#define SIEM_VERIFY_CLAIMS_H

#include "chain.h"
#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "input.h"
#include "proof.h"
#include "spans.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct claims {
	bool known;    // there are receipts
	size_t window; // bytes that may be under way when a sink dies
	bool through;  // the sources went through a command before them

	uint64_t broken;    // lines that are not behind the one before them
	uint64_t renewed;   // sources that begin otherwise
	uint64_t unchecked; // ranges without a digest, or without a source

	// private
	bool spooled;     // the sources are the segments of a spool
	struct buf heads; // of the sources, each in its own place
	size_t *head_lens;
	const struct input *sources;
	size_t source_count;
	struct spans acknowledged, predicted, set_aside;
	struct chain chain;
	struct proof *proof;
	struct sorter *findings;
	struct claims_source *seen;
	size_t seen_count, seen_cap;
	uint64_t last, run; // of the receipts of one file
};

/*
 * Learn how the sources begin, which have not been read yet. What the receipts
 * have digests of goes to proof, and what is wrong with themselves to findings;
 * both outlive c.
 */
int claims_open(struct claims *c, struct input *sources, size_t count,
		struct proof *proof, struct sorter *findings,
		struct err *e) MUST_CHECK;

/* Read the receipts of a file, which has that number among them. */
int claims_read(struct claims *c, struct input *receipts, size_t file,
		struct err *e) MUST_CHECK;

/* After the last of them. */
int claims_finish(struct claims *c, struct err *e) MUST_CHECK;

/* What the receipts call the file that a source should be: of FINDING_RENEWED.
 */
const char *claims_name(const struct claims *c, uint64_t number);

/* Was this place acknowledged? Are repeats to be expected there? */
bool claims_acknowledged(const struct claims *c, uint64_t place);
bool claims_predicted(const struct claims *c, uint64_t place);

/*
 * Is a record that is missing there one of those that were set aside? Each of
 * them explains one.
 */
bool claims_set_aside(struct claims *c, uint64_t place);

void claims_free(struct claims *c);

#endif

/*
 * What the receipts of a sink say (siem-receipts(5)): which parts of the
 * sources were acknowledged, in which of them records were set aside, and where
 * some were sent again or may have been.
 *
 * A receipt names a file by the name it had once and by how it begins; the
 * latter finds it among the sources under whatever name it has now. Segments of
 * a spool are known by their names, and are sources in their order.
 */
#ifndef SIEM_VERIFY_CLAIMS_H
#define SIEM_VERIFY_CLAIMS_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "input.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Places from one to another, that not included. */
struct span {
	uint64_t from, to;
	uint64_t count;   // of records that may be missing in it
	uint64_t reaches; // the largest to of this span and those before
};

struct spans {
	struct span *items;
	size_t count, cap;
};

struct claims {
	bool known;       // there are receipts
	size_t window;    // bytes that may be under way when a sink dies
	uint64_t groups;  // receipts that were read
	uint64_t foreign; // ranges of files that are none of the sources

	// private
	bool spooled;     // the sources are the segments of a spool
	struct buf heads; // of the sources, each in its own place
	size_t *head_lens;
	const struct input *sources;
	size_t source_count;
	struct spans acknowledged, predicted, set_aside;
	struct claims_source *seen;
	size_t seen_count, seen_cap;
	uint64_t last, run; // of the receipts of one file
};

/* Learn how the sources begin, which have not been read yet. */
int claims_open(struct claims *c, struct input *sources, size_t count,
		struct err *e) MUST_CHECK;

/* Read the receipts of one file. */
int claims_read(struct claims *c, struct input *receipts,
		struct err *e) MUST_CHECK;

/* After the last of them. */
void claims_finish(struct claims *c);

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

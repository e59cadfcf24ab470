/*
 * What a record is known by: 128 bits of SHA-256.
 *
 * A sender may have put a syslog header before a record that had none, so of
 * such a record, and of what arrived with a header, what stands behind it is
 * compared; of one that had a header of its own, the whole line is. Repairs
 * that every sender may make do not count: a byte order mark, and bytes that
 * are not UTF-8.
 */
#ifndef SIEM_VERIFY_DIGEST_H
#define SIEM_VERIFY_DIGEST_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "entry.h"
#include "json/paths.h"
#include "json/scan.h"

#include <stdbool.h>

struct digester {
	struct evp_md_ctx_st *sha256;
	struct buf repaired, decoded;
	struct paths *paths;
	struct scan scan;
	uint16_t event; // the slot of a HEC envelope's event
};

int digest_open(struct digester *d, struct err *e) MUST_CHECK;

/* Fill in key and id, and ENTRY_WHOLE where its header is its own. */
int digest_expected(struct digester *d, struct slice record,
		    struct entry *entry, struct err *e) MUST_CHECK;

/*
 * The same of a record that arrived; whole: some record of the sources has a
 * header of its own, so where this has one, the rest of it goes to other.
 */
int digest_arrived(struct digester *d, struct slice record, bool whole,
		   struct entry *entry, struct err *e) MUST_CHECK;

/* The text of a string, or any other value as it stands. */
struct slice digest_text(struct value value, struct buf *decoded);

void digest_close(struct digester *d);

#endif

/*
 * What a record becomes in a _bulk request of Elasticsearch or OpenSearch: a
 * line that says what to do, and a line that is the document.
 */
#ifndef SIEM_DEST_DOCUMENT_H
#define SIEM_DEST_DOCUMENT_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "core/timestamp.h"
#include "dest/dest.h"

#include <stdbool.h>
#include <stddef.h>

enum { DOCUMENT_ID_MAX = 512 }; // bytes of an _id, as Elasticsearch has it

struct document_terms {
	struct slice index;          // as it stands in a JSON string
	bool daily;                  // "-2025.10.08" goes behind it: the day of
				     // the event, in UTC
	const struct slice *id_path; // of the member that is the _id: id_names
	size_t id_names;             // names from the outermost down, or none
};

/*
 * Append the two lines. The document is the record, byte for byte, where it is
 * a JSON object, "@timestamp" put first where it has none; and else an object
 * with the line as its "message".
 *
 * Its _id is the member at id_path, where that is a string or a number, else
 * the "siem_id" that siem-tail has put first; else it has none.
 *
 * ERR_DATA: it is blank, or does not fit.
 */
int document_put(const struct document_terms *terms,
		 const struct dest_record *record, struct buf *body,
		 struct err *e) MUST_CHECK;

/* Append the name of the index, as it stands in JSON, for events of that time.
 */
void document_put_index(const struct document_terms *terms,
			const struct timestamp *t, struct buf *out);

#endif

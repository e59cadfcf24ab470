/*
 * What receivers of OTLP take and say: requests to export logs, in JSON
 * (OTLP/HTTP, JSON Protobuf Encoding).
 */
#ifndef SIEM_DEST_OTLP_H
#define SIEM_DEST_OTLP_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "dest/dest.h"

#include <stddef.h>

/*
 * Append what a line brings to the index-th place of a request: it has to be a
 * request itself, {"resourceLogs":[...]}, as siem-fmt --otlp and the exporters
 * of collectors to files write them. ERR_DATA: it is none.
 */
int otlp_put(struct slice line, size_t index, struct buf *body,
	     struct err *e) MUST_CHECK;
void otlp_end(struct buf *body);

/*
 * What an answer of success means for each of count records. Where some were
 * not taken it does not say which, and what was taken may not be sent again:
 * so all of them are REJECT, and set aside for somebody to decide.
 */
struct judgement otlp_judge(struct dest_session *session, struct slice answer,
			    size_t count) MUST_CHECK;

#endif

/*
 * What Elasticsearch and OpenSearch answer to _bulk: a status for each
 * document, in the order of the request.
 *
 * The answer is read where it stands: as a tree, one of the size that is kept
 * would take many times its memory.
 */
#ifndef SIEM_DEST_BULK_H
#define SIEM_DEST_BULK_H

#include "core/err.h"
#include "dest/dest.h"

#include <stddef.h>

/* What is to be asked for, and no more: the members that are read. */
#define BULK_QUERY                                              \
	"filter_path=errors,items.*.status,items.*.error.type," \
	"items.*.error.reason"

enum { BULK_ANSWER_BYTES = 16 << 20 }; // of an answer that are worth keeping

/* dest_request.judge; session->accepted is kept up to date. */
void bulk_judge(struct dest_session *session, const struct answer *answer,
		struct judgement *judgements, size_t count);

/* The steps of --check, and dest_request.checked. */
enum bulk_step {
	BULK_VERSION,     // GET /
	BULK_HEALTH,      // GET /_cluster/health
	BULK_CREDENTIALS, // GET /_security/_authenticate
	BULK_PERMISSION,  // POST /_security/user/_has_privileges, which asks
			  // about one index
};

enum verdict bulk_checked(struct dest_session *session, enum bulk_step step,
			  const struct answer *answer, struct err *finding);

#endif

/*
 * What the HTTP Event Collector of Splunk takes and says: events in their
 * envelopes, answers by their codes.
 */
#ifndef SIEM_DEST_HEC_H
#define SIEM_DEST_HEC_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "dest/dest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Append the envelope of a record. An envelope passes as it is, but for its
 * index where one is given, which then is that of all. A JSON object becomes
 * an event with the time that is found in it, any other line a string; what
 * has no time has that of its reading. ERR_DATA: it holds nothing.
 */
int hec_put_event(const struct dest_record *record, const char *index,
		  struct buf *body, struct err *e) MUST_CHECK;

/* Append a record as a line of the raw endpoint. */
int hec_put_line(const struct dest_record *record, struct buf *body,
		 struct err *e) MUST_CHECK;

/* What has to be known of a request to understand its answer. */
struct hec_terms {
	bool use_ack;       // it is to be acknowledged
	bool gzip;          // its body is compressed
	bool index_is_ours; // all events are for an index that we were told
};

/*
 * dest_request.judge and told. session->accepted is kept up to date.
 */
void hec_judge(const struct hec_terms *terms, struct dest_session *session,
	       const struct answer *answer, struct judgement *judgements,
	       size_t count);
void hec_told(struct dest_session *session, const struct answer *answer,
	      const uint64_t *tickets, struct judgement *judgements,
	      size_t count);

/* What an answer to a question of --check says. */
enum hec_step {
	HEC_HEALTH, // of the collector
	HEC_EMPTY,  // an event request without events
	HEC_ACKS,   // whether a ticket has been indexed
};
enum verdict hec_checked(const struct hec_terms *terms,
			 struct dest_session *session, enum hec_step step,
			 const struct answer *answer, struct err *finding);

/* Append the question that hec_told() understands the answer to. */
void hec_put_question(const uint64_t *tickets, size_t count, struct buf *body);

#endif

/*
 * What is remembered between the requests to one destination, and its voice:
 * records are put into words by its kind.
 */
#ifndef SIEM_DELIVERY_SESSION_H
#define SIEM_DELIVERY_SESSION_H

#include "core/attr.h"
#include "delivery/batch.h"
#include "delivery/carrier.h"
#include "dest/dest.h"

#include <stddef.h>
#include <stdint.h>

struct session {
	const struct dest *dest; // of the request shape
	const struct dest_request *kind;
	const void *config;
	struct dest_session state;
	unsigned tokens; // that were fetched so far

	// private
	struct judgement *judgements;
	size_t judgement_cap;
};

/* dest is borrowed. */
void session_init(struct session *s, const struct dest *dest);

/* What was given out to it so far is worth nothing: it has another channel. */
void session_renew(struct session *s);

/* Its destination has another plan: a token is fetched by that. */
void session_replan(struct session *s);

/*
 * Is what is sent signed, or shown by a token, so that it is void where clocks
 * differ by more than SESSION_SKEW_MAX_SEC?
 */
enum { SESSION_SKEW_MAX_SEC = 300 };
static inline bool session_needs_clock(const struct session *s)
{
	return s->kind->fetch != NULL || s->kind->signature != NULL;
}

/* Set the time that the kind sees; before it is asked anything. */
void session_set_clock(struct session *s);

/* Where batches come from that have this owner and these limits. */
struct batch_source session_source(struct session *s,
				   const struct carrier_load *load,
				   const struct dest_limits *limits);

/* fetched() of its kind. */
enum verdict session_fetched(struct session *s, const struct answer *answer,
			     struct err *e) MUST_CHECK;

/*
 * judge() and told() of its kind: count judgements, which last until the next
 * of these, as do their reasons. NULL: no memory. tokens is how many there had
 * been when the request was sent.
 */
const struct judgement *session_judge(struct session *s,
				      const struct answer *answer,
				      unsigned tokens, size_t count) MUST_CHECK;
const struct judgement *session_told(struct session *s,
				     const struct answer *answer,
				     const uint64_t *tickets,
				     size_t count) MUST_CHECK;

/* checked() of its kind. */
enum verdict session_checked(struct session *s, unsigned step,
			     const struct answer *answer,
			     struct err *finding) MUST_CHECK;

/* What judgements take. */
static inline size_t session_memory(const struct session *s)
{
	return s->judgement_cap * sizeof(*s->judgements);
}

void session_free(struct session *s);

#endif

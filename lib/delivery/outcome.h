/*
 * What an answer means for the records of a batch.
 */
#ifndef SIEM_DELIVERY_OUTCOME_H
#define SIEM_DELIVERY_OUTCOME_H

#include "delivery/batch.h"
#include "dest/dest.h"

#include <stdbool.h>
#include <stdint.h>

struct outcome {
	bool progress;      // at least one record has been decided upon
	int64_t slow_ms;    // for which nothing new is to go, all being well
	enum verdict left;  // of the others: DELIVERED where there are none,
			    // else RETRY or HOLD
	const char *reason; // of left, borrowed from the judgements
	int64_t wait_ms;    // of left, or WAIT_BACKOFF
};

/* Where records go on from here. */
struct outcome_lists {
	struct batch_list *again;   // to be sent, in front of what is there
	struct batch_list *pending; // to be asked about
};

/*
 * Settle what is delivered or rejected. What is to be tried again goes into
 * one batch, which takes over the backoff; what is to be split, into two; a
 * record that is to be split and is alone is rejected. The batch is used up.
 */
struct outcome outcome_of(struct batch *b, const struct judgement *judgements,
			  const struct batch_source *from,
			  const struct outcome_lists *lists, int64_t now_ms);

#endif

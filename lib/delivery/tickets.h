/*
 * Batches that a destination has accepted and has still to confirm, each under
 * the ticket that it was given: when to ask about them, and which of them have
 * waited for too long.
 */
#ifndef SIEM_DELIVERY_TICKETS_H
#define SIEM_DELIVERY_TICKETS_H

#include "core/attr.h"
#include "delivery/batch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TICKETS_MAX = 1000 }; // asked about at once

struct tickets {
	unsigned every_ms; // between two questions about the same
	unsigned for_ms;   // after which a ticket is given up

	struct batch_list pending;   // the first has been so for longest
	struct batch_list confirmed; // but see tickets_confirm()
	uint64_t asked[TICKETS_MAX];
	size_t asked_count;
	int64_t ask_ms; // not before
	uint32_t turn;  // of asking about all
};

/*
 * Take over batches that have just been accepted. A ticket that is given out
 * anew says nothing of what had it before: such a batch goes to again.
 */
void tickets_add(struct tickets *t, struct batch_list *fresh,
		 struct batch_list *again, int64_t now_ms);

/* Is it time to ask? Then asked is what about. */
bool tickets_ask(struct tickets *t, int64_t now_ms) MUST_CHECK;

/* Hand over the batch that was asked about by that ticket, or NULL. */
struct batch *tickets_take(struct tickets *t, uint64_t ticket) MUST_CHECK;

/*
 * It is said to be stored. A receiver that has forgotten everything gives out
 * the same tickets again, perhaps to a request whose answer has not come yet,
 * and then it is that one which is stored. So this counts when all that were
 * sent by now, which is how many, have been answered.
 */
void tickets_confirm(struct tickets *t, struct batch *b, uint64_t sent);

/* Hand over one of which it counts, where requests from oldest on are without
   an answer; or NULL. */
struct batch *tickets_take_confirmed(struct tickets *t,
				     uint64_t oldest) MUST_CHECK;

/* No ticket means anything any more: all batches go to again. */
void tickets_void(struct tickets *t, struct batch_list *again);

/* Hand over one that has waited for too long, or NULL. */
struct batch *tickets_take_late(struct tickets *t, int64_t now_ms) MUST_CHECK;

/* When the next one will have; INT64_MAX: never. */
int64_t tickets_late_ms(const struct tickets *t);

#endif

/*
 * What brings records from the queue to one place: a connection (link), HTTP
 * requests (courier), a command. The engine knows nothing but this of them.
 *
 * A carrier takes items from the queue as it can, settles them in queue and
 * ledger as it learns what became of them, and never waits: the engine polls
 * for it.
 */
#ifndef SIEM_DELIVERY_CARRIER_H
#define SIEM_DELIVERY_CARRIER_H

#include "core/attr.h"
#include "core/err.h"
#include "delivery/ledger.h"
#include "delivery/queue.h"
#include "stream/reader.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* What would be sent goes to standard output, and no further. */
enum dry_run {
	DRY_RUN_NO,
	DRY_RUN_BYTES, // just as they are, secrets masked
	DRY_RUN_CURL,  // as a command that does the same
};

/* What a carrier works on, borrowed from the engine. */
struct carrier_load {
	struct queue *queue;
	struct ledger *ledger;
	uint8_t owner; // which carrier of the engine it is: marks what it has
		       // taken, for there may be several at one queue
	enum dry_run dry_run;
	bool bounded_retries; // false: try for ever
	uint32_t retries;     // tries after the first, where bounded: what has
			      // had them is put back, for others to give up
	const struct reader *in; // the input, to see what it is
};

/* What it may take from the queue. What it holds it goes on with. */
enum carrier_pull {
	PULL_NOTHING, // and what waits for another try is put back
	PULL_PROBE,   // the least that shows whether it works
	PULL_ALL,
};

struct carrier;

struct carrier_type {
	/*
	 * Do all that can be done without waiting; revents is what poll() has
	 * just said of the descriptor. -1 with e filled: it failed, and tries
	 * again by itself in a while (ERR_TEMPORARY; ERR_DENIED: they do not
	 * let us in), or it never will (the others).
	 */
	int (*step)(struct carrier *c, int64_t now_ms, short revents,
		    struct err *e);

	/* What to wait for: a descriptor (-1: none), how long (-1: for ever).
	 */
	void (*wait)(const struct carrier *c, int64_t now_ms, struct pollfd *fd,
		     int *timeout_ms);

	/* It begins with PULL_ALL. */
	void (*pull)(struct carrier *c, enum carrier_pull pull);

	/* Nothing more will be queued: end in good order when all is settled.
	 */
	void (*finish)(struct carrier *c);

	/* Put everything that is under way back into the queue. */
	void (*stop)(struct carrier *c);

	/* Has it been finished? */
	bool (*is_done)(const struct carrier *c);

	/* Does it work: has it settled something, or held for a while? */
	bool (*is_well)(const struct carrier *c, int64_t now_ms);

	/* What it knows the place by, or is known by there, may have changed:
	   use that for the next try. NULL: there is nothing that can. */
	void (*replan)(struct carrier *c);

	/* Release it; what is under way is not put back. */
	void (*close)(struct carrier *c);
};

/* The first member of each kind of carrier. */
struct carrier {
	const struct carrier_type *type;
	bool accepted;  // something was, to be confirmed: they have let us in
	int64_t unconfirmed_ms; // since when that is all that is missing; 0:
				// it is not
	bool tried_all; // the failure that step() told of was a try of every
			// record that is held; for the engine to clear
};

/*
 * A carrier that has not been opened: open() gets ready what is needed
 * (certificates are read here), or fails with ERR_USAGE.
 */
struct carrier_way {
	const char *name; // as messages call it
	const char *acknowledgement; // how it is known that a record arrived:
				     // a word for receipts (siem-receipts(5))
	struct carrier *(*open)(void *target, const struct carrier_load *load,
				struct err *e);
	void *target; // the kind's own, which outlives the carrier
};

static inline int carrier_step(struct carrier *c, int64_t now_ms, short revents,
			       struct err *e)
{
	return c->type->step(c, now_ms, revents, e);
}

static inline void carrier_wait(const struct carrier *c, int64_t now_ms,
				struct pollfd *fd, int *timeout_ms)
{
	c->type->wait(c, now_ms, fd, timeout_ms);
}

static inline void carrier_pull(struct carrier *c, enum carrier_pull pull)
{
	c->type->pull(c, pull);
}

static inline void carrier_finish(struct carrier *c)
{
	c->type->finish(c);
}

static inline void carrier_stop(struct carrier *c)
{
	c->type->stop(c);
}

static inline bool carrier_is_done(const struct carrier *c)
{
	return c->type->is_done(c);
}

static inline bool carrier_is_well(const struct carrier *c, int64_t now_ms)
{
	return c->type->is_well(c, now_ms);
}

static inline void carrier_replan(struct carrier *c)
{
	if (c->type->replan != NULL)
		c->type->replan(c);
}

/* Harmless on a carrier that is NULL. */
static inline void carrier_close(struct carrier *c)
{
	if (c != NULL)
		c->type->close(c);
}

#endif

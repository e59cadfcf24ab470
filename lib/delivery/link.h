/*
 * The way to a destination of the stream shape: one connection at a time,
 * opened again when it fails.
 *
 * It takes records from the queue, frames them, writes them, and settles those
 * that are acknowledged: by the far end where the protocol has a word for it,
 * else by the transport (delivery/settle.h). When the connection fails, all
 * that it has not settled waits in the queue again.
 */
#ifndef SIEM_DELIVERY_LINK_H
#define SIEM_DELIVERY_LINK_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "delivery/backoff.h"
#include "delivery/flight.h"
#include "delivery/ledger.h"
#include "delivery/leeway.h"
#include "delivery/queue.h"
#include "delivery/settle.h"
#include "dest/dest.h"
#include "net/conn.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

enum link_phase {
	LINK_DOWN,    // until retry_ms
	LINK_OPENING, // connecting, shaking hands
	LINK_UP,
	LINK_ENDING,  // everything is sent and goodbye is said
};

struct link {
	const struct dest *dest;
	struct queue *queue;
	struct ledger *ledger;
	struct flight flight;
	struct dest_route route;
	bool dry_run;   // frames go to standard output instead
	bool datagrams; // each frame is one

	// private
	enum link_phase phase;
	bool finishing; // nothing more will be queued
	bool progress;  // something was taken since it last failed
	struct conn *conn;
	struct dest_link session;
	struct settle settle;
	struct leeway leeway; // for what has to settle
	struct backoff backoff;
	struct err refusal;  // what an answer said against going on
	struct queue_item *last; // that was framed
	struct buf out;      // frames under way
	size_t out_done;     // of those bytes, taken by the connection
	struct buf in;       // answers that are not whole yet
	uint64_t written;    // bytes of this connection
	uint64_t acked;      // of those, as far as it has been seen
	int64_t retry_ms;    // DOWN: not before
	int64_t up_ms;       // since when it works, for all that is known
	int64_t ending_ms;   // ENDING: since when
	int64_t sampled_ms;  // when acked was looked at last
	int64_t synced_ms;   // when its file was synced last
	int64_t answered_ms; // the last answer, or what made us expect one
};

/*
 * Get ready: certificates are read here. dest, queue and ledger are borrowed.
 * ERR_USAGE.
 */
int link_open(struct link *l, const struct dest *dest, struct queue *queue,
	      struct ledger *ledger, bool dry_run, struct err *e) MUST_CHECK;

/*
 * Do all that can be done without waiting; revents is what poll() has just
 * said of the descriptor. -1 with e filled: the connection failed, or could
 * not be made; it will be tried again in a while.
 */
int link_step(struct link *l, int64_t now_ms, short revents,
	      struct err *e) MUST_CHECK;

/* What to wait for: a descriptor (-1: none), and how long (-1: for ever). */
void link_wait(const struct link *l, int64_t now_ms, struct pollfd *fd,
	       int *timeout_ms);

/* Nothing more will be queued: end in good order when all is settled. */
void link_finish(struct link *l);

/* Has it been finished? */
bool link_is_done(const struct link *l);

/* Does it work: has it settled something, or held for a while? */
bool link_is_well(const struct link *l, int64_t now_ms);

void link_close(struct link *l);

#endif

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
#include "delivery/answers.h"
#include "delivery/backoff.h"
#include "delivery/carrier.h"
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
	struct carrier carrier;
	struct dest *dest;
	struct queue *queue;
	struct ledger *ledger;
	struct flight flight;
	struct dest_route route;
	bool dry_run;   // frames go to standard output instead
	bool datagrams; // each frame is one

	// private
	enum link_phase phase;
	enum carrier_pull pull;
	bool finishing; // nothing more will be queued
	bool stale; // secrets may have changed: not for the next connection
	bool progress;  // something was taken since it last failed
	bool has_taken; // something was, by one of its connections
	struct conn *conn;
	struct dest_link session;
	struct settle settle;
	struct leeway leeway; // for what is not confirmed
	struct answers answers;
	struct backoff backoff;
	struct queue_item *last; // that was framed
	struct buf out;      // frames under way
	size_t out_done;     // of those bytes, taken by the connection
	uint64_t written;    // bytes of this connection
	uint64_t acked;      // of those, as far as it has been seen
	int64_t retry_ms;    // DOWN: not before
	int64_t up_ms;       // since when it works, for all that is known
	int64_t ending_ms;   // ENDING: since when
	int64_t sampled_ms;  // when acked was looked at last
	int64_t synced_ms;   // when its file was synced last
};

/*
 * Get ready to go to the struct dest that target is: the open() of its way. A
 * probe opens a connection and sends nothing.
 */
struct carrier *link_open(void *target, const struct carrier_load *load,
			  struct err *e);

#endif

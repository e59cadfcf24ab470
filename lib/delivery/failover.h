/*
 * The carriers of an engine, in the order in which they are preferred.
 *
 * One of them has the load: the first that works. Those before it, which
 * failed, are probed, and get it back as soon as they are well; those behind it
 * rest. Where all fail, all are tried.
 */
#ifndef SIEM_DELIVERY_FAILOVER_H
#define SIEM_DELIVERY_FAILOVER_H

#include "core/attr.h"
#include "core/err.h"
#include "delivery/breaker.h"
#include "delivery/carrier.h"
#include "delivery/outage.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAILOVER_MAX = 8 }; // carriers

struct failover_place {
	const char *name;            // of the destination
	const char *acknowledgement; // as in its way
	struct carrier *carrier;
	struct breaker breaker;
	struct outage outage;
	enum err_kind failed; // of the last failure; NONE: it works
	bool tried; // and it failed, every record, since all others had
};

struct failover {
	struct failover_place places[FAILOVER_MAX];
	size_t count;
	size_t active; // who has the load
};

/* Open all ways, in their order. What was opened is to be closed in any case.
   ERR_USAGE and others. */
int failover_open(struct failover *f, const struct carrier_way *ways,
		  size_t count, const struct carrier_load *load,
		  struct err *e) MUST_CHECK;

/*
 * Let one of them take a step. -1 with e filled: it failed, which has not been
 * said yet; that it works again has been.
 */
int failover_step(struct failover *f, size_t i, int64_t now_ms, short revents,
		  struct err *e) MUST_CHECK;

/* See to it that the right one has the load. */
void failover_choose(struct failover *f);

/* Has every record been tried at every destination, since it was asked last? */
bool failover_tried_all(struct failover *f);

/* Has any of them accepted something, be it not confirmed yet? */
bool failover_accepted(const struct failover *f);

/* carrier.unconfirmed_ms of the one that has the load. */
static inline int64_t failover_unconfirmed_ms(const struct failover *f)
{
	return f->places[f->active].carrier->unconfirmed_ms;
}

/* Did all fail, and none for a reason that may pass? */
bool failover_all_refuse(const struct failover *f);

void failover_wait(const struct failover *f, int64_t now_ms,
		   struct pollfd fds[FAILOVER_MAX], int *timeout_ms);
void failover_finish(struct failover *f);
bool failover_is_done(const struct failover *f);
void failover_close(struct failover *f);

#endif

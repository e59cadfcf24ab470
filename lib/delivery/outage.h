/*
 * What is said while a destination does not work: once when that begins, once
 * when it is over, and in between only what is new.
 */
#ifndef SIEM_DELIVERY_OUTAGE_H
#define SIEM_DELIVERY_OUTAGE_H

#include "core/err.h"

#include <stdbool.h>
#include <stdint.h>

struct outage {
	const char *who; // the destination, as messages call it

	// private
	bool on;
	unsigned tries;
	int64_t since_ms, said_ms;
	struct err said; // the cause that was told last
};

/* It failed again; waiting records are held. */
void outage_failed(struct outage *o, int64_t now_ms, const struct err *why,
		   uint64_t waiting);

/* It works. */
void outage_over(struct outage *o, int64_t now_ms);

/* It failed, and that is the end of it. */
void outage_final(struct outage *o, const struct err *why);

#endif

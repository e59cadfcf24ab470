/*
 * The way to a destination, for --check: its name, the route there, TLS.
 */
#ifndef SIEM_DELIVERY_APPROACH_H
#define SIEM_DELIVERY_APPROACH_H

#include "core/attr.h"
#include "delivery/findings.h"
#include "net/tlscontext.h"

#include <stdbool.h>

struct approach {
	const char *host, *port;
	const struct tls_options *tls; // NULL: there is none
	unsigned timeout_ms;           // of each step
	bool listens; // what comes after the handshake is to be heard: nobody
		      // else does
};

/* -1: it leads nowhere, which has been said. */
int approach_check(const struct approach *a, struct findings *f) MUST_CHECK;

/* The name alone, where there is no connection. */
int approach_resolve(const char *host, const char *port, int socktype,
		     struct findings *f) MUST_CHECK;

#endif

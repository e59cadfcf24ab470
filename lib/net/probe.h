/*
 * The way to a place, one step after the other, each waited for: for a person
 * who wants to know which of them does not work.
 *
 *     struct probe p = PROBE_NONE;
 *
 *     if (probe_connect(&p, "siem.example.com", "6514", 10000, &e) == 0 &&
 *         probe_secure(&p, context, 10000, &e) == 0 &&
 *         probe_listen(&p, 500, &e) == 0)
 *             ...
 *     probe_close(&p);
 */
#ifndef SIEM_NET_PROBE_H
#define SIEM_NET_PROBE_H

#include "core/attr.h"
#include "core/err.h"
#include "net/conn.h"
#include "net/tls.h"

#include <stdint.h>

struct probe {
	struct conn *conn; // TCP
	struct tls *tls;   // over it; NULL before probe_secure()
	const char *host;  // borrowed
};

#define PROBE_NONE ((struct probe){ 0 })

/* -1 with e filled, as conn_step(); the time is that of each address. */
int probe_connect(struct probe *p, const char *host, const char *port,
		  unsigned timeout_ms, struct err *e) MUST_CHECK;

/* Shake hands. The context has to live as long as the probe. */
int probe_secure(struct probe *p, struct tls_context *context,
		 unsigned timeout_ms, struct err *e) MUST_CHECK;

/* -1: what is connected is refused, or ended, within that time. */
int probe_listen(struct probe *p, unsigned quiet_ms, struct err *e) MUST_CHECK;

void probe_close(struct probe *p);

/* Wait for a descriptor: 1: it is ready, 0: not within that time. -1 with e
   filled: we have been asked to end. */
int probe_poll(int fd, short events, int64_t timeout_ms,
	       struct err *e) MUST_CHECK;

#endif

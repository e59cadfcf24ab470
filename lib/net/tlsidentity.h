/*
 * Who we are to servers, and whom we trust: what the files of tls_options hold,
 * the same for every way to reach them.
 *
 * Files change while a tool runs: certificates and lists are renewed, by
 * another file in their place or in themselves. So each new connection has what
 * they hold by then. What does not make sense, or does not fit together yet, is
 * said once, and what was read before stays in use meanwhile.
 */
#ifndef SIEM_NET_TLSIDENTITY_H
#define SIEM_NET_TLSIDENTITY_H

#include "core/attr.h"
#include "core/err.h"
#include "net/tlsoptions.h"

#include <openssl/ssl.h>

struct tls_identity;

/*
 * Read the files that are named, to be sure of them; the system's are read when
 * they are needed. Borrows the strings of options. NULL with e filled:
 * ERR_USAGE, ERR_SYSTEM.
 */
struct tls_identity *tls_identity_new(const struct tls_options *options,
				      struct err *e) MUST_CHECK;

/*
 * Of each new connection: let ctx be us, and trust whom we do. Connections that
 * ctx was used for before keep what they have. -1 with e filled: ERR_SYSTEM.
 */
int tls_identity_apply(struct tls_identity *identity, SSL_CTX *ctx,
		       struct err *e) MUST_CHECK;

/* These count from the next connection on, once what they name makes sense. */
void tls_identity_set(struct tls_identity *identity,
		      const struct tls_options *options);

void tls_identity_free(struct tls_identity *identity);

#endif

/*
 * What decides whether a handshake is good: the chain and the name, or nobody
 * asks; pinned keys in any case. And what is remembered of it, for messages.
 *
 * It works on connections of ours (net/tls.h) and of libcurl alike.
 */
#ifndef SIEM_NET_TLSGUARD_H
#define SIEM_NET_TLSGUARD_H

#include "core/attr.h"
#include "core/err.h"
#include "net/tlsoptions.h"
#include "net/tlswords.h"

#include <openssl/ssl.h>
#include <stdbool.h>

enum { TLS_FACTS_MAX = 600 };

struct tls_guard {
	const struct tls_options *options; // of a client
	const char *client_ca;             // of a server
	bool is_server;
	char host[256];            // the name or address to verify
	bool cert_was_asked;       // the server wanted one of ours
	struct err refused;        // why, where somebody was
	char facts[TLS_FACTS_MAX]; // of the handshake that was done last: with
				   // whom, as whom, how; "" before the first
};

/* host: as it is verified, without its final dot and its brackets. */
void tls_guard_set_host(struct tls_guard *g, const char *host);

/* How the side that it guards calls things, for net/tlswords.h. */
struct tls_side tls_guard_side(const struct tls_guard *g);

/*
 * Let handshakes of ctx, whose mode of verification is set, be decided by the
 * guard of each connection; where g is not NULL by g, which outlives them and
 * has its host. False: out of memory.
 */
bool tls_guard_context(SSL_CTX *ctx, struct tls_guard *g) MUST_CHECK;

/* Let g, which outlives it, guard this one, and verify its host. */
bool tls_guard_connection(SSL *ssl, struct tls_guard *g) MUST_CHECK;

#endif

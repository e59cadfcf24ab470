/*
 * How we meet the other side of a TLS connection: made once, before the tool
 * gives up its rights, for all its connections.
 */
#ifndef SIEM_NET_TLSCONTEXT_H
#define SIEM_NET_TLSCONTEXT_H

#include "core/attr.h"
#include "core/err.h"
#include "net/tlsoptions.h"

#include <stdbool.h>

struct tls_server_options {
	const char *cert_file; // with its chain
	const char *key_file;  // NULL: in cert_file
	const char *client_ca; // who has to have signed clients' certificates;
			       // NULL: they need none
};

/* For net/tls.h, and nobody else, to look into. */
struct tls_context {
	struct ssl_ctx_st *ctx;
	struct bio_method_st *method; // of net/tlssocket.h
	struct tls_identity *identity; // of a client
	struct tls_options options;    // the same
	char *client_ca;              // of a server
	bool is_server;
};

/* Borrows the strings of tls_options, and nothing of tls_server_options.
   ERR_USAGE: a file cannot be read or does not hold what it should. */
struct tls_context *tls_client(const struct tls_options *options,
			       struct err *e) MUST_CHECK;
struct tls_context *tls_server(const struct tls_server_options *options,
			       struct err *e) MUST_CHECK;

/* From the next connection of a client on, these; its files are read then. */
void tls_client_set(struct tls_context *t, const struct tls_options *options);

void tls_context_free(struct tls_context *t);

#endif

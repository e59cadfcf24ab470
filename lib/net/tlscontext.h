/*
 * Who we are to the other side of a TLS connection, and whom we trust there:
 * made once, before the tool gives up its rights, for all its connections.
 */
#ifndef SIEM_NET_TLSCONTEXT_H
#define SIEM_NET_TLSCONTEXT_H

#include "core/attr.h"
#include "core/err.h"

#include <stdbool.h>

struct tls_options {
	const char *ca_file;     // NULL: the system's
	const char *cert_file;   // our own, with its chain; NULL: none
	const char *key_file;    // NULL: in cert_file
	const char *server_name; // SNI and the name to verify; NULL: the host
	const char *min_version; // "1.2" or "1.3"; NULL: 1.2
	bool insecure;           // do not verify
};

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
	struct tls_options options;   // of a client
	char *client_ca;              // of a server
	bool is_server;
};

/* Borrows the strings of tls_options, and nothing of tls_server_options.
   ERR_USAGE: a file cannot be read or does not hold what it should. */
struct tls_context *tls_client(const struct tls_options *options,
			       struct err *e) MUST_CHECK;
struct tls_context *tls_server(const struct tls_server_options *options,
			       struct err *e) MUST_CHECK;
void tls_context_free(struct tls_context *t);

#endif

/*
 * TLS as every destination and siem-mock use it: OpenSSL, 1.2 or newer, chain
 * and host name verified unless told otherwise in so many words.
 */
#ifndef SIEM_NET_TLS_H
#define SIEM_NET_TLS_H

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

/* Made once, before the tool gives up its rights. */
struct tls_context;

/* ERR_USAGE: a file cannot be read or does not hold what it should. */
struct tls_context *tls_client(const struct tls_options *options,
			       struct err *e) MUST_CHECK;
void tls_context_free(struct tls_context *t);

#endif

/*
 * The files that a configuration names for TLS. Each failure is ERR_USAGE, and
 * says which setting and which file it is about.
 */
#ifndef SIEM_NET_TLSFILES_H
#define SIEM_NET_TLSFILES_H

#include "core/attr.h"
#include "core/err.h"

#include <openssl/ssl.h>

/*
 * Load our own certificate, with its chain, and its key (NULL: in the same
 * file), which have to fit each other.
 */
int tls_load_own(SSL_CTX *ctx, const char *cert_file, const char *key_file,
		 struct err *e) MUST_CHECK;

/* Trust the certificates in a file, or in the system's store where it is NULL.
   setting is what messages call it. */
int tls_load_authorities(SSL_CTX *ctx, const char *setting, const char *path,
			 struct err *e) MUST_CHECK;

#endif

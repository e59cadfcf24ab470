/*
 * The files that a configuration names for TLS, all of them in PEM form. Each
 * failure is ERR_USAGE, and says which setting and which file it is about.
 */
#ifndef SIEM_NET_TLSFILES_H
#define SIEM_NET_TLSFILES_H

#include "core/attr.h"
#include "core/err.h"
#include "net/tlsoptions.h"

#include <openssl/ssl.h>

/* Who we are: a certificate, those that lead from it to its authority, and the
   key, which fits it. */
struct tls_own {
	X509 *cert;
	STACK_OF(X509) * chain;
	EVP_PKEY *key;
};

/* Read ours: cert_file, key_file and key_password count. */
int tls_read_own(const struct tls_options *options, struct tls_own *own,
		 struct err *e) MUST_CHECK;

/* Show it to the other side. cert_file is for messages. */
int tls_use_own(SSL_CTX *ctx, const char *cert_file, const struct tls_own *own,
		struct err *e) MUST_CHECK;

/* Harmless where nothing was read. */
void tls_own_free(struct tls_own *own);

/*
 * Whom to trust: the certificates in a file, or in the system's store where it
 * is NULL, less what the lists of crl_file (NULL: none) take back. setting is
 * what messages call the file. NULL with e filled.
 */
X509_STORE *tls_read_trust(const char *setting, const char *ca_file,
			   const char *crl_file, struct err *e) MUST_CHECK;

/*
 * Verify the other side by them, and by nothing else that is loaded into ctx.
 * ERR_SYSTEM.
 */
int tls_use_trust(SSL_CTX *ctx, X509_STORE *trust, struct err *e) MUST_CHECK;

#endif

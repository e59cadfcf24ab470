/*
 * Client assertions (RFC 7523 section 2.2): a program proves who it is by a
 * token that it signs with the key of its certificate, as Microsoft Entra
 * takes them. RS256, with the certificate's fingerprint as x5t.
 */
#ifndef SIEM_DEST_JWT_H
#define SIEM_DEST_JWT_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdint.h>

struct jwt_signer;

/*
 * Who signs: a certificate and its RSA key without a passphrase, in PEM form,
 * in any order. NULL with e filled: ERR_USAGE.
 */
struct jwt_signer *jwt_signer_new(struct slice pem, struct err *e) MUST_CHECK;
void jwt_signer_free(struct jwt_signer *signer);

struct jwt_claims {
	const char *audience; // the URL of the token endpoint
	const char *client;
	const char *id; // never twice
	int64_t now_sec;
};

/* Append an assertion, good for ten minutes. */
int jwt_put_assertion(const struct jwt_signer *signer,
		      const struct jwt_claims *claims, struct buf *out,
		      struct err *e) MUST_CHECK;

#endif

/*
 * Public keys that a server has to have, told by their digests: "sha256//" and
 * the Base64 of the SHA-256 of the SubjectPublicKeyInfo, as curl(1) has them
 * for --pinnedpubkey and RFC 7469 section 2.4 makes them.
 */
#ifndef SIEM_NET_TLSPINS_H
#define SIEM_NET_TLSPINS_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"

#include <openssl/x509.h>
#include <stdbool.h>

enum { TLS_PIN_SIZE = 8 + 44 + 1 }; // "sha256//", the digest, a NUL

/* Is it a list of pins, divided by ';', ',' or blanks? ERR_USAGE quotes the one
   that is none. */
int tls_pins_check(const char *pins, struct err *e) MUST_CHECK;

/* Take the next of a list off its front; false: there is none. */
bool tls_pins_next(const char **list, struct slice *pin);

/* That of a certificate's key; empty where there is no memory. */
void tls_pin_of(X509 *cert, char out[TLS_PIN_SIZE]);

/* Is this pin in the list? */
bool tls_pins_have(const char *pins, const char *pin);

#endif

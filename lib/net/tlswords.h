/*
 * Why TLS failed, in words that name the cause and, where it is known, what to
 * do about it.
 */
#ifndef SIEM_NET_TLSWORDS_H
#define SIEM_NET_TLSWORDS_H

#include "core/attr.h"
#include "core/err.h"
#include "net/tlspins.h"

#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stddef.h>

/* A certificate, for a person. */
struct tls_certificate {
	char subject[80], issuer[80]; // their common names
	char hosts[200]; // that it is for, as "a.example.com, 192.0.2.7"
	char until[16];  // "2026-10-01"
	int days_left;   // negative: it has expired
	char pin[TLS_PIN_SIZE]; // of its public key
};
void tls_read_certificate(X509 *cert, struct tls_certificate *out);

/* The side of the connection that wants to know. */
struct tls_side {
	bool is_server;
	const char *ca_file;   // NULL: the system's authorities
	const char *crl_file;  // what they have taken back; NULL: none
	const char *cert_file; // NULL: none of our own
	const char *peer_name; // what its certificate should be for
	bool cert_was_asked;   // the other side wanted one of us
	const char *plain;     // the scheme that goes without TLS; NULL: none
};

/* A handshake of a client that is done. */
struct tls_handshake {
	const char *version, *cipher;
	X509 *theirs, *ours; // certificates; NULL: none
	bool cert_was_asked;
	bool verified, pinned;
};

/* Who it was with, as whom, and how: a line without its end. */
void tls_describe(const struct tls_handshake *h, char *out, size_t size);

/* What is wrong with the certificate being verified. Returns -1. */
int tls_say_untrusted(X509_STORE_CTX *store, const struct tls_side *side,
		      struct err *e);

/* The key of a certificate, of which this is the pin, is none of those that
   were pinned. Returns -1. */
int tls_say_not_pinned(X509 *cert, const char *pin, const struct tls_side *side,
		       struct err *e);

/* The other side has sent an alert that ends the connection. Returns -1. */
int tls_say_alert(int alert, const struct tls_side *side, struct err *e);

/* What OpenSSL has in its queue of errors. Returns -1. */
int tls_say_error(unsigned long code, const struct tls_side *side,
		  struct err *e);

/*
 * The other side has ended or reset the connection (how) before it could be of
 * use. A server that asks for a certificate and does not like what it gets may
 * say no more than that, and so may one that is only restarted: a refusal is
 * what comes with an alert. ERR_TEMPORARY, with what it may be. Returns -1.
 */
int tls_say_hung_up(const char *how, const struct tls_side *side,
		    struct err *e);

#endif

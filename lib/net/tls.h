/*
 * TLS as every destination and siem-mock use it: OpenSSL, 1.2 or newer, chain
 * and host name verified unless told otherwise in so many words.
 */
#ifndef SIEM_NET_TLS_H
#define SIEM_NET_TLS_H

#include "core/attr.h"
#include "core/err.h"
#include "net/tlscontext.h"
#include "net/tlswords.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * One connection, over a non-blocking socket that somebody else closes. Errors
 * say what is wrong; where is for the caller to add. ERR_DENIED: certificates
 * or set-up, theirs or ours; ERR_TEMPORARY.
 */
struct tls;

enum tls_state {
	TLS_BUSY, // shaking hands
	TLS_OPEN,
	TLS_ENDED, // by the other side, in good order
};

/* host is that of a server to connect to, NULL for a client to serve. */
struct tls *tls_open(struct tls_context *context, int fd, const char *host,
		     struct err *e) MUST_CHECK;

/*
 * Go on shaking hands; afterwards, take note of alerts and ends that have
 * come. An end without a close_notify is an error, unless we ended first.
 */
int tls_step(struct tls *t, struct err *e) MUST_CHECK; // an enum tls_state

short tls_events(const struct tls *t, bool want_write); // for poll()
bool tls_has_input(const struct tls *t); // which poll() cannot know of

/* As conn_write() and conn_read(). */
ssize_t tls_write(struct tls *t, const void *bytes, size_t n,
		  struct err *e) MUST_CHECK;
ssize_t tls_read(struct tls *t, void *bytes, size_t n,
		 struct err *e) MUST_CHECK;

/*
 * How many of the bytes written are in TLS records of which the other side has
 * acknowledged every byte; unacked is what its TCP has not.
 */
uint64_t tls_acked(struct tls *t, uint64_t unacked);

/* With whom, as whom and how a client has shaken hands; "" before that. */
const char *tls_facts(const struct tls *t);

/* Has the server wanted a certificate of ours? */
bool tls_cert_was_asked(const struct tls *t);

/* Send close_notify and FIN; tls_step() goes on with it. */
void tls_end(struct tls *t);

/* Send close_notify as far as that goes at once: the socket is to be closed. */
void tls_say_goodbye(struct tls *t);

void tls_close(struct tls *t);

/* What was agreed on, once it is open: "TLSv1.3", and a name of OpenSSL. */
const char *tls_version(const struct tls *t);
const char *tls_cipher(const struct tls *t);

/* The i-th certificate that the other side has shown, its own first; false:
   it has shown no more. */
bool tls_certificate(const struct tls *t, size_t i,
		     struct tls_certificate *out) MUST_CHECK;

#endif

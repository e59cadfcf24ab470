/*
 * The certificates that siem-mock shows: those it was given, or throw-away
 * ones in a folder of their own.
 */
#ifndef SIEM_MOCK_CERT_H
#define SIEM_MOCK_CERT_H

#include "core/buf.h"
#include "mock.h"

/* Set up m->tls as config has it. ERR_USAGE, ERR_SYSTEM. */
int cert_open(struct mock *m, struct err *e) MUST_CHECK;

/* Remove throw-away certificates, unless --tls-dir said where they go. */
void cert_close(struct mock *m);

/* The same certificates as text, for a library that does TLS itself. */
struct cert_texts {
	struct buf cert, key; // PEM
	struct buf authority; // that must have signed those of clients, or ""
};

#define CERT_TEXTS_INIT                                             \
	((struct cert_texts){ BUF_INIT(1 << 20), BUF_INIT(1 << 20), \
			      BUF_INIT(1 << 20) })

/* Read them, after cert_open(). ERR_SYSTEM. */
int cert_read(const struct mock *m, struct cert_texts *t,
	      struct err *e) MUST_CHECK;
void cert_texts_free(struct cert_texts *t);

#endif

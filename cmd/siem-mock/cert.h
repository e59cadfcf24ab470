/*
 * The certificates that siem-mock shows: those it was given, or throw-away
 * ones in a folder of their own.
 */
#ifndef SIEM_MOCK_CERT_H
#define SIEM_MOCK_CERT_H

#include "mock.h"

/* Set up m->tls as config has it. ERR_USAGE, ERR_SYSTEM. */
int cert_open(struct mock *m, struct err *e) MUST_CHECK;

/* Remove throw-away certificates, unless --tls-dir said where they go. */
void cert_close(struct mock *m);

#endif

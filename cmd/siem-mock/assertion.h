/*
 * Assertions that a client signs with the key of its certificate, in place of
 * a secret (RFC 7523 section 2.2).
 */
#ifndef SIEM_MOCK_ASSERTION_H
#define SIEM_MOCK_ASSERTION_H

#include "core/slice.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Is it an assertion of this client, signed by the key of the certificate in
 * this file, in PEM form, for the endpoint of that path, and valid at
 * now_sec?
 */
bool assertion_is_good(struct slice assertion, struct slice client,
		       const char *certificate, const char *endpoint,
		       int64_t now_sec);

#endif

/*
 * Every attempt to authenticate, as it is told with -v: with whom, as whom, how
 * the connection is protected, and what came of it. A refusal is told as the
 * failure that it is, without -v.
 */
#ifndef SIEM_DELIVERY_ATTEMPT_H
#define SIEM_DELIVERY_ATTEMPT_H

#include "dest/dest.h"
#include "net/http.h"

/*
 * What kind of credential a request has, never the credential: the scheme of
 * its Authorization, or the header that holds a secret setting of dest. "none"
 */
void attempt_credential(const struct dest *dest, const struct request *request,
			char *out, size_t size);

/* Tell of an exchange that made a connection. */
void attempt_tell(const struct dest *dest, const struct request *request,
		  const struct http_result *r);

/* Tell of one that was to fetch a token; why it did not, or NULL. */
void attempt_tell_token(const struct dest *dest, const struct http_result *r,
			const struct err *why);

#endif

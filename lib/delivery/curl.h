/*
 * Requests as commands of a shell: curl(1) sends the same.
 */
#ifndef SIEM_DELIVERY_CURL_H
#define SIEM_DELIVERY_CURL_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "delivery/mask.h"
#include "dest/dest.h"

enum curl_use {
	CURL_SEND,
	CURL_FETCH, // its answer sets the variable TOKEN
};

/*
 * Append them, a line end behind. state is that of the session for which the
 * request was made.
 */
int curl_put_request(struct buf *out, struct mask *mask,
		     const struct dest *dest, const struct dest_session *state,
		     struct request *request, enum curl_use use,
		     struct err *e) MUST_CHECK;

/* "POST", where nothing else is said. */
const char *curl_method(const struct request *request);

/* The next "Name: value\r\n" of left; false after the last. */
bool curl_next_header(struct slice *left, struct slice *line);

/* The value of an Authorization header: what is behind its name; else false. */
bool curl_is_authorization(struct slice line, struct slice *value);

#endif

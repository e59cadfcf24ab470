/*
 * URLs of http and https, as libcurl understands them.
 */
#ifndef SIEM_NET_URL_H
#define SIEM_NET_URL_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>

/*
 * May a request go to this URL? ERR_USAGE: it is no http:// or https:// URL, it
 * has a user or password in it, or, where is_secret, what it carries could be
 * read on the way: http:// to another host than this one is for the insecure.
 */
int url_check(const char *url, bool is_secret, bool insecure,
	      struct err *e) MUST_CHECK;

/* Append text as a part of a URL or of a form, so that nothing in it means
   anything there (RFC 3986 section 2). */
void url_put_escaped(struct buf *out, struct slice text);

/* Its parts, in memory of libcurl. */
struct url {
	char *scheme, *host, *port; // a host of IPv6 in its brackets
};

/* ERR_USAGE, ERR_SYSTEM; nothing has to be released then. */
int url_split(const char *url, struct url *parts, struct err *e) MUST_CHECK;
void url_free(struct url *parts);

/* The same URL at another host, for curl_free(), or NULL: out of memory. */
char *url_at_host(const char *url, const char *host) MUST_CHECK;

#endif

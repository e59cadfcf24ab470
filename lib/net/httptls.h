/*
 * TLS in libcurl, the same as without it (net/tlsidentity.h, net/tlsguard.h),
 * and what goes wrong with HTTP: in the words of net/tlswords.h where it is
 * TLS, and in as plain ones elsewhere.
 */
#ifndef SIEM_NET_HTTPTLS_H
#define SIEM_NET_HTTPTLS_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "net/tlsguard.h"
#include "net/tlsidentity.h"

#include <curl/curl.h>
#include <stdbool.h>

/* What all connections to one place have in common; it outlives them. */
struct http_tls {
	struct tls_options options;
	struct tls_identity *identity;
	struct tls_guard guard; // of the handshake that was begun last
	bool works;             // it has answered since
};

/* Read the files that options name, whose strings are borrowed. */
int http_tls_open(struct http_tls *t, const struct tls_options *options,
		  struct err *e) MUST_CHECK;

/* From the next connection on these count. */
void http_tls_set(struct http_tls *t, const struct tls_options *options);
void http_tls_close(struct http_tls *t);

/* Have the connections of easy, which belong to t, made and verified by it. */
bool http_tls_use(struct http_tls *t, CURL *easy) MUST_CHECK;

/* An exchange that failed. */
struct http_failure {
	CURLcode code;
	const char *detail; // what CURLOPT_ERRORBUFFER holds
	int os_error;       // an errno, or 0
	bool was_sent;      // the request, so nothing before it has failed
	int proxy_status;   // what a proxy answered, or 0
	const char *origin; // "https://siem.example.com:8088"
	const char *proxy;  // as messages call it; NULL: none
};

/*
 * Is this an answer by which a server that speaks TLS says to a request in the
 * clear that it does? It has status 400, as if the records were to blame.
 */
bool http_wants_tls(int status, struct slice body);

/* Say why. Returns -1. */
int http_say_failed(const struct http_failure *f, struct http_tls *tls,
		    struct err *e);

#endif

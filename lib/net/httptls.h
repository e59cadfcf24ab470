/*
 * What goes wrong with HTTP, in the words of net/tlswords.h where it is TLS,
 * and in as plain ones elsewhere.
 */
#ifndef SIEM_NET_HTTPTLS_H
#define SIEM_NET_HTTPTLS_H

#include "core/err.h"
#include "net/tls.h"

#include <curl/curl.h>
#include <stdbool.h>

/* What all connections to one place have in common; it outlives them. */
struct http_tls {
	struct tls_options options;
	char host[256]; // to verify
	bool was_asked; // the server wanted a certificate of ours
	bool works;     // it has answered since
	struct err why; // what was wrong with the handshake that failed last
};

/* For CURLOPT_SSL_CTX_FUNCTION, with a struct http_tls: verify certificates,
   and take note of what fails. */
CURLcode http_tls_setup(CURL *curl, void *ctx, void *state);

/*
 * Why an exchange with origin ("https://siem.example.com:8088") failed;
 * detail is what CURLOPT_ERRORBUFFER holds, os_error an errno or 0. Returns -1.
 */
int http_say_failed(CURLcode code, const char *detail, int os_error,
		    const char *origin, struct http_tls *tls, struct err *e);

#endif

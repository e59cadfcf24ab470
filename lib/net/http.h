/*
 * HTTP requests by libcurl, several at a time, none of them waited for.
 *
 * http_start() sends off a request; poll http_fd() for POLLIN as long as
 * http_timeout_ms() says, call http_step(), and take what is over from
 * http_next() until there is no more. Connections are kept and used again.
 *
 * HTTP/1.1, with a Content-Length, the User-Agent siem-send/VERSION, and
 * neither "Expect: 100-continue" nor redirects. What goes by a proxy is for
 * net/proxy.h to say.
 */
#ifndef SIEM_NET_HTTP_H
#define SIEM_NET_HTTP_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "net/proxy.h"
#include "net/tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HTTP_RETRY_AFTER_MAX_MS = 300000,
	HTTP_HEADERS_MAX = 16 << 10, // bytes of an answer's headers
};

struct http_options {
	struct tls_options tls;
	struct proxy_options proxy;
	unsigned connect_ms; // of a connection, handshake included
	unsigned timeout_ms; // of an exchange
	size_t answer_max;   // bytes of an answer's body; the rest is not kept
};

struct http_request {
	const char *method;
	const char *url;
	struct slice headers; // "Name: value\r\n" each
	struct slice body;    // stays where it is until the exchange is over,
			      // or, with gzip, during http_start() only
	bool gzip;            // the body is to be compressed
	bool only_connect;    // go there, also by TLS, and ask nothing
	bool elsewhere;       // it goes to somebody else: neither the name nor
			      // the certificate of the options is for him
};

struct http;
struct http_exchange;

/* What came of an exchange. Slices live as long as the exchange. */
struct http_result {
	void *context;        // as given to http_start()
	const char *origin;   // "https://siem.example.com:8088"
	const char *proxy;    // that it went by, as messages call it, or NULL
	unsigned connects;    // connections that were made for it
	const char *facts;    // of the last of them, where it was by TLS: as
			      // tls_facts(); or ""
	unsigned sends;       // how often the request went out, or began to
	int proxy_status;     // what the proxy answered to CONNECT, or 0
	int status;           // 0: there is no answer, and why says more; of
			      // only_connect, whether it is of kind ERR_NONE
	struct slice headers; // of the answer, the status line left out
	struct slice body;
	int64_t retry_after_ms; // -1: not said
	int64_t date_sec;       // their clock, since 1970; -1: not said
	struct err why;
};

/* Certificates are read here, to be sure of them. Strings of options are
   borrowed. NULL with e filled: ERR_USAGE, ERR_SYSTEM. */
struct http *http_open(const struct http_options *options,
		       struct err *e) MUST_CHECK;

/* From the next connection on these count; of a proxy, who we are to it. */
void http_set_tls(struct http *h, const struct tls_options *tls);
void http_set_proxy(struct http *h, const struct proxy_options *proxy);

/* NULL with e filled. */
struct http_exchange *http_start(struct http *h,
				 const struct http_request *request,
				 void *context, struct err *e) MUST_CHECK;

/* Do what can be done without waiting. */
void http_step(struct http *h, int64_t now_ms);

/*
 * An exchange that is over, whose result this is, or NULL. http_end() lets go
 * of it, as of one that is not over.
 */
struct http_exchange *http_next(struct http *h, struct http_result *result);
void http_end(struct http_exchange *x);

/* Memory that an exchange takes for what is packed and answered; that all take,
   the ones that are kept for the next time too. */
size_t http_exchange_memory(const struct http_exchange *x);
size_t http_memory(const struct http *h);

int http_fd(const struct http *h);
int http_timeout_ms(const struct http *h, int64_t now_ms); // -1: for ever

/* Exchanges end with it. */
void http_close(struct http *h);

#endif

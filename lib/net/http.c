#include "net/http.h"

#include "core/buf.h"
#include "net/gzip.h"
#include "net/httptls.h"
#include "net/multi.h"
#include "net/proxy.h"
#include "net/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	// What libcurl offers to a socket at once, in memory that it takes anew
	// for each request. Were that a mapping of its own (64 KiB and more,
	// where delivery/engine.c says so), clearing it would cost more than
	// what larger blocks save.
	UPLOAD_BLOCK = 60 << 10,
	BODY_MAX = 1 << 30,
	ORIGIN_MAX = 300,
	// Memory that is kept for the next exchange.
	ANSWER_KEPT = 4 << 10,
	PACKED_KEPT = 256 << 10,
};

struct http_exchange {
	struct http *http;
	struct http_tls *tls;       // of whom it goes to
	struct http_exchange *next; // in the list of idle ones, or of all
	CURL *easy;
	struct curl_slist *headers, *connect_to;
	void *context;
	unsigned sends;
	bool under_way; // libcurl has it
	bool proxied;
	struct buf answer_headers, answer_body;
	struct buf packed; // the body, where it is compressed
	char origin[ORIGIN_MAX];
	char detail[CURL_ERROR_SIZE];
};

struct http {
	struct http_options options;
	struct multi multi;
	CURLSH *share; // cookies: some load balancers go by them
	struct http_tls tls, elsewhere;
	struct proxy proxy;
	struct gzip *gzip;
	struct http_exchange *idle;    // to be used again
	struct http_exchange *started; // all others
};

static bool add_header(struct http_exchange *x, const char *line)
{
	struct curl_slist *more = curl_slist_append(x->headers, line);

	if (more != NULL)
		x->headers = more;
	return more != NULL;
}

/* Who has to be at the other end. */
static void note_peer(struct http_exchange *x, const struct url *u)
{
	const char *server_name = x->tls->options.server_name;

	snprintf(x->origin, sizeof(x->origin), "%s://%s:%s", u->scheme, u->host,
		 u->port);
	tls_guard_set_host(&x->tls->guard,
			   server_name != NULL ? server_name : u->host);
}

/*
 * With a server_name of its own, the URL is written to have that, for SNI, and
 * the connection is led to the real host. Returns the URL for curl_free().
 */
static char *lead_to_host(struct http_exchange *x, const char *url,
			  const struct url *u, const char *server_name)
{
	char text[2 * ORIGIN_MAX];

	snprintf(text, sizeof(text), "%s:%s:%s:%s", server_name, u->port,
		 u->host, u->port);
	x->connect_to = curl_slist_append(NULL, text);
	snprintf(text, sizeof(text), "Host: %s:%s", u->host, u->port);
	return x->connect_to != NULL && add_header(x, text)
		       ? url_at_host(url, server_name)
		       : NULL;
}

/* Whether a proxy is on the way is decided here, and libcurl is told. */
static bool set_proxy(struct http_exchange *x, const struct url *u, bool is_tls)
{
	const struct proxy *p = &x->http->proxy;
	const struct proxy_options *o = &x->http->options.proxy;
	CURL *c = x->easy;

	x->proxied = proxy_is_for(p, u->host, is_tls, x->tls != &x->http->tls);
	if (!x->proxied)
		return curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK;
	return curl_easy_setopt(c, CURLOPT_PROXY, p->url) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_NOPROXY, "") == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HTTPPROXYTUNNEL, 1L) == CURLE_OK &&
	       (o->user == NULL || curl_easy_setopt(c, CURLOPT_PROXYUSERNAME,
						    o->user) == CURLE_OK) &&
	       (o->password == NULL ||
		curl_easy_setopt(c, CURLOPT_PROXYPASSWORD, o->password) ==
			CURLE_OK);
}

/* Note where a request goes to. */
static int set_url(struct http_exchange *x, const char *url, struct err *e)
{
	const char *server_name = x->tls->options.server_name;
	const bool is_tls = strncmp(url, "https://", 8) == 0;
	char *led = NULL;
	struct url u;
	int rc = 0;

	if (url_split(url, &u, e) < 0)
		return -1;
	note_peer(x, &u);
	if (server_name != NULL && is_tls)
		url = led = lead_to_host(x, url, &u, server_name);
	if (url == NULL ||
	    curl_easy_setopt(x->easy, CURLOPT_URL, url) != CURLE_OK ||
	    !set_proxy(x, &u, is_tls))
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	curl_free(led);
	url_free(&u);
	return rc;
}

/* What libcurl calls. */

/* A request is about to go out; again, where a kept connection was dead. */
static int on_request(void *context, char *peer, char *local, int peer_port,
		      int local_port)
{
	struct http_exchange *x = context;

	(void)peer;
	(void)local;
	(void)peer_port;
	(void)local_port;
	x->sends++;
	return CURL_PREREQFUNC_OK;
}

/* One line of the answer's head; what is too much is not kept. */
static size_t on_header(char *bytes, size_t size, size_t n, void *context)
{
	struct http_exchange *x = context;
	struct slice line = { bytes, size * n };

	if (line.len >= 5 && memcmp(line.data, "HTTP/", 5) == 0)
		buf_clear(&x->answer_headers); // after a 100, another begins
	else
		buf_put_slice(&x->answer_headers, line);
	return line.len;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
	struct http_exchange *x = context;
	size_t len = size * n;
	size_t room = x->http->options.answer_max - x->answer_body.len;

	buf_put(&x->answer_body, bytes, len < room ? len : room);
	return len;
}

/* Set-up. */

/* What is the same for every request. */
static void configure(struct http_exchange *x)
{
	const struct http_options *o = &x->http->options;
	CURL *c = x->easy;

	curl_easy_setopt(c, CURLOPT_PRIVATE, x);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, x->detail);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	// Else a name server that does not answer is waited for, however long,
	// even when the time for it is over.
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "siem-send/" SIEM_VERSION);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_SHARE, x->http->share);
	curl_easy_setopt(c, CURLOPT_COOKIEFILE, ""); // none: in memory
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BLOCK);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
	curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_request);
	curl_easy_setopt(c, CURLOPT_PREREQDATA, x);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, x);
}

/*
 * Who we are to the one that an exchange goes to. libcurl cannot tell our
 * identities apart: a connection to somebody else is made for one exchange, so
 * that it is never used for the destination, nor the other way round.
 */
static bool identify(struct http_exchange *x)
{
	const long apart = x->tls != &x->http->tls;

	return http_tls_use(x->tls, x->easy) &&
	       curl_easy_setopt(x->easy, CURLOPT_FRESH_CONNECT, apart) ==
		       CURLE_OK &&
	       curl_easy_setopt(x->easy, CURLOPT_FORBID_REUSE, apart) ==
		       CURLE_OK;
}

static struct http_exchange *new_exchange(struct http *h)
{
	struct http_exchange *x = h->idle;

	if (x != NULL) {
		h->idle = x->next;
	} else {
		x = calloc(1, sizeof(*x));
		if (x == NULL)
			return NULL;
		x->answer_headers = BUF_INIT(HTTP_HEADERS_MAX);
		x->answer_body = BUF_INIT(h->options.answer_max);
		x->packed = BUF_INIT(BODY_MAX);
		x->http = h;
		x->easy = curl_easy_init();
		if (x->easy != NULL)
			configure(x);
	}
	x->next = h->started;
	h->started = x;
	return x;
}

static void free_exchange(struct http_exchange *x)
{
	curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->headers);
	curl_slist_free_all(x->connect_to);
	buf_free(&x->answer_headers);
	buf_free(&x->answer_body);
	buf_free(&x->packed);
	free(x);
}

/* "Name: value\r\n" each, one by one; libcurl's own are switched off. */
static bool set_headers(struct http_exchange *x,
			const struct http_request *request)
{
	struct buf line = BUF_INIT(HTTP_HEADERS_MAX);
	struct slice left = request->headers;
	bool has_type = false, has_accept = false;
	bool ok = true;

	while (ok && left.len > 0) {
		const char *end = memchr(left.data, '\r', left.len);
		size_t len = end != NULL ? (size_t)(end - left.data) : left.len;

		buf_clear(&line);
		buf_put(&line, left.data, len);
		has_type |=
			strncasecmp(buf_str(&line), "Content-Type:", 13) == 0;
		has_accept |= strncasecmp(buf_str(&line), "Accept:", 7) == 0;
		ok = buf_status(&line) == 0 && add_header(x, buf_str(&line));
		left = slice_from(left,
				  len + 2 < left.len ? len + 2 : left.len);
	}
	buf_free(&line);
	return ok && add_header(x, "Expect:") &&
	       (has_accept || add_header(x, "Accept: */*")) &&
	       (has_type || add_header(x, "Content-Type:")) &&
	       (!request->gzip || add_header(x, "Content-Encoding: gzip"));
}

static bool set_body(struct http_exchange *x,
		     const struct http_request *request)
{
	const bool is_head = strcmp(request->method, "HEAD") == 0;
	const bool is_get = is_head || strcmp(request->method, "GET") == 0;
	struct slice body = request->body;

	if (request->gzip && !gzip_pack(x->http->gzip, body, &x->packed))
		return false;
	if (request->gzip)
		body = buf_slice(&x->packed);
	if (is_get)
		return curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST, NULL) ==
			       CURLE_OK &&
		       curl_easy_setopt(x->easy, CURLOPT_HTTPGET, 1L) ==
			       CURLE_OK &&
		       curl_easy_setopt(x->easy, CURLOPT_NOBODY,
					(long)is_head) == CURLE_OK;
	return curl_easy_setopt(x->easy, CURLOPT_POST, 1L) == CURLE_OK &&
	       curl_easy_setopt(x->easy, CURLOPT_CUSTOMREQUEST,
				request->method) == CURLE_OK &&
	       curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				(curl_off_t)body.len) == CURLE_OK &&
	       curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS,
				body.len > 0 ? body.data : "") == CURLE_OK;
}

struct http_exchange *http_start(struct http *h,
				 const struct http_request *request,
				 void *context, struct err *e)
{
	struct http_exchange *x = new_exchange(h);

	if (x == NULL || x->easy == NULL) {
		err_set(e, ERR_TEMPORARY, "HTTP: %s", strerror(ENOMEM));
		goto fail;
	}
	x->context = context;
	x->sends = 0;
	x->detail[0] = '\0';
	x->tls = request->elsewhere ? &h->elsewhere : &h->tls;
	if (set_url(x, request->url, e) < 0)
		goto fail;
	if (!identify(x) || !set_headers(x, request) || !set_body(x, request) ||
	    curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers) !=
		    CURLE_OK ||
	    curl_easy_setopt(x->easy, CURLOPT_CONNECT_TO, x->connect_to) !=
		    CURLE_OK ||
	    curl_easy_setopt(x->easy, CURLOPT_CONNECT_ONLY,
			     (long)request->only_connect) != CURLE_OK ||
	    curl_multi_add_handle(h->multi.handle, x->easy) != CURLM_OK) {
		err_set(e, ERR_TEMPORARY, "HTTP: %s", strerror(ENOMEM));
		goto fail;
	}
	x->under_way = true;
	return x;
fail:
	if (x != NULL)
		http_end(x);
	return NULL;
}

void http_step(struct http *h, int64_t now_ms)
{
	multi_step(&h->multi, now_ms);
}

/* A header of the answer, or NULL. */
static const char *answer_header(CURL *easy, const char *name)
{
	struct curl_header *h;

	return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &h) ==
			       CURLHE_OK
		       ? h->value
		       : NULL;
}

/* What the clock of the other side says, since 1970; -1: nothing. */
static int64_t date_sec(CURL *easy)
{
	const char *date = answer_header(easy, "Date");

	return date != NULL ? curl_getdate(date, NULL) : -1;
}

/*
 * How long we are asked to wait (RFC 9110 section 10.2.3): seconds, or a date,
 * which is told from that of the answer, for our clocks may differ. -1: it was
 * not said.
 */
static int64_t retry_after_ms(CURL *easy)
{
	const char *after = answer_header(easy, "Retry-After");
	int64_t sec;

	if (after == NULL)
		return -1;
	if (*after >= '0' && *after <= '9') {
		sec = strtoll(after, NULL, 10);
	} else {
		time_t then = curl_getdate(after, NULL);
		time_t now = date_sec(easy);

		if (now == -1)
			now = time(NULL);
		sec = then != -1 ? then - now : 0;
	}
	if (sec <= 0)
		return -1; // at once is what nobody asks for who is in trouble
	return sec < HTTP_RETRY_AFTER_MAX_MS / 1000 ? sec * 1000
						    : HTTP_RETRY_AFTER_MAX_MS;
}

/* What became of one that has no answer. */
static void fill_failure(const struct http_exchange *x, CURLcode code,
			 struct err *why)
{
	long os_error = 0, of_proxy = 0;

	curl_easy_getinfo(x->easy, CURLINFO_OS_ERRNO, &os_error);
	curl_easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE, &of_proxy);
	const struct http_failure failure = {
		.code = code,
		.detail = x->detail,
		.os_error = (int)os_error,
		.was_sent = x->sends > 0,
		.proxy_status = (int)of_proxy,
		.origin = x->origin,
		.proxy = x->proxied ? x->http->proxy.name : NULL,
	};

	http_say_failed(&failure, x->tls, why);
}

static void fill_result(struct http_exchange *x, CURLcode code,
			struct http_result *r)
{
	const bool is_tls = strncmp(x->origin, "https://", 8) == 0;
	long status = 0, connects = 0, of_proxy = 0;

	curl_easy_getinfo(x->easy, CURLINFO_NUM_CONNECTS, &connects);
	curl_easy_getinfo(x->easy, CURLINFO_HTTP_CONNECTCODE, &of_proxy);
	*r = (struct http_result){ .context = x->context,
				   .origin = x->origin,
				   .proxy = x->proxied ? x->http->proxy.name
						       : NULL,
				   .facts = is_tls ? x->tls->guard.facts : "",
				   .connects = (unsigned)connects,
				   .sends = x->sends,
				   .proxy_status = (int)of_proxy,
				   .retry_after_ms = -1,
				   .date_sec = -1 };
	if (code != CURLE_OK) {
		fill_failure(x, code, &r->why);
		return;
	}
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	x->tls->works = true;
	r->headers = buf_slice(&x->answer_headers);
	r->body = buf_slice(&x->answer_body);
	if (!is_tls && http_wants_tls((int)status, r->body)) {
		err_set(&r->why, ERR_DENIED,
			"%s: the server speaks TLS there: it is https://",
			x->origin);
		return;
	}
	r->status = (int)status;
	r->retry_after_ms = retry_after_ms(x->easy);
	r->date_sec = date_sec(x->easy);
}

struct http_exchange *http_next(struct http *h, struct http_result *result)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(h->multi.handle, &left)) !=
	       NULL) {
		struct http_exchange *x = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &x);
		curl_multi_remove_handle(h->multi.handle, x->easy);
		x->under_way = false;
		fill_result(x, code, result);
		return x;
	}
	return NULL;
}

void http_end(struct http_exchange *x)
{
	struct http *h = x->http;

	for (struct http_exchange **p = &h->started; *p != NULL;
	     p = &(*p)->next)
		if (*p == x) {
			*p = x->next;
			break;
		}
	if (x->under_way)
		curl_multi_remove_handle(h->multi.handle, x->easy);
	x->under_way = false;
	curl_slist_free_all(x->headers);
	curl_slist_free_all(x->connect_to);
	x->headers = x->connect_to = NULL;
	buf_clear(&x->answer_headers);
	buf_clear(&x->answer_body);
	buf_trim(&x->answer_body, ANSWER_KEPT);
	buf_clear(&x->packed);
	buf_trim(&x->packed, PACKED_KEPT);
	if (x->easy == NULL) {
		free_exchange(x);
		return;
	}
	x->next = h->idle;
	h->idle = x;
}

size_t http_exchange_memory(const struct http_exchange *x)
{
	return x->packed.cap + x->answer_body.cap + x->answer_headers.cap;
}

size_t http_memory(const struct http *h)
{
	size_t sum = 0;

	for (const struct http_exchange *x = h->started; x != NULL; x = x->next)
		sum += http_exchange_memory(x);
	for (const struct http_exchange *x = h->idle; x != NULL; x = x->next)
		sum += http_exchange_memory(x);
	return sum;
}

int http_fd(const struct http *h)
{
	return h->multi.epoll_fd;
}

int http_timeout_ms(const struct http *h, int64_t now_ms)
{
	return multi_timeout_ms(&h->multi, now_ms);
}

/* All that the options name is read, so that what is wrong shows now. */
static int open_tls(struct http *h, struct err *e)
{
	const struct tls_options others =
		tls_options_elsewhere(&h->options.tls);

	return http_tls_open(&h->tls, &h->options.tls, e) < 0 ||
			       http_tls_open(&h->elsewhere, &others, e) < 0 ||
			       proxy_open(&h->proxy, &h->options.proxy, e) < 0
		       ? -1
		       : 0;
}

static void close_tls(struct http *h)
{
	http_tls_close(&h->tls);
	http_tls_close(&h->elsewhere);
	proxy_close(&h->proxy);
}

void http_set_tls(struct http *h, const struct tls_options *tls)
{
	const struct tls_options others = tls_options_elsewhere(tls);

	h->options.tls = *tls;
	http_tls_set(&h->tls, tls);
	http_tls_set(&h->elsewhere, &others);
}

void http_set_proxy(struct http *h, const struct proxy_options *proxy)
{
	h->options.proxy = *proxy;
}

struct http *http_open(const struct http_options *options, struct err *e)
{
	struct http *h = NULL;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		err_set(e, ERR_SYSTEM, "HTTP: %s", strerror(ENOMEM));
		return NULL;
	}
	h = calloc(1, sizeof(*h));
	if (h == NULL) {
		err_sys(e, "HTTP");
		return NULL;
	}
	h->options = *options;
	if (open_tls(h, e) < 0 || multi_open(&h->multi, e) < 0) {
		close_tls(h);
		free(h);
		return NULL;
	}
	h->gzip = gzip_new();
	h->share = curl_share_init();
	if (h->gzip == NULL || h->share == NULL) {
		err_set(e, ERR_SYSTEM, "HTTP: %s", strerror(ENOMEM));
		http_close(h);
		return NULL;
	}
	curl_share_setopt(h->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
	return h;
}

void http_close(struct http *h)
{
	struct http_exchange *x;

	if (h == NULL)
		return;
	while ((x = h->started) != NULL) {
		h->started = x->next;
		if (x->under_way)
			curl_multi_remove_handle(h->multi.handle, x->easy);
		free_exchange(x);
	}
	while ((x = h->idle) != NULL) {
		h->idle = x->next;
		free_exchange(x);
	}
	multi_close(&h->multi);
	curl_share_cleanup(h->share);
	gzip_free(h->gzip);
	close_tls(h);
	free(h);
}

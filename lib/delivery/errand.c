#include "delivery/errand.h"

#include <stdio.h>
#include <stdlib.h>

enum { URL_MAX = 64 << 10, CLOCK_MAX = 120, MS_PER_SEC = 1000 };

void errand_init(struct errand *x)
{
	x->request.url = BUF_INIT(URL_MAX);
	x->request.headers = BUF_INIT(HTTP_HEADERS_MAX);
	x->request.body = BUF_INIT(ERRAND_BODY_MAX);
}

void errand_begin(struct errand *x, enum errand_use use)
{
	x->use = use;
	x->request.method = NULL;
	x->request.elsewhere = false;
	buf_clear(&x->request.url);
	buf_clear(&x->request.headers);
}

int errand_send(struct errand *x, struct http *http, bool gzip, struct err *e)
{
	struct request *r = &x->request;

	if (buf_status(&r->url) != 0 || buf_status(&r->headers) != 0 ||
	    buf_status(&r->body) != 0)
		return err_set(e, ERR_TEMPORARY, "out of memory");

	const struct http_request request = {
		.method = r->method != NULL ? r->method : "POST",
		.url = buf_str(&r->url),
		.headers = buf_slice(&r->headers),
		.body = buf_slice(&r->body),
		.gzip = gzip && r->body.len > 0,
		.elsewhere = r->elsewhere,
	};
	x->exchange = http_start(http, &request, x, e);
	if (x->exchange == NULL)
		return -1;
	if (request.gzip)
		buf_clear(&r->body);
	return 0;
}

void errand_end(struct errand *x, size_t keep)
{
	if (x->exchange != NULL)
		http_end(x->exchange);
	x->exchange = NULL;
	x->use = ERRAND_NONE;
	buf_clear(&x->request.body);
	buf_trim(&x->request.body, keep);
}

size_t errand_memory(const struct errand *x)
{
	return x->request.body.cap +
	       (x->exchange != NULL ? http_exchange_memory(x->exchange) : 0);
}

void errand_free(struct errand *x)
{
	batch_free(x->batch);
	buf_free(&x->request.url);
	buf_free(&x->request.headers);
	buf_free(&x->request.body);
}

struct answer errand_answer(const struct http_result *r)
{
	return (struct answer){ .status = r->status,
				.headers = r->headers,
				.body = r->body,
				.retry_after_ms = r->retry_after_ms };
}

/* How far their clock is ahead of ours, where that may be why they refuse. */
static long long skew_of(const struct http_result *r,
			 const struct session *session)
{
	const long long ahead_sec =
		r->date_sec - session->state.now_ms / MS_PER_SEC;

	if (r->status < 400 || r->status > 403 || r->date_sec < 0 ||
	    !session_needs_clock(session) ||
	    llabs(ahead_sec) <= SESSION_SKEW_MAX_SEC)
		return 0;
	return ahead_sec;
}

/* "" where it is not to blame. */
static void put_clock(const struct http_result *r,
		      const struct session *session, char text[CLOCK_MAX])
{
	const long long ahead_sec = skew_of(r, session);

	text[0] = '\0';
	if (ahead_sec != 0)
		snprintf(text, CLOCK_MAX,
			 "their clock is %lld s %s ours: is the one here set "
			 "(timedatectl)?",
			 llabs(ahead_sec),
			 ahead_sec < 0 ? "behind" : "ahead of");
}

void errand_said(const struct http_result *r, const struct session *session,
		 char text[ERRAND_SAID_MAX])
{
	char clock[CLOCK_MAX];

	put_clock(r, session, clock);
	snprintf(text, ERRAND_SAID_MAX, "%s answers %d%s%s", r->origin,
		 r->status, clock[0] != '\0' ? ", and " : "", clock);
}

void errand_blame_clock(const struct http_result *r,
			const struct session *session, struct err *e)
{
	char clock[CLOCK_MAX];

	put_clock(r, session, clock);
	if (clock[0] != '\0')
		err_prefix(e, "%s", clock);
}

#include "delivery/inquiry.h"

#include "core/clock.h"
#include "delivery/approach.h"
#include "delivery/errand.h"
#include "delivery/session.h"
#include "net/http.h"
#include "net/probe.h"
#include "net/url.h"

#include <stdio.h>
#include <string.h>

enum {
	PLACES_MAX = 8,
	PLACE_MAX = 300,
	CONNECT_MS = 10000,
	ANSWER_MS = 30000,
	SKEW_WARNING_SEC = 60,
};

struct inquiry {
	struct session session;
	struct http *http;
	struct proxy proxy;
	struct errand errand;
	struct findings *f;
	struct dest_limits limits;
	char places[PLACES_MAX][PLACE_MAX]; // to which the way is known
	size_t place_count;
	bool knows_clock;
};

/*
 * Wait until the only exchange that is under way is over. -1: we have been
 * asked to end, which has been said.
 */
static int wait_for(struct inquiry *q, const char *step, struct http_result *r)
{
	struct err e;

	for (;;) {
		const int64_t now_ms = clock_ns() / NS_PER_MS;
		const int wait_ms = http_timeout_ms(q->http, now_ms);

		http_step(q->http, now_ms);
		if (http_next(q->http, r) != NULL)
			return 0;
		if (probe_poll(http_fd(q->http), POLLIN,
			       wait_ms < 0 ? 1000 : wait_ms, &e) < 0)
			return findings_failed(q->f, step, &e);
	}
}

/* -1: it has failed. */
static int report_tunnel(struct inquiry *q, const struct http_result *r,
			 bool is_tls, double took_ms)
{
	const bool is_there = r->why.kind == ERR_NONE;

	if (is_there || r->proxy_status == 200)
		findings_put(q->f, "route", FINDING_GOOD,
			     "%s, connected by the proxy %s in %.1f ms",
			     r->origin, r->proxy, took_ms);
	if (!is_there)
		return findings_failed(q->f,
				       r->proxy_status == 200 ? "TLS" : "route",
				       &r->why);
	if (is_tls)
		findings_put(q->f, "TLS",
			     q->session.dest->plan.tls.insecure
				     ? FINDING_WARNING
				     : FINDING_GOOD,
			     "%s", r->facts);
	return 0;
}

/* The way behind a proxy, as requests go. */
static int approach_by_proxy(struct inquiry *q, const struct url *u,
			     bool is_tls, bool elsewhere)
{
	const int64_t began_ns = clock_ns();
	struct buf url = BUF_INIT(PLACE_MAX + 8);
	struct http_result r = { 0 };
	struct http_exchange *x = NULL;
	struct err e;
	int rc = -1;

	buf_printf(&url, "%s://%s:%s/", u->scheme, u->host, u->port);
	if (buf_status(&url) != 0)
		err_set(&e, ERR_USAGE, "%s: too long", u->host);
	else
		x = http_start(q->http,
			       &(struct http_request){ .method = "GET",
						       .url = buf_str(&url),
						       .only_connect = true,
						       .elsewhere = elsewhere },
			       NULL, &e);
	if (x == NULL)
		findings_failed(q->f, "route", &e);
	else if (wait_for(q, "route", &r) == 0)
		rc = report_tunnel(q, &r, is_tls,
				   (double)(clock_ns() - began_ns) / NS_PER_MS);
	if (x != NULL)
		http_end(x);
	buf_free(&url);
	return rc;
}

/* The way to one place. */
static int approach_place(struct inquiry *q, const struct url *u,
			  bool elsewhere)
{
	const bool is_tls = strcmp(u->scheme, "https") == 0;
	const struct dest *dest = q->session.dest;
	const struct tls_options tls =
		elsewhere ? tls_options_elsewhere(&dest->plan.tls)
			  : dest->plan.tls;
	char host[256];
	size_t len = strlen(u->host);

	if (proxy_is_for(&q->proxy, u->host, is_tls, elsewhere))
		return approach_by_proxy(q, u, is_tls, elsewhere);
	snprintf(host, sizeof(host), "%s", u->host);
	if (host[0] == '[' && len < sizeof(host))
		snprintf(host, sizeof(host), "%.*s", (int)len - 2, u->host + 1);

	const struct approach a = { .host = host,
				    .port = u->port,
				    .tls = is_tls ? &tls : NULL,
				    .timeout_ms = q->limits.connect_ms,
				    .listens = is_tls && !elsewhere &&
					       q->session.kind->steps == NULL };
	return approach_check(&a, q->f);
}

/* Go to where the request in the errand goes, unless that is known. */
static int approach_url(struct inquiry *q)
{
	struct request *r = &q->errand.request;
	char place[PLACE_MAX];
	struct url u;
	struct err e;
	int rc;

	if (url_split(buf_str(&r->url), &u, &e) < 0)
		return findings_failed(q->f, "address", &e);
	snprintf(place, sizeof(place), "%s://%s:%s", u.scheme, u.host, u.port);
	for (size_t i = 0; i < q->place_count; i++)
		if (strcmp(q->places[i], place) == 0) {
			url_free(&u);
			return 0;
		}
	if (q->place_count > 0)
		findings_about("%s", place);
	if (q->place_count < PLACES_MAX)
		memcpy(q->places[q->place_count++], place, sizeof(place));
	rc = approach_place(q, &u, r->elsewhere);
	url_free(&u);
	return rc;
}

/* Their clock and ours, told once. */
static int check_clock(struct inquiry *q, const struct http_result *r)
{
	const int64_t ours_sec = q->session.state.now_ms / 1000;
	const long long ahead_sec = r->date_sec - ours_sec;
	const long long skew_sec = ahead_sec < 0 ? -ahead_sec : ahead_sec;

	if (q->knows_clock || r->date_sec < 0)
		return 0;
	q->knows_clock = true;
	if (skew_sec <= SKEW_WARNING_SEC) {
		findings_put(q->f, "clock", FINDING_GOOD,
			     "within %lld s of theirs", skew_sec + 1);
		return 0;
	}
	const bool fails = session_needs_clock(&q->session) &&
			   skew_sec > SESSION_SKEW_MAX_SEC;
	findings_put(q->f, "clock", fails ? FINDING_REFUSED : FINDING_WARNING,
		     "theirs is %lld s %s of ours%s: see whether the clock "
		     "here is set (timedatectl)",
		     skew_sec, ahead_sec < 0 ? "behind" : "ahead",
		     fails ? ", and what we sign or fetch is void by that"
			   : "");
	return 0;
}

/*
 * Send what is in the errand, and wait for the answer. -1: there is none,
 * which has been said.
 */
static int exchange(struct inquiry *q, const char *step, struct http_result *r)
{
	struct err e;

	if (errand_send(&q->errand, q->http, false, &e) < 0)
		return findings_failed(q->f, step, &e);
	if (wait_for(q, step, r) < 0)
		return -1;
	session_set_clock(&q->session);
	if (r->status == 0)
		return findings_failed(q->f, step, &r->why);
	return check_clock(q, r);
}

static enum finding finding_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_DELIVERED:
		return FINDING_GOOD;
	case VERDICT_PENDING:
		return FINDING_WARNING;
	case VERDICT_HOLD:
	case VERDICT_REJECT:
		return FINDING_REFUSED;
	case VERDICT_RETRY:
	case VERDICT_SPLIT:
		break;
	}
	return FINDING_FAILED;
}

static void begin(struct inquiry *q)
{
	errand_end(&q->errand, 0);
	errand_begin(&q->errand, ERRAND_NONE);
	session_set_clock(&q->session);
}

/* Where records go; nothing is sent. */
static int approach_destination(struct inquiry *q)
{
	struct err e;

	begin(q);
	if (q->session.kind->finish(q->session.config, &q->session.state,
				    &q->errand.request, &e) < 0)
		return findings_failed(q->f, "address", &e);
	return approach_url(q);
}

static int fetch_token(struct inquiry *q)
{
	struct session *s = &q->session;
	struct http_result r = { 0 };
	struct answer answer;
	enum verdict verdict;
	struct err e = { 0 };

	if (s->kind->fetch == NULL)
		return 0;
	begin(q);
	if (s->kind->fetch(s->config, &s->state, &q->errand.request, &e) < 0)
		return findings_failed(q->f, "token", &e);
	if (approach_url(q) < 0 || exchange(q, "token", &r) < 0)
		return -1;
	answer = errand_answer(&r);
	verdict = session_fetched(s, &answer, &e);
	if (verdict != VERDICT_DELIVERED) {
		findings_put(q->f, "token", finding_of(verdict), "%s", e.text);
		return -1;
	}
	findings_put(q->f, "token", FINDING_GOOD, "granted by %s, for %lld s",
		     r.origin,
		     (long long)(s->state.token_expires_ms - s->state.now_ms) /
			     1000);
	return 0;
}

static int take_step(struct inquiry *q, unsigned step)
{
	struct session *s = &q->session;
	const char *name = s->kind->steps[step];
	struct http_result r = { 0 };
	struct answer answer;
	enum verdict verdict;
	struct err e = { 0 };
	int rc;

	begin(q);
	rc = s->kind->check(s->config, &s->state, step, &q->errand.request, &e);
	if (rc != 0)
		return rc < 0 ? findings_failed(q->f, name, &e) : 0;
	if (approach_url(q) < 0 || exchange(q, name, &r) < 0)
		return -1;
	answer = errand_answer(&r);
	verdict = session_checked(s, step, &answer, &e);
	findings_put(q->f, name, finding_of(verdict), "%s", e.text);
	return 0;
}

static int walk(struct inquiry *q)
{
	const struct dest_request *kind = q->session.kind;

	if (approach_destination(q) < 0 || fetch_token(q) < 0)
		return -1;
	for (unsigned i = 0; kind->steps != NULL && kind->steps[i] != NULL; i++)
		if (take_step(q, i) < 0)
			return -1;
	return q->f->status == STATUS_DONE ? 0 : -1;
}

int inquiry_make(const struct dest *dest, struct findings *f)
{
	struct inquiry q = { .f = f, .limits = dest->plan.limits };
	struct http_options options = {
		.tls = dest->plan.tls,
		.proxy = dest->plan.limits.proxy,
		.answer_max = DEST_ANSWER_BYTES,
	};
	struct err e;
	int rc = -1;

	if (q.limits.connect_ms == 0)
		q.limits.connect_ms = CONNECT_MS;
	options.connect_ms = q.limits.connect_ms;
	options.timeout_ms =
		q.limits.timeout_ms != 0 ? q.limits.timeout_ms : ANSWER_MS;
	session_init(&q.session, dest);
	errand_init(&q.errand);
	q.http = http_open(&options, &e);
	if (q.http == NULL || proxy_open(&q.proxy, &options.proxy, &e) < 0)
		findings_failed(f, "settings", &e);
	else
		rc = walk(&q);
	errand_end(&q.errand, 0);
	errand_free(&q.errand);
	http_close(q.http);
	proxy_close(&q.proxy);
	session_free(&q.session);
	return rc;
}

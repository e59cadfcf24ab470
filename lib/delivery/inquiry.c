#include "delivery/inquiry.h"

#include "core/clock.h"
#include "delivery/approach.h"
#include "delivery/errand.h"
#include "delivery/session.h"
#include "net/http.h"
#include "net/probe.h"
#include "net/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PLACES_MAX = 8,
	PLACE_MAX = 300,
	CONNECT_MS = 10000,
	ANSWER_MS = 30000,
	SKEW_WARNING_SEC = 60,
	SKEW_MAX_SEC = 300,
};

struct inquiry {
	struct session session;
	struct http *http;
	struct errand errand;
	struct findings *f;
	struct dest_limits limits;
	char places[PLACES_MAX][PLACE_MAX]; // to which the way is known
	size_t place_count;
	bool knows_clock;
};

/* The variable that sends requests by a proxy, or NULL. */
static const char *proxy_variable(void)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY",
					     "all_proxy", "ALL_PROXY" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return names[i];
	}
	return NULL;
}

/* Is host one of those that no_proxy excepts? */
static bool is_excepted(const char *host)
{
	const char *lower = getenv("no_proxy");
	const char *list = lower != NULL ? lower : getenv("NO_PROXY");
	struct slice rest = slice_of(list != NULL ? list : "");
	struct slice h = slice_of(host);

	while (rest.len > 0) {
		struct slice one = slice_trim(slice_take_until(&rest, ','));

		(void)slice_take(&one, SLICE("."));
		if (slice_is(one, SLICE("*")) || slice_is(one, h) ||
		    (one.len > 0 && one.len < h.len &&
		     h.data[h.len - one.len - 1] == '.' &&
		     slice_is(slice_from(h, h.len - one.len), one)))
			return true;
	}
	return false;
}

/* The way to one place. Behind a proxy it is the proxy's. */
static int approach_place(struct inquiry *q, const struct url *u,
			  bool elsewhere)
{
	const bool is_tls = strcmp(u->scheme, "https") == 0;
	const char *proxy =
		is_tls && !is_excepted(u->host) ? proxy_variable() : NULL;
	struct tls_options tls = q->session.dest->plan.tls;
	char host[256];
	size_t len = strlen(u->host);

	if (proxy != NULL) {
		findings_put(q->f, "route", FINDING_GOOD,
			     "by the proxy that %s names: the way and TLS are "
			     "tried with what follows",
			     proxy);
		return 0;
	}
	if (elsewhere)
		tls.server_name = tls.cert_file = tls.key_file = NULL;
	snprintf(host, sizeof(host), "%s", u->host);
	if (host[0] == '[' && len < sizeof(host))
		snprintf(host, sizeof(host), "%.*s", (int)len - 2, u->host + 1);

	const struct approach a = { .host = host,
				    .port = u->port,
				    .tls = is_tls ? &tls : NULL,
				    .timeout_ms = q->limits.connect_ms };
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
	const struct dest_request *kind = q->session.kind;
	const int64_t ours_sec = q->session.state.now_ms / 1000;
	const long long ahead_sec = r->date_sec - ours_sec;
	const long long skew_sec = ahead_sec < 0 ? -ahead_sec : ahead_sec;
	const bool matters = kind->fetch != NULL || kind->signature != NULL;

	if (q->knows_clock || r->date_sec < 0)
		return 0;
	q->knows_clock = true;
	if (skew_sec <= SKEW_WARNING_SEC) {
		findings_put(q->f, "clock", FINDING_GOOD,
			     "within %lld s of theirs", skew_sec + 1);
		return 0;
	}
	const bool fails = matters && skew_sec > SKEW_MAX_SEC;
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
	int rc;

	if (errand_send(&q->errand, q->http, false, &e) < 0)
		return findings_failed(q->f, step, &e);
	for (;;) {
		const int64_t now_ms = clock_ns() / NS_PER_MS;
		const int wait_ms = http_timeout_ms(q->http, now_ms);

		http_step(q->http, now_ms);
		if (http_next(q->http, r) != NULL)
			break;
		rc = probe_poll(http_fd(q->http), POLLIN,
				wait_ms < 0 ? 1000 : wait_ms, &e);
		if (rc < 0)
			return findings_failed(q->f, step, &e);
	}
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
	if (q.http == NULL)
		findings_failed(f, "TLS", &e);
	else
		rc = walk(&q);
	errand_end(&q.errand, 0);
	errand_free(&q.errand);
	http_close(q.http);
	session_free(&q.session);
	return rc;
}

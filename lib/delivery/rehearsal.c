#include "delivery/rehearsal.h"

#include "core/buf.h"
#include "core/file.h"
#include "delivery/curl.h"
#include "delivery/errand.h"
#include "delivery/lineup.h"
#include "delivery/mask.h"
#include "delivery/session.h"
#include "dest/dest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct rehearsal {
	struct carrier carrier;
	struct session session;
	struct lineup lineup;
	struct errand errand; // whose request is shown
	struct mask mask;
	bool as_curl;
	bool has_fetched;
};

enum { SIGNATURE_MAX = 64 << 10 };

/* One "Name: value". */
static void put_header(struct buf *out, const struct mask *mask,
		       struct slice line)
{
	struct slice value, shown;

	if (!curl_is_authorization(line, &value)) {
		mask_put(mask, line, out);
		return;
	}
	shown = (struct slice){ line.data, line.len - value.len };
	mask_put(mask, shown, out);
	if (memchr(value.data, ' ', value.len) != NULL) {
		mask_put(mask, slice_take_until(&value, ' '), out);
		buf_putc(out, ' ');
	}
	buf_puts(out, "***");
}

/* The path and query of a URL, and the host before it. */
static struct slice split_url(struct slice url, struct slice *host)
{
	const char *at = memchr(url.data, ':', url.len);
	size_t start = at != NULL ? (size_t)(at - url.data) + 3 : 0;
	const char *slash =
		start < url.len ? memchr(url.data + start, '/', url.len - start)
				: NULL;
	size_t end = slash != NULL ? (size_t)(slash - url.data) : url.len;

	*host = (struct slice){ url.data + start, end - start };
	return slash != NULL ? slice_from(url, end) : SLICE("/");
}

static bool says_what_it_accepts(const struct request *request)
{
	struct slice left = buf_slice(&request->headers);
	struct slice line;

	while (curl_next_header(&left, &line))
		if (line.len >= 7 && strncasecmp(line.data, "Accept:", 7) == 0)
			return true;
	return false;
}

static void put_as_sent(struct buf *out, const struct mask *mask,
			const struct request *request)
{
	struct slice left = buf_slice(&request->headers);
	struct slice host, line;

	buf_printf(out, "%s ", curl_method(request));
	mask_put(mask, split_url(buf_slice(&request->url), &host), out);
	buf_puts(out, " HTTP/1.1\r\nHost: ");
	buf_put_slice(out, host);
	buf_puts(out, "\r\nUser-Agent: siem-send/" SIEM_VERSION "\r\n");
	if (!says_what_it_accepts(request))
		buf_puts(out, "Accept: */*\r\n");
	while (curl_next_header(&left, &line)) {
		put_header(out, mask, line);
		buf_puts(out, "\r\n");
	}
	buf_printf(out, "Content-Length: %zu\r\n\r\n", request->body.len);
	mask_put(mask, buf_slice(&request->body), out);
	buf_puts(out, "\n\n");
}

/* The same with what was signed hidden as well. */
static int put_signed(struct rehearsal *r, struct request *request,
		      struct buf *out, struct err *e)
{
	const struct dest_request *kind = r->session.kind;
	const size_t known = r->mask.count;
	struct buf text = BUF_INIT(SIGNATURE_MAX);
	struct buf shell = BUF_INIT(SIGNATURE_MAX);
	int rc = 0;

	if (kind->signature != NULL)
		rc = kind->signature(r->session.config, &r->session.state,
				     request, &text, &shell, e);
	if (rc == 0)
		rc = mask_add(&r->mask, buf_slice(&text), "", e);
	if (rc == 0)
		put_as_sent(out, &r->mask, request);
	r->mask.count = known;
	buf_free(&text);
	buf_free(&shell);
	return rc;
}

static int put(struct rehearsal *r, struct request *request, enum curl_use use,
	       struct err *e)
{
	struct buf text = BUF_INIT(SIZE_MAX / 4);
	int rc;

	if (r->as_curl)
		rc = curl_put_request(&text, &r->mask, r->session.dest,
				      &r->session.state, request, use, e);
	else
		rc = put_signed(r, request, &text, e);
	if (rc == 0 && buf_status(&text) != 0)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else if (rc == 0 &&
		 file_write_all(STDOUT_FILENO, text.data, text.len) < 0)
		rc = err_sys(e, "standard output");
	buf_free(&text);
	return rc;
}

/* How a token is got, before it is used. */
static int show_fetch(struct rehearsal *r, struct err *e)
{
	const struct dest_request *kind = r->session.kind;
	struct errand fetch = { 0 };
	int rc;

	if (kind->fetch == NULL || !r->as_curl || r->has_fetched)
		return 0;
	r->has_fetched = true;
	errand_init(&fetch);
	errand_begin(&fetch, ERRAND_TOKEN);
	rc = kind->fetch(r->session.config, &r->session.state, &fetch.request,
			 e);
	if (rc == 0)
		rc = put(r, &fetch.request, CURL_FETCH, e);
	errand_free(&fetch);
	return rc;
}

/* Show a batch, whose body is there, and that is all that happens to it. */
static int show_batch(struct rehearsal *r, struct batch *b, struct err *e)
{
	struct errand *x = &r->errand;
	int rc = show_fetch(r, e);

	errand_begin(x, ERRAND_NONE);
	if (rc == 0)
		rc = r->session.kind->finish(r->session.config,
					     &r->session.state, &x->request, e);
	if (rc == 0)
		rc = put(r, &x->request, CURL_SEND, e);
	if (rc == 0)
		batch_deliver(b, &r->lineup.source);
	else
		batch_put_back(b, &r->lineup.source);
	batch_free(b);
	return rc;
}

static struct rehearsal *rehearsal_of(struct carrier *c)
{
	return (struct rehearsal *)(void *)c;
}

static int step(struct carrier *carrier, int64_t now_ms, short revents,
		struct err *e)
{
	struct rehearsal *r = rehearsal_of(carrier);
	struct batch *b;

	(void)revents;
	session_set_clock(&r->session);
	for (;;) {
		if (lineup_next(&r->lineup, now_ms, &r->errand.request.body, &b,
				e) < 0)
			return -1;
		if (b == NULL)
			return 0;
		if (show_batch(r, b, e) < 0)
			return -1;
	}
}

static bool is_done(const struct carrier *carrier)
{
	const struct rehearsal *r =
		(const struct rehearsal *)(const void *)carrier;

	return r->lineup.no_more && r->lineup.source.queue->open == 0;
}

/* There is nothing to wait for but more records. */
static void wait_for(const struct carrier *carrier, int64_t now_ms,
		     struct pollfd *fd, int *timeout_ms)
{
	(void)now_ms;
	*fd = (struct pollfd){ .fd = -1 };
	*timeout_ms = is_done(carrier) ? 0 : -1;
}

static void set_pull(struct carrier *carrier, enum carrier_pull what)
{
	(void)carrier;
	(void)what;
}

static void finish(struct carrier *carrier)
{
	rehearsal_of(carrier)->lineup.no_more = true;
}

static void stop(struct carrier *carrier)
{
	lineup_put_back(&rehearsal_of(carrier)->lineup);
}

static bool is_well(const struct carrier *carrier, int64_t now_ms)
{
	(void)carrier;
	(void)now_ms;
	return true;
}

static void release(struct carrier *carrier)
{
	struct rehearsal *r = rehearsal_of(carrier);

	lineup_free(&r->lineup);
	errand_free(&r->errand);
	session_free(&r->session);
	mask_free(&r->mask);
	free(r);
}

/*
 * What is hidden: secrets, and the token, in whose place stands something that
 * no record has in it.
 */
static int hide(struct rehearsal *r, struct err *e)
{
	struct dest_session *state = &r->session.state;

	r->mask = MASK_NONE;
	if (mask_add_settings(&r->mask, r->session.dest, e) < 0)
		return -1;
	if (r->session.kind->fetch == NULL)
		return 0;
	buf_printf(&state->token, "token-%s", state->channel);
	state->token_expires_ms = INT64_MAX;
	session_renew(&r->session);
	return mask_add(&r->mask, buf_slice(&state->token), "$TOKEN", e);
}

struct carrier *rehearsal_open(void *target, const struct carrier_load *load,
			       struct err *e)
{
	static const struct carrier_type type = {
		.step = step,
		.wait = wait_for,
		.pull = set_pull,
		.finish = finish,
		.stop = stop,
		.is_done = is_done,
		.is_well = is_well,
		.close = release,
	};
	const struct dest *dest = target;
	struct rehearsal *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		err_sys(e, "dry run");
		return NULL;
	}
	r->carrier.type = &type;
	r->as_curl = load->dry_run == DRY_RUN_CURL;
	session_init(&r->session, dest);
	errand_init(&r->errand);
	r->lineup = LINEUP_INIT(ERRAND_BODY_MAX);
	r->lineup.in_flight = 1;
	r->lineup.flush_ms = dest->plan.limits.flush_ms;
	r->lineup.source =
		session_source(&r->session, load, &dest->plan.limits);
	if (hide(r, e) < 0) {
		release(&r->carrier);
		return NULL;
	}
	return &r->carrier;
}

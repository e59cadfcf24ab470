#include "delivery/rehearsal.h"

#include "core/buf.h"
#include "core/file.h"
#include "delivery/errand.h"
#include "delivery/lineup.h"
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
	bool as_curl;
};

static const char mask[] = "***";

/* How much of text, from its beginning, is a secret of dest? */
static size_t secret_at(const struct dest *dest, struct slice text)
{
	const struct dest_setting *rows = dest->type->settings;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		size_t len = rows[i].secret && dest->values[i] != NULL
				     ? strlen(dest->values[i])
				     : 0;

		if (len > 0 && len <= text.len &&
		    memcmp(text.data, dest->values[i], len) == 0)
			return len;
	}
	return 0;
}

/* A byte inside the single quotes of a shell, or anywhere else. */
static void put_byte(struct buf *out, char c, bool quoted)
{
	if (quoted && c == '\'')
		buf_puts(out, "'\\''");
	else
		buf_putc(out, c);
}

static void put_masked(struct buf *out, const struct dest *dest,
		       struct slice text, bool quoted)
{
	for (size_t i = 0; i < text.len;) {
		size_t secret = secret_at(dest, slice_from(text, i));

		if (secret > 0)
			buf_puts(out, mask);
		else
			put_byte(out, text.data[i], quoted);
		i += secret > 0 ? secret : 1;
	}
}

/* One "Name: value". */
static void put_header(struct buf *out, const struct dest *dest,
		       struct slice line, bool quoted)
{
	static const char name[] = "Authorization: ";
	size_t len = sizeof(name) - 1;

	if (line.len < len || strncasecmp(line.data, name, len) != 0) {
		put_masked(out, dest, line, quoted);
		return;
	}
	const char *blank = memchr(line.data + len, ' ', line.len - len);
	size_t shown = blank != NULL ? (size_t)(blank - line.data) + 1 : len;
	put_masked(out, dest, (struct slice){ line.data, shown }, quoted);
	buf_puts(out, mask);
}

/* The next "Name: value\r\n" of left; false after the last. */
static bool next_header(struct slice *left, struct slice *line)
{
	const char *end = memchr(left->data, '\r', left->len);
	size_t len = end != NULL ? (size_t)(end - left->data) : left->len;

	if (left->len == 0)
		return false;
	*line = (struct slice){ left->data, len };
	*left = slice_from(*left, len + 2 < left->len ? len + 2 : left->len);
	return true;
}

static const char *method_of(const struct request *request)
{
	return request->method != NULL ? request->method : "POST";
}

static void put_as_curl(struct buf *out, const struct dest *dest,
			const struct request *request)
{
	struct slice left = buf_slice(&request->headers);
	struct slice line;

	buf_printf(out, "curl -X %s", method_of(request));
	while (next_header(&left, &line)) {
		buf_puts(out, " -H '");
		put_header(out, dest, line, true);
		buf_putc(out, '\'');
	}
	if (request->body.len > 0) {
		buf_puts(out, " --data-binary '");
		put_masked(out, dest, buf_slice(&request->body), true);
		buf_putc(out, '\'');
	}
	buf_puts(out, " '");
	put_masked(out, dest, buf_slice(&request->url), true);
	buf_puts(out, "'\n");
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

static void put_as_sent(struct buf *out, const struct dest *dest,
			const struct request *request)
{
	struct slice left = buf_slice(&request->headers);
	struct slice host, line;

	buf_printf(out, "%s ", method_of(request));
	put_masked(out, dest, split_url(buf_slice(&request->url), &host),
		   false);
	buf_puts(out, " HTTP/1.1\r\nHost: ");
	buf_put_slice(out, host);
	buf_puts(out, "\r\nUser-Agent: siem-send/" SIEM_VERSION
		      "\r\nAccept: */*\r\n");
	while (next_header(&left, &line)) {
		put_header(out, dest, line, false);
		buf_puts(out, "\r\n");
	}
	buf_printf(out, "Content-Length: %zu\r\n\r\n", request->body.len);
	put_masked(out, dest, buf_slice(&request->body), false);
	buf_puts(out, "\n\n");
}

static int show(const struct dest *dest, const struct request *request,
		bool as_curl, struct err *e)
{
	struct buf text = BUF_INIT(SIZE_MAX / 4);
	int rc = 0;

	if (as_curl)
		put_as_curl(&text, dest, request);
	else
		put_as_sent(&text, dest, request);
	if (buf_status(&text) != 0)
		rc = err_set(e, ERR_SYSTEM, "out of memory");
	else if (file_write_all(STDOUT_FILENO, text.data, text.len) < 0)
		rc = err_sys(e, "standard output");
	buf_free(&text);
	return rc;
}

/* Show a batch, whose body is there, and that is all that happens to it. */
static int show_batch(struct rehearsal *r, struct batch *b, struct err *e)
{
	struct errand *x = &r->errand;
	int rc;

	errand_begin(x, ERRAND_NONE);
	rc = r->session.kind->finish(r->session.config, &r->session.state,
				     &x->request, e);
	if (rc == 0)
		rc = show(r->session.dest, &x->request, r->as_curl, e);
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
	free(r);
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
	return &r->carrier;
}

/*
 * For tests of kinds that send requests: what a request carries, and what an
 * answer makes of it, through the kind's own settings.
 */
#ifndef SIEM_TEST_CARRIED_H
#define SIEM_TEST_CARRIED_H

#include "dest/opening.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NOTHING ((const char *const[]){ NULL })

static size_t count_of(const char *const *list)
{
	size_t n = 0;

	while (list[n] != NULL)
		n++;
	return n;
}

/* The body of these lines; those that cannot be sent add "! " and why. */
static void add_lines(const struct dest *d, const struct dest_session *session,
		      const char *const *lines, struct request *r,
		      struct buf *refused)
{
	size_t index = 0;

	for (size_t i = 0; lines[i] != NULL; i++) {
		const struct dest_record record = { slice_of(lines[i]),
						    1793614829123456789 };
		struct err e = { 0 };
		size_t before = r->body.len;

		if (d->plan.request->add(d->plan.config, session, &record,
					 index, &r->body, &e) == 0) {
			index++;
			continue;
		}
		buf_cut(&r->body, before);
		buf_printf(refused, "! %s\n", e.text);
	}
}

/* The request that carries these lines, or "! " and why there is none. */
static const char *carries(const char *spec, const char *const *options,
			   const char *const *lines)
{
	static struct buf out;
	struct dest_session session = { .token = BUF_INIT(100) };
	struct request r = { .url = BUF_INIT(1 << 16),
			     .headers = BUF_INIT(1 << 16),
			     .body = BUF_INIT(8 << 20) };
	struct dest d;
	struct err e = { 0 };

	buf_free(&out);
	out = BUF_INIT(16 << 20);
	if (dest_open(&d, spec, options, count_of(options), &e) < 0) {
		buf_printf(&out, "! %s", e.text);
		return buf_str(&out);
	}
	buf_puts(&session.token, "fetched");
	add_lines(&d, &session, lines, &r, &out);
	if (r.body.len > 0) {
		CHECK(d.plan.request->finish(d.plan.config, &session, &r, &e) ==
		      0);
		buf_printf(&out, "%s %s\n", r.method, buf_str(&r.url));
		buf_put_slice(&out, buf_slice(&r.headers));
		buf_puts(&out, "\n");
		buf_put_slice(&out, buf_slice(&r.body));
	}
	for (char *p = out.data; p != NULL && p < out.data + out.len; p++)
		if (*p == '\r')
			*p = '~';
	buf_free(&r.url);
	buf_free(&r.headers);
	buf_free(&r.body);
	buf_free(&session.token);
	dest_close(&d);
	return buf_str(&out);
}

#define CARRIES(spec, options, line, want) \
	CHECK(strcmp(carries(spec, options, LIST(line)), want) == 0)

/* An answer, and what it makes of a batch of so many. */
struct judged {
	int status;
	const char *headers, *body;
	size_t count;
	enum verdict verdict; // of all of them
	int64_t wait_ms;
	const char *reason; // that it begins with; NULL: any
};

/* Retry-After is what the engine has read of the headers. */
static bool is_judged(const struct dest *d, const struct judged *want,
		      int64_t retry_after_ms)
{
	const struct answer answer = { .status = want->status,
				       .headers = slice_of(want->headers),
				       .body = slice_of(want->body),
				       .retry_after_ms = retry_after_ms };
	struct dest_session session = { .words = ARENA_INIT(1 << 16),
					.token = BUF_INIT(100) };
	struct judgement j[16];
	bool good = true;

	buf_puts(&session.token, "fetched");
	d->plan.request->judge(d->plan.config, &session, &answer, j,
			       want->count);
	for (size_t i = 0; i < want->count; i++) {
		good &= j[i].verdict == want->verdict;
		good &= j[i].verdict != VERDICT_RETRY ||
			j[i].wait_ms == want->wait_ms;
		good &= want->reason == NULL ||
			(j[i].reason != NULL &&
			 strncmp(j[i].reason, want->reason,
				 strlen(want->reason)) == 0);
	}
	if (!good)
		printf("# status %d, %zu records: verdict %d, wait %lld, %s\n",
		       want->status, want->count, (int)j[0].verdict,
		       (long long)j[0].wait_ms,
		       j[0].reason != NULL ? j[0].reason : "no reason");
	arena_free(&session.words);
	buf_free(&session.token);
	return good;
}

#endif

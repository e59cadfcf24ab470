/*
 * Any line: what it becomes is one JSON object, or it is refused. Any answer:
 * nothing is taken for delivered or to blame but by the answers that say so.
 */
#include "dest/opening.h"
#include "json/walk.h"

#include <stdlib.h>

enum { COUNT = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void try_line(const struct dest *d, struct slice line)
{
	const struct dest_session session = { 0 };
	struct dest_record record = { line, 0 };
	struct buf body = BUF_INIT(8 * line.len + 1000);
	struct err e = { 0 };

	if (d->plan.request->add(d->plan.config, &session, &record, 0, &body,
				 &e) < 0) {
		if (e.kind != ERR_DATA)
			abort();
	} else {
		struct slice log = slice_from(buf_slice(&body), 1);

		if (body.data[0] != '[' || !walk_is_object(log))
			abort();
	}
	buf_free(&body);
}

static void try_answer(const struct dest *d, int status, struct slice headers,
		       struct slice body, size_t count)
{
	const struct answer answer = { .status = status,
				       .headers = headers,
				       .body = body,
				       .retry_after_ms = -1 };
	struct dest_session session = { .words = ARENA_INIT(1 << 20) };
	struct judgement j[COUNT];

	d->plan.request->judge(d->plan.config, &session, &answer, j, count);
	for (size_t i = 0; i < count; i++) {
		if (j[i].verdict == VERDICT_PENDING)
			abort();
		if (j[i].verdict == VERDICT_DELIVERED && status != 200 &&
		    status != 202)
			abort();
		if (j[i].verdict == VERDICT_REJECT &&
		    (count > 1 || (status != 400 && status != 413)))
			abort();
		if (j[i].wait_ms < WAIT_BACKOFF || j[i].wait_ms > 300000)
			abort();
	}
	arena_free(&session.words);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const int statuses[] = { 200, 202, 400, 401, 403, 408,
					413, 429, 500, 503, 204, 302 };
	static struct dest d;
	struct slice text, headers, body;
	struct err e;

	if (d.kind == NULL) {
		setenv("DATADOG_API_KEY", "0123456789abcdef", 1);
		if (dest_open(&d, "datadog", NULL, 0, &e) < 0)
			abort();
	}
	if (n < 2)
		return 0;
	text = (struct slice){ (const char *)bytes + 1, n - 1 };
	try_line(&d, text);
	body = text;
	headers = slice_take_until(&body, '\0');
	try_answer(&d, statuses[bytes[0] % 12], headers, body,
		   bytes[0] & 128 ? COUNT : 1);
	return 0;
}

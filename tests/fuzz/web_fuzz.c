/*
 * Any line: what it becomes in an array is one JSON value. Any answer: nothing
 * is taken for delivered or to blame but by the statuses that are set so. Any
 * list of statuses and headers: taken, or refused as the settings' fault.
 */
#include "dest/web.h"
#include "json/walk.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void try_line(struct slice line)
{
	const struct dest_record record = { line, 0 };
	struct buf body = BUF_INIT(8 * line.len + 1000);
	struct err e = { 0 };
	struct walk w;

	if (web_add(WEB_ARRAY, &record, 0, &body, &e) < 0) {
		if (e.kind != ERR_DATA)
			abort();
	} else {
		web_end(WEB_ARRAY, &body);
		walk_start(&w, buf_slice(&body));
		if (walk_container(&w, body.data, 0) != w.end)
			abort();
	}
	buf_free(&body);
}

static void try_settings(const char *text, struct web_terms *terms)
{
	static const struct dest_setting table[] = { { .key = "codes" },
						     { .key = NULL } };
	const struct settings s = { table, &text };
	struct buf headers = BUF_INIT(1 << 20);
	struct err e = { 0 };

	if (web_read_codes(&s, 0, &terms->reject, &e) < 0 &&
	    e.kind != ERR_USAGE)
		abort();
	if (web_put_headers(&s, 0, &headers, &e) < 0 && e.kind != ERR_USAGE)
		abort();
	buf_free(&headers);
}

static void try_answer(const struct web_terms *terms, int status,
		       struct slice body, size_t count)
{
	const struct answer answer = { .status = status,
				       .body = body,
				       .retry_after_ms = -1 };
	struct dest_session session = { .words = ARENA_INIT(1 << 20),
					.token = BUF_INIT(10) };
	struct judgement j[COUNT];

	web_judge(terms, &session, count > 1, &answer, j, count);
	for (size_t i = 0; i < count; i++) {
		if (j[i].verdict == VERDICT_PENDING)
			abort();
		if (j[i].verdict == VERDICT_DELIVERED &&
		    !web_has_code(&terms->success, status))
			abort();
		if (j[i].verdict == VERDICT_REJECT &&
		    (count > 1 ||
		     (status != 413 && !web_has_code(&terms->reject, status))))
			abort();
	}
	arena_free(&session.words);
	buf_free(&session.token);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct web_terms terms = { .success = { .bits = { [3] = 0xff00 } } };
	struct slice text;
	char *copy;

	if (n < 2)
		return 0;
	text = (struct slice){ (const char *)bytes + 2, n - 2 };
	copy = strndup(text.len > 0 ? text.data : "", text.len);
	try_line(text);
	try_settings(copy, &terms);
	try_answer(&terms, (bytes[0] << 8 | bytes[1]) % 1000, text,
		   bytes[0] & 128 ? COUNT : 1);
	free(copy);
	return 0;
}

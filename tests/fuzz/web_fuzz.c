/*
 * Any line: what it becomes in an array is one JSON value, and so is a request
 * of OTLP. Any answer: nothing is taken for delivered or to blame but by the
 * statuses that are set so, and where some were not taken none is delivered.
 * Any list of statuses and headers: taken, or refused as the settings' fault.
 */
#include "dest/web.h"
#include "json/walk.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void try_line(enum web_framing framing, struct slice line)
{
	const struct dest_record record = { line, 0 };
	struct buf body = BUF_INIT(16 * line.len + 1000);
	struct err e = { 0 };
	struct walk w;

	if (web_add(framing, &record, 0, &body, &e) < 0) {
		if (e.kind != ERR_DATA)
			abort();
	} else {
		if (web_add(framing, &record, 1, &body, &e) < 0)
			abort();
		web_end(framing, &body);
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
		if (terms->is_otlp && j[i].verdict != j[0].verdict)
			abort();
		if (j[i].verdict == VERDICT_REJECT &&
		    !(terms->is_otlp &&
		      web_has_code(&terms->success, status)) &&
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
	terms.is_otlp = (bytes[0] & 64) != 0;
	try_line(terms.is_otlp ? WEB_OTLP : WEB_ARRAY, text);
	try_settings(copy, &terms);
	try_answer(&terms, (bytes[0] << 8 | bytes[1]) % 1000, text,
		   bytes[0] & 128 ? COUNT : 1);
	free(copy);
	return 0;
}

/*
 * Any line: its envelope is one JSON object. Any answer: nothing is taken for
 * delivered or to blame but by the answers that say so.
 */
#include "dest/hec.h"
#include "json/walk.h"

#include <stdlib.h>

enum { COUNT = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void try_line(struct slice line, const char *index)
{
	struct dest_record record = { line, 0 };
	struct buf body = BUF_INIT(8 * line.len + 1000);
	struct err e = { 0 };
	struct walk w;

	if (hec_put_event(&record, index, &body, &e) < 0) {
		if (e.kind != ERR_DATA || body.len > 0)
			abort();
	} else {
		walk_start(&w, buf_slice(&body));
		if (body.data[0] != '{' || body.data[body.len - 1] != '}' ||
		    walk_container(&w, body.data, 0) != w.end)
			abort();
	}
	buf_free(&body);
}

static void try_answer(int status, struct slice body, const uint8_t *flags)
{
	const struct answer answer = { .status = status,
				       .body = body,
				       .retry_after_ms = -1 };
	const struct hec_terms terms = { .use_ack = *flags & 1,
					 .gzip = *flags & 2,
					 .index_is_ours = *flags & 4 };
	static const uint64_t tickets[COUNT] = { 0, 1, 2, 3, UINT64_MAX };
	struct judgement j[COUNT];
	struct dest_session session = { .accepted = *flags & 8,
					.words = ARENA_INIT(1 << 20) };

	hec_judge(&terms, &session, &answer, j, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		bool good = j[i].verdict == VERDICT_DELIVERED ||
			    j[i].verdict == VERDICT_PENDING;

		if (good && (status != 200 || !session.accepted))
			abort();
		if (j[i].verdict == VERDICT_DELIVERED && terms.use_ack)
			abort();
		if (j[i].verdict == VERDICT_REJECT && status != 400)
			abort();
	}
	hec_told(&session, &answer, tickets, j, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		if (j[i].verdict != VERDICT_PENDING &&
		    !(j[i].verdict == VERDICT_DELIVERED && status == 200) &&
		    !(j[i].verdict == VERDICT_HOLD && status >= 300))
			abort();
	for (enum hec_step step = HEC_HEALTH; step <= HEC_ACKS; step++) {
		struct err finding = { 0 };

		if (hec_checked(&terms, &session, step, &answer, &finding) ==
			    VERDICT_DELIVERED &&
		    status != 200 && status != 400)
			abort();
		if (finding.text[0] == '\0')
			abort();
	}
	arena_free(&session.words);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const int statuses[] = { 200, 400, 401, 403, 404, 413,
					429, 500, 503, 204, 302, 418 };
	struct slice text;

	if (n < 2)
		return 0;
	text = (struct slice){ (const char *)bytes + 2, n - 2 };
	try_line(text, NULL);
	try_line(text, "main");
	try_answer(statuses[bytes[0] % 12], text, bytes + 1);
	return 0;
}

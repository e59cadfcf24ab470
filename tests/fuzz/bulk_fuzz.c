/*
 * Any line: it becomes two, each one JSON object. Any answer: nothing is taken
 * for delivered, or rejected, but by what jansson finds said of it too.
 */
#include "dest/bulk.h"
#include "dest/document.h"
#include "json/walk.h"

#include <jansson.h>
#include <stdlib.h>

enum { COUNT = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void try_line(struct slice line, bool daily)
{
	static const struct slice path[] = { { "a", 1 }, { "b", 1 } };
	const struct document_terms terms = { .index = { "x", 1 },
					      .daily = daily,
					      .id_path = path,
					      .id_names = 2 };
	struct dest_record record = { line, 0 };
	struct buf body = BUF_INIT(8 * line.len + 2000);
	struct err e = { 0 };

	if (document_put(&terms, &record, &body, &e) < 0) {
		if (e.kind != ERR_DATA || body.len > 0)
			abort();
	} else {
		struct slice rest = buf_slice(&body);

		if (!walk_is_object(slice_take_until(&rest, '\n')) ||
		    !walk_is_object(slice_trim(slice_take_until(&rest, '\n'))))
			abort();
		if (rest.len > 0)
			abort();
	}
	buf_free(&body);
}

/* The status that an answer gives to document i of COUNT, or -1. */
static int status_of(json_t *root, size_t i)
{
	json_t *items = json_object_get(root, "items");
	json_t *item = json_array_get(items, i);
	void *only = json_object_iter(item);

	if (json_array_size(items) != COUNT || json_object_size(item) != 1)
		return -1;
	return (int)json_integer_value(
		json_object_get(json_object_iter_value(only), "status"));
}

static void try_answer(int status, struct slice body)
{
	const struct answer answer = { .status = status,
				       .body = body,
				       .retry_after_ms = -1 };
	struct dest_session session = { .words = ARENA_INIT(1 << 20) };
	struct judgement j[COUNT];
	json_t *root = json_loadb(body.data, body.len, JSON_ALLOW_NUL, NULL);
	struct err finding = { 0 };

	bulk_judge(&session, &answer, j, COUNT);
	// What jansson cannot read, as a number that is too large, has no say.
	for (size_t i = 0; root != NULL && i < COUNT; i++) {
		int said = status == 200 ? status_of(root, i) : -1;

		if (j[i].verdict == VERDICT_DELIVERED && said / 100 != 2 &&
		    said != 409)
			abort();
		if (j[i].verdict == VERDICT_REJECT && said / 100 != 4)
			abort();
		if (j[i].repeated !=
		    (j[i].verdict == VERDICT_DELIVERED && said == 409))
			abort();
	}
	for (int step = BULK_VERSION; step <= BULK_CREDENTIALS; step++) {
		(void)bulk_checked(&session, (enum bulk_step)step, &answer,
				   &finding);
		if (finding.text[0] == '\0')
			abort();
	}
	json_decref(root);
	arena_free(&session.words);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const int statuses[] = { 200, 200, 200, 400, 401, 403, 404,
					413, 429, 500, 503, 204, 302, 418 };
	struct slice text;

	if (n < 1)
		return 0;
	text = (struct slice){ (const char *)bytes + 1, n - 1 };
	try_answer(statuses[bytes[0] % 14], text);
	try_line(slice_take_until(&text, '\n'), bytes[0] & 0x80);
	return 0;
}

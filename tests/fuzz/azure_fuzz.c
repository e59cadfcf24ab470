/*
 * Any connection string: what is taken for good can be signed with, and stands
 * in a header. Any answer: nothing is delivered or to blame but by the answers
 * that say so.
 */
#include "dest/azure.h"
#include "dest/opening.h"
#include "dest/sas.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void try_string(struct slice text)
{
	struct buf token = BUF_INIT(1 << 20);
	struct err e = { 0 };
	struct sas sas;

	if (sas_parse(text, &sas, &e) < 0) {
		if (e.kind != ERR_USAGE)
			abort();
		return;
	}
	if (sas.host.len == 0 ||
	    sas_put_token(&sas, SLICE("https://h/a"), 1, &token, &e) < 0)
		abort();
	for (size_t i = 0; i < token.len; i++)
		if (token.data[i] < ' ' || token.data[i] > '~')
			abort();
	buf_free(&token);
}

/* A destination of each transport that sends requests. */
static const struct dest *open_all(void)
{
	static struct dest dests[3];
	static bool are_open;
	static const char *const options[3][4] = {
		{ "rule_id=r", "stream=s", "tenant_id=t", "client_id=c" },
		{ "transport=data_collector_api", "log_type=A", "cloud=public",
		  "workspace_id=w" },
		{ "transport=event_hubs", "hub_name=h", "timeout=9",
		  "in_flight=1" },
	};
	struct err e;

	if (are_open)
		return dests;
	setenv("AZURE_CLIENT_SECRET", "s", 1);
	setenv("SENTINEL_ENDPOINT", "https://h", 1);
	setenv("SENTINEL_SHARED_KEY", "AAAA", 1);
	setenv("EVENT_HUBS_CONNECTION_STRING",
	       "Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=k", 1);
	for (size_t i = 0; i < 3; i++)
		if (dest_open(&dests[i], "sentinel", options[i], 4, &e) < 0)
			abort();
	are_open = true;
	return dests;
}

static void try_answer(const struct dest *d, int success, int status,
		       struct slice body, bool accepted)
{
	const struct answer answer = { .status = status,
				       .body = body,
				       .retry_after_ms = -1 };
	struct dest_session session = { .accepted = accepted,
					.token = BUF_INIT(100),
					.words = ARENA_INIT(1 << 20) };
	struct judgement j[COUNT];

	for (size_t count = 1; count <= COUNT; count += COUNT - 1) {
		d->plan.request->judge(d->plan.config, &session, &answer, j,
				       count);
		for (size_t i = 0; i < count; i++) {
			if (j[i].verdict == VERDICT_DELIVERED &&
			    status != success)
				abort();
			if (j[i].verdict == VERDICT_PENDING ||
			    (j[i].verdict == VERDICT_REJECT &&
			     (count > 1 || (status != 400 && status != 413))))
				abort();
		}
	}
	buf_free(&session.token);
	arena_free(&session.words);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const int statuses[] = { 200, 201, 204, 400, 401, 403, 404,
					410, 413, 429, 500, 503, 302, 418 };
	static const int success[] = { 204, 200, 201 };
	const struct dest *dests = open_all();
	struct slice text;

	if (n < 2)
		return 0;
	text = (struct slice){ (const char *)bytes + 2, n - 2 };
	try_string(text);
	for (size_t i = 0; i < 3; i++)
		try_answer(&dests[i], success[i], statuses[bytes[0] % 14], text,
			   bytes[1] & 1);
	return 0;
}

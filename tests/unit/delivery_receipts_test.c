/* Receipts: what they say is what happened, whatever the disk does. */
#include "delivery/receipts.h"

#include "core/buf.h"
#include "core/file.h"

#include "check.h"

#include <jansson.h>
#include <limits.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NAME "receipts"
#define ID "0123456789abcdef0123456789abcdef"

static const struct slice id = { ID, sizeof(ID) - 1 };
static const struct slice none = { NULL, 0 };
static const int64_t second = 1000000000;

static void enter_folder(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/receipts.XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(path) == NULL || chdir(path) < 0)
		abort();
}

static struct receipts *start(struct slice the_id)
{
	struct err e;

	unlink(NAME);
	struct receipts *r = receipts_open(NAME, the_id, &e);
	if (r == NULL)
		abort();
	return r;
}

/* A record leaves the queue. */
static void leaves(struct receipts *r, uint64_t line, const char *text,
		   enum queue_fate fate)
{
	struct queue q = QUEUE_INIT(64 << 20);
	struct queue_item *item = queue_add(&q, QUEUE_RECORD, slice_of(text));

	item->line = line;
	q.now_ns = (int64_t)(1000 + line) * second;
	if (queue_take(&q) != item)
		abort();
	queue_settle(&q, item, fate);
	item->resent = text[0] == 'r';
	receipts_add(r, item, "splunk", "answer",
		     (int64_t)(2000 + line) * second);
	queue_free(&q);
}

/* The receipts in the file, as a JSON array. */
static json_t *all(void)
{
	struct buf text = BUF_INIT(1 << 20);
	struct err e;
	json_t *list = json_array();
	struct slice rest, line;

	if (file_read(NAME, &text, &e) < 0)
		abort();
	rest = buf_slice(&text);
	while (rest.len > 0) {
		const char *lf = memchr(rest.data, '\n', rest.len);

		CHECK(lf != NULL);
		if (lf == NULL)
			break;
		line = slice_take_n(&rest, (size_t)(lf - rest.data));
		rest = slice_from(rest, 1);
		json_t *receipt = json_loadb(line.data, line.len, 0, NULL);
		CHECK(receipt != NULL);
		json_array_append_new(list, receipt);
	}
	buf_free(&text);
	return list;
}

static json_int_t number(const json_t *receipt, const char *key)
{
	const json_t *value = json_object_get(receipt, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

static bool says(const json_t *receipt, const char *key, const char *text)
{
	const char *value = json_string_value(json_object_get(receipt, key));

	if (value != NULL && strcmp(value, text) == 0)
		return true;
	printf("# %s: %s\n", key, value != NULL ? value : "(none)");
	return false;
}

/* Is it that of these lines? */
static bool digests(const json_t *receipt, const char *lines)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	char hex[65];

	if (EVP_Digest(lines, strlen(lines), sum, NULL, EVP_sha256(), NULL) !=
	    1)
		abort();
	for (size_t i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	return says(receipt, "sha256", hex);
}

static void a_group_ends_with_the_last_mark(void)
{
	struct receipts *r = start(id);
	struct err e;

	leaves(r, 1, "one", FATE_DELIVERED);
	leaves(r, 2, "bad", FATE_REJECTED);
	receipts_reject(r, 1);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("8"));
	leaves(r, 4, "r two", FATE_DELIVERED);
	leaves(r, 5, "no", FATE_GIVEN_UP);
	receipts_mark(r, SLICE("/a#1"), SLICE("8"), SLICE("16"));
	receipts_mark(r, SLICE("/b\"#2"), none, SLICE("5"));
	leaves(r, 6, "three", FATE_DELIVERED);
	CHECK(receipts_is_dirty(r) && receipts_is_whole(r));
	CHECK(receipts_sync(r, &e) == 0);
	CHECK(!receipts_is_dirty(r));

	json_t *list = all();
	const json_t *receipt = json_array_get(list, 0);
	CHECK(json_array_size(list) == 1);
	CHECK(says(receipt, "id", ID));
	CHECK(says(receipt, "destination", "splunk"));
	CHECK(says(receipt, "acknowledgement", "answer"));
	CHECK(number(receipt, "first") == 1 && number(receipt, "last") == 5);
	CHECK(number(receipt, "delivered") == 2);
	CHECK(number(receipt, "rejected") == 2);
	CHECK(number(receipt, "given_up") == 1);
	CHECK(number(receipt, "retried") == 1);
	CHECK(digests(receipt, "one\nr two\n"));
	CHECK(says(receipt, "sent", "1970-01-01T00:16:41.000Z"));
	CHECK(says(receipt, "acknowledged", "1970-01-01T00:33:25.000Z"));

	const json_t *ranges = json_object_get(receipt, "ranges");
	CHECK(json_array_size(ranges) == 2);
	CHECK(says(json_array_get(ranges, 0), "source", "/a#1"));
	CHECK(says(json_array_get(ranges, 0), "from", "0"));
	CHECK(says(json_array_get(ranges, 0), "to", "16"));
	CHECK(says(json_array_get(ranges, 1), "source", "/b\"#2"));
	CHECK(says(json_array_get(ranges, 1), "from", "-"));
	json_decref(list);

	receipts_mark(r, SLICE("/a#1"), SLICE("16"), SLICE("20"));
	CHECK(receipts_sync(r, &e) == 0);
	list = all();
	receipt = json_array_get(list, 1);
	CHECK(json_array_size(list) == 2);
	CHECK(number(receipt, "first") == 6 && number(receipt, "last") == 6);
	CHECK(digests(receipt, "three\n"));
	json_decref(list);
	receipts_close(r);
}

static void nothing_new_is_no_receipt(void)
{
	struct receipts *r = start(id);
	struct err e;

	leaves(r, 1, "one", FATE_DELIVERED);
	CHECK(!receipts_is_dirty(r));
	CHECK(receipts_sync(r, &e) == 0);
	json_t *list = all();
	CHECK(json_array_size(list) == 0);
	json_decref(list);
	receipts_close(r);
}

static void without_positions_a_group_ends_when_it_is_synced(void)
{
	struct receipts *r = start(none);
	struct err e;

	leaves(r, 7, "one", FATE_DELIVERED);
	CHECK(receipts_is_dirty(r));
	CHECK(receipts_sync(r, &e) == 0 && !receipts_is_dirty(r));
	leaves(r, 8, "two", FATE_DELIVERED);
	CHECK(receipts_sync(r, &e) == 0);
	json_t *list = all();
	CHECK(json_array_size(list) == 2);
	CHECK(says(json_array_get(list, 0), "id", "-"));
	CHECK(digests(json_array_get(list, 0), "one\n"));
	CHECK(number(json_array_get(list, 1), "first") == 8);
	CHECK(json_array_size(
		      json_object_get(json_array_get(list, 1), "ranges")) == 0);
	json_decref(list);
	receipts_close(r);
}

static void megabytes_without_a_mark_wait_for_one(void)
{
	enum { LEN = 300 << 10, COUNT = 12 };
	struct receipts *r = start(id);
	char *text = malloc(LEN + 1);
	struct buf lines = BUF_INIT((size_t)COUNT * (LEN + 2));
	struct err e;

	memset(text, 'x', LEN);
	text[LEN] = '\0';
	leaves(r, 1, "one", FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("4"));
	buf_puts(&lines, "one\n");
	for (unsigned i = 0; i < COUNT - 1; i++) {
		leaves(r, 2 + i, text, FATE_DELIVERED);
		buf_printf(&lines, "%s\n", text);
	}
	CHECK(!receipts_is_whole(r));
	CHECK(receipts_sync(r, &e) == 0);
	json_t *list = all();
	CHECK(json_array_size(list) == 0);
	json_decref(list);

	receipts_mark(r, SLICE("/a#1"), SLICE("4"), SLICE("9"));
	CHECK(receipts_is_whole(r) && receipts_sync(r, &e) == 0);
	list = all();
	CHECK(json_array_size(list) == 1);
	CHECK(number(json_array_get(list, 0), "delivered") == COUNT);
	CHECK(digests(json_array_get(list, 0), buf_str(&lines)));
	json_decref(list);
	receipts_close(r);
	buf_free(&lines);
	free(text);
}

static void limit(rlim_t bytes)
{
	struct rlimit l;

	signal(SIGXFSZ, SIG_IGN);
	if (getrlimit(RLIMIT_FSIZE, &l) < 0)
		abort();
	l.rlim_cur = bytes != 0 ? bytes : l.rlim_max;
	if (setrlimit(RLIMIT_FSIZE, &l) < 0)
		abort();
}

static void a_full_disk_makes_groups_longer_and_loses_none(void)
{
	struct receipts *r = start(id);
	struct err e = { 0 };

	limit(100);
	leaves(r, 1, "one", FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("4"));
	CHECK(receipts_sync(r, &e) == -1 && strstr(e.text, NAME) != NULL);
	for (unsigned i = 2; i < 10; i++) {
		leaves(r, i, "more", FATE_DELIVERED);
		receipts_mark(r, SLICE("/a#1"), SLICE("4"), SLICE("9"));
		CHECK(receipts_sync(r, &e) == -1);
	}
	limit(0);
	CHECK(receipts_sync(r, &e) == 0 && !receipts_is_dirty(r));
	json_t *list = all();
	CHECK(json_array_size(list) == 2);
	CHECK(number(json_array_get(list, 0), "last") == 1);
	CHECK(number(json_array_get(list, 1), "first") == 2);
	CHECK(number(json_array_get(list, 1), "last") == 9);
	CHECK(number(json_array_get(list, 1), "delivered") == 8);
	json_decref(list);
	receipts_close(r);
}

int main(void)
{
	enter_folder();
	RUN(a_group_ends_with_the_last_mark);
	RUN(nothing_new_is_no_receipt);
	RUN(without_positions_a_group_ends_when_it_is_synced);
	RUN(megabytes_without_a_mark_wait_for_one);
	RUN(a_full_disk_makes_groups_longer_and_loses_none);
	return check_done();
}

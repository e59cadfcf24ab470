/* Receipts: what they say is what happened, whatever the disk does. */
#include "delivery/receipts.h"

#include "core/buf.h"
#include "core/file.h"

#include "check.h"
#include "folder.h"

#include <jansson.h>
#include <limits.h>
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

static struct receipts *go_on(struct slice the_id, enum checksum_kind digests)
{
	struct err e;
	struct receipts *r = receipts_open(NAME, the_id, digests, &e);

	if (r == NULL)
		abort();
	return r;
}

static struct receipts *start(struct slice the_id)
{
	unlink(NAME);
	return go_on(the_id, CHECKSUM_XXH128);
}

/* The first item leaves the queue, as the engine lets it. */
static void leaves_queue(struct receipts *r, struct queue *q,
			 enum queue_fate fate)
{
	struct queue_item *item = queue_front(q);

	if (queue_take(q) != item)
		abort();
	queue_settle(q, item, fate);
	item->resent = queue_bytes(item).data[0] == 'r';
	receipts_add(r, item, "splunk", "answer",
		     (int64_t)(2000 + item->line) * second);
	if (queue_drops_memory(q))
		receipts_keep(r);
	queue_drop(q);
}

/* A record does, alone, and its memory goes to the next. */
static void leaves(struct receipts *r, uint64_t line, const char *text,
		   enum queue_fate fate)
{
	static struct queue q = { .max = 64 << 20 };
	struct queue_item *item = queue_add(&q, QUEUE_RECORD, slice_of(text));

	item->line = line;
	q.now_ns = (int64_t)(1000 + line) * second;
	leaves_queue(r, &q, fate);
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

/* Is it that of these bytes? */
static bool has_sum(const json_t *object, const char *key,
		    enum checksum_kind kind, struct slice bytes)
{
	struct buf hex = BUF_INIT(2 * CHECKSUM_MAX + 1);
	struct checksum c;
	struct err e;

	if (checksum_open(&c, kind, &e) < 0)
		abort();
	checksum_add(&c, bytes);
	checksum_put(&c, &hex);
	bool same = says(object, key, buf_str(&hex));
	checksum_close(&c);
	buf_free(&hex);
	return same;
}

/* The digest and the number of its records, of a receipt or of a range. */
static bool digests(const json_t *object, json_int_t records, const char *lines)
{
	return number(object, "records") == records &&
	       has_sum(object, "xxh128", CHECKSUM_XXH128, slice_of(lines));
}

static const json_t *range_of(const json_t *receipt, size_t i)
{
	return json_array_get(json_object_get(receipt, "ranges"), i);
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
	CHECK(receipts_is_dirty(r));
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
	CHECK(digests(range_of(receipt, 0), 4, "one\nbad\nr two\nno\n"));
	CHECK(digests(range_of(receipt, 1), 0, ""));
	CHECK(json_object_get(receipt, "xxh128") == NULL);
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
	CHECK(digests(range_of(receipt, 0), 1, "three\n"));
	json_decref(list);
	receipts_close(r);
}

static void each_source_has_a_digest_of_its_own(void)
{
	struct receipts *r = start(id);
	struct err e;

	leaves(r, 1, "one", FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("4"));
	leaves(r, 2, "two", FATE_DELIVERED);
	leaves(r, 3, "three", FATE_DELIVERED);
	receipts_mark(r, SLICE("/b#2"), none, SLICE("10"));
	leaves(r, 4, "four", FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("4"), SLICE("9"));
	CHECK(receipts_sync(r, &e) == 0);
	// What is used again for the next group holds nothing of this one.
	leaves(r, 5, "five", FATE_DELIVERED);
	receipts_mark(r, SLICE("/b#2"), SLICE("10"), SLICE("15"));
	CHECK(receipts_sync(r, &e) == 0);

	json_t *list = all();
	const json_t *first = json_array_get(list, 0);
	const json_t *next = json_array_get(list, 1);
	CHECK(digests(range_of(first, 0), 2, "one\nfour\n"));
	CHECK(digests(range_of(first, 1), 2, "two\nthree\n"));
	CHECK(digests(range_of(next, 0), 1, "five\n"));
	CHECK(says(range_of(next, 0), "from", "10"));
	CHECK(range_of(next, 1) == NULL);
	json_decref(list);
	receipts_close(r);
}

static void digests_can_be_of_another_kind(void)
{
	unlink(NAME);
	struct receipts *r = go_on(id, CHECKSUM_SHA256);
	struct err e;

	leaves(r, 1, "one", FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("4"));
	CHECK(receipts_sync(r, &e) == 0);
	json_t *list = all();
	const json_t *range = range_of(json_array_get(list, 0), 0);
	CHECK(has_sum(range, "sha256", CHECKSUM_SHA256, SLICE("one\n")));
	CHECK(json_object_get(range, "xxh128") == NULL);
	json_decref(list);
	receipts_close(r);
}

/* The lines of the file, of which each names the one before. */
static void check_chain(size_t count)
{
	struct buf text = BUF_INIT(1 << 20);
	struct slice before = { NULL, 0 };
	struct err e;
	size_t i = 0;

	if (file_read(NAME, &text, &e) < 0)
		abort();
	for (struct slice rest = buf_slice(&text); rest.len > 0; i++) {
		const char *lf = memchr(rest.data, '\n', rest.len);
		struct slice line =
			slice_take_n(&rest, (size_t)(lf - rest.data) + 1);
		json_t *receipt = json_loadb(line.data, line.len, 0, NULL);

		if (i == 0)
			CHECK(says(receipt, "previous", "-"));
		else
			CHECK(has_sum(receipt, "previous", CHECKSUM_SHA256,
				      before));
		json_decref(receipt);
		before = line;
	}
	CHECK(i == count);
	buf_free(&text);
}

static void each_receipt_names_the_one_before_across_runs(void)
{
	struct err e;

	unlink(NAME);
	for (unsigned run = 0; run < 3; run++) {
		struct receipts *r = go_on(none, CHECKSUM_XXH128);

		for (unsigned i = 1; i <= 3; i++) {
			leaves(r, i, "some", FATE_DELIVERED);
			CHECK(receipts_sync(r, &e) == 0);
		}
		receipts_close(r);
		// What a crash has left is cut, and named by none.
		FILE *f = fopen(NAME, "a");
		if (f == NULL || fputs("{\"time\":", f) < 0 || fclose(f) != 0)
			abort();
	}
	receipts_close(go_on(none, CHECKSUM_XXH128));
	check_chain(9);
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
	CHECK(digests(json_array_get(list, 0), 1, "one\n"));
	CHECK(digests(json_array_get(list, 1), 1, "two\n"));
	CHECK(number(json_array_get(list, 1), "first") == 8);
	CHECK(json_array_size(
		      json_object_get(json_array_get(list, 1), "ranges")) == 0);
	json_decref(list);
	receipts_close(r);
}

/* A receipt about so many records of 300 KiB, without a mark between them. */
static json_t *without_a_mark(unsigned count)
{
	enum { LEN = 300 << 10 };
	struct receipts *r = start(id);
	char *text = malloc(LEN + 1);
	struct err e;

	memset(text, 'x', LEN);
	text[LEN] = '\0';
	leaves(r, 1, "one", FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("4"));
	for (unsigned i = 1; i < count; i++)
		leaves(r, 1 + i, text, FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("4"), SLICE("9"));
	CHECK(receipts_sync(r, &e) == 0);
	receipts_close(r);
	free(text);
	return all();
}

static void megabytes_without_a_mark_are_digested(void)
{
	json_t *list = without_a_mark(10);
	const json_t *receipt = json_array_get(list, 0);
	struct buf lines = BUF_INIT(4 << 20);

	buf_puts(&lines, "one\n");
	for (unsigned i = 1; i < 10; i++) {
		char *room = buf_room(&lines, 300 << 10);

		memset(room, 'x', 300 << 10);
		buf_grown(&lines, 300 << 10);
		buf_putc(&lines, '\n');
	}
	CHECK(digests(range_of(receipt, 0), 10, buf_str(&lines)));
	buf_free(&lines);
	json_decref(list);
}

/* So that they lie in several chunks, and these are used again and again. */
static void records_are_digested_wherever_the_queue_has_them(void)
{
	enum { RECORDS = 1000, AT_ONCE = 40, MARKED = 300 };
	struct queue q = QUEUE_INIT(128 << 10);
	struct receipts *r = start(id);
	struct buf lines = BUF_INIT(4 << 20);
	struct err e;

	for (uint64_t i = 1; i <= RECORDS; i++) {
		char text[1000];
		int n = snprintf(text, sizeof(text), "%0*u",
				 (int)(i * 7 % 900 + 1), (unsigned)i);
		struct slice record = { text, (size_t)n };
		struct queue_item *item = queue_add(&q, QUEUE_RECORD, record);

		item->line = i;
		buf_put_slice(&lines, record);
		buf_putc(&lines, '\n');
		for (size_t k = 0; i % AT_ONCE == 0 && k < AT_ONCE; k++) {
			leaves_queue(r, &q, FATE_DELIVERED);
			if ((i - AT_ONCE + k + 1) % MARKED == 0)
				receipts_mark(r, SLICE("/log"), none,
					      SLICE("1"));
		}
	}
	receipts_mark(r, SLICE("/log"), none, SLICE("2"));
	CHECK(receipts_sync(r, &e) == 0);
	json_t *list = all();
	const json_t *range = json_array_get(
		json_object_get(json_array_get(list, 0), "ranges"), 0);
	CHECK(number(range, "records") == RECORDS);
	CHECK(has_sum(range, "xxh128", CHECKSUM_XXH128, buf_slice(&lines)));
	json_decref(list);
	receipts_close(r);
	queue_free(&q);
	buf_free(&lines);
}

static void what_is_too_much_without_a_mark_has_no_digest(void)
{
	json_t *list = without_a_mark(100);
	const json_t *range = range_of(json_array_get(list, 0), 0);

	CHECK(number(json_array_get(list, 0), "delivered") == 100);
	CHECK(number(range, "records") == 100);
	CHECK(json_object_get(range, "xxh128") == NULL);
	json_decref(list);
}

static void what_comes_behind_that_has_its_digest_again(void)
{
	enum { LEN = 6 << 20 };
	struct receipts *r = start(id);
	char *text = malloc(LEN + 1);
	struct err e;

	memset(text, 'x', LEN);
	text[LEN] = '\0';
	for (unsigned i = 1; i < 4; i++)
		leaves(r, i, text, FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("9"));
	leaves(r, 4, "four", FATE_DELIVERED);
	receipts_mark(r, SLICE("/b#1"), SLICE("0"), SLICE("5"));
	CHECK(receipts_sync(r, &e) == 0);
	json_t *list = all();
	const json_t *receipt = json_array_get(list, 0);
	CHECK(json_object_get(range_of(receipt, 0), "xxh128") == NULL);
	CHECK(digests(range_of(receipt, 1), 1, "four\n"));
	json_decref(list);
	receipts_close(r);
	free(text);
}

static void what_was_rejected_before_the_queue_has_no_line_and_no_time(void)
{
	struct receipts *r = start(id);
	struct err e;

	leaves(r, 7, "seven", FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("6"));
	receipts_reject(r, 2);
	receipts_mark(r, SLICE("/a#1"), SLICE("6"), SLICE("9"));
	CHECK(receipts_sync(r, &e) == 0);
	receipts_close(r);
	json_t *list = all();
	const json_t *receipt = json_array_get(list, 0);
	CHECK(number(receipt, "first") == 7 && number(receipt, "last") == 7);
	CHECK(number(receipt, "delivered") == 1);
	CHECK(number(receipt, "rejected") == 2);
	CHECK(says(receipt, "sent", "1970-01-01T00:16:47.000Z"));
	CHECK(says(receipt, "acknowledged", "1970-01-01T00:33:27.000Z"));
	json_decref(list);
}

static void nothing_follows_a_receipt_that_could_not_be_made(void)
{
	enum { LEN = 2 << 20 }; // more than is kept of a name
	struct receipts *r = start(id);
	char *name = malloc(LEN);
	struct err e;

	memset(name, 'x', LEN);
	receipts_mark(r, (struct slice){ name, LEN }, SLICE("0"), SLICE("6"));
	CHECK(receipts_sync(r, &e) == -1);
	leaves(r, 1, "one", FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("4"));
	CHECK(receipts_sync(r, &e) == -1 && receipts_is_dirty(r));
	receipts_close(r);
	json_t *list = all();
	CHECK(json_array_size(list) == 0);
	json_decref(list);
	free(name);
}

static void rejects_alone_make_a_receipt(void)
{
	struct receipts *r = start(none);
	struct err e;

	CHECK(!receipts_is_dirty(r));
	receipts_reject(r, 3);
	CHECK(receipts_is_dirty(r));
	CHECK(receipts_sync(r, &e) == 0 && !receipts_is_dirty(r));
	receipts_close(r);
	json_t *list = all();
	CHECK(number(json_array_get(list, 0), "rejected") == 3);
	json_decref(list);
}

static void a_record_of_any_length_is_digested(void)
{
	enum { LEN = 9 << 20 };
	struct receipts *r = start(id);
	char *text = malloc(LEN + 2);
	struct err e;

	memset(text, 'x', LEN);
	text[LEN] = '\0';
	leaves(r, 1, text, FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("9"));
	CHECK(receipts_sync(r, &e) == 0);
	text[LEN] = '\n';
	text[LEN + 1] = '\0';
	json_t *list = all();
	CHECK(digests(range_of(json_array_get(list, 0), 0), 1, text));
	json_decref(list);
	receipts_close(r);
	free(text);
}

static void a_full_disk_makes_groups_longer_and_loses_none(void)
{
	struct receipts *r = start(id);
	struct err e = { 0 };

	folder_limit(100);
	leaves(r, 1, "one", FATE_DELIVERED);
	receipts_mark(r, SLICE("/a#1"), SLICE("0"), SLICE("4"));
	CHECK(receipts_sync(r, &e) == -1 && strstr(e.text, NAME) != NULL);
	for (unsigned i = 2; i < 10; i++) {
		leaves(r, i, "more", FATE_DELIVERED);
		receipts_mark(r, SLICE("/a#1"), SLICE("4"), SLICE("9"));
		CHECK(receipts_sync(r, &e) == -1);
	}
	folder_limit(0);
	CHECK(receipts_sync(r, &e) == 0 && !receipts_is_dirty(r));
	json_t *list = all();
	CHECK(json_array_size(list) == 2);
	check_chain(2);
	CHECK(number(json_array_get(list, 0), "last") == 1);
	CHECK(number(json_array_get(list, 1), "first") == 2);
	CHECK(number(json_array_get(list, 1), "last") == 9);
	CHECK(number(json_array_get(list, 1), "delivered") == 8);
	json_decref(list);
	receipts_close(r);
}

int main(void)
{
	folder_enter();
	RUN(a_group_ends_with_the_last_mark);
	RUN(each_source_has_a_digest_of_its_own);
	RUN(digests_can_be_of_another_kind);
	RUN(each_receipt_names_the_one_before_across_runs);
	RUN(nothing_new_is_no_receipt);
	RUN(without_positions_a_group_ends_when_it_is_synced);
	RUN(megabytes_without_a_mark_are_digested);
	RUN(records_are_digested_wherever_the_queue_has_them);
	RUN(what_is_too_much_without_a_mark_has_no_digest);
	RUN(what_comes_behind_that_has_its_digest_again);
	RUN(what_was_rejected_before_the_queue_has_no_line_and_no_time);
	RUN(nothing_follows_a_receipt_that_could_not_be_made);
	RUN(rejects_alone_make_a_receipt);
	RUN(a_record_of_any_length_is_digested);
	RUN(a_full_disk_makes_groups_longer_and_loses_none);
	return check_done();
}

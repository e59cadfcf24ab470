/* Layouts: a record is followed where it can be, and then found the same. */
#include "json/scan.h"

#include "check.h"
#include "same_scan.h"

#include "core/hash.h"

#include <stdlib.h>

static struct paths *paths;
static struct scan quick, plain;

/* The paths a, b, c.d and c.e.f; new scanners that know of no layout. */
static void begin(void)
{
	static const struct slice names[][3] = {
		{ { "a", 1 } },
		{ { "b", 1 } },
		{ { "c", 1 }, { "d", 1 } },
		{ { "c", 1 }, { "e", 1 }, { "f", 1 } },
	};
	static const size_t counts[] = { 1, 1, 2, 3 };

	scan_free(&quick);
	scan_free(&plain);
	paths_free(paths);
	paths = paths_new();
	for (size_t i = 0; i < 4; i++)
		if (paths == NULL || paths_add(paths, names[i], counts[i]) == 0)
			abort();
}

/*
 * Do both scanners find the same in a copy that ends where its memory ends?
 * Whether the record was followed is in quick.layout, unless it is refused.
 */
static bool agrees_slice(struct slice record)
{
	char *copy = malloc(record.len + 1);
	struct err e = { 0 };
	bool good;

	if (copy == NULL)
		abort();
	memcpy(copy + 1, record.data, record.len);
	const char *differs =
		scan_twice(&quick, &plain, paths,
			   (struct slice){ copy + 1, record.len }, &good, &e);
	free(copy);
	if (differs != NULL)
		printf("# %s: %.*s\n", differs, (int)record.len, record.data);
	return differs == NULL;
}

static bool agrees(const char *record)
{
	return agrees_slice(slice_of(record));
}

/* Does the second record have the layout of the first, and agree? */
static bool follows(const char *first, const char *second)
{
	begin();
	return agrees(first) && quick.layout == 0 && agrees(second) &&
	       quick.layout != 0;
}

static void a_record_like_one_before_is_followed(void)
{
	CHECK(follows("{\"a\":\"x\",\"b\":1,\"u\":[1]}",
		      "{\"a\":\"other\",\"b\":-2.5e3,\"u\":[\"y\",{}]}"));
	CHECK(follows("{}", "{}"));
	CHECK(follows(
		"{\"c\":{\"d\":\"x\",\"e\":{\"f\":0}},\"v\":{\"w\":{}}}",
		"{\"c\":{\"d\":\"y\",\"e\":{\"f\":7}},\"v\":{\"w\":{}}}"));
	CHECK(follows("{\"a\":null,\"b\":true,\"u\":false,\"c\":\"\"}",
		      "{\"a\":null,\"b\":true,\"u\":false,\"c\":\"\"}"));
}

static void what_is_in_the_gaps_may_be_any_value_of_the_kind(void)
{
	CHECK(follows("{\"a\":\"x\"}", "{\"a\":\"caf\xc3\xa9 \\\"\\u00e9\"}"));
	CHECK(follows("{\"a\":\"x\"}", "{\"a\":\" a text of some length, so "
				       "that it goes on behind a block\"}"));
	CHECK(follows("{\"b\":[]}", "{\"b\":[ 1 , [ \"\\u0041\" ] ]}"));
}

static void another_type_is_another_layout(void)
{
	static const char *const values[] = {
		"\"x\"", "\"\"", "1", "null", "true", "false", "[1]", "{}",
	};
	char record[64];

	begin();
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < 8; i++) {
			snprintf(record, sizeof(record),
				 "{\"a\":%s,\"b\":\"y\"}", values[i]);
			CHECK(agrees(record));
			CHECK((quick.layout != 0) == (round == 1));
		}
}

static void each_layout_has_a_number_of_its_own(void)
{
	begin();
	CHECK(agrees("{\"a\":1}") && agrees("{\"b\":1}"));
	CHECK(agrees("{\"a\":2}"));
	uint64_t first = quick.layout;
	CHECK(agrees("{\"b\":2}"));
	CHECK(first != 0 && quick.layout != 0 && first != quick.layout);
	CHECK(agrees("{\"a\":3}") && quick.layout == first);
}

static void objects_that_begin_alike_may_end_elsewhere(void)
{
	static const char *const records[] = {
		"{\"c\":{\"d\":1},\"b\":2}",
		"{\"c\":{\"d\":1,\"v\":{\"w\":3}},\"b\":2}",
		"{\"c\":{\"d\":1,\"e\":{\"f\":3},\"b\":2}}",
		"{\"c\":{\"d\":1}}",
	};

	begin();
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < 4; i++) {
			CHECK(agrees(records[i]));
			CHECK((quick.layout != 0) == (round == 1));
		}
}

static void white_space_is_part_of_the_layout(void)
{
	CHECK(follows(
		" { \"a\" : \"x\" , \"c\" : { \"d\" : 1 } , \"b\" : [ ] }",
		" { \"a\" : \"y\" , \"c\" : { \"d\" : 2 } , \"b\" : [1] }"));
	CHECK(follows("{\"c\":{\"d\":1}, \"b\":2}",
		      "{\"c\":{\"d\":3}, \"b\":4}"));
	CHECK(follows("{\"c\":{\"e\":{\"f\":1 }},\"u v\":{\"w x\":0}}",
		      "{\"c\":{\"e\":{\"f\":2 }},\"u v\":{\"w x\":1}}"));
	CHECK(follows("{\"c\":{\"d\":[1]},\"v\":{}}",
		      "{\"c\":{\"d\":[ 1]},\"v\":{}}"));
	begin();
	CHECK(agrees("{\"a\":1}") && agrees("{\"a\": 1}"));
	CHECK(quick.layout == 0);
}

static void white_space_behind_the_record_is_not(void)
{
	CHECK(follows("{\"a\":1}", "{\"a\":2} \t\r\n"));
}

static void what_is_wrong_in_a_gap_is_told_as_ever(void)
{
	static const char *const wrong[] = {
		"{\"a\":\"x\ty\",\"b\":1}",  "{\"a\":\"\\x\",\"b\":1}",
		"{\"a\":\"\\u12\",\"b\":1}", "{\"a\":\"\xff\",\"b\":1}",
		"{\"a\":\"x\",\"b\":01}",    "{\"a\":\"x\",\"b\":1.}",
		"{\"a\":\"x\",\"b\":-}",     "{\"a\":\"x\",\"b\":1e}",
		"{\"a\":\"x\",\"b\":1,}",    "{\"a\":\"x\",\"b\":1}}",
		"{\"a\":\"x\",\"b\":1",      "{\"a\":\"x\",\"b\":}",
		"{\"a\":\"x\",\"b\"}",       "{\"a\":\"x}",
		"{\"a\":\"x\",\"b\":1}{",    "{\"a\":\"x\",\"b\":[1}",
		"{\"a\":\"x\",\"b\":[1,]}",  "{\"a\":\"x\",\"b\":[\"}",
		"{\"a\":\"x\",\"b\":1 2}",   "{\"a\":\"\"\"b\":1}",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		begin();
		CHECK(agrees("{\"a\":\"x\",\"b\":1}"));
		CHECK(agrees("{\"a\":\"x\",\"b\":[1]}"));
		CHECK(agrees(wrong[i]));
		CHECK(agrees("{\"a\":\"x\",\"b\":1}") && quick.layout != 0);
	}
}

static void names_with_escapes_and_names_that_repeat_have_no_layout(void)
{
	begin();
	for (int i = 0; i < 3; i++) {
		CHECK(agrees("{\"\\u0061\":1}") && quick.layout == 0);
		CHECK(agrees("{\"a\":1,\"a\":2}") && quick.layout == 0);
	}
	CHECK(follows("{\"u\":1,\"u\":2}", "{\"u\":3,\"u\":4}"));
}

static void long_names_and_many_words_are_compared_to_their_end(void)
{
	char record[1200];
	size_t words = 0;

	for (size_t len = 1; len < 600; len += len < 80 ? 1 : 37) {
		memset(record, 'n', sizeof(record));
		memcpy(record, "{\"", 2);
		// Behind it there is room for what compares whole blocks.
		snprintf(record + 2 + len, 64,
			 "\":\"a text that is longer than two blocks\"}");
		begin();
		CHECK(agrees(record) && agrees(record));
		words += quick.layout != 0;
		record[len + 1] = 'm';
		CHECK(agrees(record) && quick.layout == 0);
	}
	CHECK(words > 80);
}

static void nesting_is_counted_through_a_gap(void)
{
	char record[1200] = "{\"c\":{\"d\":";
	const char *shallow = "{\"c\":{\"d\":[]}}";
	size_t from = strlen(record);

	for (size_t levels = 509; levels < 513; levels++) {
		memset(record + from, '[', levels);
		memset(record + from + levels, ']', levels);
		memcpy(record + from + 2 * levels, "}}", sizeof("}}"));
		begin();
		CHECK(agrees(shallow) && agrees(shallow) && quick.layout != 0);
		CHECK(agrees(record));
		CHECK((quick.count == 2) == (levels <= 510));
	}
}

static void more_members_than_a_layout_has_are_parsed(void)
{
	struct buf record = BUF_INIT(1 << 16);

	begin();
	for (int count = LAYOUT_MEMBERS - 1; count < LAYOUT_MEMBERS + 2;
	     count++) {
		buf_clear(&record);
		for (int i = 0; i < count; i++)
			buf_printf(&record, "%c\"n%d\":%d", i == 0 ? '{' : ',',
				   i, i);
		buf_putc(&record, '}');
		CHECK(agrees_slice(buf_slice(&record)));
		CHECK(agrees_slice(buf_slice(&record)));
		CHECK((quick.layout != 0) == (count <= LAYOUT_MEMBERS));
	}
	buf_free(&record);
}

static void what_cannot_all_be_kept_is_learned_again(void)
{
	char record[128];
	size_t followed = 0;

	begin();
	for (int i = 0; i < 20000; i++) {
		quick.layouts.credit = LAYOUT_CREDIT;
		snprintf(record, sizeof(record),
			 "{\"a\":%d,\"name%d\":\"x\",\"c\":{\"d\":[%d]}}", i,
			 i / 2 % 3000, i);
		CHECK(agrees(record));
		followed += quick.layout != 0;
	}
	CHECK(followed > 4000 && followed < 16000);
}

static void records_of_many_members_stay_within_the_memory(void)
{
	struct buf record = BUF_INIT(1 << 20);

	begin();
	for (int i = 0; i < 64; i++) {
		quick.layouts.credit = LAYOUT_CREDIT;
		buf_clear(&record);
		buf_printf(&record, "{\"r%d\":0", i % 12);
		for (int k = 1; k < 100; k++)
			buf_printf(&record, ",\"m%d\":%d", k, i);
		buf_putc(&record, '}');
		CHECK(agrees_slice(buf_slice(&record)));
		CHECK(quick.layouts.taken <= LAYOUT_MEMORY);
	}
	buf_free(&record);
}

static void a_name_that_is_longer_than_any_piece_is_not_learned(void)
{
	enum { LEN = (64 << 10) + 100 };
	struct buf record = BUF_INIT(1 << 20);
	char *name = malloc(LEN);

	memset(name, 'n', LEN);
	begin();
	for (int i = 0; i < 4; i++) {
		name[LEN - 50] = "mnmn"[i];
		buf_clear(&record);
		buf_puts(&record, "{\"");
		buf_put(&record, name, LEN);
		buf_printf(&record, "\":%d}", i);
		CHECK(agrees_slice(buf_slice(&record)));
		CHECK(quick.layout == 0);
	}
	buf_free(&record);
	free(name);
}

static void learning_is_paid_for(void)
{
	char record[64];
	size_t learned = 0;

	begin();
	for (int i = 0; i < 3 * LAYOUT_CREDIT; i++) {
		snprintf(record, sizeof(record), "{\"name%d\":1}", i);
		uint64_t before = quick.layouts.learned;
		CHECK(agrees(record));
		learned += quick.layouts.learned != before;
	}
	CHECK(learned <= 4 * LAYOUT_CREDIT / LAYOUT_COST);
	CHECK(learned >= 2 * LAYOUT_CREDIT / LAYOUT_COST);
}

static void what_keeps_changing_is_tried_now_and_then(void)
{
	char record[64];
	size_t tries = 0;

	begin();
	CHECK(agrees("{\"a\":1}") && agrees("{\"a\":2}"));
	for (int i = 0; i < 1000; i++) {
		snprintf(record, sizeof(record), "{\"name%d\":1}", i);
		CHECK(agrees(record));
	}
	while (tries < 100 && agrees("{\"b\":3}") && quick.layout == 0)
		tries++;
	CHECK(tries > 1 && tries < 100);
	CHECK(agrees("{\"b\":4}") && quick.layout != 0);
}

static void other_paths_make_other_layouts(void)
{
	begin();
	struct paths *first = paths;
	CHECK(agrees("{\"x\":1,\"a\":2}") && agrees("{\"x\":1,\"a\":2}"));
	CHECK(quick.layout != 0 && quick.unnamed == 1);
	paths = paths_new();
	if (paths == NULL || paths_add(paths, &SLICE("x"), 1) == 0)
		abort();
	CHECK(agrees("{\"x\":1,\"a\":2}") && quick.layout == 0);
	CHECK(quick.members[0].slot == 1 && quick.members[1].slot == 0);
	paths_free(first);
}

/* The same bytes on every machine. */
static uint64_t draw(uint64_t most)
{
	static uint64_t state = 1;

	state = hash_mix(state, UINT64_C(0x9e3779b97f4a7c15)) + 1;
	return state % most;
}

static void whatever_changes_in_a_record_both_find_the_same(void)
{
	static const char *const records[] = {
		"{\"a\":\"x\",\"b\":12,\"c\":{\"d\":[1,\"y\"],\"e\":{\"f\":"
		"null}}}",
		"{ \"a\": \"\", \"u\": {\"v\": \"\\u00e9\"}, \"b\": true }",
		"{\"c\":{\"e\":{\"f\":\"some longer text, with \\\"quotes\\\" "
		"\"},"
		"\"d\":-1.5e3},\"x\":{},\"b\":[]}",
	};
	static const char bytes[] = "\"\\{}[]:, \tabcdef0123-.eu\x80\xc3n";
	char record[256];
	size_t followed = 0;

	begin();
	for (int i = 0; i < 60000; i++) {
		const char *from = records[draw(3)];
		size_t len = strlen(from);

		memcpy(record, from, len);
		for (uint64_t changes = draw(3); changes > 0; changes--) {
			size_t at = draw(len);

			if (draw(3) == 0 && len < 200) {
				memmove(record + at + 1, record + at, len - at);
				len++;
			}
			record[at] = bytes[draw(sizeof(bytes) - 1)];
		}
		quick.layouts.credit = LAYOUT_CREDIT;
		CHECK(agrees_slice((struct slice){ record, len }));
		followed += quick.layout != 0;
	}
	CHECK(followed > 20000);
}

int main(void)
{
	quick = plain = SCAN_INIT;
	RUN(a_record_like_one_before_is_followed);
	RUN(what_is_in_the_gaps_may_be_any_value_of_the_kind);
	RUN(another_type_is_another_layout);
	RUN(each_layout_has_a_number_of_its_own);
	RUN(objects_that_begin_alike_may_end_elsewhere);
	RUN(white_space_is_part_of_the_layout);
	RUN(white_space_behind_the_record_is_not);
	RUN(what_is_wrong_in_a_gap_is_told_as_ever);
	RUN(names_with_escapes_and_names_that_repeat_have_no_layout);
	RUN(long_names_and_many_words_are_compared_to_their_end);
	RUN(nesting_is_counted_through_a_gap);
	RUN(more_members_than_a_layout_has_are_parsed);
	RUN(what_cannot_all_be_kept_is_learned_again);
	RUN(records_of_many_members_stay_within_the_memory);
	RUN(a_name_that_is_longer_than_any_piece_is_not_learned);
	RUN(learning_is_paid_for);
	RUN(what_keeps_changing_is_tried_now_and_then);
	RUN(other_paths_make_other_layouts);
	RUN(whatever_changes_in_a_record_both_find_the_same);
	scan_free(&quick);
	scan_free(&plain);
	paths_free(paths);
	return check_done();
}

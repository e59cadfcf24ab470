/* A CEF event taken apart: where its receivers do not agree, and we decide. */
#include "parse/cefline.h"

#include "check.h"

static struct pairs pairs;
static struct cefline line;

#define HEAD "CEF:0|v|p|1|id|name|5|"

static size_t split(const char *text)
{
	CHECK(cefline_split(slice_of(text), &line, &pairs));
	return pairs.count;
}

/* Is pair i of what was split last this one? */
static bool is_pair(size_t i, const char *key, const char *value)
{
	return i < pairs.count && slice_is(pairs.items[i].key, slice_of(key)) &&
	       slice_is(pairs.items[i].value, slice_of(value));
}

static void a_header_is_divided_by_pipes_that_are_not_escaped(void)
{
	split("CEF:0|a\\|b|c\\\\|1=1|id|n|5|x=y");
	CHECK(line.count == CEF_FIELDS && line.closed);
	CHECK(slice_is(line.fields[CEF_VERSION], SLICE("0")));
	CHECK(slice_is(line.fields[CEF_VENDOR], SLICE("a\\|b")));
	CHECK(slice_is(line.fields[CEF_PRODUCT], SLICE("c\\\\")));
	CHECK(slice_is(line.fields[CEF_PRODUCT_VERSION], SLICE("1=1")));
	CHECK(slice_is(line.fields[CEF_SEVERITY], SLICE("5")));
	CHECK(is_pair(0, "x", "y"));
}

static void a_header_that_ends_early_has_the_fields_it_has(void)
{
	split("CEF:0|a|b");
	CHECK(line.count == 3 && !line.closed);
	split("CEF:0");
	CHECK(line.count == 1);
	split("CEF:0|v|p|1|id|name");
	CHECK(line.count == 6);
}

static void a_severity_without_its_pipe_ends_at_a_space(void)
{
	split("CEF:0|v|p|1|id|name|Very-High a=b");
	CHECK(line.count == CEF_FIELDS);
	split("CEF:0|v|p|1|id|name|Very-Highx a=b");
	CHECK(line.count == CEF_FIELDS - 1);
	CHECK(split("CEF:0|v|p|1|id|name|5 src=1") == 1);
	CHECK(line.count == CEF_FIELDS && !line.closed);
	CHECK(slice_is(line.fields[CEF_SEVERITY], SLICE("5")));
	CHECK(is_pair(0, "src", "1"));
	split("CEF:0|v|p|1|id|name|Very-High");
	CHECK(line.count == CEF_FIELDS);
	split("CEF:0|v|p|1|id|name|src=10.0.0.1 dst=1");
	CHECK(line.count == 6);
}

static void a_key_begins_behind_a_space_or_a_tab(void)
{
	CHECK(split(HEAD "a=1 b=2\tc=3") == 3);
	CHECK(is_pair(0, "a", "1") && is_pair(1, "b", "2"));
	CHECK(is_pair(2, "c", "3"));
	CHECK(split(HEAD "a=b c d=e f") == 2);
	CHECK(is_pair(0, "a", "b c") && is_pair(1, "d", "e f"));
}

static void other_equals_signs_belong_to_the_value(void)
{
	CHECK(split(HEAD "a=b=c") == 1 && is_pair(0, "a", "b=c"));
	CHECK(split(HEAD "u=http://x/?q=1&r=2 s=3") == 2);
	CHECK(is_pair(0, "u", "http://x/?q=1&r=2"));
	CHECK(split(HEAD "a=b \\=c") == 1 && is_pair(0, "a", "b \\=c"));
	CHECK(split(HEAD "a=b c\\=d") == 1 && is_pair(0, "a", "b c\\=d"));
	CHECK(split(HEAD "a==") == 1 && is_pair(0, "a", "="));
	CHECK(split(HEAD "a=b x-y=c") == 1 && is_pair(0, "a", "b x-y=c"));
}

static void a_value_may_be_empty_and_keys_have_dots_only_within(void)
{
	CHECK(split(HEAD "a= b=") == 2);
	CHECK(is_pair(0, "a", "") && is_pair(1, "b", ""));
	CHECK(split(HEAD "a.b[0]=1 .c=2") == 1);
	CHECK(is_pair(0, "a.b[0]", "1 .c=2"));
}

static void of_several_spaces_the_last_divides(void)
{
	CHECK(split(HEAD "a=1   b=2  ") == 2);
	CHECK(is_pair(0, "a", "1  ") && is_pair(1, "b", "2"));
	CHECK(line.spaces == 2);
}

static void text_before_the_first_key_is_kept(void)
{
	CHECK(split(HEAD "some text a=1") == 1);
	CHECK(slice_is(line.loose, SLICE("some text")));
	CHECK(split(HEAD "=1") == 0 && slice_is(line.loose, SLICE("=1")));
	CHECK(split(HEAD " a=1") == 1 && line.loose.len == 0);
}

/* Does this decode to that? */
static bool decodes(void (*decode)(struct slice text, struct buf *out),
		    const char *text, const char *want)
{
	struct buf out = BUF_INIT(100);

	decode(slice_of(text), &out);
	bool same = slice_is(buf_slice(&out), slice_of(want));
	buf_free(&out);
	return same;
}

static void what_is_escaped_is_decoded_and_nothing_else(void)
{
	CHECK(decodes(cefline_decode_value, "a\\=b\\\\n\\n\\r", "a=b\\n\n\r"));
	CHECK(decodes(cefline_decode_value, "\\|\\t\\", "\\|\\t\\"));
	CHECK(decodes(cefline_decode_field, "a\\|b\\\\|", "a|b\\|"));
	CHECK(decodes(cefline_decode_field, "\\n\\=", "\\n\\="));
}

int main(void)
{
	RUN(a_header_is_divided_by_pipes_that_are_not_escaped);
	RUN(a_header_that_ends_early_has_the_fields_it_has);
	RUN(a_severity_without_its_pipe_ends_at_a_space);
	RUN(a_key_begins_behind_a_space_or_a_tab);
	RUN(other_equals_signs_belong_to_the_value);
	RUN(a_value_may_be_empty_and_keys_have_dots_only_within);
	RUN(of_several_spaces_the_last_divides);
	RUN(text_before_the_first_key_is_kept);
	RUN(what_is_escaped_is_decoded_and_nothing_else);
	pairs_free(&pairs);
	return check_done();
}

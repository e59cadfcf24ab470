/* A LEEF event taken apart: its delimiter, and what that divides. */
#include "parse/leefline.h"

#include "check.h"

static struct leefline line;

/* What divides the attributes of a line of LEEF 2.0 with this behind its id. */
static struct slice delimiter_of(const char *rest)
{
	static char text[200];

	snprintf(text, sizeof(text), "LEEF:2.0|v|p|1|id|%s", rest);
	leefline_split(slice_of(text), &line);
	return (struct slice){ line.delimiter, line.delimiter_len };
}

static void a_delimiter_is_a_character_or_its_number(void)
{
	CHECK(slice_is(delimiter_of("^|a=1"), SLICE("^")));
	CHECK(slice_is(delimiter_of("x5E|a=1"), SLICE("^")));
	CHECK(slice_is(delimiter_of("0x5e|a=1"), SLICE("^")));
	CHECK(slice_is(delimiter_of("x|a=1"), SLICE("x")));
	CHECK(slice_is(delimiter_of("\t|a=1"), SLICE("\t")));
	CHECK(slice_is(delimiter_of("xA6|a=1"), SLICE("\xc2\xa6")));
	CHECK(slice_is(delimiter_of("\xc2\xa6|a=1"), SLICE("\xc2\xa6")));
	CHECK(line.said == LEEF_DELIMITER_GIVEN);
}

static void without_a_delimiter_it_is_a_tab(void)
{
	CHECK(slice_is(delimiter_of("|a=1"), SLICE("\t")));
	CHECK(slice_is(line.attributes, SLICE("a=1")));
	CHECK(slice_is(delimiter_of("a=1|2\tb=3"), SLICE("\t")));
	CHECK(slice_is(line.attributes, SLICE("a=1|2\tb=3")));
	CHECK(line.said == LEEF_DELIMITER_LEFT_OUT);
	leefline_split(SLICE("LEEF:1.0|v|p|1|id|^|a=1"), &line);
	CHECK(slice_is(line.attributes, SLICE("^|a=1")));
}

static void what_is_no_delimiter_is_told(void)
{
	static const char *const wrong[] = { "=|",   "^^|",    "\\t|", "xZZ|",
					     "x3d|", "xd800|", "\xc2|" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		CHECK(slice_is(delimiter_of(wrong[i]), SLICE("\t")));
		CHECK(line.said == LEEF_DELIMITER_WRONG);
	}
	delimiter_of("x005e|");
	CHECK(line.said == LEEF_DELIMITER_WIDE && line.delimiter[0] == '^');
}

static void attributes_are_divided_and_keys_end_at_the_first_equals(void)
{
	struct slice rest, key, value;

	delimiter_of("^|a=1=2^b^^c=^");
	rest = line.attributes;
	CHECK(leefline_next(&line, &rest, &key, &value));
	CHECK(slice_is(key, SLICE("a")) && slice_is(value, SLICE("1=2")));
	CHECK(leefline_next(&line, &rest, &key, &value));
	CHECK(key.data == NULL && slice_is(value, SLICE("b")));
	CHECK(leefline_next(&line, &rest, &key, &value));
	CHECK(key.data == NULL && value.len == 0);
	CHECK(leefline_next(&line, &rest, &key, &value));
	CHECK(slice_is(key, SLICE("c")) && value.len == 0);
	CHECK(!leefline_next(&line, &rest, &key, &value));
}

static void a_header_that_ends_early_has_the_fields_it_has(void)
{
	leefline_split(SLICE("LEEF:1.0|v|p"), &line);
	CHECK(line.count == 3 && !line.closed);
	leefline_split(SLICE("LEEF:1.0|v|p|1|id"), &line);
	CHECK(line.count == LEEF_FIELDS && !line.closed);
	leefline_split(SLICE("LEEF:1.0|v|p|1|src=10.0.0.1"), &line);
	CHECK(line.count < LEEF_FIELDS);
}

int main(void)
{
	RUN(a_delimiter_is_a_character_or_its_number);
	RUN(without_a_delimiter_it_is_a_tab);
	RUN(what_is_no_delimiter_is_told);
	RUN(attributes_are_divided_and_keys_end_at_the_first_equals);
	RUN(a_header_that_ends_early_has_the_fields_it_has);
	return check_done();
}

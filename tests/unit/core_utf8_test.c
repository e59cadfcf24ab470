/* UTF-8: what is well-formed, and what becomes of the rest. */
#include "core/utf8.h"

#include "check.h"

#include <stdlib.h>

/* A text is repaired to this. */
static bool becomes(struct slice text, struct slice want)
{
	struct buf out = BUF_INIT(1000);

	utf8_repair(text, &out);
	bool ok = slice_is(buf_slice(&out), want);
	buf_free(&out);
	return ok;
}

static bool is_valid(struct slice text)
{
	return utf8_valid(text) == text.len;
}

#define U_FFFD "\xef\xbf\xbd"

static void the_edges_of_every_length_are_well_formed(void)
{
	CHECK(is_valid(SLICE("")));
	CHECK(is_valid(SLICE("\0\x7f")));
	CHECK(is_valid(SLICE("\xc2\x80\xdf\xbf")));
	CHECK(is_valid(
		SLICE("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf")));
	CHECK(is_valid(SLICE("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")));
	CHECK(is_valid(SLICE("sixteen bytes of ASCII and \xc3\xa9 and more")));
}

static void what_is_not_well_formed_is_found_where_it_begins(void)
{
	CHECK(utf8_valid(SLICE("\x80")) == 0);
	CHECK(utf8_valid(SLICE("a\xc1\xbf")) == 1);
	CHECK(utf8_valid(SLICE("12345678\xff")) == 8);
	CHECK(utf8_valid(SLICE("12345678\xc3\xa9\xe2\x82")) == 10);
	CHECK(utf8_valid(SLICE("\xed\xa0\x80")) == 0);
	CHECK(utf8_valid(SLICE("\xe0\x9f\xbf")) == 0);
	CHECK(utf8_valid(SLICE("\xf0\x8f\xbf\xbf")) == 0);
	CHECK(utf8_valid(SLICE("\xf4\x90\x80\x80")) == 0);
	CHECK(utf8_valid(SLICE("\xf5\x80\x80\x80")) == 0);
}

static void each_maximal_ill_formed_part_becomes_one_replacement(void)
{
	CHECK(becomes(SLICE("\xc3("), SLICE(U_FFFD "(")));
	CHECK(becomes(SLICE("\xc0\x80"), SLICE(U_FFFD U_FFFD)));
	CHECK(becomes(SLICE("\xed\xa0\x80"), SLICE(U_FFFD U_FFFD U_FFFD)));
	CHECK(becomes(SLICE("\xf0\x9f\x98"), SLICE(U_FFFD)));
	CHECK(becomes(SLICE("\xf0\x9f\x98\""), SLICE(U_FFFD "\"")));
	CHECK(becomes(SLICE("\xe2\x82\xe2\x82\xac"),
		      SLICE(U_FFFD "\xe2\x82\xac")));
	// The example of the Unicode Standard, table 3-8.
	CHECK(becomes(SLICE("a\xf1\x80\x80\xe1\x80\xc2"
			    "b\x80"
			    "c\x80\xbf"
			    "d"),
		      SLICE("a" U_FFFD U_FFFD U_FFFD "b" U_FFFD
			    "c" U_FFFD U_FFFD "d")));
}

static void what_is_well_formed_is_not_touched(void)
{
	CHECK(becomes(SLICE(""), SLICE("")));
	CHECK(becomes(SLICE("caf\xc3\xa9 \0 \xef\xbb\xbf \xf0\x9f\x98\x80"),
		      SLICE("caf\xc3\xa9 \0 \xef\xbb\xbf \xf0\x9f\x98\x80")));
}

static void a_cut_never_divides_a_character(void)
{
	struct slice text = SLICE("a\xc3\xa9\xf0\x9f\x98\x80z");

	CHECK(utf8_cut(text, 100) == 8 && utf8_cut(text, 8) == 8);
	CHECK(utf8_cut(text, 7) == 7);
	CHECK(utf8_cut(text, 6) == 3 && utf8_cut(text, 4) == 3);
	CHECK(utf8_cut(text, 3) == 3 && utf8_cut(text, 2) == 1);
	CHECK(utf8_cut(text, 0) == 0);
}

/* Every scalar value is encoded so that it is well-formed, and no other is. */
static void every_scalar_value_has_one_encoding(void)
{
	char bytes[4];
	bool ok = true;

	for (uint32_t c = 0; c < 0x110000; c++) {
		size_t n = utf8_encode(c, bytes);
		bool surrogate = c >= 0xd800 && c <= 0xdfff;

		ok &= n == (c < 0x80      ? 1U
			    : c < 0x800   ? 2U
			    : c < 0x10000 ? 3U
					  : 4U);
		ok &= is_valid((struct slice){ bytes, n }) != surrogate;
	}
	CHECK(ok);
}

static void no_byte_is_read_behind_the_end(void)
{
	for (size_t len = 1; len < 4; len++) {
		char *cut = malloc(len);

		if (cut == NULL)
			abort();
		memcpy(cut, "\xf0\x9f\x98", len);
		CHECK(utf8_valid((struct slice){ cut, len }) == 0);
		free(cut);
	}
}

int main(void)
{
	RUN(the_edges_of_every_length_are_well_formed);
	RUN(what_is_not_well_formed_is_found_where_it_begins);
	RUN(each_maximal_ill_formed_part_becomes_one_replacement);
	RUN(what_is_well_formed_is_not_touched);
	RUN(a_cut_never_divides_a_character);
	RUN(every_scalar_value_has_one_encoding);
	RUN(no_byte_is_read_behind_the_end);
	return check_done();
}

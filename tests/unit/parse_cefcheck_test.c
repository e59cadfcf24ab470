/* What is said of CEF: where a rule begins to be broken, and where not yet. */
#include "parsed.h"

#include "parse/cefline.h"

extern const struct dialect dialect_cef;

#define DEPARTS(text, rules) CHECK(departs(&dialect_cef, SLICE(text), rules))

/* 22 bytes, and an extension behind them. */
#define HEAD "CEF:0|v|p|1|id|name|5|"

#define TEN "0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define FIVE_HUNDRED SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY TEN TEN

static void what_has_no_number_is_no_event(void)
{
	CHECK(cefline_is_it(SLICE("CEF:0|")) &&
	      cefline_is_it(SLICE("CEF: 0|")));
	CHECK(!cefline_is_it(SLICE("CEF:x|")) &&
	      !cefline_is_it(SLICE("CEF: ")));
}

static void severities_are_a_number_to_10_or_a_word(void)
{
	DEPARTS("CEF:0|v|p|1|id|name|10|", "");
	DEPARTS("CEF:0|v|p|1|id|name|0|", "");
	DEPARTS("CEF:0|v|p|1|id|name|Very-High|", "");
	DEPARTS("CEF:0|v|p|1|id|name|11|", "21 cef-severity");
	DEPARTS("CEF:0|v|p|1|id|name|00|", "21 cef-severity");
}

static void fields_of_the_header_have_a_most_of_bytes(void)
{
	DEPARTS("CEF:0|" SIXTY "123|p|1|id|name|5|", "");
	DEPARTS("CEF:0|" SIXTY "1234|p|1|id|name|5|", "7 cef-header-size");
	DEPARTS("CEF:0|v|" SIXTY "123|1|id|name|5|", "");
	DEPARTS("CEF:0|v|" SIXTY "1234|1|id|name|5|", "9 cef-header-size");
	DEPARTS("CEF:0|v|p|" TEN TEN TEN "1|id|name|5|", "");
	DEPARTS("CEF:0|v|p|" TEN TEN TEN "12|id|name|5|", "11 cef-header-size");
	DEPARTS("CEF:0|v|p|1|" FIVE_HUNDRED FIVE_HUNDRED TEN TEN "123|name|5|",
		"");
	DEPARTS("CEF:0|v|p|1|" FIVE_HUNDRED FIVE_HUNDRED TEN TEN "1234|name|5|",
		"13 cef-header-size");
	DEPARTS("CEF:0|v|p|1|id|" FIVE_HUNDRED TEN "12|5|", "");
	DEPARTS("CEF:0|v|p|1|id|" FIVE_HUNDRED TEN "123|5|",
		"16 cef-header-size");
}

static void an_escape_of_the_header_is_looked_at_to_the_end_of_its_field(void)
{
	DEPARTS("CEF:0|v\\n|p|1|id|name|5|", "8 cef-header-newline");
	DEPARTS("CEF:0|v\\r|p|1|id|name|5|", "8 cef-header-newline");
	DEPARTS("CEF:0|v\\\\n|p|1|id|name|5|", "");
	DEPARTS("CEF:0|v\\x|p|1|id|name|5|", "8 cef-header-escape");
}

static void a_key_is_one_word(void)
{
	DEPARTS(HEAD "a_1=x", "");
	DEPARTS(HEAD "a.b=x", "23 cef-key");
	DEPARTS(HEAD "a,b=x", "23 cef-key");
	DEPARTS(HEAD "a[b=x", "23 cef-key");
	DEPARTS(HEAD "a]b=x", "23 cef-key");
}

static void a_value_has_only_the_escapes_that_there_are(void)
{
	DEPARTS(HEAD "msg=\\\\ \\= \\n \\r", "");
	DEPARTS(HEAD "msg=a\\", "28 cef-lone-backslash");
	DEPARTS(HEAD "msg=a\\ act=b", "28 cef-lone-backslash");
	DEPARTS(HEAD "msg=a\\t", "28 cef-lone-backslash");
	DEPARTS(HEAD "msg=\\\\\\|", "29 cef-escaped-pipe");
	DEPARTS(HEAD "msg=a=b", "27 cef-unescaped-equals");
}

static void spaces_are_told_at_either_end(void)
{
	DEPARTS(HEAD "msg= a", "27 cef-spaces");
	DEPARTS(HEAD "msg=a  act=b", "27 cef-spaces");
	DEPARTS(HEAD "msg=a ", "28 cef-spaces");
	DEPARTS(HEAD "msg=a b", "");
	DEPARTS(HEAD "  lost text a=b", "25 cef-text");
}

/* Of ten digits: from 2005 on nobody means milliseconds, and up to 2100. */
static void seconds_are_told_from_milliseconds(void)
{
	DEPARTS(HEAD "rt=1104537599", "");
	DEPARTS(HEAD "rt=1104537600", "26 cef-time");
	DEPARTS(HEAD "rt=4102444799", "26 cef-time");
	DEPARTS(HEAD "rt=4102444800", "");
	DEPARTS(HEAD "rt=-1759963500", "");
	DEPARTS(HEAD "rt=1759963500000", "");
	DEPARTS(HEAD "rt=01759963500000", "26 cef-time");
}

static void a_date_may_have_a_zone_behind_it_and_nothing_else(void)
{
	DEPARTS(HEAD "rt=Jan 02 2006 15:04:05", "");
	DEPARTS(HEAD "rt=Jan 02 2006 15:04:05.123 CEST", "");
	DEPARTS(HEAD "rt=Jan 02 2006 15:04:05 CE ST", "26 cef-time");
	DEPARTS(HEAD "rt=Jan 02 2006 15:04:05x", "26 cef-time");
	DEPARTS(HEAD "rt=Jan  2 2006 15:04:05", "26 cef-time");
}

static void a_value_has_the_most_of_bytes_that_its_key_says(void)
{
	DEPARTS(HEAD "act=" SIXTY "123", "");
	DEPARTS(HEAD "act=" SIXTY "1234", "27 cef-value-size");
	DEPARTS(HEAD "act=" SIXTY "\\=\\n3", "");
	DEPARTS(HEAD "act=" SIXTY "1\\=\\n4", "27 cef-value-size");
	DEPARTS(HEAD "act=" SIXTY "12\\\\u0001", "");
	DEPARTS(HEAD "act=" SIXTY "12\\\\u001", "27 cef-value-size");
}

static void a_line_feed_at_the_end_belongs_to_a_value(void)
{
	DEPARTS(HEAD "src=10.0.0.1", "");
	DEPARTS(HEAD "src=10.0.0.1\\n", "27 cef-address");
	DEPARTS(HEAD "spt=\\r22", "27 cef-port");
	DEPARTS(HEAD "src= 10.0.0.1", "27 cef-spaces");
	DEPARTS(HEAD "act=" SIXTY "123\\n", "27 cef-value-size");
}

static void labels_and_values_come_in_twos(void)
{
	DEPARTS(HEAD "cs1=a cs1Label=l", "");
	DEPARTS(HEAD "cs1=a", "23 cef-value-without-label");
	DEPARTS(HEAD "cs1Label=a", "23 cef-label-without-value");
	DEPARTS(HEAD "cs1=a cs1=b",
		"23 cef-value-without-label, 29 cef-duplicate-key");
	DEPARTS(HEAD "cs1=a cs1Label=l cs2=b cs2Label=l",
		"55 cef-duplicate-label");
	DEPARTS(HEAD "cs1=a cs1Label=l cs1Label=l", "40 cef-duplicate-key");
	DEPARTS(HEAD "cs1=a cs1Label= cs2=b cs2Label=",
		"29 cef-empty-value, 45 cef-empty-value");
	DEPARTS(HEAD "fooLabel=l barLabel=l", "");
}

static void some_keys_are_of_version_1_only(void)
{
	DEPARTS(HEAD "customerKey=x", "");
	DEPARTS("CEF:1|v|p|1|id|name|5|customerKey=x",
		"5 cef-version-1, 35 cef-integer");
}

static void controls_are_told_but_tabs(void)
{
	DEPARTS(HEAD "msg=a\tb", "");
	DEPARTS(HEAD "msg=a\x01", "28 cef-control");
	DEPARTS(HEAD "msg=a\0", "28 cef-control");
	DEPARTS(HEAD "msg=a\x7f", "28 cef-control");
	DEPARTS(HEAD "msg=a\xc2", "28 cef-utf8");
	DEPARTS("CEF:0|v\t|p|1|id|name|5|", "");
}

int main(void)
{
	RUN(what_has_no_number_is_no_event);
	RUN(severities_are_a_number_to_10_or_a_word);
	RUN(fields_of_the_header_have_a_most_of_bytes);
	RUN(an_escape_of_the_header_is_looked_at_to_the_end_of_its_field);
	RUN(a_key_is_one_word);
	RUN(a_value_has_only_the_escapes_that_there_are);
	RUN(spaces_are_told_at_either_end);
	RUN(seconds_are_told_from_milliseconds);
	RUN(a_date_may_have_a_zone_behind_it_and_nothing_else);
	RUN(a_value_has_the_most_of_bytes_that_its_key_says);
	RUN(a_line_feed_at_the_end_belongs_to_a_value);
	RUN(labels_and_values_come_in_twos);
	RUN(some_keys_are_of_version_1_only);
	RUN(controls_are_told_but_tabs);
	return check_done();
}

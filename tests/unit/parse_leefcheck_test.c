/* What is read of LEEF and said of it: where a rule begins to be broken. */
#include "parsed.h"

extern const struct dialect dialect_leef;

#define DEPARTS(text, rules) CHECK(departs(&dialect_leef, SLICE(text), rules))

/* 18 bytes each, and attributes or a delimiter behind them. */
#define HEAD "LEEF:1.0|v|p|1|id|"
#define HEAD2 "LEEF:2.0|v|p|1|id|"

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define TWO_HUNDRED_FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY

/* The delimiter that is read, as JSON has it, and what it divides. */
#define DIVIDES(text, delimiter, attributes)                               \
	CHECK(reads(&dialect_leef, SLICE(HEAD2 text),                      \
		    "\"leef\":{\"version\":\"2.0\",\"vendor\":\"v\","      \
		    "\"product\":\"p\",\"product_version\":\"1\","         \
		    "\"event_id\":\"id\",\"delimiter\":\"" delimiter "\"," \
		    "\"attributes\":{" attributes "}",                     \
		    ""))
#define BOTH "\"a\":\"1\",\"b\":\"2\"}"

static void a_delimiter_is_a_character_or_its_number(void)
{
	DIVIDES("x5E|a=1^b=2", "^", BOTH);
	DIVIDES("X5e|a=1^b=2", "^", BOTH);
	DIVIDES("0x5F|a=1_b=2", "_", BOTH);
	DIVIDES("x9|a=1\tb=2", "\\t", BOTH);
	DIVIDES("xA6|a=1\xc2\xa6"
		"b=2",
		"\xc2\xa6", BOTH);
	DIVIDES("x20ac|a=1\xe2\x82\xac"
		"b=2",
		"\xe2\x82\xac", BOTH);
	DIVIDES("\xe2\x82\xac|a=1\xe2\x82\xac"
		"b=2",
		"\xe2\x82\xac", BOTH);
	DIVIDES("x|a=1xb=2", "x", BOTH);
	DIVIDES("0|a=10b=2", "0", BOTH);
	DIVIDES("x00|a=1\0b=2", "\\u0000", BOTH);
}

static void what_is_no_delimiter_is_shown_and_tab_divides(void)
{
	DIVIDES("x0005e|a=1\tb=2", "x0005e", BOTH);
	DIVIDES("0x|a=1\tb=2", "0x", BOTH);
	DIVIDES("xd800|a=1\tb=2", "xd800", BOTH);
	DIVIDES("xdfff|a=1\tb=2", "xdfff", BOTH);
	DIVIDES("xg|a=1\tb=2", "xg", BOTH);
	DIVIDES("=|a=1\tb=2", "=", BOTH);
	DIVIDES("x3d|a=1\tb=2", "x3d", BOTH);
	DIVIDES("^^|a=1\tb=2", "^^", BOTH);
	DIVIDES("\xc3|a=1\tb=2", "\xef\xbf\xbd", BOTH);
	DIVIDES("\xc3\xa9\xc3|a=1\tb=2", "\xc3\xa9\xef\xbf\xbd", BOTH);
	DIVIDES("12345678|a=1\tb=2", "12345678", BOTH);
	DEPARTS(HEAD2 "^^|a=1\tb=2", "19 leef-delimiter");
	DEPARTS(HEAD2 "=|a=1\tb=2", "19 leef-delimiter");
}

static void a_delimiter_has_two_digits(void)
{
	DEPARTS(HEAD2 "x09|a=1\tb=2", "");
	DEPARTS(HEAD2 "x9|a=1\tb=2", "19 leef-delimiter");
	DEPARTS(HEAD2 "x005e|a=1^b=2", "19 leef-delimiter");
	DEPARTS(HEAD2 "^|a=1^b=2", "");
	DEPARTS(HEAD2 "|a=1\tb=2", "");
}

static void without_the_field_of_a_delimiter_there_are_attributes(void)
{
	DIVIDES("a=1\tb=2|3", "\\t", "\"a\":\"1\",\"b\":\"2|3\"}");
	DIVIDES("a=1|2\tb=2", "\\t", "\"a\":\"1|2\",\"b\":\"2\"}");
	DIVIDES("123456789|a=1", "\\t", "\"123456789|a\":\"1\"}");
	CHECK(reads(&dialect_leef, SLICE("LEEF:1.0|v|p|1|id|^|a=1^b=2"),
		    "\"leef\":{\"version\":\"1.0\",\"vendor\":\"v\","
		    "\"product\":\"p\",\"product_version\":\"1\","
		    "\"event_id\":\"id\",\"delimiter\":\"\\t\","
		    "\"attributes\":{\"^|a\":\"1^b=2\"}}",
		    ""));
}

static void what_has_no_key_is_text_unless_it_is_nothing(void)
{
	DIVIDES("x09|a=1\t\tx\t\tb=2\ty", "\\t",
		"\"a\":\"1\",\"b\":\"2\"},\"text\":[\"x\",\"y\"]");
	DEPARTS(HEAD "a=1\tx\tb=2", "23 leef-attribute");
	DEPARTS(HEAD "a=1\t\tb=2", "23 leef-empty");
}

static void an_event_id_has_255_bytes(void)
{
	DEPARTS("LEEF:1.0|v|p|1|" TWO_HUNDRED_FIFTY "12345|a=1", "");
	DEPARTS("LEEF:1.0|v|p|1|" TWO_HUNDRED_FIFTY "123456|a=1",
		"16 leef-event-id");
	DEPARTS("LEEF:1.0|v|p|1|" TWO_HUNDRED_FIFTY "1234\\u0001|a=1", "");
	DEPARTS("LEEF:1.0|v|p|1||a=1", "16 leef-no-event-id");
}

static void a_key_is_letters_and_digits_and_there_once(void)
{
	DEPARTS(HEAD "aZ09=1", "");
	DEPARTS(HEAD "=1\tb=2", "19 leef-key");
	DEPARTS(HEAD "a_b=1", "19 leef-key");
	DEPARTS(HEAD "a=1\tb=1\tb=2\tc=3", "27 leef-duplicate-key");
	DEPARTS(HEAD "a=1\tx\ta=2\tc=3",
		"23 leef-attribute, 25 leef-duplicate-key");
	DEPARTS(HEAD "SRC=x", "19 leef-key-case");
}

static void a_severity_is_1_to_10(void)
{
	DEPARTS(HEAD "sev=1", "");
	DEPARTS(HEAD "sev=9", "");
	DEPARTS(HEAD "sev=10", "");
	DEPARTS(HEAD "sev=0", "23 leef-severity");
	DEPARTS(HEAD "sev=11", "23 leef-severity");
	DEPARTS(HEAD "sev=01", "23 leef-severity");
}

static void a_time_is_a_number_or_has_its_format_beside_it(void)
{
	DEPARTS(HEAD "devTime=1759963500000", "");
	DEPARTS(HEAD "devTime=-5", "");
	DEPARTS(HEAD "devTime=-", "27 leef-time");
	DEPARTS(HEAD "devTime=now", "27 leef-time");
	DEPARTS(HEAD "devTime=now\tdevTimeFormat=x", "");
	DEPARTS(HEAD "devTimeFormat=x", "19 leef-time-format");
}

static void a_value_has_the_most_of_bytes_that_its_key_says(void)
{
	DEPARTS(HEAD "usrName=" TWO_HUNDRED_FIFTY "12345", "");
	DEPARTS(HEAD "usrName=" TWO_HUNDRED_FIFTY "123456",
		"27 leef-value-size");
	DEPARTS(HEAD "usrName=" TWO_HUNDRED_FIFTY "\\n\\r\\u0001\\n5", "");
	DEPARTS(HEAD "usrName=" TWO_HUNDRED_FIFTY "1\\n\\r\\u0001\\n5",
		"27 leef-value-size");
}

static void some_mean_nothing_without_another_one(void)
{
	DEPARTS(HEAD "identHostName=h", "19 leef-identity");
	DEPARTS(HEAD "identHostName=h\tidentSrc=10.0.0.1", "");
}

static void attributes_that_nothing_divides_are_told(void)
{
	DEPARTS(HEAD "a=1", "");
	DEPARTS(HEAD "a=1 b=2", "19 leef-one-attribute");
	DEPARTS(HEAD "a=1#011b=2", "22 leef-escaped-tab");
	DEPARTS(HEAD "a=1#011b=2\tc=3", "");
	DEPARTS(HEAD "a=1\tb=2", "");
}

static void controls_are_told_but_the_delimiter(void)
{
	DEPARTS(HEAD "a=1\x01", "22 leef-control");
	DEPARTS("LEEF:1.0|v\x7f|p|1|id|a=1", "11 leef-control");
	DEPARTS("LEEF:1.0|v|p|1|id|a=1\0", "22 leef-control");
	DEPARTS(HEAD2 "^|a=1^b=\t", "27 leef-control");
	DEPARTS(HEAD2 "\x01|a=1\x01"
		      "b=2",
		"");
	DEPARTS(HEAD "a=\xff", "21 leef-utf8");
}

int main(void)
{
	RUN(a_delimiter_is_a_character_or_its_number);
	RUN(what_is_no_delimiter_is_shown_and_tab_divides);
	RUN(a_delimiter_has_two_digits);
	RUN(without_the_field_of_a_delimiter_there_are_attributes);
	RUN(what_has_no_key_is_text_unless_it_is_nothing);
	RUN(an_event_id_has_255_bytes);
	RUN(a_key_is_letters_and_digits_and_there_once);
	RUN(a_severity_is_1_to_10);
	RUN(a_time_is_a_number_or_has_its_format_beside_it);
	RUN(a_value_has_the_most_of_bytes_that_its_key_says);
	RUN(some_mean_nothing_without_another_one);
	RUN(attributes_that_nothing_divides_are_told);
	RUN(controls_are_told_but_the_delimiter);
	return check_done();
}

#include "event/field.h"

#include "check.h"

static bool fits(enum field_type type, const char *text)
{
	return field_fits(type, slice_of(text));
}

static void integers_fit_within_their_bounds(void)
{
	CHECK(fits(FIELD_INT32, "0"));
	CHECK(fits(FIELD_INT32, "-2147483648"));
	CHECK(!fits(FIELD_INT32, "-2147483649"));
	CHECK(fits(FIELD_INT32, "2147483647"));
	CHECK(!fits(FIELD_INT32, "2147483648"));
	CHECK(fits(FIELD_INT64, "-9223372036854775808"));
	CHECK(!fits(FIELD_INT64, "-9223372036854775809"));
	CHECK(fits(FIELD_INT64, "9223372036854775807"));
	CHECK(!fits(FIELD_INT64, "9223372036854775808"));
	CHECK(!fits(FIELD_INT64, "99999999999999999999"));
}

static void integers_are_written_the_shortest_way(void)
{
	CHECK(!fits(FIELD_INT64, ""));
	CHECK(!fits(FIELD_INT64, "-"));
	CHECK(!fits(FIELD_INT64, "+1"));
	CHECK(!fits(FIELD_INT64, "010"));
	CHECK(!fits(FIELD_INT64, "-01"));
	CHECK(!fits(FIELD_INT64, " 1"));
	CHECK(!fits(FIELD_INT64, "1 "));
	CHECK(!fits(FIELD_INT64, "1.0"));
	CHECK(!fits(FIELD_INT64, "1e3"));
	CHECK(!fits(FIELD_INT64, "0x10"));
	CHECK(!field_fits(FIELD_INT64, (struct slice){ "1\0", 2 }));
}

static void ports_are_0_to_65535(void)
{
	CHECK(fits(FIELD_PORT, "0"));
	CHECK(fits(FIELD_PORT, "65535"));
	CHECK(!fits(FIELD_PORT, "65536"));
	CHECK(!fits(FIELD_PORT, "-1"));
	CHECK(!fits(FIELD_PORT, "-0"));
	CHECK(!fits(FIELD_PORT, "080"));
}

static void a_double_is_a_finite_json_number(void)
{
	CHECK(fits(FIELD_DOUBLE, "0.5"));
	CHECK(fits(FIELD_DOUBLE, "-12.5e-3"));
	CHECK(fits(FIELD_DOUBLE, "1E+2"));
	CHECK(fits(FIELD_DOUBLE, "1e308"));
	CHECK(!fits(FIELD_DOUBLE, "1e309"));
	CHECK(!fits(FIELD_DOUBLE, "1e400"));
	CHECK(!fits(FIELD_DOUBLE, ""));
	CHECK(!fits(FIELD_DOUBLE, "1."));
	CHECK(!fits(FIELD_DOUBLE, ".5"));
	CHECK(!fits(FIELD_DOUBLE, "1e"));
	CHECK(!fits(FIELD_DOUBLE, "1e+"));
	CHECK(!fits(FIELD_DOUBLE, "01.5"));
	CHECK(!fits(FIELD_DOUBLE, "1.5x"));
	CHECK(!fits(FIELD_DOUBLE, "nan"));
	CHECK(!fits(FIELD_DOUBLE, "inf"));
	CHECK(!fits(FIELD_DOUBLE, "0x10"));
}

static void a_double_of_many_digits_is_finite_or_not(void)
{
	char text[401];

	memset(text, '9', sizeof(text));
	CHECK(field_fits(FIELD_DOUBLE, (struct slice){ text, 308 }));
	CHECK(!field_fits(FIELD_DOUBLE, (struct slice){ text, 309 }));
	CHECK(!field_fits(FIELD_DOUBLE, (struct slice){ text, 400 }));
	text[1] = '.';
	CHECK(field_fits(FIELD_DOUBLE, (struct slice){ text, 400 }));
}

static void addresses_are_told_apart(void)
{
	CHECK(fits(FIELD_IPV4, "10.0.0.1"));
	CHECK(fits(FIELD_IPV4, "255.255.255.255"));
	CHECK(!fits(FIELD_IPV4, "256.0.0.1"));
	CHECK(!fits(FIELD_IPV4, "10.0.0"));
	CHECK(!fits(FIELD_IPV4, "10.0.0."));
	CHECK(!fits(FIELD_IPV4, "10.0.0.1.2"));
	CHECK(!fits(FIELD_IPV4, "10.0.0.01"));
	CHECK(!fits(FIELD_IPV4, "::1"));
	CHECK(fits(FIELD_IPV6, "::1"));
	CHECK(fits(FIELD_IPV6, "2001:db8::ff00:42:8329"));
	CHECK(fits(FIELD_IPV6, "::ffff:10.0.0.1"));
	CHECK(!fits(FIELD_IPV6, "10.0.0.1"));
	CHECK(!fits(FIELD_IPV6, "2001:db8"));
	CHECK(!fits(FIELD_IPV6, "fe80::1%eth0"));
	CHECK(!field_fits(FIELD_IPV6, (struct slice){ "::1\0x", 5 }));
	CHECK(fits(FIELD_IP, "10.0.0.1"));
	CHECK(fits(FIELD_IP, "::1"));
	CHECK(!fits(FIELD_IP, "host"));
}

static void a_mac_is_six_octets_divided_by_colons(void)
{
	CHECK(fits(FIELD_MAC, "00:1A:2b:3C:4d:5E"));
	CHECK(!fits(FIELD_MAC, "00-1A-2b-3C-4d-5E"));
	CHECK(!fits(FIELD_MAC, "00:1A:2b:3C:4d"));
	CHECK(!fits(FIELD_MAC, "00:1A:2b:3C:4d:5G"));
}

static void some_types_fit_all_or_nothing(void)
{
	CHECK(fits(FIELD_TEXT, ""));
	CHECK(fits(FIELD_BOOL, "true"));
	CHECK(fits(FIELD_BOOL, "false"));
	CHECK(!fits(FIELD_BOOL, "True"));
	CHECK(!fits(FIELD_RESERVED, "x"));
}

static void a_level_is_1_to_10(void)
{
	CHECK(fits(FIELD_LEVEL, "1"));
	CHECK(fits(FIELD_LEVEL, "10"));
	CHECK(!fits(FIELD_LEVEL, "0"));
	CHECK(!fits(FIELD_LEVEL, "-0"));
	CHECK(!fits(FIELD_LEVEL, "11"));
	CHECK(!fits(FIELD_LEVEL, "-1"));
	CHECK(!fits(FIELD_LEVEL, "05"));
	CHECK(!fits(FIELD_LEVEL, "high"));
	CHECK(!fits(FIELD_LEVEL, ""));
}

int main(void)
{
	RUN(a_level_is_1_to_10);
	RUN(integers_fit_within_their_bounds);
	RUN(integers_are_written_the_shortest_way);
	RUN(ports_are_0_to_65535);
	RUN(a_double_is_a_finite_json_number);
	RUN(a_double_of_many_digits_is_finite_or_not);
	RUN(addresses_are_told_apart);
	RUN(a_mac_is_six_octets_divided_by_colons);
	RUN(some_types_fit_all_or_nothing);
	return check_done();
}

#include "event/field.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static bool is_hex(char c)
{
	return is_digit(c) || (unsigned char)((c | 0x20) - 'a') < 6;
}

/* How many digits begin at text.data[at]. */
static size_t count_digits(struct slice text, size_t at)
{
	size_t n = 0;

	while (at + n < text.len && is_digit(text.data[at + n]))
		n++;
	return n;
}

/* Is it a decimal integer of that size, written the shortest way? */
static bool is_integer(struct slice text, uint64_t below_zero, uint64_t most)
{
	bool negative = text.len > 0 && text.data[0] == '-';
	size_t digits = text.len - negative;
	uint64_t n = 0;

	if (digits == 0 || digits > 19 || (negative && below_zero == 0) ||
	    (text.data[negative] == '0' && digits > 1))
		return false;
	for (size_t i = negative; i < text.len; i++) {
		if (!is_digit(text.data[i]))
			return false;
		n = n * 10 + (uint64_t)(text.data[i] - '0');
	}
	return n <= (negative ? below_zero : most);
}

/* strtod() of text, which is longer than any that makes sense if too long. */
static bool is_finite(struct slice text)
{
	char copy[512];

	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return isfinite(strtod(copy, NULL));
}

/* A number as JSON writes it, finite in a double. */
static bool is_double(struct slice text)
{
	size_t at = text.len > 0 && text.data[0] == '-';
	size_t whole = count_digits(text, at);

	if (whole == 0 || (text.data[at] == '0' && whole > 1))
		return false;
	at += whole;
	if (at < text.len && text.data[at] == '.') {
		size_t fraction = count_digits(text, at + 1);

		if (fraction == 0)
			return false;
		at += 1 + fraction;
	}
	if (at == text.len)
		return whole <= 308 || is_finite(text);
	if ((text.data[at] | 0x20) != 'e')
		return false;
	at++;
	if (at < text.len && (text.data[at] == '+' || text.data[at] == '-'))
		at++;

	size_t exponent = count_digits(text, at);
	return exponent > 0 && at + exponent == text.len && is_finite(text);
}

static bool is_ipv4(struct slice text)
{
	size_t at = 0;

	for (int octet = 0; octet < 4; octet++) {
		size_t digits = count_digits(text, at);
		struct slice number = { text.data + at, digits };

		if (digits == 0 || !is_integer(number, 0, 255))
			return false;
		at += digits;
		if (octet < 3 && (at == text.len || text.data[at++] != '.'))
			return false;
	}
	return at == text.len;
}

static bool is_ipv6(struct slice text)
{
	char copy[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (text.len < 2 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return strlen(copy) == text.len &&
	       inet_pton(AF_INET6, copy, &address) == 1;
}

static bool is_mac(struct slice text)
{
	if (text.len != strlen("00:00:00:00:00:00"))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (i % 3 == 2 ? text.data[i] != ':' : !is_hex(text.data[i]))
			return false;
	return true;
}

bool field_fits(enum field_type type, struct slice text)
{
	switch (type) {
	case FIELD_TEXT:
		return true;
	case FIELD_INT32:
		return is_integer(text, (uint64_t)INT32_MAX + 1, INT32_MAX);
	case FIELD_INT64:
		return is_integer(text, (uint64_t)INT64_MAX + 1, INT64_MAX);
	case FIELD_DOUBLE:
		return is_double(text);
	case FIELD_PORT:
		return is_integer(text, 0, UINT16_MAX);
	case FIELD_IPV4:
		return is_ipv4(text);
	case FIELD_IPV6:
		return is_ipv6(text);
	case FIELD_IP:
		return is_ipv4(text) || is_ipv6(text);
	case FIELD_MAC:
		return is_mac(text);
	case FIELD_BOOL:
		return slice_is(text, SLICE("true")) ||
		       slice_is(text, SLICE("false"));
	case FIELD_LEVEL:
		return is_integer(text, 0, 10) && !slice_is(text, SLICE("0"));
	case FIELD_TIME_MS:
	case FIELD_LIST:
	case FIELD_JSON:
	case FIELD_RESERVED:
		return false;
	}
	return false;
}

bool field_is_storable(struct slice number)
{
	enum { SURE = 15 }; // bytes of a number without an exponent

	if (memchr(number.data, 'e', number.len) == NULL &&
	    memchr(number.data, 'E', number.len) == NULL) {
		if (number.len <= SURE || field_fits(FIELD_INT64, number))
			return true;
		if (memchr(number.data, '.', number.len) == NULL)
			return false;
	}
	return field_fits(FIELD_DOUBLE, number);
}

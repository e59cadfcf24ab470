#include "parse/registered.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>

/* A decimal number from least to most, without leading zeros. */
static bool is_number(struct slice s, uint64_t least, uint64_t most)
{
	uint64_t n = 0;

	if (s.len == 0 || s.len > 19 || (s.len > 1 && s.data[0] == '0'))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
		n = 10 * n + (uint64_t)(s.data[i] - '0');
	}
	return n >= least && n <= most;
}

static bool is_bit(struct slice s)
{
	return is_number(s, 0, 1);
}

static bool is_count(struct slice s)
{
	return is_number(s, 0, INT64_MAX);
}

/* From 1 to 2147483647, and then from 1 again. */
static bool is_sequence(struct slice s)
{
	return is_number(s, 1, INT32_MAX);
}

static bool is_address(struct slice s)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr binary;

	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	return inet_pton(AF_INET, text, &binary) == 1 ||
	       inet_pton(AF_INET6, text, &binary) == 1;
}

/* "32473", or with a tree of the enterprise's own behind it, "32473.1.2". */
static bool is_enterprise(struct slice s)
{
	bool digit = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '.' ? !digit
				     : s.data[i] < '0' || s.data[i] > '9')
			return false;
		digit = s.data[i] != '.';
	}
	return digit;
}

static bool is_up_to_48(struct slice s)
{
	return s.len <= 48;
}

static bool is_up_to_32(struct slice s)
{
	return s.len <= 32;
}

/* As far as its letters go: "en", "de-CH" (BCP 47). */
static bool is_language(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && c != '-' && (c < '0' || c > '9'))
			return false;
	}
	return s.len > 0;
}

static const struct parameter {
	struct slice id, name;
	bool (*is_good)(struct slice value);
	const char *fault;
} parameters[] = {
	{ SLICE("timeQuality"), SLICE("tzKnown"), is_bit, "tzKnown is 0 or 1" },
	{ SLICE("timeQuality"), SLICE("isSynced"), is_bit,
	  "isSynced is 0 or 1" },
	{ SLICE("timeQuality"), SLICE("syncAccuracy"), is_count,
	  "syncAccuracy is a number of microseconds" },
	{ SLICE("origin"), SLICE("ip"), is_address,
	  "ip is an IPv4 or IPv6 address" },
	{ SLICE("origin"), SLICE("enterpriseId"), is_enterprise,
	  "enterpriseId is a number that the IANA has given, like 32473" },
	{ SLICE("origin"), SLICE("software"), is_up_to_48,
	  "software has 48 bytes at most" },
	{ SLICE("origin"), SLICE("swVersion"), is_up_to_32,
	  "swVersion has 32 bytes at most" },
	{ SLICE("meta"), SLICE("sequenceId"), is_sequence,
	  "sequenceId counts from 1 to 2147483647, and then from 1 again" },
	{ SLICE("meta"), SLICE("sysUpTime"), is_count,
	  "sysUpTime is a number of hundredths of a second" },
	{ SLICE("meta"), SLICE("language"), is_language,
	  "language is a tag like en or de-CH" },
};

enum { PARAMETERS = sizeof(parameters) / sizeof(parameters[0]) };

bool registered_is_id(struct slice id)
{
	for (size_t i = 0; i < PARAMETERS; i++)
		if (slice_is(parameters[i].id, id))
			return true;
	return false;
}

const char *registered_fault(struct slice id, struct slice name,
			     struct slice value)
{
	bool known = false;

	for (size_t i = 0; i < PARAMETERS; i++) {
		const struct parameter *p = &parameters[i];

		if (!slice_is(p->id, id))
			continue;
		known = true;
		if (slice_is(p->name, name))
			return p->is_good(value) ? NULL : p->fault;
	}
	return known ? "this SD-ID is one of the IANA's, and has no parameter "
		       "of that name"
		     : NULL;
}

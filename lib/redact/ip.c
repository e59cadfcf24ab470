/*
 * ip: an address of IPv4 in four decimal numbers, or of IPv6 (RFC 4291
 * section 2.2), and not what looks the same: versions, object identifiers.
 */
#include "redact/class.h"
#include "redact/text.h"

enum { V6_MAX = 45, GROUPS = 8, WORD_MAX = 12 };

/* The end of a number from 0 to 255 at i, without leading zeros; else i. */
static size_t octet_end(struct slice text, size_t i)
{
	size_t n = text_run(text, i, TEXT_DIGIT, 4);
	unsigned value = 0;

	if (n == 0 || n > 3 || (n > 1 && text.data[i] == '0'))
		return i;
	for (size_t k = 0; k < n; k++)
		value = 10 * value + (unsigned)(text.data[i + k] - '0');
	return value <= 255 ? i + n : i;
}

/* The end of four octets at i, or i. */
static size_t v4_end(struct slice text, size_t i)
{
	size_t at = i;

	for (size_t k = 0; k < 4; k++) {
		size_t end = octet_end(text, at);

		if (end == at || (k < 3 && text_at(text, end) != '.'))
			return i;
		at = end + (k < 3);
	}
	return at;
}

static const struct slice versions[] = {
	TEXT_WORD("version"),  TEXT_WORD("ver"), TEXT_WORD("v"),
	TEXT_WORD("release"),  TEXT_WORD("rev"), TEXT_WORD("build"),
	TEXT_WORD("firmware"), TEXT_WORD("oid"), TEXT_WORD("section"),
	TEXT_NO_MORE,
};

/*
 * Does a word that announces a version, or an object, stand before i? There may
 * be quotes between, as in version="1.2.3.4", but not those between a member of
 * an object and its value: the value alone does not tell its name.
 */
static bool is_version(struct slice text, size_t i)
{
	size_t quotes = 0, escaped = 0, n;

	for (; i > 0 && text_among(text.data[i - 1], " \t:=('\\\""); i--) {
		quotes += text.data[i - 1] == '"';
		escaped +=
			text.data[i - 1] == '"' && text_at(text, i - 2) == '\\';
		if (quotes > 1 && escaped < quotes)
			return false;
	}
	n = text_run_before(text, i, TEXT_LETTER, WORD_MAX);
	// "curl -v 192.0.2.1" says more of what it does.
	if (n == 1 && text_at(text, i - 2) == '-')
		return false;
	struct slice name = { text.data + i - n, n };
	for (const struct slice *w = versions; w->len > 0; w++)
		if (text_ends_name(name, *w))
			return true;
	return false;
}

static const struct slice protocols[] = {
	TEXT_WORD("tcp"),       TEXT_WORD("udp"),  TEXT_WORD("icmp"),
	TEXT_WORD("sctp"),      TEXT_WORD("ip"),   TEXT_WORD("ipv4"),
	TEXT_WORD("inet"),      TEXT_WORD("host"), TEXT_WORD("via"),
	TEXT_WORD("localhost"), TEXT_NO_MORE,
};

/* Is it the version in "Chrome/120.0.0.0", which no path is, nor a host with
   its address and port, "db/192.0.2.7:5432"? */
static bool is_product(struct slice text, size_t from, size_t to)
{
	size_t i = from - 1, n;

	if (text_at(text, i) != '/' ||
	    (text_at(text, to) == ':' && text_is(text, to + 1, TEXT_DIGIT)))
		return false;
	n = text_run_before(text, i, TEXT_BASE64URL, 2 * WORD_MAX);
	if (n == 0 || text_among(text_at(text, i - n - 1), "/:."))
		return false;
	return !text_is_word((struct slice){ text.data + i - n, n }, protocols);
}

/* Is the v4 address a part of a word or of a longer number? */
static bool is_alone(struct slice text, size_t from, size_t to)
{
	char before = text_at(text, from - 1), behind = text_at(text, to);

	if (text_is(text, from - 1, TEXT_ALNUM) || before == '.' ||
	    text_is(text, to, TEXT_ALNUM) || behind == '_')
		return false;
	if ((before == '-' || before == '_') &&
	    text_is(text, from - 2, TEXT_LETTER))
		return false;
	return !((behind == '.' && text_is(text, to + 1, TEXT_ALNUM)) ||
		 ((behind == '-' || behind == '+') &&
		  text_is(text, to + 1, TEXT_LETTER)));
}

static bool find_v4(struct slice text, size_t at, struct span *found)
{
	size_t from = at - text_run_before(text, at, TEXT_DIGIT, 4);
	size_t to = v4_end(text, from);

	if (to == from || !is_alone(text, from, to) ||
	    is_product(text, from, to) || is_version(text, from))
		return false;
	*found = (struct span){ from, to };
	return true;
}

/* What an address of IPv6 consists of. */
struct v6 {
	size_t groups, digits; // and of their digits, those that are decimal
	size_t pairs;          // groups of two digits
	bool gap;              // "::"
	size_t to;
};

/* Read one group, and the colons behind it if another follows. */
static bool read_group(struct slice text, struct v6 *a)
{
	size_t n = text_run(text, a->to, TEXT_HEX, 5);
	size_t v4 = v4_end(text, a->to);

	if (v4 > a->to && a->groups <= GROUPS - 2) {
		a->groups += 2;
		a->digits += 4;
		a->to = v4;
		return false;
	}
	if (n == 0 || n > 4)
		return false;
	for (size_t i = 0; i < n; i++)
		a->digits += text_is(text, a->to + i, TEXT_DIGIT);
	a->groups++;
	a->pairs += n == 2;
	a->to += n;
	if (text_at(text, a->to) != ':')
		return false;
	if (text_at(text, a->to + 1) == ':') {
		if (a->gap)
			return false;
		a->gap = true;
		a->to += 2;
		return true;
	}
	if (!text_is(text, a->to + 1, TEXT_HEX))
		return false;
	a->to++;
	return true;
}

static struct v6 read_v6(struct slice text, size_t from)
{
	struct v6 a = { .to = from };

	if (text_at(text, from) == ':') {
		a.gap = true;
		a.to += 2;
	}
	while (a.groups < GROUPS && read_group(text, &a))
		continue;
	return a;
}

/*
 * Words of programs have colons as well ("add::be", "std::fe"), slices of lists
 * ("[1::2]", "[::3]"), and fingerprints pairs of digits: what has no decimal
 * digit, or is but a group, is no address, unless it is "::1" or of four
 * digits.
 */
static bool is_v6(struct slice text, const struct v6 *a, size_t from)
{
	size_t len = a->to - from;

	if (a->gap ? a->groups >= GROUPS : a->groups != GROUPS)
		return false;
	if (a->groups == 2 && len <= 5 && a->digits == len - 2)
		return false;
	if (a->groups == a->pairs || a->digits == 0)
		return a->digits > 0 && a->gap && a->groups > 1;
	return a->groups > 1 || len == 6 ||
	       (len == 3 && text_has(text, from, "::1"));
}

static bool find_v6(struct slice text, size_t at, struct span *found)
{
	size_t from = at - text_run_before(text, at, TEXT_HEX, 5);

	// Not within a word, nor within an address that was looked at.
	if (text_is(text, from - 1, TEXT_ALNUM) || at - from > 4 ||
	    text_at(text, from - 1) == ':' || text_at(text, from - 1) == '.')
		return false;
	if (from == at && text_at(text, at + 1) != ':')
		return false;
	struct v6 a = read_v6(text, from);
	if (!is_v6(text, &a, from) || text_is(text, a.to, TEXT_ALNUM) ||
	    (text_at(text, a.to) == ':' && text_is(text, a.to + 1, TEXT_HEX)))
		return false;
	// The zone, as in "fe80::1%eth0" (RFC 4007 section 11).
	if (text_at(text, a.to) == '%')
		a.to += 1 + text_run(text, a.to + 1, TEXT_ALNUM, 16);
	*found = (struct span){ from, a.to };
	return true;
}

static const struct lead leads[] = {
	{ "[0-9][.][0-9][0-9.][0-9.][0-9.][0-9.]", find_v4 },
	{ "[0-9A-Fa-f][:][0-9A-Fa-f:]", find_v6 },
	{ "[^0-9A-Za-z:][:][:]", find_v6 },
	{ NULL },
};

const struct class class_ip = {
	.name = "ip",
	.summary = "addresses of IPv4 and IPv6",
	.leads = leads,
};

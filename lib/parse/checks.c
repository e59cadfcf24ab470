#include "parse/checks.h"

#include "core/utf8.h"

#include <string.h>

int checks_shown(struct slice name)
{
	enum { MOST = 64 };

	return name.len < MOST ? (int)name.len : MOST;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

void checks_control(const struct reading *r, const struct rule *rule,
		    struct slice text, const char *allowed)
{
	struct slice first = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (!is_control(text.data[i]) ||
		    (text.data[i] != '\0' &&
		     strchr(allowed, text.data[i]) != NULL))
			continue;
		if (count++ == 0)
			first = (struct slice){ text.data + i, 1 };
	}
	if (count > 0)
		parse_depart(r, rule, first,
			     "%zu control character%s, which receivers "
			     "replace, or stop at",
			     count, count == 1 ? "" : "s");
}

void checks_utf8(const struct reading *r, const struct rule *rule,
		 struct slice text)
{
	size_t good = utf8_valid(text);
	struct slice bad = slice_from(text, good);

	if (bad.len == 0)
		return;
	size_t n = 1;
	while (n < bad.len && n < 4 && (unsigned char)bad.data[n] >= 0x80)
		n++;
	parse_depart(r, rule, (struct slice){ bad.data, n },
		     "the text is not UTF-8 (Latin-1 perhaps): each such "
		     "sequence is read as U+FFFD");
}

/* How many bytes more than one the escape at the start of a text has. */
static size_t surplus(struct slice text, const char *letters)
{
	if (slice_has_prefix(text, SLICE("\\u00")) && text.len >= 6)
		return 5;
	return text.len >= 2 && text.data[1] != '\0' &&
	       strchr(letters, text.data[1]) != NULL;
}

size_t checks_length(struct slice text, const char *letters)
{
	size_t len = text.len;

	while (text.len > 0) {
		const char *at = memchr(text.data, '\\', text.len);

		if (at == NULL)
			break;
		text = slice_from(text, (size_t)(at - text.data));
		size_t more = surplus(text, letters);
		len -= more;
		text = slice_from(text, 1 + more);
	}
	return len;
}

bool checks_is_digits(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.len > 0;
}

static const char *misfit_of_number(enum field_type type, struct slice text)
{
	struct slice digits = text;
	bool is_negative = slice_take(&digits, SLICE("-"));

	if (slice_has_prefix(text, SLICE("+")))
		return "has a plus sign, which a number does not have here";
	if (checks_is_digits(digits) && digits.len > 1 && digits.data[0] == '0')
		return "has leading zeros: some receivers read 010 as 8";
	if (type == FIELD_PORT)
		return "has to be a port, 0 to 65535";
	if (checks_is_digits(digits) && type == FIELD_INT32)
		return is_negative ? "is smaller than 32 bits can say" :
				     "is larger than 32 bits can say "
				     "(2147483647)";
	if (checks_is_digits(digits))
		return "is more than 64 bits can say";
	return "has to be a whole number, digits only";
}

const char *checks_misfit(enum field_type type, struct slice text)
{
	if (field_fits(type, text))
		return NULL;
	switch (type) {
	case FIELD_INT32:
	case FIELD_INT64:
	case FIELD_PORT:
		return misfit_of_number(type, text);
	case FIELD_DOUBLE:
		return "has to be a number such as 1.5";
	case FIELD_IPV4:
		return "has to be an IPv4 address such as 10.0.0.1";
	case FIELD_IPV6:
		return "has to be an IPv6 address such as 2001:db8::1";
	case FIELD_IP:
		return "has to be an IP address";
	case FIELD_MAC:
		return "has to be six octets such as 00:0a:95:9d:68:16";
	case FIELD_BOOL:
		return "has to be true or false";
	case FIELD_LEVEL:
		return "has to be a number from 1 to 10";
	case FIELD_TEXT:
	case FIELD_TIME_MS:
	case FIELD_LIST:
	case FIELD_JSON:
	case FIELD_RESERVED:
		return NULL;
	}
	return NULL;
}

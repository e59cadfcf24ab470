/*
 * ssn: a social security number of the United States, 123-45-6789: an area, a
 * group and a serial number, none of them one that is never issued.
 */
#include "redact/class.h"
#include "redact/text.h"

enum { SSN = 9 };

/* Of nine digits: no area 000, 666 or 9xx, no group 00, no serial 0000. */
static bool is_issued(const char *digits)
{
	return memcmp(digits, "000", 3) != 0 && memcmp(digits, "666", 3) != 0 &&
	       digits[0] != '9' && memcmp(digits + 3, "00", 2) != 0 &&
	       memcmp(digits + 5, "0000", 4) != 0;
}

/* Read the digits of three groups that the same byte divides. */
static bool read_ssn(struct slice text, size_t from, char digits[SSN])
{
	static const size_t widths[] = { 3, 2, 4 };
	char divider = text_at(text, from + 3);
	size_t i = from;

	if (divider != '-' && divider != ' ')
		return false;
	for (size_t k = 0; k < 3; k++) {
		if (text_run(text, i, TEXT_DIGIT, widths[k] + 1) != widths[k])
			return false;
		memcpy(digits, text.data + i, widths[k]);
		digits += widths[k];
		i += widths[k];
		if (k < 2 && text_at(text, i++) != divider)
			return false;
	}
	return true;
}

static bool find(struct slice text, size_t at, struct span *found)
{
	char digits[SSN];
	size_t to = at + SSN + 2;

	if (!read_ssn(text, at, digits) || !is_issued(digits))
		return false;
	// Not in the middle of something longer.
	char before = text_at(text, at - 1), behind = text_at(text, to);
	if (((before == '-' || before == '.') &&
	     text_is(text, at - 2, TEXT_ALNUM)) ||
	    (before == ' ' && text.data[at + 3] == ' ' &&
	     text_is(text, at - 2, TEXT_DIGIT)) ||
	    (behind == ' ' && text.data[at + 3] == ' ' &&
	     text_is(text, to + 1, TEXT_DIGIT)) ||
	    text_is(text, to, TEXT_ALNUM) ||
	    ((behind == '-' || behind == '.') &&
	     text_is(text, to + 1, TEXT_ALNUM)))
		return false;
	*found = (struct span){ at, to };
	return true;
}

/* Nine digits behind a blank and a name: "SSN 123456789", "SSN is 123456789".
 */
static bool find_behind_name(struct slice text, size_t at, struct span *found)
{
	size_t from = at + 1;
	size_t end = text_has(text, at - 3, " is") ? at - 3 : at;

	if (!text_has(text, end - 3, "ssn") ||
	    text_is(text, end - 4, TEXT_ALNUM) ||
	    text_run(text, from, TEXT_DIGIT, SSN + 1) != SSN ||
	    text_is(text, from + SSN, TEXT_ALNUM))
		return false;
	*found = (struct span){ from, from + SSN };
	return is_issued(text.data + from);
}

static const struct slice names[] = {
	TEXT_WORD("ssn"),
	TEXT_WORD("social_security_number"),
	TEXT_WORD("socialsecuritynumber"),
	TEXT_WORD("social security number"),
	TEXT_WORD("ssn_number"),
	TEXT_WORD("ssnumber"),
	TEXT_NO_MORE,
};

/* "ssn": "123456789" */
static bool named(struct slice name, struct slice *value, enum tie tie)
{
	(void)name;
	(void)tie;
	return value->len == SSN &&
	       text_run(*value, 0, TEXT_DIGIT, SSN) == SSN &&
	       is_issued(value->data);
}

static const struct slice *const words[] = { names, NULL };

static const struct lead leads[] = {
	{ "[^0-9A-Za-z+][0-8][0-9][0-9][- ][0-9][0-9][- ][0-9]", find },
	{ "[NSns][ ][0-8][0-9][0-9][0-9][0-9][0-9][0-9]", find_behind_name },
	{ NULL },
};

const struct class class_ssn = {
	.name = "ssn",
	.summary = "social security numbers of the United States",
	.leads = leads,
	.names = words,
	.named = named,
};

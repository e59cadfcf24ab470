/*
 * iban: an international bank account number (ISO 13616-1): a country, two
 * check digits, and an account as that country writes it.
 */
#include "redact/class.h"
#include "redact/text.h"

enum { IBAN_MAX = 34 };

/*
 * The accounts of countries, from the IBAN Registry: digits (n), upper case
 * letters (a) or both (c), each with how many.
 */
struct country {
	char code[3];
	const char *account;
};

static const struct country countries[] = {
	{ "AD", "8n12c" },    { "AE", "19n" },      { "AL", "8n16c" },
	{ "AT", "16n" },      { "AZ", "4a20c" },    { "BA", "16n" },
	{ "BE", "12n" },      { "BG", "4a6n8c" },   { "BH", "4a14c" },
	{ "BI", "23n" },      { "BR", "23n1a1c" },  { "BY", "4c4n16c" },
	{ "CH", "5n12c" },    { "CR", "18n" },      { "CY", "8n16c" },
	{ "CZ", "20n" },      { "DE", "18n" },      { "DJ", "23n" },
	{ "DK", "14n" },      { "DO", "4c20n" },    { "EE", "16n" },
	{ "EG", "25n" },      { "ES", "20n" },      { "FI", "14n" },
	{ "FK", "2a12n" },    { "FO", "14n" },      { "FR", "10n11c2n" },
	{ "GB", "4a14n" },    { "GE", "2a16n" },    { "GI", "4a15c" },
	{ "GL", "14n" },      { "GR", "7n16c" },    { "GT", "4c20c" },
	{ "HN", "4a20n" },    { "HR", "17n" },      { "HU", "24n" },
	{ "IE", "4a14n" },    { "IL", "19n" },      { "IQ", "4a15n" },
	{ "IS", "22n" },      { "IT", "1a10n12c" }, { "JO", "4a4n18c" },
	{ "KW", "4a22c" },    { "KZ", "3n13c" },    { "LB", "4n20c" },
	{ "LC", "4a24c" },    { "LI", "5n12c" },    { "LT", "16n" },
	{ "LU", "3n13c" },    { "LV", "4a13c" },    { "LY", "21n" },
	{ "MC", "10n11c2n" }, { "MD", "20c" },      { "ME", "18n" },
	{ "MK", "3n10c2n" },  { "MN", "16n" },      { "MR", "23n" },
	{ "MT", "4a5n18c" },  { "MU", "4a19n3a" },  { "NI", "4a20n" },
	{ "NL", "4a10n" },    { "NO", "11n" },      { "OM", "3n16c" },
	{ "PK", "4a16c" },    { "PL", "24n" },      { "PS", "4a21c" },
	{ "PT", "21n" },      { "QA", "4a21c" },    { "RO", "4a16c" },
	{ "RS", "18n" },      { "RU", "14n15c" },   { "SA", "2n18c" },
	{ "SC", "4a20n3a" },  { "SD", "14n" },      { "SE", "20n" },
	{ "SI", "15n" },      { "SK", "20n" },      { "SM", "1a10n12c" },
	{ "SO", "19n" },      { "ST", "21n" },      { "SV", "4a20n" },
	{ "TL", "19n" },      { "TN", "20n" },      { "TR", "6n16c" },
	{ "UA", "6n19c" },    { "VA", "18n" },      { "VG", "4a16n" },
	{ "XK", "16n" },      { "YE", "4a4n18c" },
};

static const struct country *country_at(struct slice text, size_t at)
{
	char a = (char)(text_at(text, at) & ~0x20);
	char b = (char)(text_at(text, at + 1) & ~0x20);

	for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++)
		if (countries[i].code[0] == a && countries[i].code[1] == b)
			return &countries[i];
	return NULL;
}

/* Its characters in upper case, and where they ended in the text. */
struct iban {
	char chars[IBAN_MAX + 1];
	size_t count;
	size_t to;
};

/* Read letters and digits, all together or in groups of four. */
static void read_iban(struct slice text, size_t at, struct iban *iban)
{
	size_t divider = 0, step;

	*iban = (struct iban){ .to = at };
	while (iban->count <= IBAN_MAX) {
		if (iban->count % 4 == 0 && iban->count > 0) {
			step = text_divider(text, iban->to);
			if (iban->count == 4)
				divider = step;
			if (divider > 0 && step != divider)
				return;
			if (divider > 0 &&
			    text_is(text, iban->to + step, TEXT_ALNUM))
				iban->to += step;
		}
		if (!text_is(text, iban->to, TEXT_ALNUM))
			return;
		char c = text.data[iban->to++];
		iban->chars[iban->count++] =
			(char)(c >= 'a' ? c - ('a' - 'A') : c);
	}
}

/* Is the account as its country has it? *len is the length of the whole. */
static bool is_account(const struct iban *iban, const char *account,
		       size_t *len)
{
	struct slice chars = { iban->chars, iban->count };
	size_t i = 4;

	while (*account != '\0') {
		size_t n = 0;

		while (*account >= '0' && *account <= '9')
			n = 10 * n + (size_t)(*account++ - '0');
		unsigned kinds = *account == 'n'   ? TEXT_DIGIT
				 : *account == 'a' ? TEXT_UPPER
						   : TEXT_ALNUM;
		if (text_run(chars, i, kinds, n) != n)
			return false;
		i += n;
		account++;
	}
	*len = i;
	return true;
}

/* MOD 97-10 (ISO/IEC 7064) of the account, the country, the check digits. */
static bool is_checked(const struct iban *iban, size_t len)
{
	unsigned rest = 0;

	for (size_t i = 0; i < len; i++) {
		char c = iban->chars[(i + 4) % len];

		if (c >= '0' && c <= '9')
			rest = (10 * rest + (unsigned)(c - '0')) % 97;
		else
			rest = (100 * rest + (unsigned)(c - 'A' + 10)) % 97;
	}
	return rest == 1;
}

/* Where the first len characters of what was read end. */
static size_t end_of(struct slice text, size_t at, size_t len)
{
	size_t i = at;

	while (len > 0) {
		if (text_is(text, i, TEXT_ALNUM)) {
			len--;
			i++;
		} else {
			i += text_divider(text, i);
		}
	}
	return i;
}

static bool find(struct slice text, size_t at, struct span *found)
{
	size_t from = at - 1, len;
	const struct country *country = country_at(text, from);
	struct iban iban;

	if (country == NULL || text_is(text, from - 1, TEXT_ALNUM))
		return false;
	read_iban(text, from, &iban);
	if (!is_account(&iban, country->account, &len) ||
	    !is_checked(&iban, len))
		return false;
	*found = (struct span){ from, end_of(text, from, len) };
	return !text_is(text, found->to, TEXT_ALNUM);
}

static const struct lead leads[] = {
	{ "[A-Za-z][A-Za-z][0-9][0-9]", find },
	{ NULL },
};

const struct class class_iban = {
	.name = "iban",
	.summary = "bank account numbers (IBAN), their check digits right",
	.leads = leads,
};

/*
 * phone: a telephone number as E.164 has it, "+" and the code of a country, or
 * in one of the national ways of writing that hardly anything else has.
 */
#include "redact/class.h"
#include "redact/text.h"

enum {
	DIGITS_MAX = 15, // E.164 section 6.2.1
	NAMED_MIN = 7,
	GROUPS_MAX = 7,
	WORD_MAX = 16,
	NANP = 10, // digits of a number of North America
};

/* Digits in groups, and where they ended. */
struct number {
	char digits[DIGITS_MAX + 3];
	size_t count;
	size_t sizes[GROUPS_MAX], groups;
	bool dotted; // something other than blanks divides it
	size_t to;
};

/* What may divide groups: one or two of these. */
static size_t divider_at(struct slice text, size_t i)
{
	size_t len = 0;

	for (int k = 0; k < 2; k++) {
		char c = text_at(text, i + len);

		if (c == '.' || c == '/' || c == '(' || c == ')')
			len++;
		else
			len += text_divider(text, i + len);
	}
	return len;
}

/* Read groups of digits from i on, limit digits at most. */
static struct number read_number(struct slice text, size_t i, size_t limit)
{
	struct number n = { .to = i };

	while (n.groups < GROUPS_MAX) {
		size_t size = text_run(text, i, TEXT_DIGIT, limit + 1);

		if (size == 0 || n.count + size > limit)
			break;
		memcpy(n.digits + n.count, text.data + i, size);
		n.count += size;
		n.sizes[n.groups++] = size;
		n.to = i + size;
		size_t divider = divider_at(text, n.to);
		if (divider == 0)
			break;
		i = n.to + divider;
		// A closing parenthesis may be the last of three: "(0) 20".
		if (text_at(text, i) == ' ' || text_at(text, i) == '(')
			i++;
		n.dotted = n.dotted || (text_is(text, i, TEXT_DIGIT) &&
					text_at(text, n.to) != ' ');
	}
	return n;
}

/* Is the number no part of something longer, that begins before it? */
static bool is_first(struct slice text, size_t from)
{
	char before = text_at(text, from - 1);

	return !text_is(text, from - 1, TEXT_ALNUM) && before != '_' &&
	       !((before == '-' || before == '.' || before == '/') &&
		 text_is(text, from - 2, TEXT_ALNUM));
}

/* Nor of something that ends behind it? */
static bool is_last(struct slice text, size_t to)
{
	char behind = text_at(text, to);

	return !text_is(text, to, TEXT_ALNUM) && behind != '_' &&
	       !((behind == '-' || behind == '.' || behind == '/' ||
		  behind == ':') &&
		 text_is(text, to + 1, TEXT_ALNUM));
}

static const struct slice names[] = {
	TEXT_WORD("phone"),     TEXT_WORD("telephone"), TEXT_WORD("telefon"),
	TEXT_WORD("cellphone"), TEXT_WORD("mobile"),    TEXT_WORD("msisdn"),
	TEXT_WORD("fax"),       TEXT_WORD("tel"),       TEXT_NO_MORE,
};

/* Of whatever the name says before: "phone_number". */
static const struct slice numbers[] = {
	TEXT_WORD("number"),
	TEXT_WORD("nummer"),
	TEXT_NO_MORE,
};

static const struct slice announcing[] = {
	TEXT_WORD("tel"),
	TEXT_WORD("telephone"),
	TEXT_WORD("telefon"),
	TEXT_WORD("phone"),
	TEXT_WORD("mobile"),
	TEXT_WORD("cell"),
	TEXT_WORD("fax"),
	TEXT_WORD("call"),
	TEXT_WORD("handy"),
	TEXT_WORD("whatsapp"),
	TEXT_WORD("msisdn"),
	TEXT_WORD("sms"),
	TEXT_WORD("telefax"),
	TEXT_WORD("mobil"),
	TEXT_WORD("cellphone"),
	TEXT_WORD("rufnummer"),
	TEXT_WORD("handynummer"),
	TEXT_WORD("telefonnummer"),
	TEXT_NO_MORE,
};

/* What may stand between such a word and its number. */
static const struct slice linking[] = {
	TEXT_WORD("number"), TEXT_WORD("no"),  TEXT_WORD("nr"),
	TEXT_WORD("is"),     TEXT_WORD("ist"), TEXT_NO_MORE,
};

/* Numbers of other things, which look the same. */
static const struct slice others[] = {
	TEXT_WORD("order"),  TEXT_WORD("invoice"),  TEXT_WORD("ticket"),
	TEXT_WORD("case"),   TEXT_WORD("ref"),      TEXT_WORD("reference"),
	TEXT_WORD("no"),     TEXT_WORD("nr"),       TEXT_WORD("number"),
	TEXT_WORD("id"),     TEXT_WORD("sku"),      TEXT_WORD("part"),
	TEXT_WORD("serial"), TEXT_WORD("account"),  TEXT_WORD("item"),
	TEXT_WORD("lot"),    TEXT_WORD("po"),       TEXT_WORD("rechnung"),
	TEXT_WORD("isbn"),   TEXT_WORD("article"),  TEXT_WORD("build"),
	TEXT_WORD("ssn"),    TEXT_WORD("page"),     TEXT_WORD("version"),
	TEXT_WORD("job"),    TEXT_WORD("incident"), TEXT_NO_MORE,
};

/* The word before i, with little between; none has no bytes. */
static struct slice word_before(struct slice text, size_t i)
{
	while (i > 0 && text_among(text.data[i - 1], " \t.:=#('"))
		i--;
	size_t n = text_run_before(text, i, TEXT_LETTER, WORD_MAX + 1);
	return (struct slice){ text.data + i - n, n };
}

/* Does a word stand before i that says what the number is? "my phone number is"
   does. */
static bool is_announced(struct slice text, size_t i)
{
	struct slice word = word_before(text, i);

	if (word.len == 0)
		return false;
	for (int k = 0; k < 2 && text_is_word(word, linking); k++)
		word = word_before(text, (size_t)(word.data - text.data));
	return text_is_word(word, announcing);
}

/* Of North America: an area and an exchange that begin with 2 to 9. */
static bool is_nanp(const char *digits)
{
	return digits[0] >= '2' && digits[3] >= '2' &&
	       memcmp(digits + 1, "11", 2) != 0;
}

/* Could it be of some country, with its code and all? */
static bool is_international(const struct number *n)
{
	static const char *const nobody[] = { "0", "28", "83", "89" };

	for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++)
		if (memcmp(n->digits, nobody[i], strlen(nobody[i])) == 0)
			return false;
	if (n->digits[0] == '1')
		return n->count == 1 + NANP && is_nanp(n->digits + 1);
	if (n->digits[0] == '7')
		return n->count == 1 + NANP;
	return n->count >= 8;
}

static bool find_plus(struct slice text, size_t at, struct span *found)
{
	char first = text_at(text, at + 1);
	bool fixed = first == '1' || first == '7';
	struct number n =
		read_number(text, at + 1, fixed ? 1 + NANP : DIGITS_MAX);

	if (!is_international(&n) || !is_first(text, at) ||
	    !is_last(text, n.to))
		return false;
	*found = (struct span){ at, n.to };
	return true;
}

/* Are the groups of these sizes? */
static bool is_grouped(const struct number *n, const char *sizes)
{
	size_t i = 0;

	while (i < n->groups && sizes[i] != '\0' &&
	       n->sizes[i] == (size_t)(sizes[i] - '0'))
		i++;
	return i == n->groups && sizes[i] == '\0';
}

/* As in 212-555-0123, 1-212-555-0123, (212) 555-0123. */
static bool is_american(const struct number *n, bool in_parentheses)
{
	bool long_form = is_grouped(n, "1334") && n->digits[0] == '1';

	return (long_form || is_grouped(n, "334")) &&
	       is_nanp(n->digits + long_form) && (n->dotted || in_parentheses);
}

/* With the zero of a trunk: 020 7946 0958, 0171/1234567, 01 23 45 67 89. */
static bool is_trunk(const struct number *n)
{
	if (n->digits[0] != '0' || n->digits[1] == '0' || n->groups < 2)
		return false;
	if (is_grouped(n, "22222") || is_grouped(n, "244"))
		return true;
	if (n->count < 10 || n->count > 11 || n->groups > 4)
		return false;
	for (size_t i = 1; i < n->groups; i++)
		if (n->sizes[i] < (n->groups == 4 ? 2 : 3))
			return false;
	return n->sizes[0] >= 3 && n->sizes[0] <= 5;
}

/* Are all the groups pairs, as those of bytes are? */
static bool is_pairs(const struct number *n)
{
	size_t i = 0;

	while (i < n->groups && n->sizes[i] == 2)
		i++;
	return i == n->groups;
}

/* With the zeros that lead abroad: 0049 30 1234567, 00 33 1 23 45 67 89. */
static bool is_abroad(const struct number *n)
{
	struct number rest = { .count = n->count - 2 };

	if (n->groups < 3 || n->count < 11 || n->sizes[0] < 2 ||
	    n->sizes[0] > 5 || memcmp(n->digits, "00", 2) != 0)
		return false;
	if (n->sizes[0] == 2 && (n->sizes[1] > 3 || is_pairs(n)))
		return false;
	memcpy(rest.digits, n->digits + 2, rest.count);
	return is_international(&rest);
}

/* Can one begin here that nothing announces? Most digits are of other things.
 */
static bool can_begin(struct slice text, size_t from, bool in_parentheses)
{
	size_t run = text_run(text, from, TEXT_DIGIT, 6);
	char next = text_at(text, from + run);

	if (in_parentheses || text.data[from] == '0')
		return run <= 5;
	return (run == 3 && (next == '-' || next == '.' || next == ' ')) ||
	       (run == 1 && text.data[from] == '1');
}

static bool find_national(struct slice text, size_t at, struct span *found)
{
	bool in_parentheses = text_at(text, at) == '(';
	size_t from = at + in_parentheses;

	if (!is_first(text, at))
		return false;
	bool can = can_begin(text, from, in_parentheses);
	bool announced = is_announced(text, at);
	if (!can && !announced)
		return false;
	size_t limit = DIGITS_MAX + (text.data[from] == '0' ? 2 : 0);
	struct number n = read_number(text, from, limit);
	if (n.count < NAMED_MIN || !is_last(text, n.to))
		return false;
	*found = (struct span){ at, n.to };
	if (n.count <= DIGITS_MAX && announced)
		return true;
	// A group behind another group is none that leads.
	if (text_divider(text, at - 1) > 0 && text_is(text, at - 2, TEXT_DIGIT))
		return false;
	return can &&
	       (is_american(&n, in_parentheses) || is_trunk(&n) ||
		is_abroad(&n)) &&
	       !text_is_word(word_before(text, at), others);
}

/* Is the number that has such a name one of a telephone? */
static bool is_name(struct slice name)
{
	if (!text_ends_in(name, numbers) || text_ends_in(name, announcing))
		return true;
	name.len -= numbers[0].len;
	while (text_among(text_at(name, name.len - 1), "_- "))
		name.len--;
	return text_ends_in(name, names) || text_ends_in(name, announcing);
}

static bool named(struct slice name, struct slice *value, enum tie tie)
{
	bool plus = text_at(*value, 0) == '+';
	struct number n = read_number(*value, plus, DIGITS_MAX);

	(void)tie;
	return is_name(name) && n.to == value->len && n.count >= NAMED_MIN;
}

static const struct slice *const words[] = { names, numbers, NULL };

/* A digit, or of what may divide digits. */
#define ANY "[-0-9 ./()\200-\377]"

static const struct lead leads[] = {
	{ "[^0-9A-Za-z][+][1-9]", find_plus },
	// Seven digits at least.
	{ "[^0-9A-Za-z][(][0-9]" ANY ANY ANY ANY ANY ANY, find_national },
	{ "[^0-9A-Za-z+(][0-9][0-9]" ANY ANY ANY ANY ANY, find_national },
	{ "[^0-9A-Za-z+(][1][-. (]" ANY ANY ANY ANY ANY ANY, find_national },
	{ NULL },
};

const struct class class_phone = {
	.name = "phone",
	.summary =
		"telephone numbers, international and the usual national ones",
	.leads = leads,
	.names = words,
	.named = named,
};

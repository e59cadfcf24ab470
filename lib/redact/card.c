/*
 * card: the number of a payment card (ISO/IEC 7812-1): an issuer's first
 * digits, a length that this issuer uses, and the check digit.
 */
#include "redact/class.h"
#include "redact/text.h"

enum { DIGITS_MIN = 13, DIGITS_MAX = 19, HEAD = 6 };

#define LEN(n) (1u << (n))
#define LENS(from, to) (LEN((to) + 1) - LEN(from))

/* The first HEAD digits of an issuer's cards, and the lengths they have. */
struct issuer {
	unsigned from, to;
	unsigned lens;
};

static const struct issuer issuers[] = {
	{ 220000, 220499, LENS(16, 19) },                // Mir
	{ 222100, 272099, LEN(16) },                     // Mastercard
	{ 300000, 305999, LEN(14) | LEN(16) },           // Diners Club
	{ 309500, 309599, LEN(14) | LEN(16) },           // Diners Club
	{ 340000, 349999, LEN(15) },                     // American Express
	{ 352800, 358999, LENS(16, 19) },                // JCB
	{ 360000, 369999, LENS(14, 19) },                // Diners Club
	{ 370000, 379999, LEN(15) },                     // American Express
	{ 380000, 399999, LEN(14) | LEN(16) },           // Diners Club
	{ 400000, 499999, LEN(13) | LEN(16) | LEN(19) }, // Visa
	{ 500000, 509999, LENS(16, 19) }, // Maestro, RuPay, Verve
	{ 510000, 559999, LEN(16) },      // Mastercard
	{ 560000, 589999, LENS(16, 19) }, // Maestro
	{ 601100, 601199, LENS(16, 19) }, // Discover
	{ 606900, 608599, LEN(16) },      // RuPay
	{ 620000, 629999, LENS(16, 19) }, // UnionPay
	{ 630000, 639999, LENS(16, 19) }, // Maestro
	{ 644000, 659999, LENS(16, 19) }, // Discover, RuPay
	{ 670000, 679999, LENS(16, 19) }, // Maestro
	{ 810000, 827199, LEN(16) },      // UnionPay, RuPay
	{ 979200, 979299, LEN(16) },      // Troy
};

/* How the digits are written in groups; the first that fits counts. */
static const char *const groupings[] = {
	"44443", "4444", "465", "464", "4333",
};

/* The digits read so far. */
struct number {
	unsigned char digits[DIGITS_MAX];
	size_t count;
	size_t to; // of the text, behind the last digit
};

static bool is_issued(const struct number *n)
{
	unsigned head = 0;

	for (size_t i = 0; i < HEAD; i++)
		head = 10 * head + n->digits[i];
	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++)
		if (head >= issuers[i].from && head <= issuers[i].to)
			return (issuers[i].lens & LEN(n->count)) != 0;
	return false;
}

/* Luhn: ISO/IEC 7812-1, annex B. */
static bool is_checked(const struct number *n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n->count; i++) {
		unsigned digit = n->digits[n->count - 1 - i];

		digit <<= i % 2;
		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10 == 0;
}

/* Read so many digits, and no more, from where the last ended. */
static bool read_group(struct slice text, size_t count, struct number *n)
{
	if (text_run(text, n->to, TEXT_DIGIT, count + 1) != count)
		return false;
	for (size_t i = 0; i < count; i++)
		n->digits[n->count++] =
			(unsigned char)(text.data[n->to++] - '0');
	return true;
}

/* Read a number in such groups, between which is always the same. */
static bool read_grouped(struct slice text, size_t at, const char *grouping,
			 struct number *n)
{
	struct slice divider = { NULL, 0 };

	*n = (struct number){ .to = at };
	for (const char *g = grouping; *g != '\0'; g++) {
		if (g == grouping + 1) {
			divider.len = text_divider(text, n->to);
			divider.data = text.data + n->to;
		}
		if (g != grouping) {
			if (divider.len == 0 || n->to > text.len ||
			    !slice_has_prefix(slice_from(text, n->to), divider))
				return false;
			n->to += divider.len;
		}
		if (!read_group(text, (size_t)(*g - '0'), n))
			return false;
	}
	return true;
}

/* Does the number stand alone: is it no part of a longer one, or of a word? */
static bool is_alone(struct slice text, size_t from, size_t to)
{
	char before = text_at(text, from - 1), behind = text_at(text, to);

	if (text_is(text, from - 1, TEXT_ALNUM) || before == '+' ||
	    text_is(text, to, TEXT_ALNUM))
		return false;
	if (before == '.' && text_is(text, from - 2, TEXT_DIGIT))
		return false;
	if (before == '-' && text_is(text, from - 2, TEXT_ALNUM) &&
	    text_at(text, from + 4) == '-')
		return false;
	return !((behind == '.' || behind == '-') &&
		 text_is(text, to + 1, TEXT_DIGIT));
}

static bool is_card(struct slice text, size_t at, const struct number *n)
{
	return is_issued(n) && is_checked(n) && is_alone(text, at, n->to);
}

static bool find(struct slice text, size_t at, struct span *found)
{
	size_t run = text_run(text, at, TEXT_DIGIT, DIGITS_MAX + 1);
	struct number n = { .to = at };

	if (run >= DIGITS_MIN && run <= DIGITS_MAX) {
		if (!read_group(text, run, &n) || !is_card(text, at, &n))
			return false;
		*found = (struct span){ at, n.to };
		return true;
	}
	if (run != 4)
		return false;
	for (size_t i = 0; i < sizeof(groupings) / sizeof(groupings[0]); i++) {
		if (read_grouped(text, at, groupings[i], &n) &&
		    is_card(text, at, &n)) {
			*found = (struct span){ at, n.to };
			return true;
		}
	}
	return false;
}

static const struct lead leads[] = {
	// Four digits, and five without a divider or three behind one.
	{ "[^0-9A-Za-z+][2-689][0-9][0-9][0-9]"
	  "[-0-9 \200-\377][0-9\200-\377][0-9\200-\377][0-9\200-\377]",
	  find },
	{ NULL },
};

const struct class class_card = {
	.name = "card",
	.summary = "numbers of payment cards, their check digit right",
	.leads = leads,
};

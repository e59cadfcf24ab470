#include "json/backslash.h"

#include <string.h>

static const char letters[] = "\"\\/bfnrt";
static const char meanings[] = "\"\\/\b\f\n\r\t";

/* The value of a hexadecimal digit, or -1. */
static int hex_digit(char c)
{
	// One more than the value, so that all others are 0.
	static const signed char digits[256] = {
		['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,
		['5'] = 6,  ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10,
		['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15,
		['f'] = 16, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14,
		['E'] = 15, ['F'] = 16,
	};

	return digits[(unsigned char)c] - 1;
}

/* The four hexadecimal digits at p. */
static uint32_t hex_four(const char *p)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++)
		unit = unit << 4 | (uint32_t)hex_digit(p[i]);
	return unit;
}

const char *backslash_skip(const char *p, const char **wrong)
{
	if (memchr(letters, p[1], sizeof(letters) - 1) != NULL)
		return p + 2;

	int i = 1;
	if (p[i] == 'u')
		do
			i++;
		while (i < 6 && hex_digit(p[i]) >= 0);
	*wrong = p + i;
	return i == 6 ? p + 6 : NULL;
}

bool backslash_is_shortest(const char *p)
{
	if (p[1] != 'u')
		return p[1] != '/';
	if (p[2] != '0' || p[3] != '0')
		return false;

	uint32_t unit = hex_four(p + 2);
	return unit < 0x20 && memchr("\b\f\n\r\t", (int)unit, 5) == NULL &&
	       !(p[5] >= 'A' && p[5] <= 'F');
}

/* The low surrogate that is escaped at p, or 0. */
static uint32_t low_surrogate(const char *p, const char *end)
{
	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return 0;

	uint32_t unit = hex_four(p + 2);
	return unit >= 0xdc00 && unit <= 0xdfff ? unit : 0;
}

uint32_t backslash_take(const char **p, const char *end)
{
	const char *at = *p;

	if (at[1] != 'u') {
		const char *letter = memchr(letters, at[1], sizeof(letters));

		*p += 2;
		return letter != NULL ? (uint32_t)meanings[letter - letters]
				      : 0xfffd;
	}

	uint32_t unit = hex_four(at + 2);
	*p += 6;
	if (unit < 0xd800 || unit > 0xdfff)
		return unit;

	uint32_t low = unit < 0xdc00 ? low_surrogate(*p, end) : 0;
	if (low == 0)
		return 0xfffd;
	*p += 6;
	return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

#include "sibling.h"

#include "core/slice.h"

#include <stdint.h>
#include <string.h>

static bool take_end(struct slice *text, struct slice end)
{
	if (text->len < end.len ||
	    !slice_is(slice_from(*text, text->len - end.len), end))
		return false;
	text->len -= end.len;
	return true;
}

bool sibling_is_packed(const char *name)
{
	struct slice text = slice_of(name);

	return take_end(&text, SLICE(".gz")) && text.len > 0;
}

/* Is this what rotation adds to a name: a number, a date, a word for old? */
static bool is_tag(struct slice tag)
{
	static const struct slice words[] = {
		{ "old", 3 },  { "bak", 3 },  { "orig", 4 },
		{ "prev", 4 }, { "last", 4 }, { "save", 4 },
	};
	bool digits = false;

	for (size_t i = 0; i < tag.len; i++) {
		digits = digits || (tag.data[i] >= '0' && tag.data[i] <= '9');
		if (strchr("0123456789.-_:+@~TZ", tag.data[i]) != NULL)
			continue;
		struct slice word = slice_from(tag, i);

		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			if (i <= 1 && slice_is(word, words[w]))
				return true;
		return false;
	}
	return digits || slice_is(tag, SLICE("~"));
}

/* What is left of a name without base, or without its two halves. */
static bool take_base(struct slice *name, const char *base)
{
	const char *dot = strrchr(base, '.');
	struct slice whole = slice_of(base);

	if (slice_take(name, whole) || take_end(name, whole))
		return true;
	if (dot == NULL || dot == base)
		return false;
	return slice_take(name, (struct slice){ base, (size_t)(dot - base) }) &&
	       take_end(name, slice_of(dot));
}

bool sibling_is(const char *base, const char *name)
{
	struct slice rest = slice_of(name);
	bool packed = sibling_is_packed(name) && take_end(&rest, SLICE(".gz"));

	if (!take_base(&rest, base))
		return false;
	return rest.len == 0 ? packed : is_tag(rest);
}

/* The last number in a name, but for the one that only a date has. */
static uint64_t last_number(const char *name, bool *is_date)
{
	enum { COUNTER_DIGITS = 5 };
	const char *end = name + strlen(name);
	uint64_t number = 0;

	while (end > name && (end[-1] < '0' || end[-1] > '9'))
		end--;
	const char *start = end;
	while (start > name && start[-1] >= '0' && start[-1] <= '9')
		start--;
	*is_date = end - start > COUNTER_DIGITS ||
		   (start > name + 3 && start[-1] == '-' && start[-2] >= '0' &&
		    start[-2] <= '9');
	for (; start < end; start++)
		number = number * 10 + (uint64_t)(*start - '0');
	return number;
}

int sibling_compare(const char *one, const char *other)
{
	bool one_is_date;
	bool other_is_date;
	uint64_t a = last_number(one, &one_is_date);
	uint64_t b = last_number(other, &other_is_date);

	if (one_is_date || other_is_date || a == b)
		return strcmp(one, other);
	return a > b ? -1 : 1;
}

static size_t count_digits(struct slice text)
{
	size_t n = 0;

	while (n < text.len && text.data[n] >= '0' && text.data[n] <= '9')
		n++;
	return n;
}

/* Compare the numbers that two texts begin with, and take them. */
static int take_numbers(struct slice *one, struct slice *other)
{
	struct slice a = slice_take_n(one, count_digits(*one));
	struct slice b = slice_take_n(other, count_digits(*other));

	while (a.len > 0 && a.data[0] == '0')
		a = slice_from(a, 1);
	while (b.len > 0 && b.data[0] == '0')
		b = slice_from(b, 1);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len > 0 ? memcmp(a.data, b.data, a.len) : 0;
}

static struct slice unpacked_name(const char *name)
{
	struct slice text = slice_of(name);

	if (sibling_is_packed(name))
		text.len -= SLICE(".gz").len;
	return text;
}

/* Is one before the other, by the first number in which they differ? */
static bool is_numbered_before(const char *one, const char *other)
{
	struct slice a = unpacked_name(one);
	struct slice b = unpacked_name(other);
	int order = 0;

	while (a.len > 0 && b.len > 0) {
		if (count_digits(a) > 0 && count_digits(b) > 0) {
			int differ = take_numbers(&a, &b);

			order = order != 0 ? order : differ;
			continue;
		}
		if (a.data[0] != b.data[0])
			return false;
		a = slice_from(a, 1);
		b = slice_from(b, 1);
	}
	return a.len == 0 && b.len == 0 && order < 0;
}

bool sibling_is_between(const char *from, const char *name, const char *to)
{
	return is_numbered_before(name, to) &&
	       (from == NULL || is_numbered_before(from, name));
}

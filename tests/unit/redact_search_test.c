#include "redact/search.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* Windows, and for each byte of them what it may be; NULL: none follows. */
static const struct {
	const char *window;
	const char *sets[LEAD_BYTES + 1];
} samples[] = {
	{ "[a][b][c]", { "a", "b", "c" } },
	{ "[ab][-][a-c][x]", { "ab", "-", "abc", "x" } },
	{ "[^ab][a][]a][abcx-][x]", { "cx-]\"", "a", "]a", "abcx-", "x" } },
	{ "[c][c][c][c][c][c][c][c][c]",
	  { "c", "c", "c", "c", "c", "c", "c", "c", "c" } },
	{ "[x][a][\"]", { "x", "a", "\"" } },
	{ "[\"][x][x]", { "\"", "x", "x" } },
};

enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

/* Beyond the text there are quotes. */
static char byte_at(struct slice text, size_t i)
{
	if (i >= text.len)
		return '"';
	return text.data[i];
}

static bool is_lead(struct slice text, size_t at, size_t sample)
{
	const char *const *set = samples[sample].sets;

	for (size_t k = 0; set[k] != NULL; k++)
		if (strchr(set[k], byte_at(text, at - 1 + k)) == NULL)
			return false;
	return true;
}

/* The leads at i, each sample several times over. */
static uint64_t leads_at(struct slice text, size_t at, size_t count)
{
	uint64_t leads = 0;

	for (size_t bit = 0; bit < count; bit++)
		if (is_lead(text, at, bit % SAMPLES))
			leads |= UINT64_C(1) << bit;
	return leads;
}

static void fill(struct search *s, size_t count)
{
	*s = (struct search){ 0 };
	for (size_t i = 0; i < count; i++)
		search_add(s, samples[i % SAMPLES].window, NULL, i);
}

/* Does a search find what looking at each byte finds? */
static bool finds_the_same(const struct search *s, struct slice text)
{
	size_t at = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint64_t want = leads_at(text, i, s->count), which = 0;

		if (want == 0)
			continue;
		at = search_next(s, text, at, &which);
		if (at != i || which != want)
			return false;
		at++;
	}
	uint64_t which;
	return search_next(s, text, at, &which) == text.len;
}

/* A text of a few bytes that windows have, by a number. */
static struct slice text_of(unsigned number, size_t len, char text[16])
{
	static const char bytes[] = "abcx-]\"";

	for (size_t i = 0; i < len; i++) {
		text[i] = bytes[number % (sizeof(bytes) - 1)];
		number /= sizeof(bytes) - 1;
	}
	return (struct slice){ text, len };
}

static void leads_are_found_wherever_they_are(void)
{
	static const size_t counts[] = { 1, 2, SAMPLES, 33, SEARCH_LEADS };
	static struct search s;
	char text[16];

	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		bool same = true;

		fill(&s, counts[k]);
		for (size_t len = 0; len <= 5; len++)
			for (unsigned n = 0; n < 7 * 7 * 7 * 7 * 7; n++)
				same &= finds_the_same(&s,
						       text_of(n, len, text));
		CHECK(same);
	}
}

static void a_long_lead_needs_all_its_bytes(void)
{
	static struct search s;
	uint64_t which;

	fill(&s, SAMPLES);
	for (size_t len = 0; len < 12; len++) {
		struct slice text = { "cccccccccccc", len };

		CHECK((search_next(&s, text, 0, &which) < len) ==
		      (len >= LEAD_BYTES));
	}
}

static void each_owner_keeps_its_number(void)
{
	static struct search s;

	fill(&s, SEARCH_LEADS);
	CHECK(s.count == SEARCH_LEADS);
	for (size_t i = 0; i < s.count; i++)
		CHECK(s.owner[i] == i && s.leads[i] == NULL);
}

int main(void)
{
	RUN(leads_are_found_wherever_they_are);
	RUN(a_long_lead_needs_all_its_bytes);
	RUN(each_owner_keeps_its_number);
	return check_done();
}

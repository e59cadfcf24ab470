#include "redact/search.h"

#include "core/attr.h"
#include "redact/text.h"

#include <assert.h>

enum { PAIRS = SEARCH_LEADS / 2 };

/* Give a bit to each byte of the set at *set, which is moved behind it. */
static void add_set(uint64_t table[256], const char **set, uint64_t bit)
{
	const char *p = *set;
	bool in[256] = { false };

	assert(*p == '[');
	bool without = *++p == '^';
	p += without;
	do {
		unsigned from = (unsigned char)*p;

		if (p[1] == '-' && p[2] != ']')
			p += 2;
		for (unsigned c = from; c <= (unsigned char)*p; c++)
			in[c] = true;
	} while (*++p != ']');
	for (unsigned c = 0; c < 256; c++)
		table[c] |= in[c] != without ? bit : 0;
	*set = p + 1;
}

static void add_all(uint64_t table[256], uint64_t bit)
{
	for (unsigned c = 0; c < 256; c++)
		table[c] |= bit;
}

/* Give two bits of a step to the bytes that have the bit of a lead: one where
   the step is at the second byte of its window, one where it is at the third.
 */
static void add_step(uint64_t step[256], size_t lead, size_t pair,
		     const uint64_t second[256], const uint64_t third[256])
{
	for (unsigned c = 0; c < 256; c++) {
		step[c] |= (second[c] >> lead & 1) << pair;
		step[c] |= (third[c] >> lead & 1) << (pair + PAIRS);
	}
}

/* The number of the pair of the lead of this bit, the last that was added. */
static size_t pair_of(struct search *s, uint64_t bit)
{
	for (unsigned c = 0; c < 128; c++)
		if ((s->middle[c] & bit) != 0 &&
		    (text_kinds[c] & TEXT_LETTER) != 0)
			return s->letters++ / 2;
	return PAIRS - 1 - (s->count - s->letters) / 2;
}

void search_add(struct search *s, const char *window, const struct lead *lead,
		size_t owner)
{
	assert(s->count < SEARCH_LEADS);
	uint64_t bit = UINT64_C(1) << s->count;

	add_set(s->before, &window, bit);
	add_set(s->middle, &window, bit);
	add_set(s->behind, &window, bit);
	for (size_t k = 0; k < SEARCH_BEYOND; k++)
		if (*window != '\0')
			add_set(s->beyond[k], &window, bit);
		else
			add_all(s->beyond[k], bit);
	assert(*window == '\0');
	size_t pair = pair_of(s, bit);
	add_step(s->steps[0], s->count, pair, s->before, s->middle);
	add_step(s->steps[1], s->count, pair, s->middle, s->behind);
	add_step(s->steps[2], s->count, pair, s->behind, s->beyond[0]);
	s->leads[s->count] = lead;
	s->owner[s->count++] = owner;
}

/* Which of these leads go on behind the third byte, that of i + 1. */
static uint64_t go_on(const struct search *s, struct slice text, size_t i,
		      uint64_t leads)
{
	for (size_t k = 0; k < SEARCH_BEYOND && leads != 0; k++)
		leads &= s->beyond[k][(unsigned char)text_at(text, i + 2 + k)];
	return leads;
}

/* The leads at i, by all but what goes on behind the third byte. */
IN_LINE uint64_t begin_at(const struct search *s, char before, char middle,
			  char behind)
{
	return s->before[(unsigned char)before] &
	       s->middle[(unsigned char)middle] &
	       s->behind[(unsigned char)behind];
}

static uint64_t leads_at(const struct search *s, struct slice text, size_t i)
{
	return go_on(s, text, i,
		     begin_at(s, text_at(text, i - 1), text_at(text, i),
			      text_at(text, i + 1)));
}

/* The same where there are bytes before and behind it. */
IN_LINE uint64_t leads_within(const struct search *s, struct slice text,
			      size_t i)
{
	const char *p = text.data + i;
	uint64_t leads = begin_at(s, p[-1], p[0], p[1]);

	return leads == 0 ? 0 : go_on(s, text, i, leads);
}

size_t search_next(const struct search *s, struct slice text, size_t from,
		   uint64_t *which)
{
	const unsigned char *p = (const unsigned char *)text.data;
	size_t i = from;

	// The first byte has no neighbour before it.
	if (i == 0 && i < text.len) {
		*which = leads_at(s, text, i);
		if (*which != 0)
			return i;
		i++;
	}
	for (; i + 2 < text.len; i += 2) {
		uint64_t may = s->steps[0][p[i]] & s->steps[1][p[i + 1]] &
			       s->steps[2][p[i + 2]];

		if (LIKELY(may == 0))
			continue;
		*which = may >> PAIRS == 0 ? 0 : leads_within(s, text, i);
		if (*which != 0)
			return i;
		*which = (uint32_t)may == 0 ? 0 : leads_within(s, text, i + 1);
		if (*which != 0)
			return i + 1;
	}
	for (; i < text.len; i++) {
		*which = leads_at(s, text, i);
		if (*which != 0)
			return i;
	}
	return text.len;
}

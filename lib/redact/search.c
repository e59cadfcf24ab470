#include "redact/search.h"

#include "core/attr.h"
#include "redact/text.h"

#include <assert.h>

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

void search_add(struct search *s, const struct lead *leads, size_t owner)
{
	for (; leads->window != NULL; leads++) {
		const char *set = leads->window;

		assert(s->count < SEARCH_LEADS);
		uint64_t bit = UINT64_C(1) << s->count;
		add_set(s->before, &set, bit);
		add_set(s->middle, &set, bit);
		add_set(s->behind, &set, bit);
		s->leads[s->count] = leads;
		s->owner[s->count++] = owner;
	}
}

/* The leads at i. */
static uint64_t leads_at(const struct search *s, struct slice text, size_t i)
{
	return s->before[(unsigned char)text_at(text, i - 1)] &
	       s->middle[(unsigned char)text_at(text, i)] &
	       s->behind[(unsigned char)text_at(text, i + 1)];
}

size_t search_next(const struct search *s, struct slice text, size_t from,
		   uint64_t *which)
{
	const unsigned char *p = (const unsigned char *)text.data;
	size_t i = from;

	// The first and the last byte have a neighbour that is not there.
	if (i == 0 && i < text.len) {
		*which = leads_at(s, text, i);
		if (*which != 0)
			return i;
		i++;
	}
	for (; i + 1 < text.len; i++) {
		uint64_t here = s->middle[p[i]] & s->before[p[i - 1]] &
				s->behind[p[i + 1]];

		if (UNLIKELY(here != 0)) {
			*which = here;
			return i;
		}
	}
	if (i < text.len) {
		*which = leads_at(s, text, i);
		if (*which != 0)
			return i;
		i++;
	}
	return text.len;
}

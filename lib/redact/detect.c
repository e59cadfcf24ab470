#include "redact/detect.h"

#include "redact/pair.h"
#include "redact/text.h"

#include <assert.h>
#include <string.h>

enum {
	ENDING = 3, // bytes of one
	// Owners of leads that are no class.
	OWNER_NAME = DETECT_CLASSES,
	OWNER_OPTION,
	OWNER_MARKER,
};

/* What may stand behind a name, up to the sign before its value. */
static const char behind_name[] = "[]\"'`\\ \t\r\n=:]";

static const char option_lead[] = "[-][-][A-Za-z]";

void detector_add(struct detector *d, const struct class *class)
{
	assert(d->count < DETECT_CLASSES);
	for (const struct lead *lead = class->leads; lead->window != NULL;
	     lead++)
		search_add(&d->search, lead->window, lead, d->count);
	d->classes[d->count++] = class;
}

/* The number of the ending before i. */
IN_LINE size_t ending_at(struct slice text, size_t i)
{
	size_t ending = 0;

	for (size_t n = ENDING; n > 0; n--)
		ending = ending << 5 | (text_at(text, i - n) & 0x1f);
	return ending;
}

/* Does a shorter word of a class end each name that this one ends? */
static bool is_covered(const struct detector *d, struct slice word)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct slice *const *list = d->classes[i]->names;

		for (; list != NULL && *list != NULL; list++)
			for (const struct slice *w = *list; w->len > 0; w++)
				if (w->len < word.len && text_ends(word, *w))
					return true;
	}
	return false;
}

/* Write the set of a window that holds a byte, large or small. */
static char *put_set(char *p, char c)
{
	*p++ = '[';
	*p++ = c;
	if (c >= 'a' && c <= 'z')
		*p++ = (char)(c - 'a' + 'A');
	*p++ = ']';
	return p;
}

/* Names end in this word: its last bytes, and what is behind them, are a lead.
 */
static void add_word(struct detector *d, struct slice word)
{
	size_t n = word.len < LEAD_BYTES - 1 ? word.len : LEAD_BYTES - 1;
	size_t ending = ending_at(word, word.len);
	char window[4 * (LEAD_BYTES - 1) + sizeof(behind_name)];
	char *p = window;

	d->endings[ending / 64] |= UINT64_C(1) << ending % 64;
	if (is_covered(d, word))
		return;
	for (size_t i = word.len - n; i < word.len; i++)
		p = put_set(p, word.data[i]);
	memcpy(p, behind_name, sizeof(behind_name));
	search_add(&d->search, window, NULL, OWNER_NAME);
}

/* Add the words of a class; does it have any? */
static bool add_words(struct detector *d, const struct class *class)
{
	if (class->names == NULL)
		return false;
	for (const struct slice *const *list = class->names; *list != NULL;
	     list++)
		for (const struct slice *w = *list; w->len > 0; w++)
			add_word(d, *w);
	return true;
}

void detector_compile(struct detector *d, const char *marker)
{
	char window[4 * 4 + 1];
	char *p = window;
	bool any = false;

	for (size_t i = 0; i < d->count; i++)
		any |= add_words(d, d->classes[i]);
	if (any)
		search_add(&d->search, option_lead, NULL, OWNER_OPTION);
	for (size_t i = 0; i < 4; i++)
		p = put_set(p, marker[i]);
	*p = '\0';
	search_add(&d->search, window, NULL, OWNER_MARKER);
}

/* Does a name end in a word that says something to this class? */
static bool has_name(const struct class *class, struct slice name)
{
	if (class->names == NULL)
		return false;
	for (const struct slice *const *list = class->names; *list != NULL;
	     list++)
		if (text_ends_in(name, *list))
			return true;
	return false;
}

static bool is_known(const struct detector *d, struct slice name)
{
	for (size_t i = 0; i < d->count; i++)
		if (has_name(d->classes[i], name))
			return true;
	return false;
}

/* Is a value a find because of its name, and of which class? */
static bool is_named(const struct detector *d, struct slice name,
		     struct slice *value, enum tie tie, size_t *which)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct class *class = d->classes[i];

		if (has_name(class, name) && class->named(name, value, tie)) {
			*which = i;
			return true;
		}
	}
	return false;
}

bool detector_knows(const struct detector *d, struct slice name,
		    struct slice *value, size_t *class)
{
	// Mostly the last bytes tell that it says nothing.
	size_t ending = ending_at(name, name.len);

	return (d->endings[ending / 64] >> ending % 64 & 1) != 0 &&
	       is_named(d, name, value, TIE_CLOSE, class);
}

/* Is there a pair with a name that is known at the lead of this bit? */
static bool is_pair(const struct detector *d, struct slice text, size_t at,
		    unsigned bit, struct pair *pair)
{
	bool is_option = d->search.owner[bit] == OWNER_OPTION;

	return (is_option ? pair_of_option(text, at, pair)
			  : pair_at(text, at, pair)) &&
	       is_known(d, pair->name);
}

/* Is the value of a pair a find? */
static bool is_pair_find(const struct detector *d, struct slice text,
			 const struct pair *pair, size_t *which,
			 struct span *found)
{
	struct slice value = { text.data + pair->value.from,
			       pair->value.to - pair->value.from };

	if (!is_named(d, pair->name, &value, pair->tie, which))
		return false;
	*found = (struct span){ (size_t)(value.data - text.data),
				pair_end(text, pair) };
	return true;
}

/* Is there a find at the lead of this bit? What is before from has been
   found already, but the name of a pair may begin there. */
static bool look(const struct detector *d, struct slice text, size_t at,
		 unsigned bit, size_t from, size_t *which, struct span *found)
{
	struct pair pair;

	*which = d->search.owner[bit];
	switch (*which) {
	case OWNER_NAME:
	case OWNER_OPTION:
		return is_pair(d, text, at, bit, &pair) && pair.sign >= from &&
		       pair_value(text, &pair) &&
		       is_pair_find(d, text, &pair, which, found);
	case OWNER_MARKER:
		return false;
	}
	return at >= from && d->search.leads[bit]->find(text, at, found);
}

int detector_find(const struct detector *d, struct slice text,
		  int (*take)(void *who, size_t class, struct span found,
			      struct err *e),
		  void *who, struct err *e)
{
	size_t from = 0, class;
	struct span found;
	uint64_t leads;

	for (size_t at = 0;
	     (at = search_next(&d->search, text, at, &leads)) < text.len;
	     at++) {
		size_t next = from;

		for (; leads != 0; leads &= leads - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(leads);

			if (!look(d, text, at, bit, from, &class, &found))
				continue;
			if (found.to > next)
				next = found.to;
			int rc = take(who, class, found, e);
			if (rc != 0)
				return rc;
		}
		from = next;
	}
	return 0;
}

/* Can the value of a pair be a find? What is between quotes may hold others,
   and where there is no value it may be an array. */
static bool may_be_pair(const struct detector *d, struct slice object,
			size_t at, unsigned bit)
{
	struct pair pair;
	struct span found;
	size_t which;

	return is_pair(d, object, at, bit, &pair) &&
	       (!pair_value(object, &pair) || pair.quoted ||
		is_pair_find(d, object, &pair, &which, &found));
}

/* Can there be a find at the lead of this bit? What has been replaced divides a
   text. */
static bool may_be_find(const struct detector *d, struct slice object,
			size_t at, unsigned bit)
{
	struct span found;

	switch (d->search.owner[bit]) {
	case OWNER_MARKER:
		return true;
	case OWNER_NAME:
	case OWNER_OPTION:
		return may_be_pair(d, object, at, bit);
	}
	return d->search.leads[bit]->find(object, at, &found);
}

size_t detector_place(const struct detector *d, struct slice object, size_t at)
{
	uint64_t leads;

	for (; (at = search_next(&d->search, object, at, &leads)) < object.len;
	     at++) {
		for (; leads != 0; leads &= leads - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(leads);

			if (may_be_find(d, object, at, bit))
				return at;
		}
	}
	return object.len;
}

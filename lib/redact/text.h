/*
 * The bytes of a text, as those who look around in it ask for them.
 */
#ifndef SIEM_REDACT_TEXT_H
#define SIEM_REDACT_TEXT_H

#include "core/attr.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TEXT_DIGIT = 1,
	TEXT_UPPER = 2, // of ASCII, as all here
	TEXT_LOWER = 4,
	TEXT_HEX = 8,
	TEXT_URL = 16,     // '-' and '_', the two of Base64 for URLs
	TEXT_PLUS = 32,    // '+' and '/', the two of Base64
	TEXT_BLANK = 64,   // space, tab, CR, LF
	TEXT_ABROAD = 128, // not ASCII
	TEXT_LETTER = TEXT_UPPER | TEXT_LOWER,
	TEXT_ALNUM = TEXT_LETTER | TEXT_DIGIT,
	TEXT_BASE64URL = TEXT_ALNUM | TEXT_URL,
	TEXT_BASE64 = TEXT_ALNUM | TEXT_PLUS,
};

extern const uint8_t text_kinds[256];

/* The byte at i; a quote beyond the text, also where i was 0 and one less. */
static inline char text_at(struct slice text, size_t i)
{
	return i < text.len ? text.data[i] : '"';
}

static inline bool text_is(struct slice text, size_t i, unsigned kinds)
{
	return (text_kinds[(unsigned char)text_at(text, i)] & kinds) != 0;
}

/* Is c one of these, and not NUL? */
static inline bool text_among(char c, const char *set)
{
	while (*set != '\0' && *set != c)
		set++;
	return *set != '\0';
}

/* How many bytes from i on are of these kinds, max at most. */
size_t text_run(struct slice text, size_t i, unsigned kinds, size_t max);

/* The same of the bytes before i. */
size_t text_run_before(struct slice text, size_t i, unsigned kinds, size_t max);

/* The length of what may divide groups of digits at i: a blank or a hyphen, in
   ASCII or as word processors have them. 0: there is none. */
size_t text_divider(struct slice text, size_t i);

/* Does word, in lower case, stand at i in any case? */
bool text_has(struct slice text, size_t i, const char *word);

/* A list of words in lower case; the last is empty. */
#define TEXT_WORD(word)                  \
	{                                \
		(word), sizeof(word) - 1 \
	}
#define TEXT_NO_MORE    \
	{               \
		NULL, 0 \
	}

/* Does s end in word, in any case? */
bool text_ends(struct slice s, struct slice word);

/* The same where word is one of the words of a name: "db_token", "dbToken" and
   "TOKEN" end in "token", "nontoken" does not. */
bool text_ends_name(struct slice name, struct slice word);

/* Does the name end in one of these words? The longer ones may be a part of its
   last word as well: "PGPASSWORD", "dbpasswd". */
bool text_ends_in(struct slice name, const struct slice *words);

/* Is it one of these words, in any case? */
bool text_is_word(struct slice s, const struct slice *words);

/* Is it how programs name a function, "os.getenv", "A::b", or call one, with
   what is in parentheses behind the name? */
bool text_is_function(struct slice s);
bool text_is_call(struct slice s);

#endif

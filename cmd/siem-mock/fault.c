#include "fault.h"

#include "core/nearest.h"
#include "core/slice.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum value {
	VALUE_NUMBER,
	VALUE_RATE,
};

/* Every word of a SPEC, and the field it sets. */
static const struct word {
	const char *name;
	enum value value;
	size_t offset;
} words[] = {
#define FIELD(name) offsetof(struct fault_plan, name)
	{ "delay", VALUE_NUMBER, FIELD(delay_ms) },
	{ "stall", VALUE_RATE, FIELD(rates[FAULT_STALL]) },
	{ "stall-after", VALUE_NUMBER, FIELD(after[FAULT_STALL]) },
	{ "reset", VALUE_RATE, FIELD(rates[FAULT_RESET]) },
	{ "reset-after", VALUE_NUMBER, FIELD(after[FAULT_RESET]) },
	{ "close", VALUE_RATE, FIELD(rates[FAULT_CLOSE]) },
	{ "close-after", VALUE_NUMBER, FIELD(after[FAULT_CLOSE]) },
	{ "seed", VALUE_NUMBER, FIELD(seed) },
};

enum { WORD_COUNT = sizeof(words) / sizeof(words[0]), WORD_MAX = 80 };

static const struct word *find_word(const char *name, struct err *e)
{
	struct nearest near = NEAREST_INIT(name);
	char all[200] = "";

	for (size_t i = 0; i < WORD_COUNT; i++) {
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
		nearest_try(&near, words[i].name);
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s",
			 i > 0 ? ", " : "", words[i].name);
	}
	if (near.best != NULL)
		err_set(e, ERR_USAGE,
			"option --fault: unknown word %s (did you mean %s?)",
			name, near.best);
	else
		err_set(e, ERR_USAGE,
			"option --fault: unknown word %s, known are %s", name,
			all);
	return NULL;
}

/* "0.01" or "1%" */
static bool parse_rate(const char *text, double *rate)
{
	char *end;

	if (strspn(text, "0123456789.") == 0)
		return false;
	*rate = strtod(text, &end);
	if (strcmp(end, "%") == 0) {
		*rate /= 100;
		end++;
	}
	return *end == '\0' && *rate >= 0 && *rate <= 1;
}

static bool parse_number(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

/* One "word=value", which is taken apart where it stands. */
static int parse_word(struct fault_plan *plan, char *text, struct err *e)
{
	char *equals = strchr(text, '=');
	const struct word *word;

	if (equals != NULL)
		*equals = '\0';
	word = find_word(text, e);
	if (word == NULL)
		return -1;
	if (equals == NULL)
		return err_set(
			e, ERR_USAGE,
			"option --fault: %s needs a value, as in %s", text,
			word->value == VALUE_RATE ? "stall=1%" : "delay=20");

	const char *value = equals + 1;
	void *field = (char *)plan + word->offset;
	if (word->value == VALUE_RATE && !parse_rate(value, field))
		return err_set(e, ERR_USAGE,
			       "option --fault: %s=%s is no rate, as in 0.01 "
			       "or 1%%",
			       text, value);
	if (word->value == VALUE_NUMBER && !parse_number(value, field))
		return err_set(e, ERR_USAGE,
			       "option --fault: %s=%s is no number", text,
			       value);
	return 0;
}

int fault_parse(struct fault_plan *plan, const char *spec, struct err *e)
{
	struct slice rest = slice_of(spec);

	do {
		const char *comma = memchr(rest.data, ',', rest.len);
		size_t len =
			comma != NULL ? (size_t)(comma - rest.data) : rest.len;
		char word[WORD_MAX];

		if (len >= sizeof(word))
			return err_set(e, ERR_USAGE,
				       "option --fault: a word of %zu bytes "
				       "is none",
				       len);
		memcpy(word, rest.data, len);
		word[len] = '\0';
		if (parse_word(plan, word, e) < 0)
			return -1;
		rest = slice_from(rest, len + (comma != NULL));
	} while (rest.len > 0);
	return 0;
}

/* splitmix64: the next number of a sequence that the seed alone decides. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

enum fault fault_next(struct fault_plan *plan, uint64_t number)
{
	for (int f = FAULT_STALL; f < FAULT_KINDS; f++)
		if (plan->after[f] != 0 && number >= plan->after[f])
			return (enum fault)f;
	for (int f = FAULT_STALL; f < FAULT_KINDS; f++)
		if (plan->rates[f] > 0 &&
		    (double)(next_random(&plan->seed) >> 11) * 0x1p-53 <
			    plan->rates[f])
			return (enum fault)f;
	return FAULT_NONE;
}

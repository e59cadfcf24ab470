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
	VALUE_TIME, // that a clock can be asked for
	VALUE_FEW,
	VALUE_RATE,
	VALUE_SPAN,
	VALUE_TEXT,
};

/* Every word of a SPEC, and the field it sets. */
static const struct word {
	const char *name;
	enum value value;
	uint32_t offset;
	int who; // FAULT_OF_...; 0: all
} words[] = {
#define FIELD(name) offsetof(struct fault_plan, name)
#define SOME(name, fault, who)                                  \
	{ name, VALUE_RATE, FIELD(request_rates[fault]), who }, \
	{ name "-at", VALUE_SPAN, FIELD(request_spans[fault]), FAULT_OF_REQUESTS }
#define REQUEST(name, fault) SOME(name, fault, FAULT_OF_REQUESTS)
#define BOTH(name, fault) SOME(name, fault, FAULT_OF_BOTH)
#define ANSWER(name, value, field) { name, value, FIELD(field), FAULT_OF_ANSWERS }
	{ "delay", VALUE_TIME, FIELD(delay_ms), 0 },
	{ "stall", VALUE_RATE, FIELD(rates[FAULT_STALL]), 0 },
	{ "stall-after", VALUE_NUMBER, FIELD(after[FAULT_STALL]), 0 },
	{ "reset", VALUE_RATE, FIELD(rates[FAULT_RESET]), 0 },
	{ "reset-after", VALUE_NUMBER, FIELD(after[FAULT_RESET]), 0 },
	{ "close", VALUE_RATE, FIELD(rates[FAULT_CLOSE]), 0 },
	{ "close-after", VALUE_NUMBER, FIELD(after[FAULT_CLOSE]), 0 },
	{ "half-close", VALUE_RATE, FIELD(rates[FAULT_HALF_CLOSE]), 0 },
	{ "half-close-after", VALUE_NUMBER, FIELD(after[FAULT_HALF_CLOSE]), 0 },
	{ "stall-ms", VALUE_TIME, FIELD(stall_ms), 0 },
	{ "seed", VALUE_NUMBER, FIELD(seed), 0 },
	BOTH("lost", REQUEST_LOST),
	BOTH("half", REQUEST_HALF),
	BOTH("garbage", REQUEST_GARBAGE),
	ANSWER("refuse", VALUE_RATE, refuse),
	{ "poison", VALUE_TEXT, FIELD(poison), FAULT_OF_EACH },
	{ "item-429", VALUE_RATE, FIELD(item_busy), FAULT_OF_ITEMS },
	ANSWER("mute", VALUE_RATE, mute),
	ANSWER("serverclose", VALUE_RATE, last),
	ANSWER("late", VALUE_RATE, late),
	REQUEST("partial", REQUEST_PARTIAL),
	REQUEST("slow", REQUEST_SLOW),
	REQUEST("huge", REQUEST_HUGE),
	REQUEST("401", REQUEST_401),
	REQUEST("403", REQUEST_403),
	REQUEST("404", REQUEST_404),
	REQUEST("413", REQUEST_413),
	REQUEST("429", REQUEST_429),
	REQUEST("500", REQUEST_500),
	REQUEST("502", REQUEST_502),
	REQUEST("503", REQUEST_503),
	{ "retry-after", VALUE_TIME, FIELD(retry_after_sec),
	  FAULT_OF_REQUESTS },
	{ "retry-date", VALUE_TIME, FIELD(retry_date_sec), FAULT_OF_REQUESTS },
	{ "token-busy", VALUE_NUMBER, FIELD(token_busy), FAULT_OF_REQUESTS },
	{ "clock-behind", VALUE_TIME, FIELD(clock_behind_sec),
	  FAULT_OF_REQUESTS },
	{ "nodes", VALUE_FEW, FIELD(nodes), FAULT_OF_REQUESTS },
	{ "ack-never", VALUE_RATE, FIELD(ack_never), FAULT_OF_REQUESTS },
	{ "ack-lost", VALUE_RATE, FIELD(ack_lost), FAULT_OF_REQUESTS },
	{ "ack-late", VALUE_TIME, FIELD(ack_late_ms), FAULT_OF_REQUESTS },
	{ "ack-false", VALUE_NUMBER, FIELD(ack_false), FAULT_OF_REQUESTS },
};

enum { WORD_COUNT = sizeof(words) / sizeof(words[0]), WORD_MAX = 80 };

_Static_assert((int)WORD_COUNT <= (int)FAULT_WORDS_MAX, "each word is counted");

static const struct word *find_word(const char *name, struct err *e)
{
	struct nearest near = NEAREST_INIT(name);
	char all[600] = "";

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

static bool parse_number(const char *text, uint64_t *number, uint64_t least,
			 uint64_t most)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 &&
	       *number >= least && *number <= most;
}

/* "5-9" or "7" */
static bool parse_span(const char *text, struct span *span)
{
	const char *dash = strchr(text, '-');
	char first[24];
	size_t len = dash != NULL ? (size_t)(dash - text) : strlen(text);

	if (len >= sizeof(first))
		return false;
	memcpy(first, text, len);
	first[len] = '\0';
	return parse_number(first, &span->first, 1, UINT64_MAX) &&
	       parse_number(dash != NULL ? dash + 1 : first, &span->last,
			    span->first, UINT64_MAX);
}

static bool parse_text(const char *text, char out[FAULT_TEXT_MAX])
{
	snprintf(out, FAULT_TEXT_MAX, "%s", text);
	return text[0] != '\0';
}

/* One "word=value", which is taken apart where it stands. */
static int parse_word(struct fault_plan *plan, char *text, struct err *e)
{
	static const char *const examples[] = {
		[VALUE_NUMBER] = "close-after=9", [VALUE_TIME] = "delay=20",
		[VALUE_FEW] = "nodes=3",          [VALUE_RATE] = "stall=1%",
		[VALUE_SPAN] = "503-at=5-9",      [VALUE_TEXT] = "poison=TEXT",
	};
	static const char *const kinds[] = {
		[VALUE_NUMBER] = "number",
		[VALUE_TIME] = "number up to 1000000000",
		[VALUE_FEW] = "number from 1 to 1000",
		[VALUE_RATE] = "rate, as in 0.01 or 1%",
		[VALUE_SPAN] = "span of requests, as in 5-9 or 7",
		[VALUE_TEXT] = "text",
	};
	char *equals = strchr(text, '=');
	const struct word *word;

	if (equals != NULL)
		*equals = '\0';
	word = find_word(text, e);
	if (word == NULL)
		return -1;
	if (equals == NULL)
		return err_set(e, ERR_USAGE,
			       "option --fault: %s needs a value, as in %s",
			       text, examples[word->value]);

	const char *value = equals + 1;
	void *field = (char *)plan + word->offset;
	bool good = false;
	switch (word->value) {
	case VALUE_NUMBER:
		good = parse_number(value, field, 0, UINT64_MAX);
		break;
	case VALUE_TIME:
		good = parse_number(value, field, 0, 1000000000);
		break;
	case VALUE_FEW:
		good = parse_number(value, field, 1, 1000);
		break;
	case VALUE_RATE:
		good = parse_rate(value, field);
		break;
	case VALUE_SPAN:
		good = parse_span(value, field);
		break;
	case VALUE_TEXT:
		good = parse_text(value, field);
		break;
	}
	if (!good)
		return err_set(e, ERR_USAGE, "option --fault: %s=%s is no %s",
			       text, value, kinds[word->value]);
	plan->given[word->who] = word->name;
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

static bool throw_dice(struct fault_plan *plan, double rate)
{
	return rate > 0 &&
	       (double)(next_random(&plan->seed) >> 11) * 0x1p-53 < rate;
}

/* The word that sets this field has struck. */
static void count(struct fault_plan *plan, const void *field)
{
	size_t offset = (size_t)((const char *)field - (const char *)plan);

	for (size_t i = 0; i < WORD_COUNT; i++)
		if (words[i].offset == offset)
			plan->times[i]++;
}

bool fault_happens(struct fault_plan *plan, const double *rate)
{
	if (!throw_dice(plan, *rate))
		return false;
	count(plan, rate);
	return true;
}

uint64_t fault_pick(struct fault_plan *plan, uint64_t n)
{
	return next_random(&plan->seed) % n;
}

bool fault_of_token(struct fault_plan *plan)
{
	if (plan->token_busy == 0)
		return false;
	plan->token_busy--;
	count(plan, &plan->token_busy);
	return true;
}

static enum fault pick_fault(struct fault_plan *plan, uint64_t number)
{
	for (int f = FAULT_STALL; f < FAULT_KINDS; f++)
		if (plan->after[f] != 0 && number >= plan->after[f])
			return (enum fault)f;
	for (int f = FAULT_STALL; f < FAULT_KINDS; f++)
		if (throw_dice(plan, plan->rates[f]))
			return (enum fault)f;
	return FAULT_NONE;
}

enum fault fault_next(struct fault_plan *plan, uint64_t number)
{
	enum fault fault = pick_fault(plan, number);

	if (fault != FAULT_NONE)
		count(plan, &plan->rates[fault]);
	return fault;
}

static bool is_poisoned(struct fault_plan *plan, struct slice message)
{
	if (plan->poison[0] == '\0' || message.len == 0 ||
	    memmem(message.data, message.len, plan->poison,
		   strlen(plan->poison)) == NULL)
		return false;
	count(plan, plan->poison);
	return true;
}

enum item_fault fault_of_item(struct fault_plan *plan, struct slice record)
{
	if (is_poisoned(plan, record))
		return ITEM_POISON;
	return fault_happens(plan, &plan->item_busy) ? ITEM_BUSY : ITEM_FINE;
}

enum answer_fault fault_of_answer(struct fault_plan *plan, struct slice message)
{
	const struct {
		const double *rate;
		enum answer_fault fault;
	} dice[] = {
		{ &plan->refuse, ANSWER_REFUSE },
		{ &plan->request_rates[REQUEST_LOST], ANSWER_LOST },
		{ &plan->request_rates[REQUEST_HALF], ANSWER_HALF },
		{ &plan->request_rates[REQUEST_GARBAGE], ANSWER_GARBAGE },
		{ &plan->mute, ANSWER_MUTE },
		{ &plan->last, ANSWER_LAST },
		{ &plan->late, ANSWER_LATE },
	};

	if (is_poisoned(plan, message))
		return ANSWER_REFUSE;
	for (size_t i = 0; i < sizeof(dice) / sizeof(dice[0]); i++)
		if (fault_happens(plan, dice[i].rate))
			return dice[i].fault;
	return ANSWER_FINE;
}

/* The kind that was asked for at this number, or REQUEST_FINE. */
static enum request_fault fault_at(const struct fault_plan *plan,
				   uint64_t number)
{
	for (int f = REQUEST_LOST; f < REQUEST_FAULTS; f++)
		if (number >= plan->request_spans[f].first &&
		    number <= plan->request_spans[f].last)
			return (enum request_fault)f;
	return REQUEST_FINE;
}

/* Each rate is thrown for, so that none changes what another hits. */
static enum request_fault fault_by_chance(struct fault_plan *plan)
{
	enum request_fault fault = REQUEST_FINE;

	for (int f = REQUEST_LOST; f < REQUEST_FAULTS; f++)
		if (throw_dice(plan, plan->request_rates[f]) &&
		    fault == REQUEST_FINE)
			fault = (enum request_fault)f;
	return fault;
}

enum request_fault fault_of_request(struct fault_plan *plan,
				    uint64_t on_connection, uint64_t number)
{
	static const enum request_fault same[] = {
		[FAULT_NONE] = REQUEST_FINE,
		[FAULT_STALL] = REQUEST_STALL,
		[FAULT_RESET] = REQUEST_RESET,
		[FAULT_CLOSE] = REQUEST_CLOSE,
		[FAULT_HALF_CLOSE] = REQUEST_CLOSE,
	};
	enum fault broken = pick_fault(plan, on_connection);
	enum request_fault fault = fault_at(plan, number);

	if (fault == REQUEST_FINE) {
		fault = fault_by_chance(plan);
		if (broken != FAULT_NONE) {
			count(plan, &plan->rates[broken]);
			return same[broken];
		}
	}
	if (fault != REQUEST_FINE)
		count(plan, &plan->request_rates[fault]);
	return fault;
}

uint64_t fault_times(const struct fault_plan *plan, size_t word,
		     const char **name)
{
	*name = word < WORD_COUNT ? words[word].name : NULL;
	return word < WORD_COUNT ? plan->times[word] : 0;
}

uint64_t fault_total(const struct fault_plan *plan)
{
	uint64_t total = 0;

	for (size_t i = 0; i < WORD_COUNT; i++)
		total += plan->times[i];
	return total;
}

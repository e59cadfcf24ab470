/*
 * What goes wrong on purpose: --fault delay=20,reset=1%,503-at=5-9,seed=7.
 */
#ifndef SIEM_MOCK_FAULT_H
#define SIEM_MOCK_FAULT_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What becomes of a connection after a message. */
enum fault {
	FAULT_NONE,
	FAULT_STALL, // it is read no more, and stays open
	FAULT_RESET, // it is broken, with whatever was on its way
	FAULT_CLOSE, // it is ended in good order, once what was read is taken
	FAULT_HALF_CLOSE, // its answering half is ended, the other is read on
};

enum { FAULT_KINDS = FAULT_HALF_CLOSE + 1 };

/* What becomes of a request, where a mock answers such. */
enum request_fault {
	REQUEST_FINE,
	REQUEST_STALL, // as the faults of connections: neither taken
	REQUEST_RESET, // nor answered
	REQUEST_CLOSE,
	REQUEST_LOST,    // taken, but the answer gets lost
	REQUEST_HALF,    // taken, but half of the answer is missing
	REQUEST_GARBAGE, // not taken; the answer is not the SIEM's
	REQUEST_PARTIAL, // one record is refused, those before it are taken
	REQUEST_SLOW,    // taken, but the sender is asked to slow down
	REQUEST_HUGE,    // taken, but the answer is 100 MiB long
	REQUEST_401,     // not taken, and so on
	REQUEST_403,
	REQUEST_404,
	REQUEST_413,
	REQUEST_429,
	REQUEST_500,
	REQUEST_502,
	REQUEST_503,
};

enum { REQUEST_FAULTS = REQUEST_503 + 1 };

/* What becomes of a message, where a mock answers each. */
enum answer_fault {
	ANSWER_FINE,
	ANSWER_REFUSE,  // it is not taken, and the answer says so
	ANSWER_LOST,    // taken, but the answer gets lost
	ANSWER_HALF,    // taken, but half of the answer is missing
	ANSWER_GARBAGE, // taken, but the answer is not the SIEM's
	ANSWER_MUTE,    // taken, and never answered
	ANSWER_LAST,    // taken and answered, and then the session ends
	ANSWER_LATE,    // taken, but answered behind those that come after it
};

/* Which mocks know a word; one that all know has none of these. */
enum {
	FAULT_OF_REQUESTS = 1,
	FAULT_OF_ANSWERS = 2,
	FAULT_OF_BOTH = 3,
	FAULT_OF_ITEMS = 4,
	FAULT_OF_EACH = 6, // answers and items
};

/* What becomes of a record of a request, where a mock answers each. */
enum item_fault {
	ITEM_FINE,
	ITEM_POISON, // it is refused for good
	ITEM_BUSY,   // there is no room for it now
};

enum { FAULT_TEXT_MAX = 80, FAULT_WORDS_MAX = 64 };

/* Numbers from the first to the last; none where both are 0. */
struct span {
	uint64_t first, last;
};

struct fault_plan {
	uint64_t delay_ms;           // before each message
	double rates[FAULT_KINDS];   // 0 to 1, at each message
	uint64_t after[FAULT_KINDS]; // messages of a connection; 0: never
	uint64_t stall_ms;           // of FAULT_STALL; 0: for good
	uint64_t seed;               // of the numbers behind the rates

	// a word that was given, by who knows it; NULL: there was none
	const char *given[FAULT_OF_EACH + 1];

	// of requests; of answers as well: lost, half, garbage
	double request_rates[REQUEST_FAULTS];
	struct span request_spans[REQUEST_FAULTS];
	uint64_t retry_after_sec; // of 429 and 503; 0: not said
	uint64_t retry_date_sec;  // the same, said as a date
	uint64_t token_busy;      // requests for a token that yet get 503
	uint64_t clock_behind_sec; // what the Date of answers is behind
	uint64_t nodes; // that take turns by chance, each numbering what it
			// acknowledges by itself; 0: one

	// of answers
	double refuse, mute, last, late; // 0 to 1, at each message
	char poison[FAULT_TEXT_MAX];     // what has this in it is refused,
					 // also of items

	// of items
	double item_busy; // 0 to 1, of each

	// of acknowledgements that are asked for
	double ack_never;     // 0 to 1, of those that never come
	double ack_lost;      // 0 to 1, of the answers that do not arrive
	uint64_t ack_late_ms; // until one comes
	uint64_t ack_false;   // times that one is denied before it comes

	// private
	uint64_t times[FAULT_WORDS_MAX]; // that a word has struck
};

/*
 * Read one SPEC into plan, on top of those before. ERR_USAGE names the word
 * that is wrong, and the nearest that would be right.
 */
int fault_parse(struct fault_plan *plan, const char *spec,
		struct err *e) MUST_CHECK;

/*
 * What happens after the message of that number on its connection, from 1.
 * This and what follows counts what strikes.
 */
enum fault fault_next(struct fault_plan *plan, uint64_t number);

/* And to a request, also by its number among all. */
enum request_fault fault_of_request(struct fault_plan *plan,
				    uint64_t on_connection, uint64_t number);

/* And to a request for a token: is it one that gets 503? */
bool fault_of_token(struct fault_plan *plan);

/* And to a message that is answered. */
enum answer_fault fault_of_answer(struct fault_plan *plan,
				  struct slice message);

/* And to a record of a request. */
enum item_fault fault_of_item(struct fault_plan *plan, struct slice record);

/* Throw the dice: does it happen, of that rate, which is one of the plan's? */
bool fault_happens(struct fault_plan *plan, const double *rate);

/* Any number below n. */
uint64_t fault_pick(struct fault_plan *plan, uint64_t n);

/*
 * How often one of the words has struck, so far, and its name. They are
 * numbered, from 0 to less than FAULT_WORDS_MAX; behind the last it is 0.
 */
uint64_t fault_times(const struct fault_plan *plan, size_t word,
		     const char **name);
uint64_t fault_total(const struct fault_plan *plan);

#endif

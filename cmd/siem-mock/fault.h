/*
 * What goes wrong on purpose: --fault delay=20,reset=1%,seed=7.
 */
#ifndef SIEM_MOCK_FAULT_H
#define SIEM_MOCK_FAULT_H

#include "core/attr.h"
#include "core/err.h"

#include <stdint.h>

/* What becomes of a connection after a message. */
enum fault {
	FAULT_NONE,
	FAULT_STALL, // it is read no more, and stays open
	FAULT_RESET, // it is broken, with whatever was on its way
	FAULT_CLOSE, // it is ended in good order, once what was read is taken
};

enum { FAULT_KINDS = FAULT_CLOSE + 1 };

struct fault_plan {
	uint64_t delay_ms;           // before each message
	double rates[FAULT_KINDS];   // 0 to 1, at each message
	uint64_t after[FAULT_KINDS]; // messages of a connection; 0: never
	uint64_t seed;               // of the numbers behind the rates
};

/*
 * Read one SPEC into plan, on top of those before. ERR_USAGE names the word
 * that is wrong, and the nearest that would be right.
 */
int fault_parse(struct fault_plan *plan, const char *spec,
		struct err *e) MUST_CHECK;

/* What happens after the message of that number on its connection, from 1. */
enum fault fault_next(struct fault_plan *plan, uint64_t number);

#endif

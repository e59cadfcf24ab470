/*
 * The channels of Splunk's HTTP Event Collector, and the acknowledgements that
 * are to be asked for in each.
 */
#ifndef SIEM_MOCK_CHANNEL_H
#define SIEM_MOCK_CHANNEL_H

#include "core/attr.h"
#include "fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ack {
	bool told;        // and so forgotten
	bool never;       // on purpose
	uint64_t denials; // on purpose, that are left
	int64_t due_ms;
};

struct channel {
	struct channel *next;
	char *id;
	struct ack *acks; // count of them: the first has the number first
	uint64_t first;
	size_t count, cap;
};

/* The channel of that id, which is made if it is not there; NULL: no memory. */
struct channel *channel_find(struct channel **list, const char *id) MUST_CHECK;

/* Is there no room for another acknowledgement? */
bool channel_is_full(const struct channel *c);

/*
 * Give out the number of the next acknowledgement, with the faults of plan; -1:
 * no memory.
 */
int channel_add(struct channel *c, struct fault_plan *plan,
		uint64_t *number) MUST_CHECK;

/* Has it come? A number is told so once, and is unknown from then on. */
bool channel_ask(struct channel *c, uint64_t number);

void channels_free(struct channel *list);

#endif

/*
 * Selection: which records go on, by what their members say and by the time of
 * the event. The others are left out on purpose, which loses nothing.
 */
#ifndef SIEM_EVENT_SELECT_H
#define SIEM_EVENT_SELECT_H

#include "core/attr.h"
#include "core/err.h"
#include "core/timestamp.h"
#include "event/eval.h"
#include "event/event.h"
#include "event/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct select {
	uint32_t cond; // of the maps' program, or PROGRAM_NONE: any record
	bool has_since, has_until;
	struct timestamp since; // the earliest
	struct timestamp until; // the first that is too late
};

#define SELECT_ALL ((struct select){ .cond = PROGRAM_NONE })

/*
 * Ask for records for which all tests hold, which are words of a command line:
 *
 *     PATH         there is such a member, and it is not null
 *     !PATH        there is none
 *     PATH=VALUE   its text is VALUE
 *     PATH!=VALUE  it is not, or there is no such member
 *
 * Paths are those of maps (siem-map(5)); a backslash takes the meaning of = and
 * ! as well. The tests become a condition of maps, so no mapper may have been
 * made of these yet. -1 with e filled: ERR_USAGE with the test that is wrong,
 * or ERR_SYSTEM.
 */
int select_where(struct select *s, struct maps *maps, const char *const *tests,
		 size_t count, struct err *e) MUST_CHECK;

/* Do the members of a record say what is asked for? */
static inline bool select_takes(const struct select *s, struct eval *v)
{
	return s->cond == PROGRAM_NONE || eval_cond(v, s->cond);
}

/*
 * Is the time of an event within the bounds? One that has no time of its own
 * is: nothing says that it is not wanted.
 */
bool select_takes_time(const struct select *s, const struct event *event);

#endif

/*
 * How a tool ends when it is asked to: SIGINT and SIGTERM.
 *
 * A source stops reading and ends orderly. A filter or a sink reads on to the
 * end of its input, which its source is about to close; a terminal is at its
 * end there and then, for nobody closes one. Each is through within
 * the grace period: after that quit_late() answers yes, whatever call was
 * waiting has been interrupted, and a tool that set itself up with
 * QUIT_EXIT_LATE has ended with status 3. A second signal, at least a second
 * after the first, ends any tool at once with status 3.
 */
#ifndef SIEM_CORE_QUIT_H
#define SIEM_CORE_QUIT_H

#include "core/attr.h"
#include "core/err.h"

#include <stdbool.h>

enum quit_when_late {
	QUIT_EXIT_LATE, // a filter: say so and exit 3; it holds nothing of worth
	QUIT_TELL_LATE, // a sink: quit_late() tells, the tool settles its affairs
};

/*
 * Take over SIGINT, SIGTERM and SIGUSR1; SIGPIPE and SIGXFSZ become errors of
 * write, and children can be waited for. Whoever starts a tool may block the
 * signals that end it: they come when it is ready for them, here.
 */
int quit_setup(unsigned grace_sec, enum quit_when_late when_late,
	       struct err *e) MUST_CHECK;

/* Has the tool been asked to end? And is its time up? */
bool quit_asked(void);
bool quit_late(void);

/* Has SIGUSR1 come since the last call? */
bool quit_wants_stats(void);

/*
 * From now on something is to be done every so many seconds: quit_fd() tells
 * of that as well.
 */
int quit_tick_every(unsigned seconds, struct err *e) MUST_CHECK;

/* Has such a time passed since the last call? */
bool quit_has_ticked(void);

/*
 * Readable for good once any of these signals has come, for poll(); never
 * read from it, but call quit_clear() to have it tell of the next one.
 */
int quit_fd(void);
void quit_clear(void);

#endif

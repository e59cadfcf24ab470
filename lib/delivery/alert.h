/*
 * The alert: raised when nothing has been delivered for a while although there
 * was something to deliver, cleared by the next delivery; both are said, and a
 * command of the user's may be run for each.
 *
 * The command is run by /bin/sh, its input empty, its output on our standard
 * error, with these variables: SIEM_ALERT, which is "raised" or "cleared" (as
 * is $1); SIEM_DESTINATION; SIEM_REASON, the failure that was met last, or
 * that nothing is missing but acknowledgements; SIEM_SECONDS, for which nothing
 * was delivered; SIEM_WAITING, the records that are held. Nobody waits for it;
 * one at a time is run, by a helper, so that a tool which has sealed itself can
 * have it run.
 */
#ifndef SIEM_DELIVERY_ALERT_H
#define SIEM_DELIVERY_ALERT_H

#include "core/attr.h"
#include "core/err.h"
#include "core/helper.h"

#include <stdbool.h>
#include <stdint.h>

struct alert {
	int64_t after_ms;    // 0: no alert
	const char *command; // NULL: none
	const char *who;     // the destination, as messages call it

	// private
	bool raised;
	bool told;        // what the command was run for last
	bool idle;        // nothing was held
	int64_t since_ms; // of the last delivery, or of holding nothing
	uint64_t settled; // as it was then
	int64_t unconfirmed_ms;
	char reason[512];
	struct helper helper;
	bool asked; // of it, and not answered
};

#define ALERT_INIT(after, cmd, name)          \
	((struct alert){ .after_ms = (after), \
			 .command = (cmd),    \
			 .who = (name),       \
			 .helper = HELPER_NONE })

enum { ALERT_VALUES = 4, ALERT_VALUE_MAX = 580 };

/*
 * What the helper is asked to run the command with: the values of the variables
 * above, but the first. It believes none of it.
 */
struct alert_order {
	uint8_t raised;
	char values[ALERT_VALUES][ALERT_VALUE_MAX];
};

/* Before the tool seals itself: start what will run the command, if any. */
int alert_open(struct alert *a, struct err *e) MUST_CHECK;

/* The destination has failed, for this reason. */
void alert_failed(struct alert *a, const struct err *why);

/* Since when nothing is missing but acknowledgements; 0: it is not so. */
void alert_unconfirmed(struct alert *a, int64_t since_ms);

/* How it is: records that are held, and that have been settled in all. */
void alert_step(struct alert *a, int64_t now_ms, uint64_t held,
		uint64_t settled);

/* What to wait for: a descriptor or -1, and until when (-1: for ever). */
int alert_wait(const struct alert *a, int64_t now_ms, uint64_t held, int *fd);

/* A command that still runs goes on by itself. */
void alert_close(struct alert *a);

#endif

/*
 * Secrets, which are named rather than written down:
 *
 *     env:NAME      the value of a variable
 *     file:PATH     what is in a file that nobody but its owner can read
 *     cred:NAME     a credential of systemd, in $CREDENTIALS_DIRECTORY
 *     cmd:COMMAND   the first line that a command writes, run by sh
 *
 * One LF at the end of a file is no part of it. Whatever else is written is the
 * secret itself. Messages name where one comes from, and quote none.
 */
#ifndef SIEM_CONFIG_SECRET_H
#define SIEM_CONFIG_SECRET_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/helper.h"

#include <stdbool.h>

enum { SECRET_MAX = 64 << 10 }; // bytes

struct secret {
	char *value; // NULL: there is none
	char *fresh; // what it is by now, where that is something else

	// private
	char *text;           // as it was written
	struct helper helper; // that runs a command again
	bool asked;           // it has been told to
};

#define SECRET_NONE ((struct secret){ .helper = HELPER_NONE })

/* Does text say where a secret is, so that it can be shown? */
bool secret_is_named(const char *text);

/*
 * Get a secret. A command is run at once, and is waited for; a helper is left
 * behind that can run it again after the seal. From then on this process leaves
 * no core. ERR_USAGE.
 */
int secret_open(struct secret *s, const char *text, struct err *e) MUST_CHECK;

/*
 * Append what a shell writes for it between double quotes: where it is named,
 * or else the variable that it may have come from.
 */
void secret_put_word(const struct secret *s, const char *variable,
		     struct buf *out);

/* Have a command run again, without waiting for it. */
void secret_ask(struct secret *s);

/*
 * Is it another by now? Files are read, and a command's answer is taken that
 * has come by now. 1: yes, and secret_settle() makes that the value, or forgets
 * it; 0: no, or not known yet; -1 with e filled: it cannot be had any more.
 */
int secret_again(struct secret *s, struct err *e) MUST_CHECK;
void secret_settle(struct secret *s, bool take);

/* Wipe variables and unset them: the one of env:NAME, and any. */
void secret_forget_source(const struct secret *s);
void secret_forget_variable(const char *name);

/* Wipe and free what is held. Harmless on SECRET_NONE. */
void secret_close(struct secret *s);

#endif

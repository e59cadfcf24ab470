/*
 * The shell: words for it, and what its commands write.
 */
#ifndef SIEM_CORE_SHELL_H
#define SIEM_CORE_SHELL_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"

#include <sys/types.h>

/* Append a text as one word, whatever is in it. */
void shell_put_word(struct buf *out, const char *text);

/*
 * Start a command by sh, with nothing to read, all signals as they are by
 * default, and these variables; it writes to out. In it $0 is name and $1 is
 * word; NULL: there are none. 0, or an errno.
 */
int shell_start(const char *command, const char *name, const char *word,
		int out, char **env, pid_t *pid) MUST_CHECK;

/*
 * Run a command by sh, with nothing to read, and append what it writes to
 * standard output. It is ended when its time is over. ERR_USAGE, where it does
 * not end with status 0, takes too long, or writes more than out may hold.
 *
 * What it writes may be a secret: no other copy is left of it.
 */
int shell_read(const char *command, unsigned timeout_ms, struct buf *out,
	       struct err *e) MUST_CHECK;

#endif

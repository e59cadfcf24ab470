/*
 * The shell: words for it, and what its commands write.
 */
#ifndef SIEM_CORE_SHELL_H
#define SIEM_CORE_SHELL_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"

/* Append a text as one word, whatever is in it. */
void shell_put_word(struct buf *out, const char *text);

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

/*
 * What a tool has to do after it has sealed itself, and could not do any more:
 * a helper, a process forked before, does it when it is asked.
 *
 * Of all that is open it keeps standard error and what it is given, and it
 * outlives the signals that end the tool, for it ends when the tool does.
 * Nor can others of the same user look into it, as it is not sealed.
 */
#ifndef SIEM_CORE_HELPER_H
#define SIEM_CORE_HELPER_H

#include "core/attr.h"
#include "core/err.h"

#include <sys/types.h>

struct helper {
	int fd; // non-blocking, to the helper; -1: there is none
	pid_t pid;
};

#define HELPER_NONE ((struct helper){ .fd = -1 })

/*
 * Fork one that is called name (15 bytes at most), keeps keep_fd open (-1:
 * nothing) and runs work. Between h->fd and the fd that work gets messages go
 * both ways, each of them whole; an empty one, for work, is the end.
 */
int helper_start(struct helper *h, const char *name, int keep_fd,
		 void (*work)(int fd, const void *context), const void *context,
		 struct err *e) MUST_CHECK;

/* Let it end by itself. Harmless where there is none. */
void helper_leave(struct helper *h);

#endif

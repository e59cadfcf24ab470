/*
 * A folder of its own for a test of what is done to files, and a disk in it
 * that is as small as the test likes.
 */
#ifndef SIEM_TESTS_UNIT_FOLDER_H
#define SIEM_TESTS_UNIT_FOLDER_H

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static inline void folder_enter(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/unit.XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(path) == NULL || chdir(path) < 0)
		abort();
}

/* Let files grow to so many bytes and no further; 0: to any number. */
static inline void folder_limit(rlim_t bytes)
{
	struct rlimit l;

	signal(SIGXFSZ, SIG_IGN);
	if (getrlimit(RLIMIT_FSIZE, &l) < 0)
		abort();
	l.rlim_cur = bytes != 0 ? bytes : l.rlim_max;
	if (setrlimit(RLIMIT_FSIZE, &l) < 0)
		abort();
}

#endif

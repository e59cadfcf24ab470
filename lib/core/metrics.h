/*
 * --metrics FILE: what a tool counted, for Prometheus, replaced as a whole
 * every ten seconds, when SIGUSR1 comes and at the end.
 *
 * A tool that has sealed itself can open and rename nothing. So a helper keeps
 * the folder open, and does nothing but to replace FILE by each page that is
 * sent to it. A tool never waits for it but at the end, for a moment: a disk
 * that hangs stops no delivery.
 *
 * FILE is there for whoever reads it now: it survives kill -9, but nothing is
 * done for it to survive a power cut.
 */
#ifndef SIEM_CORE_METRICS_H
#define SIEM_CORE_METRICS_H

#include "core/attr.h"
#include "core/err.h"
#include "core/helper.h"
#include "core/page.h"

#include <stdbool.h>
#include <stddef.h>

struct metrics {
	// private
	void (*collect)(struct page *page, const void *context);
	const void *context;
	const char *path; // as it was given
	struct helper helper;
	unsigned waiting; // pages that it has not confirmed
	double began;     // seconds since 1970
	char prefix[32];  // of names: siem_send
};

#define METRICS_NONE ((struct metrics){ .helper = HELPER_NONE })

/*
 * After quit_setup(), before the tool seals itself. collect, which is called at
 * once as well, puts the numbers of the tool on a page; path and context are
 * borrowed. path NULL: nothing is asked for, and all that follows does nothing.
 * A file that is there and holds something else is not replaced: ERR_USAGE.
 */
int metrics_open(struct metrics *m, const char *path,
		 void (*collect)(struct page *page, const void *context),
		 const void *context, struct err *e) MUST_CHECK;

/*
 * To be called whenever the tool wakes up (quit_fd() of core/quit.h wakes it):
 * replace the file where it is time to. True: SIGUSR1 has come, and the tool
 * prints its counts. m may be NULL.
 */
bool metrics_step(struct metrics *m);

/* Replace it a last time, wait until that is done, and let the helper end. */
void metrics_close(struct metrics *m);

#endif

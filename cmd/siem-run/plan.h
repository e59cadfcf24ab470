/*
 * Which pipelines siem.yaml(5) makes, and what they are called.
 */
#ifndef SIEM_RUN_PLAN_H
#define SIEM_RUN_PLAN_H

#include "config/site.h"
#include "core/attr.h"
#include "core/err.h"
#include "core/opt.h"
#include "delivery/failover.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The names of those that are not called as a platform is. */
#define PLAN_FEEDER "spool"
#define PLAN_FAILOVER "failover"

/* One pipeline: from the input into the spool, or to these platforms. */
struct task {
	const char *name;
	const char *places[FAILOVER_MAX]; // what siem-send is given: the first,
	size_t count;                     // then those to fall back to
	bool is_feeder; // there are none: it ends in the spool
	bool is_chain;  // it is that of all, in mode: failover
};

struct plan {
	struct site site;
	struct task *tasks; // all that are enabled, a feeder first
	size_t count;
	const char *state_dir; // NULL: nothing is kept
	const char *spool;     // its folder, or NULL
	const json_t *input;   // a text or a list of them; NULL: the spool is
			       // written by somebody else
	bool is_stdin;         // that is the input
};

#define PLAN_NONE ((struct plan){ .site = SITE_NONE })

/* Read the files; plan_close() in any case. ERR_USAGE. */
int plan_open(struct plan *p, const struct opt_list *files,
	      struct err *e) MUST_CHECK;

/* The one called name, also where that platform is not enabled. ERR_USAGE. */
int plan_find(const struct plan *p, const char *name, struct task *task,
	      struct err *e) MUST_CHECK;

/* A platform that may be enabled or not. */
bool plan_is_enabled(const struct plan *p, const char *name);

/* The n-th of the inputs, or NULL. */
const char *plan_input(const struct plan *p, size_t n);

void plan_close(struct plan *p);

#endif

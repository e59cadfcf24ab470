/*
 * How a destination is set up: what is said about it, from the environment to
 * the command line, its secrets, and the plan that its kind makes of them.
 */
#ifndef SIEM_DEST_OPENING_H
#define SIEM_DEST_OPENING_H

#include "core/attr.h"
#include "core/err.h"
#include "dest/dest.h"

#include <stddef.h>

/*
 * Set up KIND or KIND:ADDRESS. Each value is that of options ("key=value"),
 * else of the address, else of the environment, else the default; an empty
 * one counts as missing. Secrets may be named (config/secret.h), and only then
 * stand in an option. ERR_USAGE names the key and the nearest valid one.
 */
int dest_open(struct dest *d, const char *spec, const char *const *options,
	      size_t option_count, struct err *e) MUST_CHECK;

/*
 * The same for a destination to fall back to: what its address says is stronger
 * than the options, which were given for another, and those that it has no
 * setting for are passed over.
 */
int dest_open_spare(struct dest *d, const char *spec,
		    const char *const *options, size_t option_count,
		    struct err *e) MUST_CHECK;

/* What somebody has written down about a destination. */
struct dest_profile {
	const char *name; // as messages call it
	const struct dest_type *kind;
	const struct dest_transport *transport; // of the kind, or NULL
	const char *const *values; // as its settings; NULL: nothing is said
};

/*
 * Set up what a profile says. Each value is that of options, else of the
 * profile, else the default; nothing is taken from the environment, and the
 * profile is copied. On failure *fault is the number of the setting that it is
 * about, or DEST_NO_SETTING.
 */
int dest_open_profile(struct dest *d, const struct dest_profile *profile,
		      const char *const *options, size_t option_count,
		      int *fault, struct err *e) MUST_CHECK;

/* The value of the last of options that is about key, or NULL. */
const char *dest_option(const char *key, const char *const *options,
			size_t option_count);

/*
 * Have a kind make a plan of values, see struct dest_type. On failure nothing
 * is left of it.
 */
int dest_make_plan(const struct dest_type *type, const char *const *values,
		   struct dest_plan *plan, struct err *e) MUST_CHECK;

/*
 * Secrets may have changed: ask for those that others have to be asked for,
 * and, a while later, make another plan where one is different, or the file
 * that the plan was made of. The config of the plan before is gone then. 1:
 * there is another plan; 0: all is as it was; -1 with e filled: a secret cannot
 * be had any more, or makes no plan, and the plan is that of before.
 */
void dest_ask_secrets(struct dest *d);
int dest_replan(struct dest *d, struct err *e) MUST_CHECK;

/*
 * Wipe the variables that secrets were read from, once all destinations are
 * open, so that no program which is started from now on sees them.
 */
void dest_forget_variables(const struct dest *d);

void dest_close(struct dest *d);

#endif

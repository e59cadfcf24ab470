/*
 * Where siem-send delivers: one destination, and those to fall back to, each a
 * kind with its address or a profile of siem.yaml.
 */
#ifndef SIEM_SEND_PLACES_H
#define SIEM_SEND_PLACES_H

#include "config/site.h"
#include "core/attr.h"
#include "core/err.h"
#include "core/opt.h"
#include "delivery/failover.h"
#include "dest/dest.h"

#include <stddef.h>

struct places {
	struct dest dests[FAILOVER_MAX];
	size_t count;
	struct site site;    // siem.yaml, where it was read
	const char *profile; // that the first is; NULL: it is none
};

#define PLACES_NONE ((struct places){ .site = SITE_NONE })

/* What the command line says; what is empty was not used. */
struct places_wanted {
	const char *spec;         // the operand, or NULL
	struct opt_list settings; // "key=value"
	struct opt_list failover; // destinations
	struct opt_list files;    // siem.yaml
	bool minimised;           // what is not to leave has been taken out
};

/*
 * Open all that is wanted; places_close() in any case. What siem.yaml wants
 * kept back, which is not done here, is warned of. ERR_USAGE.
 */
int places_open(struct places *p, const struct places_wanted *w,
		struct err *e) MUST_CHECK;

/*
 * What siem.yaml says at "delivery.retry_attempts" of the profile, else at a
 * place that all have in common (NULL: there is none). NULL: nothing.
 */
const char *places_text(const struct places *p, const char *own,
			const char *shared);

/* Programs that are started from here on see none of their secrets. */
void places_forget_variables(const struct places *p);

void places_close(struct places *p);

#endif

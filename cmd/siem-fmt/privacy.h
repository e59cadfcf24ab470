/*
 * What is taken out of records before they are formatted: what the command
 * line and the maps say of minimisation, put together.
 */
#ifndef SIEM_FMT_PRIVACY_H
#define SIEM_FMT_PRIVACY_H

#include "config.h"

#include "config/secret.h"
#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "event/map.h"
#include "event/minimise.h"

struct privacy {
	struct minimiser *minimiser; // NULL: nothing is taken out
	struct redactor *redactor;   // NULL: nothing is looked for
	struct secret key;
};

#define PRIVACY_NONE ((struct privacy){ .key = SECRET_NONE })

/* -1 with e filled, ERR_USAGE: an option or a map makes no sense. */
int privacy_open(struct privacy *p, const struct config *c,
		 const struct maps *maps, struct err *e) MUST_CHECK;
void privacy_close(struct privacy *p);

#endif

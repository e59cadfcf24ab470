/*
 * What does stand in a platform of siem.yaml: its kind, its transport, and the
 * values of their settings.
 */
#ifndef SIEM_DEST_PLATFORM_H
#define SIEM_DEST_PLATFORM_H

#include "config/site.h"
#include "core/arena.h"
#include "core/attr.h"
#include "core/err.h"
#include "dest/dest.h"

#include <jansson.h>
#include <stdbool.h>

struct platform {
	const struct site *site; // borrowed
	const char *name;
	const json_t *section;
	const struct dest_type *kind;
	const struct dest_transport *transport; // NULL: it has only one
};

/* Fill p with that of a name, which there has to be, and its kind. ERR_USAGE */
int platform_find(struct platform *p, const struct site *s, const char *name,
		  struct err *e) MUST_CHECK;

/* The transport that an option names, else the file, else the first. */
int platform_choose(struct platform *p, const char *option,
		    struct err *e) MUST_CHECK;

/* The kind, or that of the transport. */
const struct dest_type *platform_type(const struct platform *p);

/* What says a setting, or NULL. */
const json_t *platform_node(const struct platform *p,
			    const struct dest_setting *row);

/* A text at "delivery.failover", or NULL. */
const char *platform_text(const struct platform *p, const char *path);

/*
 * What it says of a setting that is no list, or NULL. A value that is
 * "env:NAME" is that of a variable, but for secrets; one that is not there is
 * NULL where may_lack, else ERR_USAGE.
 */
int platform_value(const struct platform *p, const struct dest_setting *row,
		   bool may_lack, const char **value, struct err *e) MUST_CHECK;

/*
 * What it says of the settings of platform_type(), in their order; NULL where
 * it says nothing, and where may_lack, and it is a variable that is not there.
 * What is made up for it is kept in texts.
 */
int platform_values(const struct platform *p, bool may_lack,
		    const char **values, struct arena *texts,
		    struct err *e) MUST_CHECK;

/* Is that a variable, "env:NAME"? */
bool platform_is_variable(const json_t *node);

/*
 * tls.enabled is no setting: it has to agree with what is, and chooses the
 * transport where nobody else does. Where it is false, what else is said of
 * TLS is passed over.
 */
int platform_settle_tls(const struct platform *p, const char **values,
			struct err *e) MUST_CHECK;

/* Put before what e says which line it is about: that of the setting, or of the
   platform that lacks it. Returns -1. */
int platform_place(const struct platform *p, int fault, struct err *e);

#endif

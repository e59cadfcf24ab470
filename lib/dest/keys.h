/*
 * What may stand in a platform of siem.yaml, by its kind.
 */
#ifndef SIEM_DEST_KEYS_H
#define SIEM_DEST_KEYS_H

#include "config/site.h"
#include "core/attr.h"
#include "core/err.h"
#include "dest/dest.h"

#include <jansson.h>

/*
 * Check the keys of a platform, and the types of what they say, whichever
 * transport is chosen. ERR_USAGE names file, line and column.
 */
int keys_check(const struct site *s, const json_t *section,
	       const struct dest_type *kind, struct err *e) MUST_CHECK;

/* Check what its member "kind" is, before a kind is known. */
int keys_check_kind(const struct site *s, const json_t *node,
		    struct err *e) MUST_CHECK;

#endif

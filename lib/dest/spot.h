/*
 * Where settings stand in a platform of siem.yaml: what dest_setting.place
 * says.
 */
#ifndef SIEM_DEST_SPOT_H
#define SIEM_DEST_SPOT_H

#include "core/attr.h"
#include "dest/dest.h"

#include <stdbool.h>

enum { SPOT_PATH_MAX = 256 };

/* One of the places that are divided by '|': "/a.b" as path and what that is
   from. */
struct spot {
	enum { SPOT_SECTION, SPOT_PLATFORM, SPOT_SITE } from;
	char path[SPOT_PATH_MAX];
};

/* The places of a setting, for spot_next(). */
const char *spot_places(const struct dest_setting *row);

/* The next of places, which moves on; false after the last. */
bool spot_next(const char **places, struct spot *spot) MUST_CHECK;

/* The section that SPOT_SECTION is, or NULL: the platform itself. */
const char *spot_section(const struct dest_transport *t);

/* Does it stand anywhere, and is not what has chosen the transport? */
bool spot_is_said(const struct dest_transport *t,
		  const struct dest_setting *row);

/* Is it one of those that say how TLS is done? */
bool spot_is_of_tls(const struct dest_setting *row);

#endif

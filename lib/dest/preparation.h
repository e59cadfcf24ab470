/*
 * What records become before they come to a destination: the options of
 * siem-fmt that follow from the key "format" of a platform of siem.yaml, and
 * from the settings that belong into what siem-fmt makes.
 */
#ifndef SIEM_DEST_PREPARATION_H
#define SIEM_DEST_PREPARATION_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "dest/platform.h"

#include <stdbool.h>

/* A row of dest_type.formats, borrowed from it. */
struct preparation {
	struct slice word;    // "cef"
	struct slice options; // "--cef --syslog --host {hostname}"
};

/*
 * That of a platform whose transport is chosen: what it says, else the default
 * of its type. ERR_USAGE names the place, and the nearest.
 */
int preparation_of(const struct platform *p, struct preparation *how,
		   struct err *e) MUST_CHECK;

/*
 * Can a platform take records that were made for another? It can where it has
 * a word for the same format, and says no other.
 */
bool preparation_suits(const struct platform *p, const struct preparation *how);

/*
 * Append the options, a NUL behind each, with what the platform says of its
 * settings. ERR_USAGE.
 */
int preparation_put(const struct platform *p, const struct preparation *how,
		    struct buf *args, struct err *e) MUST_CHECK;

#endif

/*
 * Profiles: the platforms of siem.yaml as destinations. Where a setting stands
 * in one is said by its row (dest_setting.place).
 */
#ifndef SIEM_DEST_PROFILE_H
#define SIEM_DEST_PROFILE_H

#include "config/site.h"
#include "core/attr.h"
#include "core/err.h"
#include "dest/dest.h"

#include <stddef.h>

/*
 * Check all platforms: that each is of some kind, that this has the keys, and
 * that what is said by the chosen transports can be used, but for what is
 * missing, and secrets. ERR_USAGE names file, line and column.
 */
int profile_check(const struct site *s, struct err *e) MUST_CHECK;

/*
 * Set up the platform called name, which there has to be; its values are those
 * of options, else of the file, else the defaults. A value that is "env:NAME"
 * is that of a variable. ERR_USAGE, as above where it is about the file.
 */
int profile_open(struct dest *d, const struct site *s, const char *name,
		 const char *const *options, size_t option_count,
		 struct err *e) MUST_CHECK;

/* A text at "delivery.failover" of a platform, or NULL. */
const char *profile_text(const struct site *s, const char *name,
			 const char *path);

#endif

/*
 * Secrets in what is shown: found wherever they stand, as they are or in the
 * codes that requests put them into, and what a shell would write there.
 */
#ifndef SIEM_DELIVERY_MASK_H
#define SIEM_DELIVERY_MASK_H

#include "core/arena.h"
#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "dest/dest.h"

#include <stddef.h>

struct mask_item {
	struct slice text; // as it stands there
	const char *shell; // what stands for it between double quotes
};

struct mask {
	struct mask_item *items;
	size_t count, cap;
	struct arena storage;
};

#define MASK_NONE ((struct mask){ .storage = ARENA_INIT(1 << 24) })

/*
 * Add every secret setting of dest. In a shell it comes from where it came from
 * for us, or from the variable of the setting.
 */
int mask_add_settings(struct mask *m, const struct dest *dest,
		      struct err *e) MUST_CHECK;

/* Add text as it is; empty text is none. To take it back, set count. */
int mask_add(struct mask *m, struct slice text, const char *shell,
	     struct err *e) MUST_CHECK;

/* The longest that text begins with, or NULL. */
const struct mask_item *mask_at(const struct mask *m,
				struct slice text) MUST_CHECK;

/* Is there one anywhere in text? */
bool mask_is_in(const struct mask *m, struct slice text) MUST_CHECK;

/* Append text with *** for each. */
void mask_put(const struct mask *m, struct slice text, struct buf *out);

/*
 * Append text as one word of a shell: 'text'"$VARIABLE"'text'. It has no NUL.
 */
void mask_put_word(const struct mask *m, struct slice text, struct buf *out);

/* Append the command of a shell that prints any text. */
void mask_put_printing(const struct mask *m, struct slice text,
		       struct buf *out);

void mask_free(struct mask *m);

#endif

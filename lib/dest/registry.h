/*
 * Every kind of destination there is.
 */
#ifndef SIEM_DEST_REGISTRY_H
#define SIEM_DEST_REGISTRY_H

#include "core/attr.h"
#include "core/err.h"
#include "dest/dest.h"

#include <stddef.h>

/* In the order in which they are listed. */
extern const struct dest_type *const dest_types[];
extern const size_t dest_type_count;

/* The name or alias of a kind that is near to a word, in room, or NULL. */
const char *dest_nearest(const char *word, char room[static 64]);

/* By name or alias, or NULL with e filled: ERR_USAGE, with the nearest. */
const struct dest_type *dest_find(const char *name, struct err *e) MUST_CHECK;

/* A transport by the word that chooses it, or NULL with e filled. */
const struct dest_transport *dest_find_transport(const struct dest_type *kind,
						 const char *word,
						 struct err *e) MUST_CHECK;

/* The setting that the text of a failed plan() is about, or this. */
enum { DEST_NO_SETTING = -1 };
int dest_fault(const struct dest_type *type, const char *text);

/* How many settings there are. */
size_t dest_count_settings(const struct dest_type *type);

#endif

/*
 * Every kind of destination there is.
 */
#ifndef SIEM_DEST_REGISTRY_H
#define SIEM_DEST_REGISTRY_H

#include "dest/dest.h"

/* In the order in which --help lists them. */
extern const struct dest_type *const dest_types[];
extern const size_t dest_type_count;

/* By name or alias; NULL where there is none. */
const struct dest_type *dest_find(const char *name);

#endif

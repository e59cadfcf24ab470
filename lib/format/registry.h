/*
 * Every format there is.
 */
#ifndef SIEM_FORMAT_REGISTRY_H
#define SIEM_FORMAT_REGISTRY_H

#include "format/format.h"

/* In the order in which --help lists them. */
extern const struct format *const formats[];
extern const size_t format_count;

/* NULL where there is none of that name. */
const struct format *format_find(const char *name);

#endif

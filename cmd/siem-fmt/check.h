/*
 * siem-fmt --map-check: what a map holds, and what is wrong with it.
 */
#ifndef SIEM_FMT_CHECK_H
#define SIEM_FMT_CHECK_H

#include "core/attr.h"
#include "core/err.h"

/*
 * Check the map called which for every format that it has a section for, and
 * say what was found. Returns the exit status; -1 with e filled where there is
 * no such map.
 */
int check_map(const char *which, struct err *e) MUST_CHECK;

#endif

/*
 * The TIMESTAMP of RFC 5424, section 6.2.3, which is less than what RFC 3339
 * allows.
 */
#ifndef SIEM_PARSE_STAMP_H
#define SIEM_PARSE_STAMP_H

#include "core/slice.h"
#include "parse/parse.h"

/* The rules of it, one behind the other in the table of the dialect. */
enum stamp_rule {
	STAMP_FORM,
	STAMP_CASE,
	STAMP_FRACTION,
	STAMP_SECOND,
	STAMP_ZONE,
	STAMP_DATE,
	STAMP_RULES, // how many they are
};

/* Tell of each departure of a time, which is not empty. */
void stamp_check(const struct reading *r, const struct rule *rules,
		 struct slice time);

#endif

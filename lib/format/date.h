/*
 * Dates as syslog (RFC 3164) and CEF write them: "Oct  8 22:45:00", "Oct 08 2025
 * 22:45:00.123 UTC".
 */
#ifndef SIEM_FORMAT_DATE_H
#define SIEM_FORMAT_DATE_H

#include "core/attr.h"
#include "core/slice.h"
#include "core/timestamp.h"

#include <stdbool.h>

/* As it was written; slices borrow from the text. */
struct date {
	int month; // 1 to 12
	int day;
	int year;           // 0: not said
	struct slice clock; // "hh:mm:ss", and a fraction where there is one
	struct slice zone;  // as RFC 3339 has it; "Z" where none is said
};

/* Take "Mmm dd [yyyy ]hh:mm:ss[.fff]" off the front of s, if it is there. */
bool date_take(struct slice *s, struct date *d) MUST_CHECK;

/*
 * Take " ZONE" off the front, where it is UTC, GMT, Z or an offset. What has
 * an equals sign is no zone but the next pair. False for other words: the time
 * is then not known.
 */
bool date_take_zone(struct slice *s, struct date *d) MUST_CHECK;

/*
 * The point in time, if that day exists. Without a year, it is the latest that
 * is at most a day ahead of now.
 */
bool date_time(const struct date *d, struct timestamp *time) MUST_CHECK;

#endif

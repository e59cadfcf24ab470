/*
 * Points in time as events and log formats write them, to the nanosecond.
 *
 * UTC and the English month names, whatever the machine's locale and zone.
 */
#ifndef SIEM_CORE_TIMESTAMP_H
#define SIEM_CORE_TIMESTAMP_H

#include "core/attr.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timestamp {
	int64_t sec;        // since 1970-01-01T00:00:00Z; of a :60, the next
	uint32_t nsec;      // 0 to 999999999, also before 1970
	uint8_t digits;     // of the fraction as it was written, 0 to 9
	bool leap;          // it was written as second 60
	int16_t offset_min; // of its zone, east positive
	bool zulu;          // its zone was written as Z or -00:00, or not at all
};

/*
 * Read an RFC 3339 date-time ("2025-10-08T22:45:00.123+02:00"). Also taken: a
 * space for the T, lower-case t and z, an offset without the colon, and no
 * zone at all, which means UTC. Digits beyond nine are dropped. False, t being
 * left as it was, where it is none, or there is no such month, day, hour or
 * leap second (which can only end a day in UTC), or the year in UTC is not one
 * of 0000 to 9999.
 */
bool timestamp_parse(struct slice text, struct timestamp *t) MUST_CHECK;

/* The clock that was read last, to the second: that of the next record, too. */
struct timestamp_last {
	char text[19]; // zeros: there was none
	int64_t sec;
};

/* As timestamp_parse(), but quicker where text begins like the last. */
bool timestamp_parse_next(struct slice text, struct timestamp *t,
			  struct timestamp_last *last) MUST_CHECK;

/*
 * Read a JSON number as time since the epoch: seconds below 1e11, else
 * milliseconds below 1e14, else microseconds below 1e17, else nanoseconds.
 * A fraction is taken, an exponent is not. The same years as above.
 */
bool timestamp_parse_epoch(struct slice number,
			   struct timestamp *t) MUST_CHECK;

/*
 * Read a time as people write it for an option: as timestamp_parse() takes it,
 * also without the seconds ("2025-10-08T22:45") or the time of day
 * ("2025-10-08"), which are zero in UTC then; "@1759963500", as
 * timestamp_parse_epoch() takes the number; or how long before now, "-90s",
 * "-2h", "-1d12h", with the units s, m, h, d and w.
 */
bool timestamp_parse_when(struct slice text, const struct timestamp *now,
			  struct timestamp *t) MUST_CHECK;

/* Is a earlier than b? */
static inline bool timestamp_is_before(const struct timestamp *a,
				       const struct timestamp *b)
{
	return a->sec != b->sec ? a->sec < b->sec : a->nsec < b->nsec;
}

/* Now, in UTC, to be written with six digits. */
struct timestamp timestamp_now(void);

/* What the longest of the forms below needs, with its NUL. */
enum { TIMESTAMP_MAX = 48 };

/* Each writes text and a NUL to out and returns the length of the text. */

/* "2025-10-08T22:45:00.123456+02:00": RFC 5424 section 6.2.3, as written but
   for digits beyond six, and :59 for a leap second. */
size_t timestamp_rfc5424(const struct timestamp *t, char out[TIMESTAMP_MAX]);

/* "Oct  8 22:45:00", in UTC: RFC 3164 section 4.1.2. */
size_t timestamp_rfc3164(const struct timestamp *t, char out[TIMESTAMP_MAX]);

/* "1759963500123": milliseconds since the epoch, rounded down. */
size_t timestamp_epoch_ms(const struct timestamp *t, char out[TIMESTAMP_MAX]);

/* "1759963500.123": seconds since the epoch, as Splunk HEC takes them. */
size_t timestamp_epoch_sec(const struct timestamp *t, char out[TIMESTAMP_MAX]);

/* "Oct 08 2025 22:45:00.123 UTC": a CEF date as text. A leap second is the
   second after it, as it is in milliseconds. */
size_t timestamp_cef(const struct timestamp *t, char out[TIMESTAMP_MAX]);

#endif

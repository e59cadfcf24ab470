/*
 * Syslog headers: RFC 5424 and, as it is sent in practice, RFC 3164.
 */
#ifndef SIEM_FORMAT_SYSLOG_H
#define SIEM_FORMAT_SYSLOG_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/slice.h"
#include "core/timestamp.h"

#include <stdbool.h>

/* The most bytes of each field: RFC 5424 section 6, RFC 3164 section 4.1.3. */
enum {
	SYSLOG_HOST_MAX = 255,
	SYSLOG_APP_MAX = 48,
	SYSLOG_PROCID_MAX = 128,
	SYSLOG_MSGID_MAX = 32,
	SYSLOG_TAG_MAX = 32,
};

/*
 * Append "<PRI>1 TIMESTAMP HOST APP PROCID MSGID " (RFC 5424 section 6.2),
 * with the space before STRUCTURED-DATA. Bytes that a field does not allow
 * become '_', and so do pipes in APP, and a brace in front of it; too long ones
 * are cut; an empty one is "-".
 */
void syslog_put_5424(struct buf *out, int facility, int severity,
		     const struct timestamp *time, struct slice host,
		     struct slice app, struct slice procid, struct slice msgid);

/* Append "<PRI>Mmm dd hh:mm:ss HOST " (RFC 3164 section 4.1), in UTC. */
void syslog_put_3164(struct buf *out, int facility, int severity,
		     const struct timestamp *time, struct slice host);

/*
 * Append "TAG: " (RFC 3164 section 4.1.3). As in practice, a tag may have dots,
 * hyphens and underscores besides letters and digits; other bytes become '_'.
 * An empty one is "siem-fmt", and "CEF" and "LEEF", with whose colons events
 * begin, have a '_' behind them.
 */
void syslog_put_tag(struct buf *out, struct slice tag);

/*
 * Append "<PRI>1 TIMESTAMP HOST ", the short form of RFC 5424 that QRadar takes
 * before LEEF: three digits of a second, UTC.
 */
void syslog_put_short(struct buf *out, int facility, int severity,
		      const struct timestamp *time, struct slice host);

/* Is it what a header may have as its host: printable ASCII without spaces? */
bool syslog_is_host(const char *name);

/* "local0" and the like, or a number 0 to 23; -1 where it is none. */
int syslog_facility(const char *name);

/* "info", "warning" and the like, or 0 to 7; -1 where it is none. */
int syslog_severity(const char *name);

/* What the code of one is called: 0 to 23, 0 to 7. */
const char *syslog_facility_name(int code);
const char *syslog_severity_name(int code);

/* The nearest name to one that is none, or NULL, for messages. */
const char *syslog_nearest_facility(const char *name);
const char *syslog_nearest_severity(const char *name);

#endif

#include "format/syslog.h"

#include "core/nearest.h"

#include <assert.h>
#include <strings.h>

bool syslog_is_host(const char *name)
{
	for (const char *p = name; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f)
			return false;
	return name[0] != '\0';
}

/* In the order of their codes, by the names syslog.conf(5) has for most. */
static const char *const facilities[] = {
	"kern",	    "user",   "mail",	"daemon", "auth",   "syslog",
	"lpr",	    "news",   "uucp",	"cron",	  "authpriv", "ftp",
	"ntp",	    "audit",  "alert",	"clock",  "local0", "local1",
	"local2",   "local3", "local4", "local5", "local6", "local7",
};

static const char *const severities[] = {
	"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
};

/* What the same are called elsewhere. */
static const struct {
	const char *name;
	int code;
} synonyms[] = {
	{ "emergency", 0 }, { "panic", 0 }, { "critical", 2 },
	{ "error", 3 },	    { "warn", 4 },  { "informational", 6 },
};

enum { FACILITIES = sizeof(facilities) / sizeof(facilities[0]) };
enum { SEVERITIES = sizeof(severities) / sizeof(severities[0]) };
enum { SYNONYMS = sizeof(synonyms) / sizeof(synonyms[0]) };

/* A decimal number below count, without leading zeros; else -1. */
static int number_below(const char *s, int count)
{
	int n = 0;

	if (s[0] == '\0' || (s[0] == '0' && s[1] != '\0'))
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		n = 10 * n + (*s - '0');
		if (n >= count)
			return -1;
	}
	return n;
}

static int find(const char *name, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (strcasecmp(name, names[i]) == 0)
			return i;
	return number_below(name, count);
}

int syslog_facility(const char *name)
{
	return find(name, facilities, FACILITIES);
}

int syslog_severity(const char *name)
{
	for (size_t i = 0; i < SYNONYMS; i++)
		if (strcasecmp(name, synonyms[i].name) == 0)
			return synonyms[i].code;
	return find(name, severities, SEVERITIES);
}

const char *syslog_facility_name(int code)
{
	assert(code >= 0 && code < FACILITIES);
	return facilities[code];
}

const char *syslog_severity_name(int code)
{
	assert(code >= 0 && code < SEVERITIES);
	return severities[code];
}

static const char *nearest(const char *name, const char *const *names,
			   int count)
{
	struct nearest near = NEAREST_INIT(name);

	for (int i = 0; i < count; i++)
		nearest_try(&near, names[i]);
	return near.best;
}

const char *syslog_nearest_facility(const char *name)
{
	return nearest(name, facilities, FACILITIES);
}

const char *syslog_nearest_severity(const char *name)
{
	return nearest(name, severities, SEVERITIES);
}

/* PRI, RFC 5424 section 6.2.1: no leading zeros. */
static void put_priority(struct buf *out, int facility, int severity)
{
	buf_putc(out, '<');
	buf_put_int(out, facility * 8 + severity);
	buf_putc(out, '>');
}

/* A field of PRINTUSASCII and the space behind it. */
static void put_field(struct buf *out, struct slice text, size_t max)
{
	size_t len = text.len < max ? text.len : max;
	char *at = buf_room(out, max + 1);

	if (at == NULL)
		return;
	for (size_t i = 0; i < len; i++) {
		char c = text.data[i];

		at[i] = '_';
		if (c > 32 && c < 127)
			at[i] = c;
	}
	if (len == 0)
		at[len++] = '-';
	at[len] = ' ';
	buf_grown(out, len + 1);
}

/*
 * APP-NAME. A pipe would be allowed, and a brace in front, but behind the host
 * some look for CEF, LEEF and JSON: an event could then call itself the start
 * of a line of these.
 */
static void put_app(struct buf *out, struct slice app)
{
	char text[SYSLOG_APP_MAX];
	size_t len = app.len < sizeof(text) ? app.len : sizeof(text);

	for (size_t i = 0; i < len; i++)
		if (app.data[i] == '|' || (app.data[i] == '{' && i == 0))
			text[i] = '_';
		else
			text[i] = app.data[i];
	put_field(out, (struct slice){ text, len }, SYSLOG_APP_MAX);
}

void syslog_put_5424(struct buf *out, int facility, int severity,
		     const struct timestamp *time, struct slice host,
		     struct slice app, struct slice procid, struct slice msgid)
{
	char stamp[TIMESTAMP_MAX];
	size_t len = timestamp_rfc5424(time, stamp);

	put_priority(out, facility, severity);
	buf_put(out, "1 ", 2);
	put_field(out, (struct slice){ stamp, len }, TIMESTAMP_MAX);
	put_field(out, host, SYSLOG_HOST_MAX);
	put_app(out, app);
	put_field(out, procid, SYSLOG_PROCID_MAX);
	put_field(out, msgid, SYSLOG_MSGID_MAX);
}

void syslog_put_3164(struct buf *out, int facility, int severity,
		     const struct timestamp *time, struct slice host)
{
	char stamp[TIMESTAMP_MAX];
	size_t len = timestamp_rfc3164(time, stamp);

	put_priority(out, facility, severity);
	buf_put(out, stamp, len);
	buf_putc(out, ' ');
	put_field(out, host, SYSLOG_HOST_MAX);
}

static bool is_tag(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

void syslog_put_tag(struct buf *out, struct slice tag)
{
	size_t len = tag.len < SYSLOG_TAG_MAX ? tag.len : SYSLOG_TAG_MAX;

	if (len == 0)
		buf_puts(out, "siem-fmt");
	for (size_t i = 0; i < len; i++)
		buf_put(out, is_tag(tag.data[i]) ? &tag.data[i] : "_", 1);
	if (slice_is(tag, SLICE("CEF")) || slice_is(tag, SLICE("LEEF")))
		buf_putc(out, '_');
	buf_put(out, ": ", 2);
}

void syslog_put_short(struct buf *out, int facility, int severity,
		      const struct timestamp *time, struct slice host)
{
	struct timestamp utc = *time;
	char stamp[TIMESTAMP_MAX];

	utc.digits = 3;
	utc.zulu = true;
	utc.offset_min = 0;
	size_t len = timestamp_rfc5424(&utc, stamp);

	put_priority(out, facility, severity);
	buf_put(out, "1 ", 2);
	put_field(out, (struct slice){ stamp, len }, TIMESTAMP_MAX);
	put_field(out, host, SYSLOG_HOST_MAX);
}

#include "format/registry.h"

#include <string.h>

/*
 * To add a format, define format_NAME in lib/format/NAME.c and put it here,
 * with the section of maps that it reads.
 */
#define FORMATS(X)            \
	X(cef, cef)           \
	X(leef, leef)         \
	X(rfc5424, rfc5424)   \
	X(rfc3164, rfc3164)   \
	X(json, json)         \
	X(hec, hec)           \
	X(csl, cef)           \
	X(sentinel, sentinel) \
	X(ecs, ecs)           \
	X(ocsf, ocsf)         \
	X(datadog, datadog)   \
	X(otlp, otlp)

#define DECLARE(name, section) extern const struct format format_##name;
#define ROW(name, section) &format_##name,
#define WORD(name, section) #section,

FORMATS(DECLARE)

const struct format *const formats[] = { FORMATS(ROW) };
const char *const map_sections[] = { FORMATS(WORD) "ocsf_finding", NULL };
const size_t format_count = sizeof(formats) / sizeof(formats[0]);

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < format_count; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

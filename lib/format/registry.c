#include "format/registry.h"

#include <string.h>

/* To add a format, define format_NAME in lib/format/NAME.c and put it here. */
#define FORMATS(X) \
	X(cef)     \
	X(leef)    \
	X(rfc5424) \
	X(rfc3164) \
	X(json)

#define DECLARE(name) extern const struct format format_##name;
#define ROW(name) &format_##name,
#define WORD(name) #name,

FORMATS(DECLARE)

const struct format *const formats[] = { FORMATS(ROW) };
const char *const map_sections[] = { FORMATS(WORD) NULL };
const size_t format_count = sizeof(formats) / sizeof(formats[0]);

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < format_count; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

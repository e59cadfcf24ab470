/*
 * The SD-IDs that the IANA has registered, and what their parameters may be:
 * RFC 5424 section 7.
 */
#ifndef SIEM_PARSE_REGISTERED_H
#define SIEM_PARSE_REGISTERED_H

#include "core/slice.h"

#include <stdbool.h>

bool registered_is_id(struct slice id);

/*
 * What is wrong with a parameter, in one line; NULL: nothing, or the SD-ID is
 * no registered one. value is as it stands between the quotes.
 */
const char *registered_fault(struct slice id, struct slice name,
			     struct slice value);

#endif

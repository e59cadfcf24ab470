/*
 * Does JSON say the same to everybody who reads it? Not where an object has a
 * name twice, for some take the first and some the last, or refuse it; nor
 * where a number is larger than what readers hold, or a name has a NUL.
 */
#ifndef SIEM_EVENT_SOUND_H
#define SIEM_EVENT_SOUND_H

#include "core/attr.h"
#include "core/slice.h"
#include "event/names.h"

#include <stdbool.h>

/*
 * text is an array or object that has been validated, as compact JSON. names
 * is memory for those in it. False, too, out of memory.
 */
bool sound_is(struct names *names, struct slice text) MUST_CHECK;

#endif

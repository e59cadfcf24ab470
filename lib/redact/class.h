/*
 * A class of what is to be found in a text, such as addresses of mail.
 *
 * It has leads: bytes next to each other, three or more, of which every find
 * has some. The search (search.h) looks for the leads of all classes in one
 * pass, and where one is the class is asked, which looks around. A class is a
 * const struct in a file of its own, and a row in classes.c.
 *
 * A text ends as a JSON string does: what is beyond it reads as a quote. No
 * find holds a quote, and none is the business of what is beyond one; so what
 * is found in a string is found in the record around it as well, and that is
 * how a whole record can be asked at once.
 *
 * However often it is asked, looking around must stay cheap: no further than a
 * bound, or over bytes that are passed only so often.
 */
#ifndef SIEM_REDACT_CLASS_H
#define SIEM_REDACT_CLASS_H

#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>

/* The bytes of a text from one on and up to, but not with, another. */
struct span {
	size_t from, to;
};

enum { LEAD_BYTES = 9 };

struct lead {
	// A set for each byte, as in "[0-9][.][^a-z]", for three of them up to
	// LEAD_BYTES; a ']' or '-' comes first in a set.
	const char *window;

	/* Is there a find where the lead is? at is that of its second byte. */
	bool (*find)(struct slice text, size_t at, struct span *found);
};

/* How closely a name is tied to its value. */
enum tie {
	TIE_LOOSE, // "password: hunter2" may be prose as well
	TIE_CLOSE, // "password=hunter2"; a member of an object
};

struct class
{
	const char *name;
	const char *summary;      // one line, lower case, no full stop
	const struct lead *leads; // up to one without a window

	/*
	 * Words in which a name ends that says what its value is, lists of
	 * them up to NULL, in lower case and each of three bytes or more; and
	 * whether a value that has such a name is a find: *value may be made
	 * smaller. NULL, both, where names say nothing.
	 */
	const struct slice *const *names;
	bool (*named)(struct slice name, struct slice *value, enum tie tie);
};

#endif

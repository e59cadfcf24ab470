/*
 * A CEF event taken apart, as generously as its receivers do.
 *
 *     CEF:0|vendor|product|version|class|name|severity|key=value key=value
 *
 * The header is divided by pipes without a backslash. A key begins the text or
 * stands behind a space, or a tab, and an equals sign without a backslash ends
 * it; any other such sign is taken for a part of the value it stands in.
 */
#ifndef SIEM_PARSE_CEFLINE_H
#define SIEM_PARSE_CEFLINE_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/slice.h"
#include "parse/pairs.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	CEF_VERSION,
	CEF_VENDOR,
	CEF_PRODUCT,
	CEF_PRODUCT_VERSION,
	CEF_CLASS,
	CEF_NAME,
	CEF_SEVERITY,
	CEF_FIELDS,
};

/* All of it as it stands in the text, escapes included. */
struct cefline {
	struct slice fields[CEF_FIELDS];
	size_t count;           // of fields there are
	bool closed;            // a pipe ends the last of them
	struct slice extension; // all behind it, without the spaces at the end
	size_t spaces;          // how many those are
	struct slice loose;     // what of it stands before the first key
};

/* Does it begin with "CEF:" and a number? */
bool cefline_is_it(struct slice text);

/*
 * Take a text apart that is one; the pairs of its extension are in pairs, not
 * yet linked. With less than all fields, there is nothing but those. False: out
 * of memory.
 */
bool cefline_split(struct slice text, struct cefline *c,
		   struct pairs *pairs) MUST_CHECK;

/*
 * Append a value, or a field of the header, decoded: "\\" and, in a value,
 * "\=", "\n" and "\r", in a field "\|". Other backslashes are what they are.
 */
void cefline_decode_value(struct slice value, struct buf *out);
void cefline_decode_field(struct slice field, struct buf *out);

#endif

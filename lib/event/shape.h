/*
 * What a format wants of maps.
 */
#ifndef SIEM_EVENT_SHAPE_H
#define SIEM_EVENT_SHAPE_H

#include "core/buf.h"
#include "core/slice.h"
#include "event/field.h"
#include "json/value.h"

#include <stdbool.h>
#include <stddef.h>

/* How a format names members that no row of the map names. */
enum rest_names {
	REST_CAMEL,  // prefix, then the path in camel case, [A-Za-z0-9] only
	REST_COLUMN, // the same, every word with a capital; the first byte is
		     // a letter, and names that are given may have _
	REST_PATH,   // the path joined by dots, what is not allowed becoming _
	REST_LABEL,  // the path joined by _, which every character becomes that
		     // is not allowed; keys that are given are paths (nest)
	REST_WHOLE,  // by the names that they have in the record itself, each
		     // in one piece if any of it is left; keys that are given
		     // are paths
	REST_DOTS,   // the path joined by dots, as it is but for control bytes
	REST_NONE,   // not at all: the format writes the record as it came, and
		     // an event for it has attributes but no fields
};

/*
 * A section is the object of a map that bears the
 * format's name ("cef"); its attributes are the named expressions in it that
 * the format knows ("vendor", "product", ...); its rows are the fields.
 */
struct map_shape {
	const char *section;
	const char *const *attributes; // NULL ends them; event.h has the values
	size_t written; // how many of them lines show, the first; 0: all
	size_t needed;  // how many, the first, no line may lack

	/* NULL, or: does a line say what an attribute says that has a text? It
	   may depend on those before it, and on no other. */
	bool (*shows)(const struct value *attributes, size_t number);

	enum rest_names rest_names;
	size_t key_max; // a key that the rest makes is cut to this; 0: no limit

	/*
	 * Of formats whose keys are paths ("event.action"), which become
	 * objects within one another: what stands before the first row, and
	 * the object of the rest, with its dot.
	 */
	const char *first_key;
	const char *rest_object;

	/* What every line of the format says outside its fields, so that the
	   member which says it in the record is not kept a second time. */
	bool has_time;     // in full (RFC 5424; not RFC 3164)
	bool has_severity; // of the event, 0 to 10 (CEF)

	/* What the rest is like unless a map says otherwise (siem-map(5)). */
	bool keeps_shape; // "given"
	bool keeps_all;   // "all"

	bool drops_empty;  // a field without a text has no place in its lines

	/*
	 * The rule of one of the format's own keys, or NULL. May be NULL where
	 * a format has no dictionary. A member that no row names never takes
	 * such a key, unless the map says that its names are the format's; and
	 * nothing takes a key that is FIELD_RESERVED.
	 */
	const struct field_rule *(*find_rule)(struct slice key);

	/*
	 * The same rule, or that of a key which differs in capitals only: then
	 * some receiver takes the two for one, and keys that the rest makes are
	 * unlike all others in more than that. NULL where all tell them apart.
	 */
	const struct field_rule *(*find_like)(struct slice key);

	/* What goes before the name of a member that would be a reserved key;
	   or NULL: a number goes behind it, as behind one that is taken. */
	const char *aside;

	/*
	 * Append what goes before the value of a field, but for what divides it
	 * from the field before; or NULL where that is not known in advance.
	 */
	void (*put_lead)(struct buf *out, struct slice key, struct slice label,
			 enum field_type type);

	/*
	 * Append what lines begin with, up to where they depend on more than
	 * the attributes, none of which needs decoding. False where one is cut,
	 * which has to be told for each event. May be NULL.
	 */
	bool (*put_head)(struct buf *out, const struct value *attributes);
};

static inline bool map_is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Are keys paths, which become objects within one another? */
static inline bool map_nests(enum rest_names names)
{
	return names == REST_LABEL || names == REST_WHOLE;
}

/* Does a receiver of the format ignore the case of keys? */
static inline bool map_folds_keys(const struct map_shape *shape)
{
	return shape->find_like != NULL;
}

/* May it take two keys for one? */
static inline bool map_is_same_key(const struct map_shape *shape,
				   struct slice a, struct slice b)
{
	return map_folds_keys(shape) ? slice_is_like(a, b) : slice_is(a, b);
}

/* May a key hold this byte? Those of paths are SD-NAMEs (RFC 5424, 6.3.3) that
   no receiver takes for the beginning of an event, "CEF:0|". Where none are
   written, they are those of the variant that writes them. */
static inline bool map_allows(enum rest_names names, char c)
{
	if (map_nests(names) && (c == '-' || c == '@' || c == '_'))
		return true;
	if (names == REST_PATH || names == REST_NONE)
		return c > ' ' && c < 0x7f && memchr("=]\":", c, 4) == NULL;
	if (names == REST_DOTS)
		return (unsigned char)c >= ' ' && c != 0x7f;
	return (c >= '0' && c <= '9') || map_is_letter(c) ||
	       (c == '_' && names == REST_COLUMN);
}

#endif

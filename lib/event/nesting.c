#include "event/nesting.h"

const char *nesting_fault(struct slice key)
{
	size_t depth = 0;

	for (size_t i = 0; i < key.len; i++) {
		if (key.data[i] != '.')
			continue;
		if (i == 0 || key.data[i - 1] == '.')
			return "a name is missing before a dot";
		depth++;
	}
	if (key.len == 0 || key.data[key.len - 1] == '.')
		return "a name is missing at the end of a key";
	return depth > NESTING_DEPTH ? "a key of more than 9 names" : NULL;
}

_Static_assert(NESTING_DEPTH == 8, "as the message says");

/* Does a key stand in an object, which is the value of other keys? */
static bool is_in(struct slice key, struct slice object)
{
	return key.len > object.len && slice_has_prefix(key, object) &&
	       key.data[object.len] == '.';
}

/* Is there a key before the last that makes an object of it, or a value of an
   object that it is in? */
static bool is_both(const struct slice *keys, size_t last)
{
	for (size_t i = 0; i < last; i++)
		if (is_in(keys[i], keys[last]) || is_in(keys[last], keys[i]))
			return true;
	return false;
}

/* Does the last key open an object that was closed before? */
static bool is_apart(const struct slice *keys, size_t last)
{
	struct slice object = keys[last];
	size_t open = nesting_shared(keys[last - 1], object).len;
	const char *dot = memchr(object.data + open, '.', object.len - open);

	if (dot == NULL)
		return false;
	object.len = (size_t)(dot + 1 - object.data);
	for (size_t i = 0; i < last; i++)
		if (slice_has_prefix(keys[i], object))
			return true;
	return false;
}

const char *nesting_misplaced(const struct slice *keys, size_t count,
			      const struct map_shape *shape)
{
	const struct slice rest = slice_of(shape->rest_object);
	const struct slice key = keys[count - 1];
	bool is_of_rest = slice_has_prefix(key, rest);

	if (is_both(keys, count - 1))
		return "is an object in one row and a value in another";
	if (is_apart(keys, count - 1))
		return "stands apart from the other rows of its object";
	if (is_of_rest && shape->rest_names == REST_WHOLE)
		return "is for members that no row names";
	if (is_of_rest &&
	    memchr(key.data + rest.len, '.', key.len - rest.len) != NULL)
		return "is an object where only values may be";
	if (!is_of_rest && slice_has_prefix(keys[count - 2], rest))
		return "stands behind the object of the members that no row "
		       "names, which is the last";
	return NULL;
}

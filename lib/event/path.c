#include "event/path.h"

int path_split(struct slice path, char *text, struct slice names[PATH_NAMES],
	       const char **why)
{
	struct slice name = { text, 0 };
	int count = 0;

	for (size_t i = 0; i <= path.len; i++) {
		if (i < path.len && path.data[i] != '.') {
			if (path.data[i] == '\\' && ++i == path.len) {
				*why = "nothing behind the backslash";
				return -1;
			}
			*text++ = path.data[i];
			name.len++;
			continue;
		}
		if (name.len == 0) {
			*why = "a path with an empty name";
			return -1;
		}
		if (count == PATH_NAMES) {
			*why = "a path of too many names";
			return -1;
		}
		names[count++] = name;
		name = (struct slice){ text, 0 };
	}
	return count;
}

/* Take the path that begins with the brace at the start of the template. */
static bool next_path(struct slice *template, struct piece *piece,
		      const char **why)
{
	struct slice rest = slice_from(*template, 1);
	const char *end = memchr(rest.data, '}', rest.len);

	if (template->data[0] == '}' || end == NULL) {
		*why = "a brace without its other half (write it twice where "
		       "it is meant as it stands)";
		return false;
	}
	rest.len = (size_t)(end - rest.data);
	*piece = (struct piece){ .is_path = true, .text = rest };
	*template = slice_from(*template, rest.len + 2);
	return true;
}

bool path_next_piece(struct slice *template, char *text, struct piece *piece,
		     const char **why)
{
	size_t len = 0;

	while (template->len > 0) {
		char c = template->data[0];
		bool brace = c == '{' || c == '}';
		bool twice =
			brace && template->len > 1 && template->data[1] == c;

		if (brace && !twice)
			break;
		text[len++] = c;
		*template = slice_from(*template, twice ? 2 : 1);
	}
	if (len == 0)
		return next_path(template, piece, why);
	*piece = (struct piece){ .text = { text, len } };
	return true;
}

#include "absent.h"

#include "core/msg.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

enum { NAMES_BYTES = 200 }; // of names of members, as far as they are told

/* The innermost object there is on the path; what it is called, unless root. */
static json_t *innermost(json_t *root, const char *path, struct slice *name)
{
	json_t *object = root;
	const char *rest = path;

	*name = (struct slice){ path, 0 };
	for (;;) {
		size_t len = strcspn(rest, ".");
		json_t *next = json_object_getn(object, rest, len);

		if (!json_is_object(next) || rest[len] == '\0')
			return object;
		object = next;
		name->len = (size_t)(rest + len - path);
		rest += len + 1;
	}
}

static void put_names(struct buf *out, json_t *object)
{
	const char *name;
	json_t *value;
	size_t start = out->len;

	json_object_foreach(object, name, value)
	{
		buf_puts(out, out->len == start ? "" : ", ");
		if (out->len + strlen(name) > start + NAMES_BYTES) {
			buf_puts(out, "...");
			return;
		}
		buf_puts(out, name);
	}
	if (out->len == start)
		buf_puts(out, "no member at all");
}

/* What a line has instead. */
static void describe(struct buf *out, struct slice line, const char *path)
{
	json_error_t why;
	struct slice name;
	json_t *root = json_loadb(line.data, line.len, 0, &why);

	if (!json_is_object(root)) {
		buf_puts(out, "is no JSON object");
	} else {
		json_t *object = innermost(root, path, &name);

		buf_puts(out, "has ");
		put_names(out, object);
		if (name.len > 0)
			buf_printf(out, " in %.*s", (int)name.len, name.data);
	}
	json_decref(root);
}

void absent_note(struct absent *a, struct slice line, const char *name,
		 uint64_t offset)
{
	if (a->count++ > 0)
		return;
	a->first = BUF_INIT(SIZE_MAX / 4);
	buf_printf(&a->first, "at byte %" PRIu64 " of %s, ", offset, name);
	describe(&a->first, line, a->path);
}

void absent_tell(struct absent *a, uint64_t all)
{
	if (a->count == 0)
		return;
	// Where none has it, it is the option that is wrong.
	void (*say)(const char *fmt, ...) PRINTF_LIKE(1, 2) =
		a->count == all ? msg_error : msg_warn;
	say("option %s: %" PRIu64 " of %" PRIu64 " arrivals have no member "
	    "%s, and are taken for altered; the first, %s; name the member "
	    "that holds the record",
	    a->option, a->count, all, a->path, buf_str(&a->first));
}

void absent_free(struct absent *a)
{
	buf_free(&a->first);
}

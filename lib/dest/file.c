/* file: records appended to a file, durable before they count. */
#include "dest/receiver.h"

#include <stddef.h>
#include <stdlib.h>

enum { PATH, ROTATE, KEEP, SETTINGS };

static const struct dest_setting table[SETTINGS + 1] = {
	[PATH] = { "path", "SIEM_FILE_PATH", NULL, "the file to append to",
		   false },
	[ROTATE] = { "rotate", "SIEM_FILE_ROTATE", NULL,
		     "size at which it is moved away, as 100MB [never]",
		     false },
	[KEEP] = { "keep", "SIEM_FILE_KEEP", "0",
		   "files that were moved away to keep; 0: all", false },
};

struct config {
	const char *path;
	struct rotation rotation;
};

static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	values[PATH] = setting_copy(storage, slice_of(address), e);
	return values[PATH] != NULL ? 0 : -1;
}

static void route(const void *config, struct dest_route *route)
{
	const struct config *c = config;

	*route = (struct dest_route){
		.target = { .transport = TRANSPORT_FILE,
			    .host = c->path,
			    .rotation = c->rotation },
	};
}

static const struct dest_stream stream = { .route = route,
					   .frame = receiver_frame_lf };

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	const struct settings s = { table, values };
	struct config *c = calloc(1, sizeof(*c));
	size_t size = 0;

	if (c == NULL)
		return err_sys(e, "settings");
	*plan = (struct dest_plan){ .stream = &stream,
				    .config = c,
				    .release = free };
	if (setting_text(&s, PATH, &c->path, e) < 0 ||
	    setting_size(&s, ROTATE, &size, e) < 0 ||
	    setting_count(&s, KEEP, 0, 1000000, &c->rotation.keep, e) < 0)
		return -1;
	c->rotation.size = size;
	return 0;
}

const struct dest_type dest_file = {
	.name = "file",
	.summary = "a file, appended to and synced",
	.formats = DEST_FORMATS_ANY,
	.settings = table,
	.address = address,
	.plan = plan,
};

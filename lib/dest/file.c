/* file: records appended to a file, durable before they count. */
#include "dest/receiver.h"

#include <stddef.h>

enum { PATH, SETTINGS };

static const struct dest_setting table[SETTINGS + 1] = {
	[PATH] = { "path", "SIEM_FILE_PATH", NULL, "the file to append to",
		   false },
};

static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	values[PATH] = setting_copy(storage, slice_of(address), e);
	return values[PATH] != NULL ? 0 : -1;
}

static void route(const void *config, struct dest_route *route)
{
	*route = (struct dest_route){
		.target = { .transport = TRANSPORT_FILE, .host = config },
	};
}

static const struct dest_stream stream = { .route = route,
					   .frame = receiver_frame_lf };

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	const struct settings settings = { table, values };
	const char *path;

	if (setting_text(&settings, PATH, &path, e) < 0)
		return -1;
	// The path is all there is to know, and values outlive the plan.
	*plan = (struct dest_plan){ .stream = &stream, .config = (void *)path };
	return 0;
}

const struct dest_type dest_file = {
	.name = "file",
	.summary = "a file, appended to and synced",
	.settings = table,
	.address = address,
	.plan = plan,
};

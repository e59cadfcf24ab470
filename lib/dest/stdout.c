/* stdout: records as they are, for pipes and for looking at. */
#include "dest/receiver.h"

#include <stddef.h>

static const struct dest_setting table[] = { { .key = NULL } };

static void route(const void *config, struct dest_route *route)
{
	(void)config;
	*route = (struct dest_route){
		.target = { .transport = TRANSPORT_STDOUT },
	};
}

static const struct dest_stream stream = { .route = route,
					   .frame = receiver_frame_lf };

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	(void)values;
	(void)e;
	*plan = (struct dest_plan){ .stream = &stream };
	return 0;
}

const struct dest_type dest_stdout = {
	.name = "stdout",
	.summary = "standard output",
	.formats = DEST_FORMATS_ANY,
	.settings = table,
	.plan = plan,
};

/*
 * sentinel by log_analytics_agent: JSON lines in a file that the Azure Monitor
 * Agent follows, by a data collection rule for custom JSON logs.
 */
#include "dest/azure.h"
#include "dest/setting.h"

#include <stdlib.h>

enum { PATH, MAX_LINE, SETTINGS };

static const struct dest_setting table[SETTINGS + 1] = {
	[PATH] = { "path", "SENTINEL_PATH", NULL,
		   "the file that the agent follows", false },
	[MAX_LINE] = { "max_line", "SENTINEL_MAX_LINE", "65536",
		       "bytes of a line at most, as the agent takes it",
		       false },
};

static const struct azure_columns columns = { "TimeGenerated", "RawData" };

struct config {
	const char *path;
	size_t max_line;
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
		.target = { .transport = TRANSPORT_FILE, .host = c->path },
	};
}

static int frame(const void *config, struct dest_link *link,
		 const struct dest_record *record, struct buf *out,
		 struct err *e)
{
	const struct config *c = config;
	const size_t start = out->len;

	(void)link;
	azure_put_row(record, &columns, out);
	if (buf_status(out) == 0 && out->len - start > c->max_line)
		return err_set(e, ERR_DATA,
			       "a line of %zu bytes, and the Azure Monitor "
			       "Agent takes %zu (max_line)",
			       out->len - start, c->max_line);
	buf_putc(out, '\n');
	return 0;
}

static const struct dest_stream stream = { .route = route, .frame = frame };

static void release(void *config)
{
	free(config);
}

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	const struct settings s = { table, values };
	struct config *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_sys(e, "settings");
	*plan = (struct dest_plan){ .stream = &stream,
				    .config = c,
				    .release = release };
	if (setting_text(&s, PATH, &c->path, e) < 0)
		return -1;
	return setting_size(&s, MAX_LINE, &c->max_line, e);
}

const struct dest_type dest_sentinel_agent = {
	.name = "sentinel",
	.summary = "Microsoft Sentinel, by a file for the Azure Monitor Agent",
	.formats = AZURE_FORMATS,
	.settings = table,
	.address = address,
	.plan = plan,
};
